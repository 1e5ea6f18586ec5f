//! Twins that describe themselves wrongly or take what they should refuse.

use crate::raw::{Behaviour, Raw, refusal};
use plugin_abi::{ErrorCode, PErr};
use plugin_api::testing::conformance::Subject;
use serde_json::{Value, json};

pub fn twins() -> Vec<(&'static str, Subject)> {
    vec![
        ("describes_itself", Subject::of_entry::<Raw<Nameless>>().unwrap()),
        ("describes_itself", Subject::of_entry::<Raw<NumberForSchema>>().unwrap()),
        ("accepts_its_examples", Subject::of_entry::<Raw<WrongExample>>().unwrap()),
        ("refuses_an_unknown_key", Subject::of_entry::<Raw<TakesAnyKey>>().unwrap()),
        ("refuses_an_unknown_key", Subject::of_entry::<Raw<NamesNoKey>>().unwrap()),
        ("refuses_malformed_input", Subject::of_entry::<Raw<TakesAnyInput>>().unwrap()),
        ("refuses_malformed_config", Subject::of_entry::<Raw<TakesLists>>().unwrap()),
    ]
}

struct Plain;

impl Behaviour for Plain {}

struct Nameless;

impl Behaviour for Nameless {
    fn description() -> Value {
        let mut description = Plain::description();
        description["name"] = json!("");
        description
    }
}

struct NumberForSchema;

impl Behaviour for NumberForSchema {
    fn description() -> Value {
        let mut description = Plain::description();
        description["input"] = json!(7);
        description
    }
}

struct WrongExample;

impl Behaviour for WrongExample {
    fn description() -> Value {
        let mut description = Plain::description();
        description["input"]["examples"] = json!([{"who": "Ada"}, {"whom": "Ada"}]);
        description
    }
}

struct TakesAnyKey;

impl Behaviour for TakesAnyKey {
    fn refuse_config(config: &[u8]) -> Option<PErr> {
        let is_object = serde_json::from_slice::<Value>(config).is_ok_and(|one| one.is_object());
        if is_object { None } else { Plain::refuse_config(config) }
    }
}

struct NamesNoKey;

impl Behaviour for NamesNoKey {
    fn refuse_config(config: &[u8]) -> Option<PErr> {
        let refused = Plain::refuse_config(config);
        refused.map(|_| refusal(ErrorCode::BAD_CONFIG, "something is wrong".to_owned()))
    }
}

struct TakesAnyInput;

impl Behaviour for TakesAnyInput {
    fn refuse_input(_: &[u8]) -> Option<PErr> {
        None
    }
}

struct TakesLists;

impl Behaviour for TakesLists {
    fn refuse_config(config: &[u8]) -> Option<PErr> {
        if config.starts_with(b"[") { None } else { Plain::refuse_config(config) }
    }
}
