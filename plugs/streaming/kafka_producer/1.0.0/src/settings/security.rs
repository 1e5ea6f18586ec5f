//! Encryption and login as librdkafka's settings.
//!
//! A key beside a protocol that would ignore it is an error: whoever wrote it believes to be protected.

use super::Decided;
use crate::config::{Config, SecretText};
use crate::fault::Fault;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Sets what `security_protocol`, `sasl_mechanism`, the credentials and the `ssl_` keys ask for. Whether
/// the credentials go together was judged before, by a stage of their own. `waivers` are those of the raw
/// options.
///
/// # Errors
/// A key that the protocol ignores, that needs another one, or whose file cannot be read.
pub fn secure(config: &Config, decided: &mut Decided, waivers: Vec<String>) -> Result<(), Fault> {
    let protocol = *config.security_protocol;
    decided.settings.set("security.protocol", protocol.as_setting());
    if protocol.is_sasl() {
        login(config, decided);
    } else if config.kafka_username.is_some() || config.kafka_password.is_some() {
        decided.warnings.push(format!(
            "`security_protocol` {} makes no login: `kafka_username` and `kafka_password` are not used",
            protocol.as_setting()
        ));
    }
    if !protocol.is_tls() {
        return no_encryption(config);
    }
    encryption(config, decided)?;
    decided.warnings.extend(waivers);
    Ok(())
}

fn fault(text: String) -> Fault {
    Fault::configuration(text)
}

fn login(config: &Config, decided: &mut Decided) {
    let settings = &mut decided.settings;
    if let Some(mechanism) = config.sasl_mechanism {
        settings.set("sasl.mechanism", mechanism.as_setting());
    }
    if let Some(user) = &config.kafka_username {
        settings.set("sasl.username", user);
    }
    if let Some(SecretText(password)) = &config.kafka_password {
        settings.set_secret("sasl.password", password.clone());
    }
}

/// The TLS keys that were given, typed or raw.
fn tls_keys(config: &Config) -> Vec<String> {
    let typed = [
        ("ssl_cafile", config.ssl_cafile.is_some()),
        ("ssl_certfile", config.ssl_certfile.is_some()),
        ("ssl_keyfile", config.ssl_keyfile.is_some()),
        ("ssl_key_password", config.ssl_key_password.is_some()),
        ("ssl_check_hostname", config.ssl_check_hostname.is_some()),
    ];
    let typed = typed.into_iter().filter(|(_, given)| *given).map(|(key, _)| key.to_owned());
    let is_tls = |key: &&String| key.starts_with("ssl.") || key.starts_with("enable.ssl.");
    let raw = config.librdkafka.keys().filter(is_tls).map(|key| format!("librdkafka.{key}"));
    typed.chain(raw).collect()
}

fn no_encryption(config: &Config) -> Result<(), Fault> {
    let protocol = config.security_protocol.as_setting();
    match tls_keys(config).first() {
        None => Ok(()),
        Some(key) => Err(fault(format!(
            "`security_protocol` {protocol} would ignore `{key}`; SSL and SASL_SSL use it"
        ))),
    }
}

fn encryption(config: &Config, decided: &mut Decided) -> Result<(), Fault> {
    let settings = &mut decided.settings;
    // The OpenSSL inside this plugin was built elsewhere and does not know where this system keeps its
    // authorities; librdkafka looks for them.
    let authorities = config.ssl_cafile.as_deref().unwrap_or("probe");
    settings.set("ssl.ca.location", authorities);
    let files = [
        ("ssl_cafile", &config.ssl_cafile, "ssl_cafile", &config.ssl_cafile),
        ("ssl_certfile", &config.ssl_certfile, "ssl_keyfile", &config.ssl_keyfile),
        ("ssl_keyfile", &config.ssl_keyfile, "ssl_certfile", &config.ssl_certfile),
    ];
    for (key, path, other_key, other) in files {
        let Some(path) = path else { continue };
        if other.is_none() {
            return Err(fault(format!("`{key}` needs `{other_key}` beside it")));
        }
        readable(key, path)?;
    }
    if let (Some(certificate), Some(key)) = (&config.ssl_certfile, &config.ssl_keyfile) {
        settings.set("ssl.certificate.location", certificate).set("ssl.key.location", key);
    }
    if let Some(SecretText(password)) = &config.ssl_key_password {
        if config.ssl_keyfile.is_none() {
            return Err(fault("`ssl_key_password` needs `ssl_keyfile` beside it".to_owned()));
        }
        settings.set_secret("ssl.key.password", password.clone());
    }
    host_name(config, decided);
    Ok(())
}

/// Every way to trust a broker blindly is said in every answer. That it is waived was judged before.
fn host_name(config: &Config, decided: &mut Decided) {
    let is_checked = config.ssl_check_hostname.unwrap_or(true);
    let algorithm = if is_checked { "https" } else { "none" };
    decided.settings.set("ssl.endpoint.identification.algorithm", algorithm);
    if !is_checked {
        let text = "insecure: `ssl_check_hostname` is false: the broker's name is not checked";
        decided.warnings.push(text.to_owned());
    }
}

