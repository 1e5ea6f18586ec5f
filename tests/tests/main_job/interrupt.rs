//! Ctrl-C in the middle of a pipeline.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use end_to_end::host::Host;

/// How long the pipeline may take to reach its second step.
const REACHED: Duration = Duration::from_secs(30);

const PIPELINE: &str = r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: interrupted, version: 1.0.0}
pipeline:
  - id: before
    uses: json_serializer
    with: {message: {n: 1}, format: json}
  - id: stuck
    uses: kafka_producer
    config: {bootstrap_servers: "${env:KAFKA}", topic: stuck, timeout_ms: 300000}
    with: {message: 1}
  - id: after
    uses: json_serializer
    with: {message: 2, format: json}
"#;

/// A broker that takes connections and never says a word. The first connection is the event.
fn silent_broker() -> (String, std::sync::mpsc::Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (send, connected) = channel();
    thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| send.send(stream)));
    (address, connected)
}

#[test]
fn sigint_prints_what_is_known_so_far() {
    let (address, connected) = silent_broker();
    let run = Host::shared().run(["run", "-"]).env("KAFKA", address).stdin(PIPELINE).start();
    let _held_open = connected.recv_timeout(REACHED).expect("the second step connects");
    run.interrupt().unwrap();

    let output = run.wait().unwrap().expect_code(130);
    let answer = output.json();
    assert_eq!(answer["success"], false, "{output}");
    assert_eq!(answer["results"]["before"]["serialized_message"], r#"{"n":1}"#, "{output}");
    assert_eq!(answer["results"].get("after"), None, "{output}");
    let summary = answer["summary"].as_array().unwrap().iter();
    let statuses: Vec<_> = summary.map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["success", "cancelled", "cancelled"], "{output}");
    assert_eq!((&answer["total_steps"], &answer["completed_steps"]), (&3.into(), &1.into()));
}
