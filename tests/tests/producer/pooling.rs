//! Callers share one client for each configuration, and a client that has failed for good is
//! replaced under them.

use std::thread;

use end_to_end::host::Host;
use end_to_end::mock::Mock;
use end_to_end::reader::read_topic;
use end_to_end::serve::Serve;
use rdkafka::types::RDKafkaRespErr;
use serde_json::{Value, json};

const PROCESS: &str = "/v1/plugins/kafka_producer/process";

/// One server serves 256 calls at a time.
const CALLERS: usize = 200;

fn serve() -> Serve {
    let words = ["serve", "--listen", "127.0.0.1:0"];
    Serve::start(Host::shared().run(words).env("PLUGPIPE_LOG", "info"))
}

/// The value of a metric; 0 where it is not there.
fn metric(serve: &Serve, name: &str) -> u64 {
    let text = serve.get("/metrics").body;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().last());
    line.map_or(0, |value| value.parse().expect("a whole number"))
}

fn publish(serve: &Serve, servers: &str, ctx: &Value) -> Value {
    let cfg = json!({"bootstrap_servers": servers, "topic": "pooled"});
    serve.post(PROCESS, &json!({"ctx": ctx, "cfg": cfg})).expect(200)
}

#[test]
fn two_hundred_callers_of_one_configuration_share_one_client() {
    let mock = Mock::start(1, &[("pooled", 1)]);
    let serve = serve();
    publish(&serve, mock.bootstrap_servers(), &json!({"message": "first"}));
    let before = serve.resident_kib();
    thread::scope(|scope| {
        let call =
            |number: usize| publish(&serve, mock.bootstrap_servers(), &json!({"message": number}));
        let calls: Vec<_> = (0..CALLERS).map(|number| scope.spawn(move || call(number))).collect();
        for call in calls {
            let answer = call.join().expect("a call");
            assert_eq!(answer["kafka_status"], "success", "{answer}");
        }
    });
    let grown = serve.resident_kib().saturating_sub(before);
    eprintln!("{CALLERS} callers: {grown} KiB more than one");
    assert_eq!(metric(&serve, "plugpipe_kafka_clients_created_total"), 1);
    assert_eq!(metric(&serve, "plugpipe_kafka_clients"), 1);
    assert!(grown < 200 * 1024, "{grown} KiB for {CALLERS} callers");
    assert_eq!(serve.said().matches("connection_established").count(), 1, "{}", serve.said());
    let records = read_topic(mock.bootstrap_servers(), "pooled");
    let mut numbers: Vec<&str> = records.iter().skip(1).map(|record| record.text()).collect();
    numbers.sort_unstable_by_key(|text| text.parse::<usize>().expect("a number"));
    let expected: Vec<String> = (0..CALLERS).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn a_client_that_has_failed_for_good_is_replaced_and_nothing_certain_is_lost() {
    let mock = Mock::start(1, &[("pooled", 1)]);
    let serve = serve();
    let servers = mock.bootstrap_servers();
    assert_eq!(publish(&serve, servers, &json!({"message": "before"}))["kafka_status"], "success");
    mock.fail_produce(&[RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER]);
    let hit = publish(&serve, servers, &json!({"messages": (0..20).collect::<Vec<u32>>()}));
    let after = publish(&serve, servers, &json!({"message": "after"}));
    assert_eq!(after["kafka_status"], "success", "{after}\n{hit}");
    assert_eq!(metric(&serve, "plugpipe_kafka_producer_rebuilt_total"), 1, "{hit}");
    assert_eq!(metric(&serve, "plugpipe_kafka_clients"), 1);
    assert_eq!(hit["kafka_result"]["failed_count"], 0, "{hit}");
    let records = read_topic(servers, "pooled");
    let values: Vec<&str> = records.iter().map(|record| record.text()).collect();
    let details = hit["kafka_result"]["details"].as_array().expect("details");
    for (number, detail) in details.iter().enumerate() {
        let copies = values.iter().filter(|value| **value == number.to_string()).count();
        match detail["status"].as_str() {
            Some("success") => assert_eq!(copies, 1, "{number}: {hit}"),
            Some("unknown") => assert!(copies <= 1, "{number}: {hit}"),
            other => panic!("{number}: {other:?}: {hit}"),
        }
    }
    assert_eq!((values.first(), values.last()), (Some(&"\"before\""), Some(&"\"after\"")));
}
