//! One running host, asked over HTTP what kafka_producer answers.

use end_to_end::host::Host;
use end_to_end::serve::Serve;
use serde_json::{Value, json};

/// `plugpipe serve` with every plug; everything it says is kept.
pub fn serve(log: &str) -> Serve {
    let serve = Host::shared().run(["serve", "--listen", "127.0.0.1:0"]);
    Serve::start(serve.env("PLUGPIPE_LOG", log))
}

/// What kafka_producer answers, as it was written.
pub fn answer_text(serve: &Serve, cfg: &Value, ctx: &Value) -> String {
    let body = json!({ "cfg": cfg, "ctx": ctx }).to_string();
    let path = "/v1/plugins/kafka_producer/process";
    serve.connect().request("POST", path, &body).body
}

/// What kafka_producer answers.
pub fn answer(serve: &Serve, cfg: &Value, ctx: &Value) -> Value {
    let text = answer_text(serve, cfg, ctx);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// `base` with the keys of `more` in it.
pub fn with(base: &Value, more: &Value) -> Value {
    let mut merged = base.clone();
    let into = merged.as_object_mut().expect("an object");
    into.extend(more.as_object().expect("an object").clone());
    merged
}

/// Status, type of error and text of an answer.
pub fn verdict(answer: &Value) -> (&str, &str, &str) {
    (
        answer["kafka_status"].as_str().unwrap_or_default(),
        answer["kafka_result"]["error_type"].as_str().unwrap_or_default(),
        answer["kafka_error"].as_str().unwrap_or_default(),
    )
}
