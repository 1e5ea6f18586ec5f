//! Secrets resolved for one step, by a provider that does what the reference says.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use plugin_api::Error;
use serde_json::{Value, json};

use super::*;
use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::pipeline::expr::object;
use crate::pipeline::{PipelineSpec, Plan, Planned};

/// The plugin `vault`.
#[derive(Default)]
struct Vaults {
    calls: AtomicUsize,
}

struct Vault<'v>(&'v AtomicUsize);

impl Plugins for &'static Vaults {
    type Live = Vault<'static>;

    async fn open(&self, _installed: &Arc<Installed>) -> Result<Vault<'static>, Error> {
        Ok(Vault(&self.calls))
    }
}

impl LivePlugin for Vault<'_> {
    fn status_keys(&self) -> &[String] {
        &[]
    }

    async fn process(&self, request: Request) -> Result<Json, Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let ctx: Value = request.ctx.parse().unwrap();
        assert_eq!(ctx["operation"], "resolve");
        let answer = match ctx["reference"].as_str().unwrap() {
            "text" => json!({"value": "vault-canary"}),
            "object" => json!({"value": {"user": "u-canary", "port": 15432}}),
            "null" => json!({"value": null}),
            "refused" => json!({"success": false, "error": "no token for vault-canary"}),
            "panic" => panic!("on purpose"),
            _ => return Err(Error::record("there is no such secret")),
        };
        Json::from_value(&answer)
    }
}

fn vaults() -> &'static Vaults {
    Box::leak(Box::default())
}

/// Plans `{a: template, b: template}` as the configuration of a step.
fn plan(config: &str) -> Plan {
    plan_with("{}", config)
}

/// The same with a top-level `secrets`.
fn plan_with(secrets: &str, config: &str) -> Plan {
    match planned(secrets, config) {
        Ok(Planned::Once(plan)) => plan,
        Ok(Planned::Stream(_)) => panic!("a stream"),
        Err(found) => panic!("{found:#?}"),
    }
}

fn planned(secrets: &str, config: &str) -> Result<Planned, Vec<Diagnostic>> {
    let mut vault = Installed::named("vault");
    vault.manifest.roles = vec!["secrets".to_owned()];
    let catalog = Catalog::of(vec![vault, Installed::named("echo")]);
    let yaml = format!(
        "inputs: {{n: 5}}\nsecrets: {secrets}\npipeline: [{{id: a, uses: echo, config: {config}}}]"
    );
    let spec = PipelineSpec::parse(yaml.as_bytes()).spec.unwrap();
    Planned::resolve(&spec, &catalog, &BTreeMap::new(), &|_| None)
}

/// The configuration with its secrets, and as it may be shown.
async fn configured(plan: &Plan, vaults: &'static Vaults) -> Result<(String, String), String> {
    let (redactor, step) = (Redactor::new(), &plan.steps[0]);
    redactor.add_text("vault-canary");
    let base = Values { inputs: &plan.inputs, redactor: Some(&redactor), ..Values::nothing() };
    let trees = step.env.iter().chain(&step.config).map(|(_, tree)| tree);
    let resolved = resolve(trees, &plan.secrets, &vaults, &base, &redactor).await;
    let resolved = resolved.map_err(|failed| failed.to_string())?;
    let values = Values { secrets: &resolved, ..base };
    let config = object(&step.config, &values, &mut Warnings::default()).unwrap();
    let shown = redactor.json(&config);
    Ok((config.get().to_owned(), shown.get().to_owned()))
}

#[tokio::test]
async fn a_secret_keeps_its_type_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "file-canary\n").unwrap();
    let file = format!("{{a: \"${{file:{}}}\", b: \"x ${{vault:text}}\"}}", path.display());
    let cases = [
        (
            "{a: \"${vault:text}\", b: 1}",
            r#"{"a":"vault-canary","b":1}"#,
            r#"{"a":"[redacted]","b":1}"#,
        ),
        (
            "{a: \"${vault:object}\"}",
            r#"{"a":{"user":"u-canary","port":15432}}"#,
            r#"{"a":{"user":"[redacted]","port":"[redacted]"}}"#,
        ),
        (
            file.as_str(),
            r#"{"a":"file-canary","b":"x vault-canary"}"#,
            r#"{"a":"[redacted]","b":"x [redacted]"}"#,
        ),
    ];
    for (config, secret, shown) in cases {
        let found = configured(&plan(config), vaults()).await.unwrap();
        assert_eq!(found, (secret.to_owned(), shown.to_owned()), "{config}");
    }
}

