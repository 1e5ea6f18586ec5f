//! librdkafka's words about a connection that failed, in ours: what is wrong, and which key to look at.

use rdkafka::bindings::rd_kafka_resp_err_t::*;

use crate::outcome::{ErrorClass, class_of};

/// What a connection's error means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub class: ErrorClass,
    /// librdkafka's name of the error, or that of the error behind it; `None` keeps its own.
    pub code: Option<&'static str>,
    /// In our words, without the broker's name.
    pub text: &'static str,
    /// Whether this broker will say the same next time.
    pub is_certain: bool,
}

/// What is known beside the text of an error.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// OpenSSL's number of what is wrong with the broker's certificate; 0 for nothing.
    pub certificate: i32,
    /// The client has a certificate to show.
    pub shows_certificate: bool,
    /// Brokers took records of this client before: its protocol is right.
    pub has_delivered: bool,
}

/// Reads an error that librdkafka reported of a broker. `None` leaves it in librdkafka's words.
pub(crate) fn diagnose(code: i32, text: &str, known: Known) -> Option<Diagnosis> {
    let says = |words: &str| text.contains(words);
    if code == RD_KAFKA_RESP_ERR__AUTHENTICATION as i32 {
        return Some(config("_AUTHENTICATION", login(text)));
    }
    if says("certificate verify failed") || says("Failed to verify broker certificate") {
        return Some(config("_SSL", certificate(known.certificate)));
    }
    if says("alert ") && says("SSL") {
        return alert(text, known.shows_certificate).map(|text| config("_SSL", text));
    }
    if says("wrong version number") || says("packet length too long") {
        return Some(config("_SSL", NO_TLS));
    }
    if code == RD_KAFKA_RESP_ERR__TRANSPORT as i32 || class_of(code) == ErrorClass::ConfigFatal {
        return protocol(text, known.has_delivered);
    }
    None
}

/// An error that only another configuration ends.
fn config(code: &'static str, text: &'static str) -> Diagnosis {
    Diagnosis { class: ErrorClass::ConfigFatal, code: Some(code), text, is_certain: true }
}

const NO_TLS: &str = "the broker does not speak TLS on this port: look at `security_protocol` and the \
                      port in `bootstrap_servers`";

fn login(text: &str) -> &'static str {
    if text.contains("mechanism handshake failed") {
        "the broker does not offer this login: look at `sasl_mechanism`"
    } else {
        "the broker refuses the login, user or password is wrong: look at `kafka_username`, \
         `kafka_password` and `sasl_mechanism`"
    }
}

/// By OpenSSL's numbers.
fn certificate(fault: i32) -> &'static str {
    match fault {
        9 => "the broker's certificate is not valid yet: look at the clocks of both machines",
        10 => "the broker's certificate has expired: the broker needs a new one",
        23 => "the broker's certificate is revoked: the broker needs a new one",
        62 | 64 => {
            "the broker's certificate is for another host name: look at `bootstrap_servers`, or \
             give the broker a certificate with this name (see `ssl_check_hostname`)"
        }
        _ => {
            "the broker's certificate is not signed by an authority that is trusted here: look at \
             `ssl_cafile`"
        }
    }
}

/// What a broker says that ends a handshake. Of these only a certificate is a matter of the client's.
fn alert(text: &str, shows_certificate: bool) -> Option<&'static str> {
    const ABOUT_CERTIFICATES: [&str; 8] = [
        "certificate required",
        "bad certificate",
        "unknown ca",
        "certificate unknown",
        "certificate expired",
        "certificate revoked",
        "unsupported certificate",
        "handshake failure",
    ];
    ABOUT_CERTIFICATES.iter().find(|words| text.contains(&format!("alert {words}")))?;
    Some(if shows_certificate {
        "the broker refuses the client's certificate: look at `ssl_certfile` and `ssl_keyfile`, and \
         whether the broker trusts who signed it"
    } else {
        "the broker asks for a client certificate and got none: give `ssl_certfile` and `ssl_keyfile`"
    })
}

/// Connections that a broker closed where one that speaks the same protocol would not. A broker that
/// is starting or dying closes them too, so this is retried.
fn protocol(text: &str, has_delivered: bool) -> Option<Diagnosis> {
    let ends_handshake =
        ["PLAINTEXT broker listener?", "unexpected eof", "SSL connection closed by peer"];
    let is_closed_in_handshake =
        state_when_closed(text).is_some_and(|(_, state)| state.starts_with("SSL_HANDSHAKE"));
    let ends_handshake = ends_handshake.iter().any(|words| text.contains(words));
    let text = if (ends_handshake || is_closed_in_handshake) && has_delivered {
        "the broker ends the TLS handshake, which it did not before: is it starting or stopping?"
    } else if ends_handshake || is_closed_in_handshake {
        "the broker ends the TLS handshake: is the port in `bootstrap_servers` one for TLS, as \
         `security_protocol` says?"
    } else if is_closed_early(text) && !has_delivered {
        "the broker closes the connection without an answer: does its port want TLS or a login? Look at \
         `security_protocol`"
    } else {
        return None;
    };
    Some(Diagnosis { class: ErrorClass::Retriable, code: None, text, is_certain: false })
}

