//! Connecting sockets and looking at certificates, in librdkafka's place.

use std::ffi::{c_char, c_int, c_void};
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;

use rdkafka::bindings::rd_kafka_t;
use rustix::io::Errno;
use rustix::net::{SocketAddrAny, connect};

use super::{ClientState, owned};
use crate::dial::judge;

/// Judges an address, then begins to connect the socket, which does not block. 0 is "under way", anything
/// else the number of an error. What is connected is what was judged: the address is read once.
///
/// `Address` is C's `sockaddr`, which the bindings do not name.
pub(super) unsafe extern "C" fn on_connect<Address>(
    socket: c_int,
    address: *const Address,
    length: c_int,
    broker: *const c_char,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: librdkafka lends an open socket, an address of `length` bytes and a text for this call;
    // `opaque` is the client's state, which outlives the client.
    let (state, socket, address, broker) = unsafe {
        let address = SocketAddrAny::read(address.cast(), length.cast_unsigned());
        let state = &*opaque.cast::<ClientState>();
        (state, BorrowedFd::borrow_raw(socket), address, owned(broker))
    };
    let Ok(address) = SocketAddr::try_from(address) else {
        return Errno::AFNOSUPPORT.raw_os_error();
    };
    if let Err(refusal) = judge(&state.settings.policy, &broker, address.ip()) {
        // It is dialled again and again; one line is enough.
        if state.trouble.note_refused_address(broker, refusal.clone()) {
            tracing::error!("{refusal}");
        }
        return Errno::ACCESS.raw_os_error();
    }
    state.trouble.note_dialled(&broker);
    match connect(socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => 0,
        Err(error) => error.raw_os_error(),
    }
}

/// Keeps what is wrong with a broker's certificate, for the error that follows: OpenSSL's text of it
/// does not say. 1 is "right"; what was found wrong stays wrong.
#[allow(clippy::too_many_arguments, reason = "librdkafka's signature")]
pub(super) unsafe extern "C" fn on_certificate(
    _client: *mut rd_kafka_t,
    broker: *const c_char,
    _broker_id: i32,
    fault: *mut c_int,
    _depth: c_int,
    _certificate: *const c_char,
    _size: usize,
    _text: *mut c_char,
    _text_size: usize,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: librdkafka lends `fault` and the text for this call; `opaque` is the client's state.
    let (state, fault, broker) =
        unsafe { (&*opaque.cast::<ClientState>(), fault.read(), owned(broker)) };
    if fault == 0 {
        return 1;
    }
    state.trouble.note_certificate(broker, fault);
    0
}
