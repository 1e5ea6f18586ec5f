//! Each check on a plug that passes all of them, and on a twin that fails it and no other.

use super::*;
use serde_json::json;

fn plug(defaults: &Value) -> Installed {
    let mut plug = Installed::named("echo");
    plug.manifest.roles = vec!["sink".to_owned(), "process".to_owned()];
    plug.manifest.config_defaults = defaults.as_object().unwrap().clone();
    plug
}

fn said(config: &Value, input: &Value) -> Description {
    let said = json!({
        "name": "echo",
        "version": "1.0.0",
        "roles": ["process", "sink"],
        "config": {"process": config, "sink": config},
        "input": input,
        "output": true
    });
    serde_json::from_value(said).unwrap()
}

fn config() -> Value {
    json!({
        "type": "object",
        "properties": {"mode": {"$ref": "#/$defs/Mode"}, "size": {"type": "integer"}},
        "$defs": {"Mode": {"enum": ["fast", "safe"]}}
    })
}

fn input() -> Value {
    json!({
        "type": "object",
        "properties": {"who": {"type": "string", "examples": ["Ada"]}},
        "required": ["who"],
        "examples": [{"who": "Ada"}]
    })
}

/// The names of the checks that fail.
fn failed(plug: &Installed, said: &Description) -> Vec<&'static str> {
    let failed = CHECKS.iter().filter(|check| check.run(plug, said).is_failure());
    failed.map(|check| check.name).collect()
}

#[test]
fn a_plug_whose_words_agree_passes() {
    let plug = plug(&json!({"mode": "safe", "size": 5}));
    let verdicts: Vec<Verdict> =
        CHECKS.iter().map(|check| check.run(&plug, &said(&config(), &input())).verdict).collect();
    let passed = ["process, sink", "4 schemas", "2 examples", "2 defaults"];
    assert_eq!(verdicts, passed.map(|saw| Verdict::Passed(saw.to_owned())));
}

#[test]
fn each_broken_twin_fails_exactly_its_check() {
    let good = plug(&json!({"mode": "safe"}));
    let mut other_roles = good.clone();
    other_roles.manifest.roles.pop();
    let no_such_type = json!({"type": "objekt"});
    let dangling = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/Gone"}}});
    let mut bad_example = input();
    bad_example["examples"] = json!([{"who": 5}]);
    let mut bad_inner_example = input();
    bad_inner_example["properties"]["who"]["examples"] = json!([5]);
    let cases = [
        ("roles_agree", other_roles, said(&config(), &input())),
        ("schemas_are_valid", good.clone(), said(&config(), &no_such_type)),
        ("schemas_are_valid", good.clone(), said(&config(), &dangling)),
        ("examples_fit_their_schema", good.clone(), said(&config(), &bad_example)),
        ("examples_fit_their_schema", good, said(&config(), &bad_inner_example)),
        (
            "defaults_fit_the_configuration",
            plug(&json!({"mode": "slow"})),
            said(&config(), &input()),
        ),
        ("defaults_fit_the_configuration", plug(&json!({"nope": 1})), said(&config(), &input())),
    ];
    for (name, plug, said) in cases {
        assert_eq!(failed(&plug, &said), [name]);
    }
}

#[test]
fn what_is_not_there_is_not_judged() {
    let plain = said(&json!({"type": "object"}), &json!({"type": "object"}));
    let plug = plug(&json!({}));
    let verdicts: Vec<Verdict> =
        CHECKS[2..].iter().map(|check| check.run(&plug, &plain).verdict).collect();
    assert!(
        verdicts.iter().all(|verdict| matches!(verdict, Verdict::DoesNotApply(_))),
        "{verdicts:?}"
    );
}
