//! Planted secrets come out nowhere.

use std::fmt::Write as _;

use end_to_end::apache::secured::{Listener, Secured};
use end_to_end::fake_broker::FakeBroker;
use end_to_end::host::Host;
use end_to_end::mock::Mock;
use end_to_end::stream::{SOURCE, Stream};
use serde_json::{Value, json};

use crate::service::{answer_text, serve, with};

/// One for each place. The last character before the number needs escaping in a URL.
const PASSWORD: &str = "canary/Pass+word?1";
const KEY_PASSWORD: &str = "canary/Key+word?2";
const REDIS_PASSWORD: &str = "canary-Redis-word-3";
const RAW: &str = "canary/Raw+word?4";
const NUMBER: i64 = 8_675_309_424_242;
const IN_CONTEXT: &str = "canary/Context+word?5";
const IN_ADDRESS: &str = "canary-Address-word-6";

/// Every spelling in which a secret could come out: as it is, in base64 at each of its three shifts, and
/// with the escapes of URLs and of JSON.
fn spellings() -> Vec<String> {
    let number = NUMBER.to_string();
    let secrets =
        [PASSWORD, KEY_PASSWORD, REDIS_PASSWORD, RAW, IN_CONTEXT, IN_ADDRESS, number.as_str()];
    secrets.iter().flat_map(|secret| spellings_of(secret)).collect()
}

fn spellings_of(secret: &str) -> Vec<String> {
    let mut url = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            write!(url, "%{byte:02X}").unwrap();
        }
    }
    let shifted = (0..3).map(|shift| {
        let padded = [vec![0; shift], secret.as_bytes().to_vec()].concat();
        // What stands at either end depends on the bytes around the secret.
        let encoded = openssl_base64(&padded);
        encoded[4..encoded.len() - 4].to_owned()
    });
    let mut all: Vec<String> = shifted.collect();
    all.extend([secret.to_owned(), url, secret.replace('/', "\\/")]);
    all
}

fn openssl_base64(bytes: &[u8]) -> String {
    openssl::base64::encode_block(bytes)
}

fn assert_clean(what: &str, text: &str) {
    for spelling in spellings() {
        assert!(!text.contains(&spelling), "{what} shows {spelling}:\n{text}");
    }
}

#[test]
fn a_leak_is_seen_in_each_spelling() {
    for shift in 0..3 {
        let leak = openssl_base64(format!("{}{PASSWORD} and more", "u".repeat(shift)).as_bytes());
        assert!(spellings().iter().any(|spelling| leak.contains(spelling)), "{leak}");
    }
    for leak in ["canary%2FPass%2Bword%3F1", "canary\\/Pass+word?1", "a canary/Pass+word?1 b"] {
        assert!(spellings().iter().any(|spelling| leak.contains(spelling)), "{leak}");
    }
}

/// Configurations that fail in every way there is, each with secrets in it, and one that succeeds.
fn configurations(mock: &str, fake: &str) -> Vec<Value> {
    let login = json!({
        "bootstrap_servers": mock, "topic": "orders", "timeout_ms": 1000,
        "security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN",
        "kafka_username": "user", "kafka_password": PASSWORD,
        "redis_backend": {
            "enabled": true,
            "redis_url": format!("redis://user:{REDIS_PASSWORD}@127.0.0.1:1/2"),
        },
    });
    let changes = [
        json!({}),
        // The one that succeeds, however slow the machine.
        json!({ "security_protocol": "PLAINTEXT", "sasl_mechanism": null, "timeout_ms": 30_000 }),
        json!({ "security_protocol": "PLAINTEXT" }),
        json!({ "sasl_mechanism": "SCRAM-SHA-512" }),
        json!({ "sasl_mechanism": "SCRAM-SHA-257" }),
        json!({ "security_protocol": "SASL_SSL" }),
        json!({ "security_protocol": "SASL_SSL", "ssl_key_password": KEY_PASSWORD }),
        json!({ "security_protocol": "SASL_SSL", "ssl_key_password": KEY_PASSWORD,
                "ssl_certfile": "Cargo.toml", "ssl_keyfile": "Cargo.toml" }),
        json!({ "kafka_password": NUMBER }),
        json!({ "kafka_password": [PASSWORD] }),
        json!({ "kafka_password": { "is": PASSWORD } }),
        json!({ "kafka_password": format!("{PASSWORD}\u{0}") }),
        json!({ "kafka_username": "in valid" }),
        json!({ "ssl_key_password": NUMBER }),
        json!({ "redis_backend": { "enabled": true, "redis_url": NUMBER } }),
        json!({ "redis_backend": { "enabled": true, "redis_url": REDIS_PASSWORD } }),
        json!({ "redis_backend": { "redis_password": REDIS_PASSWORD } }),
        json!({ "kafka_passwrd": 1 }),
        json!({ "librdkafka": { "sasl.password": RAW } }),
        json!({ "librdkafka": { "ssl.key.password": RAW, "linger.ms": 1 } }),
        json!({ "librdkafka": { "sasl.oauthbearer.client.secret": RAW } }),
        json!({ "librdkafka": { "ssl.key.pem": RAW, "debug": "all" } }),
        json!({ "librdkafka": { "ssl.keystore.password": NUMBER } }),
        json!({ "bootstrap_servers": format!("user:{IN_ADDRESS}@kafka:9092") }),
        json!({ "bootstrap_servers": [format!("u:{IN_ADDRESS}@kafka:9092"), "169.254.169.254:1"] }),
        json!({ "bootstrap_servers": fake, "security_protocol": "PLAINTEXT", "sasl_mechanism": null }),
        json!({ "bootstrap_servers": "127.0.0.1:1" }),
        json!({ "timeout_ms": 0 }),
        json!({ "topic": null }),
        json!({ "serialization": "none" }),
    ];
    changes.iter().map(|change| with(&login, change)).collect()
}

