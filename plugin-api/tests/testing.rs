//! What an author's tests stand on: the plugin in the same process, and the host that writes down.

#![allow(missing_docs, clippy::unwrap_used, reason = "a panic here is a failed test")]

use plugin_api::schemars::JsonSchema;
use plugin_api::testing::{LogEvent, PluginTest, TestHost, golden, json};
use plugin_api::{
    Batch, Ctx, Error, ErrorCode, Host, Json, Lane, Next, NoConfig, Plugin, Report, Result, Sink,
    SinkStage, Source, SourceStage, Transform,
};
use serde::Deserialize;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

plugin_api::export!("asks", Asks as process source transform sink);

/// Asks another plugin, counts, logs; its stages do the least.
struct Asks {
    host: Host,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
struct Input {
    ask: String,
}

impl Plugin for Asks {
    type Config = NoConfig;
    type Input = Input;
    type Output = Json;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host })
    }

    async fn process(&self, ctx: &Ctx, input: Input, _: &NoConfig) -> Result<Json> {
        if input.ask == "never" {
            return std::future::pending().await;
        }
        tracing::warn!(whom = input.ask, "asking");
        log::debug!("counting");
        self.host.counter("asked_total", "Questions", &[("kind", "pp")]).add(2);
        self.host.histogram("size", "Sizes", &[], &[1.0, 10.0]).observe(4.0);
        match ctx.pp(&input.ask).await? {
            Some(other) => other.process(ctx, &json!({"n": 20}), &json!({"add": 1})).await,
            None => Err(Error::input(format!("there is no {}", input.ask))),
        }
    }
}

struct Once(AtomicBool);

impl Source for Asks {
    type Config = NoConfig;
    type Stage = Once;

    async fn open_source(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Once> {
        Ok(Once(AtomicBool::new(false)))
    }
}

impl SourceStage for Once {
    async fn next(&self, _: u32) -> Result<Next> {
        if self.0.swap(true, Ordering::Relaxed) {
            return Ok(Next::End);
        }
        let mut builder = plugin_api::BatchBuilder::default();
        builder.push(|out| {
            out.extend_from_slice(b"quake");
            Ok(())
        });
        Ok(Next::Batch(builder.build()))
    }

    fn ack(&self, batch: u64) -> Result<()> {
        if batch == 0 { Ok(()) } else { Err(Error::record("no such batch")) }
    }
}

impl Transform for Asks {
    type Config = NoConfig;

    fn apply(&self, mut batch: Batch, _: &NoConfig) -> Result<Batch> {
        if batch.records().len() > 1 {
            batch.refuse(Error::record("one at a time").of_record(1));
        }
        Ok(batch)
    }
}

struct Refuses;

impl Sink for Asks {
    type Config = NoConfig;
    type Stage = Refuses;

    async fn open_sink(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Refuses> {
        Ok(Refuses)
    }
}

impl SinkStage for Refuses {
    async fn write(&self, batch: Batch) -> Result<Report> {
        let delivered = batch.records().len() as u64 - 1;
        Ok(Report::new(delivered, vec![Error::record("too large").of_record(0)], Vec::new()))
    }
}

fn asks(host: TestHost) -> PluginTest<Asks> {
    PluginTest::start_with(host).unwrap()
}

#[test]
fn another_plugin_is_lent_as_a_closure_and_gets_ctx_and_cfg() {
    let host = TestHost::new().lend("adder", |ctx, cfg| {
        Ok(json!(ctx["n"].as_i64().unwrap() + cfg["add"].as_i64().unwrap()))
    });
    let plugin = asks(host);
    assert_eq!(plugin.process(&json!({"ask": "adder@^1"})).unwrap(), json!(21));
    assert_eq!(plugin.host().asked(), ["adder@^1"]);
}

#[test]
fn a_plugin_that_was_started_is_lent_under_its_own_name() {
    let lent = asks(TestHost::new());
    let plugin = asks(TestHost::new().lend_started(&lent));
    let error = plugin.process(&json!({"ask": "asks"})).unwrap_err();
    assert_eq!(error.message, "unknown key `add`; there are none", "the lent one's own answer");
}

#[test]
fn what_was_logged_and_counted_is_written_down() {
    let plugin = asks(TestHost::new());
    plugin.process(&json!({"ask": "nobody"})).unwrap_err();
    let event = |level, message: &str, fields| {
        let (target, message) = ("testing".to_owned(), message.to_owned());
        LogEvent { level, target, message, fields }
    };
    let asking = event("warn", "asking", json!({"whom": "nobody"}));
    assert_eq!(plugin.host().log(), [asking, event("debug", "counting", json!(null))]);
    assert_eq!(plugin.host().metric("asked_total", &[("kind", "pp")]), Some(2.0));
    assert_eq!(plugin.host().metric("asked_total", &[]), None);
    assert_eq!(plugin.host().metric("size", &[]), Some(4.0));
}

#[test]
fn a_call_is_dropped_at_its_deadline() {
    let plugin = asks(TestHost::new()).deadline(Duration::from_millis(1));
    let error = plugin.process(&json!({"ask": "never"})).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::DEADLINE, "no answer within 1ms"));
}

#[test]
fn an_unknown_key_is_refused_as_by_a_host() {
    let plugin = asks(TestHost::new()).config(&json!({"ad": 1})).unwrap();
    let error = plugin.process(&json!({"ask": "nobody"})).unwrap_err();
    assert_eq!(error.message, "unknown key `ad`; there are none");
}

#[test]
fn stages_are_opened_used_and_closed() {
    let plugin = asks(TestHost::new());
    let source = plugin.source().unwrap();
    assert_eq!(source.texts().unwrap(), ["quake"]);
    assert_eq!(source.ack(7).unwrap_err().message, "no such batch");
    source.close().unwrap();
    let changed = plugin.transform(["a", "b"]).unwrap();
    assert_eq!(
        (changed.texts(), changed.refused()),
        (vec!["a".to_owned()], vec![(1, "one at a time")])
    );
    let sink = plugin.sink().unwrap();
    let report = sink.write(["small", "large"]).unwrap();
    assert_eq!((report.delivered, report.undelivered()[0].message()), (1, "too large"));
    sink.flush().and_then(|()| sink.close()).unwrap();
}

fn case(folder: &Path, name: &str, files: [(&str, &str); 2]) {
    fs::create_dir(folder.join(name)).unwrap();
    for (file, text) in files {
        fs::write(folder.join(name).join(file), text).unwrap();
    }
}

#[test]
fn golden_cases_fail_together_and_a_folder_without_one_fails() {
    let folder = tempfile::tempdir().unwrap();
    let run = || golden::run_plugin::<Asks>(folder.path());
    assert!(run().unwrap_err().ends_with("no case in it"));
    let input = ("input.json", r#"{"ask": "nobody"}"#);
    case(folder.path(), "refused", [input, ("expected.err", "there is no nobody")]);
    assert_eq!(run(), Ok(1));
    case(folder.path(), "wrong_text", [input, ("expected.err", "everybody")]);
    case(folder.path(), "wrong_kind", [input, ("expected.json", "{}")]);
    let failures = run().unwrap_err();
    let lines: Vec<_> = failures.lines().collect();
    assert_eq!(lines.len(), 2, "{failures}");
    assert!(lines[0].ends_with("a document was expected, found the error: there is no nobody"));
    assert!(lines[1].ends_with("the error does not say \"everybody\": there is no nobody"));
}
