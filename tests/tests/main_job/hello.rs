//! The first pipeline a newcomer runs.

use end_to_end::apache::Apache;
use end_to_end::host::Host;
use end_to_end::reader::read_topic;
use rdkafka::mocking::MockCluster;

/// What a reader of the topic finds, as (key, value).
fn greetings(bootstrap_servers: &str) -> Vec<(Option<String>, String)> {
    let records = read_topic(bootstrap_servers, "hello");
    let text = |key: Option<&str>| key.map(str::to_owned);
    records.iter().map(|record| (text(record.key_text()), record.text().to_owned())).collect()
}

fn greeting(who: &str) -> (Option<String>, String) {
    (Some(who.to_owned()), format!(r#"{{"greeting":"hello {who}"}}"#))
}

#[test]
fn hello_runs_on_a_bare_machine() {
    let run = Host::shared().run(["run", "examples/hello.yaml"]);
    let answer = run.output().expect_code(0).json();
    assert_eq!(answer["schema"], "plugpipe.run/1");
    assert_eq!(answer["success"], true);
    assert_eq!(answer["execution_mode"], "linear");
    let published = &answer["results"]["publish"];
    assert_eq!(published["kafka_status"], "success");
    assert_eq!(published["kafka_result"]["topic"], "hello");
    assert_eq!(published["kafka_result"]["offset"], 0);
}

#[test]
fn a_full_stderr_does_not_keep_hello_from_its_answer() {
    // At this level there is much to say.
    let run = Host::shared().shell("plugpipe run examples/hello.yaml 2>/dev/full");
    let output = run.env("PLUGPIPE_LOG", "debug").output().expect_code(0);
    assert_eq!(output.json()["success"], true, "{output}");
}

/// The embedded broker ends with the host; a mock cluster of the test's own can be read.
#[test]
fn the_greeting_is_read_back_from_a_mock_cluster() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("hello", 1, 1).unwrap();
    let run = Host::shared().run(["run", "examples/hello.yaml"]);
    run.env("KAFKA", cluster.bootstrap_servers()).output().expect_code(0);
    assert_eq!(greetings(&cluster.bootstrap_servers()), [greeting("world")]);
}

#[test]
fn the_greeting_is_read_back_from_apache_kafka() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("hello", 1);
    for arguments in [&[][..], &["--set", "who=Zoë"]] {
        let run = Host::shared().run([&["run", "examples/hello.yaml"], arguments].concat());
        run.env("KAFKA", kafka.bootstrap_servers()).output().expect_code(0);
    }
    let expected = [greeting("world"), greeting("Zoë")];
    assert_eq!(greetings(kafka.bootstrap_servers()), expected);
}