/// What is asked with each configuration.
fn contexts() -> [Value; 5] {
    let credentials = json!({
        "security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN", "kafka_username": "user",
        "kafka_password": PASSWORD, "token": IN_CONTEXT, "nested": { "api_key": IN_CONTEXT },
    });
    [
        json!({ "message": 1 }),
        json!({ "operation": "validate", "context": "kafka_credentials", "data": credentials }),
        json!({ "operation": "validate", "context": "producer_config",
                "data": { "kafka_password": PASSWORD, "ssl_key_password": KEY_PASSWORD,
                          "librdkafka": { "sasl.password": RAW } } }),
        json!({ "operation": "metrics" }),
        json!({ "operation": "none" }),
    ]
}

#[test]
fn no_planted_secret_comes_out_of_a_serving_host() {
    let mock = Mock::start(1, &[("orders", 1)]);
    let fake = FakeBroker::advertising("169.254.169.254:9092");
    let serve = serve("trace");
    let mut successes = 0;
    for cfg in configurations(mock.bootstrap_servers(), fake.address()) {
        for ctx in contexts() {
            let text = answer_text(&serve, &cfg, &ctx);
            assert_clean(&format!("the answer to {ctx}"), &text);
            let answered: Value = serde_json::from_str(&text).unwrap();
            let published = ctx.get("message").is_some() && answered["kafka_status"] == "success";
            successes += u32::from(published);
        }
    }
    assert!(successes > 0, "the path of a success was not walked");
    assert_clean("/metrics", &serve.get("/metrics").body);
    let said = serve.stop().said;
    assert!(said.contains("librdkafka"), "the log is not at its most talkative:\n{said}");
    assert_clean("the log", &said);
}

#[test]
fn no_planted_secret_comes_out_of_a_refused_login() {
    let Some(kafka) = Secured::shared() else { return };
    let serve = serve("trace");
    for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] {
        let cfg = json!({
            "bootstrap_servers": kafka.servers(Listener::Sasl), "topic": "any",
            "security_protocol": "SASL_SSL", "sasl_mechanism": mechanism,
            "kafka_username": "producer", "kafka_password": PASSWORD,
            "ssl_cafile": kafka.certificates.ca(), "timeout_ms": 20_000,
        });
        let text = answer_text(&serve, &cfg, &json!({ "message": 1 }));
        assert!(text.contains("the broker refuses the login"), "{text}");
        assert_clean("the answer", &text);
    }
    assert_clean("/metrics", &serve.get("/metrics").body);
    let said = serve.stop().said;
    assert_clean("the log", &said);
    assert_clean("the broker's log", &kafka.log());
}

/// The commands read a configuration in ways of their own: from the pipeline, from the environment and
/// from the command line.
#[test]
fn no_planted_secret_comes_out_of_a_command() {
    let mock = Mock::start(1, &[("orders", 1)]);
    let mut ran = 0;
    for cfg in configurations(mock.bootstrap_servers(), "127.0.0.1:1") {
        let pipeline = format!(
            "apiVersion: v1\nkind: PipeSpec\nmetadata: {{name: secrets, version: 1.0.0}}\npipeline:\n  \
             - {{id: publish, uses: kafka_producer, config: {cfg}, with: {{message: 1}}}}\n"
        );
        for arguments in [["check", "-"].as_slice(), &["run", "-"]] {
            let run = Host::shared().run(arguments.iter().copied()).env("PLUGPIPE_LOG", "trace");
            let output = run.stdin(pipeline.clone()).output();
            assert_clean(&format!("{arguments:?}"), &output.stdout);
            assert_clean(&format!("{arguments:?}"), &output.stderr);
            ran += 1;
        }
    }
    assert!(ran > 40);
}

#[test]
fn no_planted_secret_comes_out_of_a_stream() {
    let Some(kafka) = Secured::shared() else { return };
    let login = json!({
        "bootstrap_servers": kafka.servers(Listener::Sasl), "topic": "any",
        "security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-256",
        "kafka_username": "producer", "kafka_password": PASSWORD,
        "ssl_cafile": kafka.certificates.ca(),
    });
    for (wrong, code, says) in [
        (json!({}), 1, "the broker refuses the login"),
        (json!({ "kafka_password": NUMBER }), 2, "kafka_password"),
        (json!({ "ssl_key_password": KEY_PASSWORD }), 2, "`ssl_keyfile`"),
        (json!({ "librdkafka": { "sasl.password": RAW } }), 2, "kafka_password"),
    ] {
        let cfg = with(&login, &wrong);
        let sink = format!("  - {{id: out, uses: kafka_producer, config: {cfg}}}\n");
        let stream = Stream::new(&format!("pipeline:\n{SOURCE}{sink}")).with_lines("{}\n");
        let output = stream.run().env("PLUGPIPE_LOG", "trace").output().expect_code(code);
        assert!(output.stdout.contains(says), "{says}: {output}");
        assert_clean("stdout", &output.stdout);
        assert_clean("stderr", &output.stderr);
    }
}