#[tokio::test]
async fn each_secret_of_a_step_is_asked_for_once_and_again_for_the_next() {
    let (plan, vaults) = (plan("{a: \"${vault:text}\", b: [\"${vault:text}!\"]}"), vaults());
    for calls in 1..=2 {
        configured(&plan, vaults).await.unwrap();
        assert_eq!(vaults.calls.load(Ordering::Relaxed), calls);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_says_why_without_a_value() {
    let cases = [
        ("${vault:gone}", "`vault` refused it: there is no such secret"),
        ("${vault:null}", "the answer of `vault` has no `value`"),
        ("${vault:refused}", "`vault` refused it: no token for [redacted]"),
        ("${vault:panic}", "`vault` panicked"),
        ("${file:/nowhere/at/all}", "`/nowhere/at/all` cannot be read"),
    ];
    for (reference, part) in cases {
        let found = configured(&plan(&format!("{{a: \"{reference}\"}}")), vaults()).await;
        let reason = found.unwrap_err();
        let start = format!("`{reference}` cannot be evaluated: {part}");
        assert!(reason.starts_with(&start), "{reason}");
    }
}

#[tokio::test]
async fn everything_under_the_top_level_secrets_is_secret() {
    let secrets =
        "{key: \"${vault:text}\", made: \"pre-{{ inputs.n }}\", other: \"${vault:panic}\"}";
    let plan = plan_with(secrets, "{a: \"{{ secrets.key }}\", b: \"{{ secrets.made | upper }}\"}");
    let (config, shown) = configured(&plan, vaults()).await.unwrap();
    assert_eq!(config, r#"{"a":"vault-canary","b":"PRE-5"}"#);
    assert_eq!(shown, r#"{"a":"[redacted]","b":"[redacted]"}"#);
}

#[tokio::test]
async fn slips_in_the_top_level_secrets_are_told() {
    let cases = [
        (
            "{key: \"{{ secrets.key }}\"}",
            "`secrets` cannot be evaluated: a value of the top-level `secrets` cannot read `secrets`",
        ),
        (
            "{key: \"{{ inputs.nope }}\"}",
            "`secrets.key` cannot be evaluated: `inputs.nope` is absent and read as null",
        ),
    ];
    for (entries, expected) in cases {
        let plan = plan_with(entries, "{a: \"{{ secrets.key }}\"}");
        assert_eq!(configured(&plan, vaults()).await.unwrap_err(), expected, "{entries}");
    }
}

#[test]
fn a_secret_that_nobody_declares_is_told_at_load() {
    for (secrets, hint) in [("{keey: 1}", "did you mean `secrets.keey`?"), ("{}", "name it in")] {
        let found = planned(secrets, "{a: \"{{ secrets.key }}\"}").err().unwrap();
        let errors: Vec<_> = found.iter().filter(|one| one.is_error()).collect();
        assert_eq!(errors.len(), 1, "{found:#?}");
        assert_eq!(errors[0].message, "the pipeline's `secrets` has no `key`");
        assert!(errors[0].hint.as_ref().unwrap().starts_with(hint), "{found:#?}");
    }
}

#[tokio::test]
async fn a_stream_reads_secrets_in_config_and_env_of_its_steps_only() {
    let with_roles = |name: &str, role: &str| {
        let mut plug = Installed::named(name);
        plug.manifest.roles = vec![role.to_owned()];
        plug
    };
    let plugs = [("vault", "secrets"), ("source", "source"), ("sink", "sink")];
    let catalog = Catalog::of(plugs.map(|(name, role)| with_roles(name, role)).to_vec());
    let planned = |sink: &str| {
        let yaml = format!(
            "secrets: {{key: '${{vault:text}}'}}\npipeline: [{{uses: source}}, {{id: o, uses: sink, {sink}}}]"
        );
        let spec = PipelineSpec::parse(yaml.as_bytes()).spec.unwrap();
        Planned::resolve(&spec, &catalog, &BTreeMap::new(), &|_| None)
    };
    let kinds = |planned: Result<Planned, Vec<Diagnostic>>| {
        let found = planned.err().unwrap_or_default().into_iter();
        found.filter(|found| found.is_error()).map(|found| found.kind).collect::<Vec<_>>()
    };
    let refused = [
        "with: {key: '${vault:text}'}",
        "with: {key: '{{ secrets.key }}'}",
        "when: \"${vault:text}\"",
    ];
    for sink in refused {
        assert_eq!(kinds(planned(sink)), ["secret_not_allowed"], "{sink}");
    }
    let Ok(Planned::Stream(plan)) =
        planned("env: {K: '{{ secrets.key }}'}, config: {a: '{{ env.K }}', b: '${vault:object}'}")
    else {
        panic!("no stream")
    };
    let (redactor, step) = (Redactor::new(), &plan.steps[1]);
    let base =
        Values { redactor: Some(&redactor), ..plan.values(&plan.environment, RawValue::NULL) };
    let trees = step.env.iter().chain(&step.config).map(|(_, tree)| tree);
    let resolved = resolve(trees, &plan.secrets, &vaults(), &base, &redactor).await.unwrap();
    let base = Values { secrets: &resolved, ..base };
    let mut warnings = Warnings::default();
    let env = plan.environment_with(step, &base, &mut warnings).unwrap();
    let values = Values { env: &env, ..base };
    let config = plan.configuration(step, &values, &mut warnings).unwrap();
    let secret = r#"{"a":"vault-canary","b":{"user":"u-canary","port":15432}}"#;
    assert_eq!(config.get(), secret);
    let shown = r#"{"a":"[redacted]","b":{"user":"[redacted]","port":"[redacted]"}}"#;
    assert_eq!(redactor.json(config.as_raw()).get(), shown);
}