/// A file that is there and can be read; a folder of authorities is not looked into.
fn readable(key: &str, path: &str) -> Result<(), Fault> {
    let is_folder = key == "ssl_cafile" && Path::new(path).is_dir();
    let mut first = [0];
    let mut read = || File::open(path)?.read(&mut first);
    match if is_folder { Ok(1) } else { read() } {
        Ok(0) => Err(fault(format!("`{key}`: the file {path:?} is empty"))),
        Ok(_) => Ok(()),
        Err(error) => Err(fault(format!("`{key}`: the file {path:?} cannot be read: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::settings::{Decided, settings};
    use plugin_api::Json;

    fn decide(config: &str) -> Result<Decided, String> {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let config = Json::from_text(config.replace("HERE", here)).unwrap().parse::<Config>();
        settings(&config.unwrap()).map_err(|fault| fault.text)
    }

    #[test]
    fn a_key_that_is_ignored_missing_or_alone_names_both() {
        for (config, keys) in [
            (r#"{"ssl_cafile":"HERE"}"#, ["`security_protocol`", "`ssl_cafile`"]),
            (r#"{"ssl_check_hostname":true}"#, ["`security_protocol`", "`ssl_check_hostname`"]),
            (r#"{"librdkafka":{"ssl.crl.location":"/a"}}"#, ["PLAINTEXT", "`librdkafka.ssl.crl"]),
            (
                r#"{"security_protocol":"SASL_PLAINTEXT","ssl_keyfile":"HERE","sasl_mechanism":"PLAIN","kafka_username":"u","kafka_password":"p"}"#,
                ["SASL_PLAINTEXT", "`ssl_keyfile`"],
            ),
            (
                r#"{"security_protocol":"SSL","ssl_certfile":"HERE"}"#,
                ["`ssl_certfile`", "`ssl_keyfile`"],
            ),
            (
                r#"{"security_protocol":"SSL","ssl_key_password":"s"}"#,
                ["`ssl_key_password`", "`ssl_keyfile`"],
            ),
            (
                r#"{"security_protocol":"SSL","ssl_check_hostname":false}"#,
                ["`ssl_check_hostname`", "`security.insecure`"],
            ),
            (
                r#"{"security_protocol":"SSL","ssl_cafile":"/no/such/ca.pem"}"#,
                ["`ssl_cafile`", "/no/such/ca.pem"],
            ),
            (
                r#"{"security_protocol":"SSL","ssl_cafile":"HERE","librdkafka":{"ssl.ca.location":"/a"}}"#,
                ["`ssl_cafile`", "`librdkafka.ssl.ca.location`"],
            ),
        ] {
            let text = decide(config).err().unwrap();
            assert!(keys.iter().all(|key| text.contains(key)), "{config}: {text}");
        }
    }

    #[test]
    fn what_is_given_reaches_the_client_and_secrets_stay_apart() {
        let decided = decide(
            r#"{"security_protocol":"SASL_SSL","sasl_mechanism":"SCRAM-SHA-512",
                "kafka_username":"me","kafka_password":"canary-1","ssl_cafile":"HERE",
                "kafka_ssl_cert_path":"HERE","kafka_ssl_key_path":"HERE",
                "ssl_key_password":"canary-2"}"#,
        );
        let settings = decided.unwrap().settings;
        for (key, value) in [
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.username", "me"),
            ("ssl.endpoint.identification.algorithm", "https"),
        ] {
            assert_eq!(settings.get(key), Some(value));
        }
        for key in ["ssl.ca.location", "ssl.certificate.location", "ssl.key.location"] {
            assert!(settings.get(key).is_some_and(|path| path.ends_with("Cargo.toml")), "{key}");
        }
        let secrets: Vec<_> = settings.secrets.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(secrets, ["sasl.password", "ssl.key.password"]);
        assert!(!format!("{settings:?}").contains("canary"));
    }

    #[test]
    fn without_a_file_the_authorities_are_those_of_the_system() {
        let settings = decide(r#"{"security_protocol":"SSL"}"#).unwrap().settings;
        assert_eq!(settings.get("ssl.ca.location"), Some("probe"));
    }

    #[test]
    fn every_blind_trust_is_said() {
        for config in [
            r#"{"security_protocol":"SSL","security":{"insecure":true},"ssl_check_hostname":false}"#,
            r#"{"security_protocol":"SSL","security":{"insecure":true},"librdkafka":{"ssl.endpoint.identification.algorithm":"none"}}"#,
            r#"{"security_protocol":"SSL","security":{"insecure":true},"librdkafka":{"enable.ssl.certificate.verification":false}}"#,
        ] {
            let warnings = decide(config).unwrap().warnings;
            assert!(warnings.iter().any(|text| text.starts_with("insecure: ")), "{warnings:?}");
            let secure = config.replace("\"insecure\":true", "\"insecure\":false");
            assert!(decide(&secure).is_err(), "{secure}");
        }
    }
}
