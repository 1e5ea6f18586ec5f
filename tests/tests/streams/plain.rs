//! A stream to which nothing happens.

use end_to_end::mock::Mock;
use end_to_end::oracle::{Counters, Verdict};
use end_to_end::stream::{SOURCE, Stream};
use end_to_end::watch::Watch;

use crate::kafka::{ORDERS, assert_complete, cluster, numbered, sink};

#[test]
fn every_record_of_a_file_arrives_once_and_in_order_per_key() {
    for config in ["", "config: {lanes: 3}\n", "config: {in_flight: 1, batch: {records: 999}}\n"] {
        let (mock, watch) = cluster(2);
        let issued = numbered(10_000);
        let stream = Stream::new(&format!("{config}pipeline:\n{SOURCE}{}", sink("", "")));
        let stream = stream.kafka(mock.bootstrap_servers()).with_records(&issued);
        let output = stream.run().output().expect_code(0);
        let counters = Counters::of(&output.json());
        assert_eq!(counters, Counters::all_delivered(10_000), "{output}");
        assert_eq!(assert_complete(&stream, &issued, watch, counters), 0, "{output}");
    }
}

#[test]
fn the_run_document_says_how_it_went() {
    let (mock, _watch) = cluster(1);
    let issued = numbered(500);
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{}", sink("", "")));
    let stream = stream.kafka(mock.bootstrap_servers()).with_records(&issued);
    let answer = stream.run().output().expect_code(0).json();
    assert_eq!(answer["schema"], "plugpipe.run/1");
    assert_eq!((&answer["success"], &answer["execution_mode"]), (&true.into(), &"stream".into()));
    assert_eq!((&answer["total_steps"], &answer["completed_steps"]), (&2.into(), &2.into()));
    let steps = answer["summary"].as_array().unwrap();
    let named: Vec<_> = steps.iter().map(|step| (&step["id"], &step["plugin"])).collect();
    assert_eq!(
        named,
        [(&"records".into(), &"file_source".into()), (&"out".into(), &"kafka_producer".into()),]
    );
    let said = &answer["stream"];
    for rate in ["records_per_s", "bytes_per_s"] {
        assert!(said["rates"][rate].as_f64().unwrap() > 0.0, "{said}");
    }
    let latency = ["p50", "p95", "p99"].map(|name| said["latency_ms"][name].as_f64().unwrap());
    assert!(latency[0] > 0.0 && latency.is_sorted(), "{said}");
    assert_eq!(said["sources"]["records"]["lag"].as_f64(), Some(0.0), "{said}");
    let known = ["starved", "queue", "broker", "quota"];
    let bottleneck = said["sinks"]["out"]["bottleneck"].as_str().unwrap();
    assert!(known.contains(&bottleneck), "{said}");
}

#[test]
fn a_second_run_finds_nothing_left_to_do() {
    let (mock, watch) = cluster(1);
    let issued = numbered(300);
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{}", sink("", "")));
    let stream = stream.kafka(mock.bootstrap_servers()).with_records(&issued);
    stream.run().output().expect_code(0);
    let counters = Counters::of(&stream.run().output().expect_code(0).json());
    assert_eq!(counters, Counters::default());
    assert_eq!(watch.finish().len(), 300);
}

#[test]
fn two_topics_get_what_their_conditions_say() {
    let mock = Mock::start(1, &[(ORDERS, 1), ("orders.few", 1), ("orders.many", 1)]);
    let issued = numbered(2_000);
    let few = "    when: 'record.value.id < 500'\n";
    let second = sink("", "")
        .replace("id: out", "id: second")
        .replace(&format!("topic: {ORDERS}"), "topic: '{{ \"orders.many\" }}'");
    let first = sink("", few).replace(&format!("topic: {ORDERS}"), "topic: orders.few");
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{first}{second}"));
    let stream = stream.kafka(mock.bootstrap_servers()).with_records(&issued);
    let watches =
        ["orders.few", "orders.many"].map(|topic| Watch::start(mock.bootstrap_servers(), topic, 1));
    let output = stream.run().output().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(2_000), "{output}");
    for (watch, count) in watches.into_iter().zip([500, 2_000]) {
        let read = watch.finish();
        assert_eq!(read.len() as u64, count);
        Verdict::of(&issued, 0..count, &read).assert_kept();
    }
}

#[test]
fn a_record_chooses_topic_partition_time_and_headers() {
    let mock = Mock::start(1, &[("by.north", 2), ("by.south", 2)]);
    let with = "    with: {key: '{{ record.value.name }}', topic: 'by.{{ record.value.side }}', \
                partition: '{{ record.value.part }}', timestamp: '{{ record.value.at }}', headers: \
                {from: '{{ record.source }}', fixed: 'yes', number: '{{ record.value.part }}'}}\n";
    let steps = format!(
        "  - id: out\n    uses: kafka_producer\n    config: {{bootstrap_servers: \
         '${{env:KAFKA}}', topic: by.north}}\n{with}"
    );
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{steps}"));
    let stream = stream.kafka(mock.bootstrap_servers()).with_lines(
        "{\"name\":\"a\",\"side\":\"north\",\"part\":1,\"at\":1700000000123}\n\
         {\"name\":\"b\\u00e9\",\"side\":\"south\",\"part\":0,\"at\":1700000000456}\n",
    );
    stream.run().output().expect_code(0);
    let source = stream.path("records.ndjson").display().to_string();
    for (topic, key, partition, time) in
        [("by.north", "a", 1, 1_700_000_000_123), ("by.south", "bé", 0, 1_700_000_000_456)]
    {
        let read = end_to_end::reader::read_topic(mock.bootstrap_servers(), topic);
        let [record] = read.as_slice() else { panic!("{topic}: {read:?}") };
        assert_eq!((record.key_text(), record.partition), (Some(key), partition));
        assert_eq!(record.timestamp, Some(time));
        let header = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
        let part = partition.to_string();
        let headers = [header("from", &source), header("fixed", "yes"), header("number", &part)];
        assert_eq!(record.headers, headers);
    }
}
