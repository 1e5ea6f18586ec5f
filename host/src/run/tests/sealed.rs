//! Secrets from the file to the answer, with a provider that does what the reference says.

use std::future::{Future, pending};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugin_api::{Error, Json};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::catalog::{Catalog, Installed};
use crate::pipeline::{PipelineSpec, Planned};
use crate::registry::Request;
use crate::run::{LivePlugin, Plugins, Unobserved, run};

use super::{ends, statuses};

/// `vault` answers, refuses, hangs or panics; `tells` returns its ctx and what its cfg holds; the
/// opening of `stuck` never ends. All calls are noted by name.
#[derive(Clone, Default)]
struct Vaults(Arc<Mutex<Vec<String>>>);

struct Live {
    name: String,
    calls: Arc<Mutex<Vec<String>>>,
    config: Value,
    input: Value,
}

impl Plugins for Vaults {
    type Live = Live;

    async fn open(&self, installed: &Arc<Installed>) -> Result<Live, Error> {
        let name = installed.name.clone();
        if name == "stuck" {
            return pending().await;
        }
        let marked = |key: &str| json!({"properties": {key: {"writeOnly": true}}});
        let (config, input) = (marked("password"), marked("pin"));
        Ok(Live { name, calls: Arc::clone(&self.0), config, input })
    }
}

impl LivePlugin for Live {
    fn status_keys(&self) -> &[String] {
        &[]
    }

    fn config_schema(&self) -> Option<&Value> {
        Some(&self.config)
    }

    fn input_schema(&self) -> Option<&Value> {
        Some(&self.input)
    }

    async fn process(&self, request: Request) -> Result<Json, Error> {
        let (ctx, cfg): (Value, Value) =
            (request.ctx.parse().unwrap(), request.cfg.parse().unwrap());
        let reference = ctx["reference"].as_str().unwrap_or_default().to_owned();
        self.calls.lock().unwrap().push(format!("{} {reference}", self.name));
        match (self.name.as_str(), reference.as_str()) {
            ("vault", "gone") => Err(Error::record("there is no such secret")),
            ("vault", "hangs") => pending().await,
            ("vault", _) => Json::from_value(&json!({"value": "vault-canary"})),
            (_, "fails") => Err(Error::record(format!("{cfg} is not accepted"))),
            _ => Json::from_value(&json!({"ctx": ctx, "cfg": cfg})),
        }
    }
}

/// The answer as text and as a value, and the calls.
async fn until(yaml: &str, stop: impl Future<Output = ()>) -> (String, Value, Vec<String>) {
    let plugs = ["vault", "stuck", "tells"].map(|name| {
        let mut plug = Installed::named(name);
        plug.manifest.roles = vec!["process".to_owned(), "secrets".to_owned()];
        plug
    });
    let spec = PipelineSpec::parse(yaml.as_bytes()).spec.unwrap();
    let given = Default::default();
    let planned = Planned::resolve(&spec, &Catalog::of(plugs.to_vec()), &given, &|_| None);
    let Ok(Planned::Once(plan)) = planned else { panic!("{:?}", planned.err()) };
    let vaults = Vaults::default();
    let answer = run(&plan, &vaults, &Unobserved, stop).await;
    let text = answer.to_json().get().to_owned();
    let value = serde_json::from_str(&text).unwrap();
    let calls = vaults.0.lock().unwrap().clone();
    (text, value, calls)
}

#[tokio::test]
async fn no_secret_is_in_an_answer_wherever_it_went() {
    let yaml = "
inputs: {card: {type: string, sensitive: true, default: input-canary}}
pipeline:
- {id: a, uses: tells, config: {x: '${vault:x}', password: config-canary}, with: {pin: pin-canary, c: '{{ card }}'}}
- {id: b, uses: tells, env: {E: '${vault:x}'}, config: {e: '{{ env.E | upper }}'}, with: {reference: fails}, on_error: continue}
- {id: c, uses: tells, with: {all: '{{ a.cfg.password }}/{{ a.ctx.pin }}/{{ a.cfg.x }}'}, output_mapping: {kept: ctx.all}}
outputs: {o: {type: string, value: '{{ kept }} {{ card }}'}}";
    let (text, value, _) = until(yaml, pending()).await;
    assert_eq!(statuses(&value), [("a", "success"), ("b", "failed"), ("c", "success")]);
    assert_eq!(value["outputs"]["o"], "[redacted]/[redacted]/[redacted] [redacted]");
    assert_eq!(value["results"]["a"]["cfg"], json!({"x": "[redacted]", "password": "[redacted]"}));
    assert_eq!(value["results"]["a"]["ctx"]["pin"], "[redacted]");
    assert_eq!(value["summary"][1]["reason"], r#"{"e":"[redacted]"} is not accepted"#);
    assert!(!text.to_lowercase().contains("canary"), "{text}");
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_fails_its_step_and_steps_that_always_run_have_theirs() {
    let yaml = "
pipeline:
- {id: a, uses: tells, config: {x: '${vault:gone}'}, retries: 3}
- {id: b, uses: tells}
- {id: c, uses: tells, always_run: true, config: {x: '${vault:x}'}}";
    let (_, value, calls) = until(yaml, pending()).await;
    let reason = "`${vault:gone}` cannot be evaluated: `vault` refused it: there is no such secret";
    let error = json!({"kind": "secret_unavailable", "message": reason, "step": "a"});
    assert_eq!(value["error"], error);
    let skipped = json!(["skipped", "step `a` failed", 0]);
    assert_eq!(ends(&value), json!([["failed", reason, 0], skipped, ["success", null, 1]]));
    assert_eq!(calls, ["vault gone", "vault x", "tells "]);
}

#[tokio::test]
async fn a_step_that_its_condition_skips_asks_for_no_secret() {
    let yaml = "pipeline: [{id: a, uses: tells, env: {GO: false}, when: env.GO, config: {x: '${vault:gone}'}}]";
    let (_, value, calls) = until(yaml, pending()).await;
    assert_eq!((statuses(&value), calls.len()), (vec![("a", "skipped")], 0));
}

#[tokio::test]
async fn a_secret_of_env_and_config_is_asked_for_once() {
    let yaml = "pipeline: [{id: a, uses: tells, env: {E: '${vault:x}'}, config: {x: '${vault:x}', e: '{{ env.E }}'}}]";
    let (_, value, calls) = until(yaml, pending()).await;
    assert_eq!(calls, ["vault x", "tells "]);
    assert_eq!(value["results"]["a"]["cfg"], json!({"x": "[redacted]", "e": "[redacted]"}));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_and_ends_with_the_run_or_a_signal() {
    let minute = Duration::from_secs(60);
    for (reference, provider) in [("${vault:hangs}", "vault"), ("${stuck:x}", "stuck")] {
        let yaml = |config: &str| {
            format!("{config}pipeline: [{{id: a, uses: tells, config: {{x: '{reference}'}}}}]")
        };
        let late =
            format!("`{reference}` cannot be evaluated: `{provider}` gave no answer within 30 s");
        let over = "the run took longer than its `timeout` of 2 s";
        let cases = [
            ("", minute, "secret_unavailable", "failed", late.as_str()),
            ("config: {timeout: 2}\n", minute, "timeout", "failed", over),
            ("", Duration::from_secs(1), "interrupted", "cancelled", "the run was interrupted"),
        ];
        for (config, stop, kind, status, reason) in cases {
            let (_, value, _) = until(&yaml(config), sleep(stop)).await;
            assert_eq!(ends(&value), json!([[status, reason, 0]]), "{reference}");
            assert_eq!(value["error"]["kind"], kind, "{reference}");
        }
    }
}
