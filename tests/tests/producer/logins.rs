//! TLS and SASL against a real broker: who gets in, and what everybody else is told.

use end_to_end::apache::certificates::KEY_PASSWORD;
use end_to_end::apache::secured::{Listener, PASSWORD, Secured, USER};
use end_to_end::reader::read_topic;
use serde_json::{Value, json};

use crate::service::{answer, serve, verdict, with};

/// Far below the timeout of the calls: what cannot succeed does not wait for it.
const SOON_MS: f64 = 20_000.0;

/// A configuration with the right login.
fn login(kafka: &Secured, mechanism: &str, topic: &str) -> Value {
    json!({
        "bootstrap_servers": kafka.servers(Listener::Sasl), "topic": topic, "timeout_ms": 60_000,
        "security_protocol": "SASL_SSL", "sasl_mechanism": mechanism,
        "kafka_username": USER, "kafka_password": PASSWORD, "ssl_cafile": kafka.certificates.ca(),
    })
}

/// A configuration with the right certificate.
fn mutual(kafka: &Secured, topic: &str) -> Value {
    json!({
        "bootstrap_servers": kafka.servers(Listener::Mutual), "topic": topic, "timeout_ms": 60_000,
        "security_protocol": "SSL", "ssl_cafile": kafka.certificates.ca(),
        "ssl_certfile": kafka.certificates.certificate(), "ssl_keyfile": kafka.certificates.key(),
    })
}

#[test]
fn right_credentials_publish() {
    let Some(kafka) = Secured::shared() else { return };
    let topic = "logins.right";
    kafka.create_topic(topic);
    kafka.permit(topic);
    let serve = serve("warn");
    let locked = json!({ "ssl_keyfile": kafka.certificates.locked_key(),
                         "ssl_key_password": KEY_PASSWORD });
    let anywhere = json!({ "bootstrap_servers": kafka.servers(Listener::BadHost),
                           "ssl_check_hostname": false, "security": { "insecure": true } });
    let ways = [
        ("SCRAM-SHA-256", login(kafka, "SCRAM-SHA-256", topic), false),
        ("SCRAM-SHA-512", login(kafka, "SCRAM-SHA-512", topic), false),
        ("PLAIN", login(kafka, "PLAIN", topic), false),
        ("mutual", mutual(kafka, topic), false),
        ("mutual, locked key", with(&mutual(kafka, topic), &locked), false),
        ("another host, waived", with(&mutual(kafka, topic), &anywhere), true),
    ];
    for (way, cfg, waived) in &ways {
        let answered = answer(&serve, cfg, &json!({ "message": way }));
        assert_eq!(answered["kafka_status"], "success", "{way}: {answered}");
        let warnings = answered["warnings"].to_string();
        assert_eq!(
            warnings.contains("insecure: `ssl_check_hostname`"),
            *waived,
            "{way}: {answered}"
        );
    }
    let read = read_topic(&kafka.servers(Listener::Internal), topic);
    let values: Vec<String> = read.iter().map(|record| record.text().to_owned()).collect();
    let sent: Vec<String> = ways.iter().map(|(way, ..)| json!(way).to_string()).collect();
    assert_eq!(values, sent);
}

/// What is changed in a right configuration, and what is told.
fn wrong_logins(kafka: &Secured) -> Vec<(Value, &'static str)> {
    let login_refused = "127.0.0.1:PORT: the broker refuses the login, user or password is wrong: look \
                         at `kafka_username`, `kafka_password` and `sasl_mechanism`";
    vec![
        (json!({ "kafka_password": "wrong-password-of-the-tests" }), login_refused),
        (json!({ "kafka_username": "nobody" }), login_refused),
        (
            json!({ "ssl_cafile": kafka.certificates.foreign_ca() }),
            "127.0.0.1:PORT: the broker's certificate is not signed by an authority that is trusted \
             here: look at `ssl_cafile`",
        ),
        (
            json!({ "ssl_cafile": null }),
            "127.0.0.1:PORT: the broker's certificate is not signed by an authority that is trusted \
             here: look at `ssl_cafile`",
        ),
    ]
}

fn assert_config_error(answered: &Value, says: &str, what: &str) {
    let (status, error_type, text) = verdict(answered);
    assert_eq!((status, error_type), ("error", "ProducerConfigurationError"), "{what}: {answered}");
    assert_eq!(text, format!("Kafka error: {says}"), "{what}");
    assert!(answered["latency_ms"].as_f64().unwrap() < SOON_MS, "{what}: {answered}");
}

#[test]
fn a_wrong_login_or_authority_is_told_by_its_key_and_at_once() {
    let Some(kafka) = Secured::shared() else { return };
    let serve = serve("warn");
    for mechanism in ["SCRAM-SHA-256", "PLAIN"] {
        for (wrong, says) in wrong_logins(kafka) {
            let cfg = with(&login(kafka, mechanism, "any"), &wrong);
            let answered = answer(&serve, &cfg, &json!({ "message": 1 }));
            let says = says.replace("PORT", &kafka.port(Listener::Sasl).to_string());
            assert_config_error(&answered, &says, &format!("{mechanism} with {wrong}"));
            let text = answered.to_string();
            assert!(!text.contains(PASSWORD) && !text.contains("wrong-password"), "{text}");
        }
    }
}

