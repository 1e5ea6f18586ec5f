//! Settings into librdkafka's own configuration object.

use std::ffi::CString;
use std::ptr::null_mut;

use rdkafka::bindings::rd_kafka_conf_res_t::*;
use rdkafka::bindings::*;

use crate::settings::{ClientError, ClientSettings};

/// A new configuration, which the caller gives to a client or destroys.
pub(super) fn configure(settings: &ClientSettings) -> Result<*mut rd_kafka_conf_t, ClientError> {
    let open = settings.properties.iter().map(|(key, value)| (key, value.as_str()));
    let secret = settings.secrets.iter().map(|(key, value)| (key, value.reveal()));
    // SAFETY: makes a new conf, which goes to the caller or is destroyed here.
    let conf = unsafe { rd_kafka_conf_new() };
    for (key, value) in open.chain(secret) {
        if let Err(error) = set_property(conf, key, value) {
            // SAFETY: the conf is ours and not used again.
            unsafe { rd_kafka_conf_destroy(conf) };
            return Err(error);
        }
    }
    Ok(conf)
}

/// librdkafka's own error text quotes the value, so it is not asked for.
fn set_property(conf: *mut rd_kafka_conf_t, key: &str, value: &str) -> Result<(), ClientError> {
    let (Ok(name), Ok(value)) = (CString::new(key), CString::new(value)) else {
        return Err(ClientError::BadSetting { key: key.to_owned() });
    };
    // SAFETY: `conf` is alive, both texts are copied, and no error text is asked for.
    match unsafe { rd_kafka_conf_set(conf, name.as_ptr(), value.as_ptr(), null_mut(), 0) } {
        RD_KAFKA_CONF_OK => Ok(()),
        RD_KAFKA_CONF_UNKNOWN => Err(ClientError::UnknownSetting { key: key.to_owned() }),
        RD_KAFKA_CONF_INVALID => Err(ClientError::BadSetting { key: key.to_owned() }),
    }
}
