//! Addresses that brokers advertise are judged before they are dialled.

use std::time::Duration;

use end_to_end::fake_broker::FakeBroker;
use end_to_end::stream::{SOURCE, Stream};
use serde_json::{Value, json};

use crate::service::{answer, serve, verdict};

/// Far below the timeout of the calls: the answer does not wait for it.
const SOON_MS: f64 = 15_000.0;

const REFUSED: &str = "plugpipe_kafka_refused_addresses_total";

/// Configuration, and what the answer says of the address; `{broker}` and `{port}` are filled in.
fn cases(broker: &str, port: &str) -> Vec<(&'static str, Value, String)> {
    let base = |security: Value| {
        json!({ "bootstrap_servers": broker, "topic": "orders", "timeout_ms": 60_000,
                "security": security })
    };
    vec![
        (
            "169.254.169.254:9092",
            base(json!({})),
            "the broker address `169.254.169.254:9092` is refused: a link-local address, where \
             clouds serve their metadata"
                .to_owned(),
        ),
        (
            "localhost:PORT",
            base(json!({ "deny": ["localhost"] })),
            format!("the broker address `localhost:{port}`, which resolves to "),
        ),
        (
            "10.255.255.1:9092",
            base(json!({ "profile": "strict", "allow": ["127.0.0.0/8"] })),
            "the broker address `10.255.255.1:9092` is refused: in a private network, and the \
             profile `strict` needs it in `security.allow`"
                .to_owned(),
        ),
    ]
}

#[test]
fn an_advertised_address_that_is_refused_is_never_dialled_and_the_answer_says_why() {
    let serve = serve("warn");
    for number in 0..3 {
        // What listens where the broker of the second case says that it lives.
        let secret = FakeBroker::advertising("127.0.0.1:1");
        let port = secret.address().rsplit_once(':').unwrap().1.to_owned();
        let advertised = cases("", &port)[number].0.replace("PORT", &port);
        let broker = FakeBroker::advertising(&advertised);
        let (_, cfg, says) = cases(broker.address(), &port).swap_remove(number);
        let answered = answer(&serve, &cfg, &json!({ "message": 1 }));
        let (status, error_type, text) = verdict(&answered);
        assert_eq!((status, error_type), ("error", "SecurityValidationError"), "{answered}");
        assert!(text.starts_with(&format!("Kafka error: {says}")), "{answered}");
        let issues = answered["security_issues"].as_array().unwrap();
        let refused = |issue: &&Value| issue.as_str().unwrap().starts_with("refused_address: ");
        assert_eq!(issues.iter().filter(refused).count(), 1, "{answered}");
        assert!(answered["latency_ms"].as_f64().unwrap() < SOON_MS, "{answered}");
        assert!(broker.connections() > 0, "the broker was not asked");
        assert_eq!(secret.connections(), 0, "a refused address was dialled");
    }
    let metrics = serve.get("/metrics").body;
    let counted = metrics.lines().find(|line| line.starts_with(REFUSED));
    let counted = counted.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    assert!(counted.is_some_and(|counted| counted >= 3.0), "one a call at least: {counted:?}");
}

#[test]
fn the_health_check_says_why_no_broker_may_be_dialled() {
    let serve = serve("warn");
    let listener = FakeBroker::advertising("127.0.0.1:1");
    let port = listener.address().rsplit_once(':').unwrap().1;
    let cfg = json!({ "bootstrap_servers": format!("localhost:{port}"), "timeout_ms": 3000,
                      "security": { "deny": ["127.0.0.0/8", "::1/128"] } });
    let answered = answer(&serve, &cfg, &json!({ "operation": "health_check" }));
    assert_eq!(answered["kafka_result"]["healthy"], false, "{answered}");
    let error = answered["kafka_result"]["error"].as_str().unwrap();
    assert!(error.contains("is refused: denied by "), "{answered}");
    assert_eq!(listener.connections(), 0);
}

/// A stream waits a while, since a name may lead to an address that may be dialled; then it stops.
#[test]
fn a_stream_whose_brokers_may_not_be_dialled_stops_and_says_why() {
    let broker = FakeBroker::advertising("169.254.169.254:9092");
    let sink = "  - id: out\n    uses: kafka_producer\n    config: {bootstrap_servers: \
                '${env:KAFKA}', topic: orders}\n";
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{sink}")).with_lines("{}\n");
    let stream = stream.kafka(broker.address());
    let output = stream.run().limit(Duration::from_secs(120)).output().expect_code(1);
    let message = output.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("`169.254.169.254:9092` is refused: a link-local"), "{output}");
}