#[test]
fn a_wrong_certificate_on_either_side_is_told_by_its_key_and_at_once() {
    let Some(kafka) = Secured::shared() else { return };
    let serve = serve("warn");
    let files = &kafka.certificates;
    let no_certificate = json!({ "ssl_certfile": null, "ssl_keyfile": null });
    let foreign = json!({ "ssl_certfile": files.foreign_certificate(),
                          "ssl_keyfile": files.foreign_key() });
    let at = |listener| json!({ "bootstrap_servers": kafka.servers(listener) });
    for (listener, wrong, says) in [
        (
            Listener::Mutual,
            no_certificate,
            "the broker asks for a client certificate and got none: give `ssl_certfile` and \
             `ssl_keyfile`",
        ),
        (
            Listener::Mutual,
            foreign,
            "the broker refuses the client's certificate: look at `ssl_certfile` and `ssl_keyfile`, \
             and whether the broker trusts who signed it",
        ),
        (
            Listener::BadHost,
            at(Listener::BadHost),
            "the broker's certificate is for another host name: look at `bootstrap_servers`, or give \
             the broker a certificate with this name (see `ssl_check_hostname`)",
        ),
        (
            Listener::Expired,
            at(Listener::Expired),
            "the broker's certificate has expired: the broker needs a new one",
        ),
    ] {
        let cfg = with(&mutual(kafka, "any"), &wrong);
        let answered = answer(&serve, &cfg, &json!({ "message": 1 }));
        let says = format!("{}: {says}", kafka.servers(listener));
        assert_config_error(&answered, &says, &wrong.to_string());
    }
}

/// Such a connection is closed without a word, as a dying broker's is: it is told at the timeout.
#[test]
fn the_wrong_protocol_for_a_port_is_suspected_aloud() {
    let Some(kafka) = Secured::shared() else { return };
    let serve = serve("warn");
    let plain = json!({ "bootstrap_servers": kafka.servers(Listener::Sasl), "topic": "any",
                        "timeout_ms": 3000 });
    let tls = with(
        &mutual(kafka, "any"),
        &json!({ "bootstrap_servers": kafka.servers(Listener::Internal), "timeout_ms": 3000 }),
    );
    for (cfg, says) in [
        (plain, "the broker closes the connection without an answer: does its port want TLS"),
        (tls, "the broker ends the TLS handshake: is the port in `bootstrap_servers` one for TLS"),
    ] {
        let answered = answer(&serve, &cfg, &json!({ "message": 1 }));
        let (status, _, text) = verdict(&answered);
        assert_eq!(status, "error", "{answered}");
        assert!(text.contains(says), "{answered}");
    }
}

#[test]
fn files_that_cannot_be_used_are_named_by_their_key_before_anything_connects() {
    let Some(kafka) = Secured::shared() else { return };
    let serve = serve("warn");
    let files = &kafka.certificates;
    let locked =
        json!({ "ssl_keyfile": files.locked_key(), "ssl_key_password": "wrong-key-password" });
    for (wrong, says) in [
        (
            json!({ "ssl_cafile": "/no/such/file.pem" }),
            "`ssl_cafile`: the file \"/no/such/file.pem\"",
        ),
        (json!({ "ssl_certfile": "/no/such/file.pem" }), "`ssl_certfile`: the file"),
        (json!({ "ssl_keyfile": "/no/such/file.pem" }), "`ssl_keyfile`: the file"),
        (json!({ "ssl_cafile": files.key() }), "look at `ssl_cafile`"),
        (locked, "look at `ssl_keyfile` and `ssl_key_password`"),
    ] {
        let cfg = with(&mutual(kafka, "any"), &wrong);
        let answered = answer(&serve, &cfg, &json!({ "message": 1 }));
        let (_, error_type, text) = verdict(&answered);
        assert_eq!(error_type, "ProducerConfigurationError", "{wrong}: {answered}");
        assert!(text.contains(says), "{wrong}: {answered}");
        assert!(!answered.to_string().contains("wrong-key-password"), "{answered}");
    }
}

#[test]
fn a_permission_that_is_missing_or_taken_away_is_told_with_the_topic() {
    let Some(kafka) = Secured::shared() else { return };
    let serve = serve("warn");
    let (open, closed) = ("logins.permitted", "logins.forbidden");
    for topic in [open, closed] {
        kafka.create_topic(topic);
    }
    kafka.permit(open);
    let call = |topic: &str| {
        let cfg = with(&login(kafka, "SCRAM-SHA-256", topic), &json!({ "timeout_ms": 8000 }));
        answer(&serve, &cfg, &json!({ "message": 1 }))
    };
    assert_eq!(call(open)["kafka_status"], "success");
    kafka.forbid(open);
    for topic in [closed, open] {
        let answered = call(topic);
        let (status, error_type, text) = verdict(&answered);
        assert_eq!((status, error_type), ("error", "KafkaProducerError"), "{answered}");
        let says = format!("Kafka error: not authorised to write topic `{topic}` (");
        assert!(text.starts_with(&says), "{answered}");
    }
}