/// Whether a broker closed a connection that had only just begun: before it said which requests it
/// knows, or right after.
fn is_closed_early(text: &str) -> bool {
    let Some((time, state)) = state_when_closed(text) else { return false };
    let is_fresh = time.parse::<u32>().is_ok_and(|time| time < EARLY_MS);
    state.starts_with("APIVERSION_QUERY") || state.starts_with("UP") && is_fresh
}

/// How many milliseconds a connection that was closed had been in its last state, and that state: the
/// text ends with them.
fn state_when_closed(text: &str) -> Option<(&str, &str)> {
    let is_closed = text.contains("Disconnected") || text.contains("closed by peer");
    let (_, after) = text.rsplit_once("(after ").filter(|_| is_closed)?;
    after.split_once("ms in state ")
}

/// A broker that wants a login closes a connection at the first request; an idle one lives for minutes.
const EARLY_MS: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_thing_names_its_key() {
        let verify = "ssl://h:1/bootstrap: SSL handshake failed: error:0A000086:SSL \
                      routines::certificate verify failed: broker certificate could not be verified";
        let alert = "ssl://h:1/1: Receive failed: error:0A000412:SSL routines::ssl/tls alert bad \
                     certificate: SSL alert number 42";
        let refused = "sasl_ssl://h:1/1: SASL authentication error: Authentication failed";
        let mechanism = "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported: \
                         broker's supported mechanisms: PLAIN";
        let plain =
            "SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener?";
        let ended = "ssl://h:1/bootstrap: Disconnected: SSL connection closed by peer (after 1ms in \
                     state SSL_HANDSHAKE)";
        let reset = "ssl://h:1/bootstrap: Disconnected: connection reset by peer (after 0ms in state \
                     SSL_HANDSHAKE)";
        let tls = "h:1/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN \
                   (after 0ms in state APIVERSION_QUERY, 1 identical error(s) suppressed)";
        let (transport, ssl, login) = (
            RD_KAFKA_RESP_ERR__TRANSPORT as i32,
            RD_KAFKA_RESP_ERR__SSL as i32,
            RD_KAFKA_RESP_ERR__AUTHENTICATION as i32,
        );
        for (code, text, certificate, shows, key, certain) in [
            (ssl, verify, 20, false, "`ssl_cafile`", true),
            (ssl, verify, 10, false, "has expired", true),
            (ssl, verify, 62, false, "another host name", true),
            (ssl, verify, 64, false, "another host name", true),
            (transport, alert, 0, false, "got none: give `ssl_certfile`", true),
            (transport, alert, 0, true, "refuses the client's certificate", true),
            (login, refused, 0, false, "`kafka_password`", true),
            (login, mechanism, 0, false, "look at `sasl_mechanism`", true),
            (ssl, "error:0A00010B:SSL routines::wrong version number", 0, false, "TLS", true),
            (transport, plain, 0, false, "ends the TLS handshake", false),
            (transport, ended, 0, false, "ends the TLS handshake", false),
            (transport, reset, 0, false, "one for TLS, as `security_protocol` says?", false),
            (transport, tls, 0, false, "want TLS or a login", false),
        ] {
            let known = Known { certificate, shows_certificate: shows, ..Known::default() };
            let diagnosis = diagnose(code, text, known).unwrap();
            assert!(diagnosis.text.contains(key), "{text}: {diagnosis:?}");
            assert_eq!(diagnosis.is_certain, certain, "{text}");
            assert_eq!(diagnosis.class == ErrorClass::ConfigFatal, certain, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_stays_as_it_is() {
        let transport = RD_KAFKA_RESP_ERR__TRANSPORT as i32;
        for text in [
            "h:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused",
            "h:1/1: Disconnected: connection closed by peer (after 600000ms in state UP)",
        ] {
            assert_eq!(diagnose(transport, text, Known::default()), None);
        }
    }

    #[test]
    fn a_connection_that_closes_after_a_delivery_raises_no_question_of_protocol() {
        let transport = RD_KAFKA_RESP_ERR__TRANSPORT as i32;
        let known = Known { has_delivered: true, ..Known::default() };
        for state in ["UP", "APIVERSION_QUERY"] {
            let text = format!("h:1/1: Disconnected (after 3ms in state {state})");
            assert_eq!(diagnose(transport, &text, known), None);
            assert!(diagnose(transport, &text, Known::default()).is_some(), "{state}");
        }
        let ended = "SSL handshake failed: error:0A000126:SSL routines::unexpected eof";
        let found = diagnose(RD_KAFKA_RESP_ERR__SSL as i32, ended, known).unwrap();
        assert_eq!(found.class, ErrorClass::Retriable);
        assert!(found.text.ends_with("is it starting or stopping?"), "{found:?}");
    }
}
