//! What holds for any JSON: no check panics, and what is refused or found stays so in any company and
//! in any spelling.

use super::super::{Policy, STAGES, sanitize};
use super::cases;
use super::corpora::Message;
use crate::config::Content;
use kafka_client::address;
use plugin_api::Json;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::sync::LazyLock;

fn judge_text(context: &str, data: String) -> Map<String, Value> {
    let policy = Policy { addresses: address::Policy::default(), content: Content::Warn };
    let data = Json::from_text(data).unwrap();
    sanitize(context, &data, &policy).map_err(|fault| fault.text).unwrap()
}

fn judge(context: &str, data: &Value) -> Map<String, Value> {
    judge_text(context, data.to_string())
}

fn kinds(judged: &Map<String, Value>) -> Vec<String> {
    let issues = judged["security_issues"].as_array().unwrap();
    let kind = |issue: &Value| issue.as_str().unwrap().split(':').next().unwrap().to_owned();
    issues.iter().map(kind).collect()
}

/// JSON of any shape, with texts and keys that the checks look for among them.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        any::<String>(),
        select(vec![
            "bootstrap_servers",
            "librdkafka",
            "acks",
            "linger.ms",
            "kafka_password",
            "sasl_mechanism",
            "security_protocol",
            "redis_backend",
            "SASL_SSL",
            "preset",
            "[::1]:9092",
            "eval(",
            "<script>",
            "a,b@c:1",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let object = prop::collection::vec((word.clone(), inner.clone()), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            object.prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Every JSON character of every text and key as a `\u` escape.
fn escaped(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let mut out = String::from("\"");
            for unit in text.encode_utf16() {
                write!(out, "\\u{unit:04x}").unwrap();
            }
            out + "\""
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(escaped).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}:{}", escaped(&Value::from(key.as_str())), escaped(value))
            };
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

static REFUSED_HOSTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let refused = cases("hosts/hosts.jsonl", 247).into_iter();
    refused.filter(|case| case["default"] == "reject").map(|case| case["input"].clone()).collect()
});

static REFUSED_TOPICS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let refused = cases("topics/topics.jsonl", 87).into_iter();
    refused.filter(|case| case["verdict"] == "reject").map(|case| case["input"].clone()).collect()
});

static REFUSED_OPTIONS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let refused = cases("config-keys/config-keys.jsonl", 443).into_iter();
    let refused = refused.filter(|case| case["verdict"] == "reject");
    refused.map(|case| (case["key"].as_str().unwrap().to_owned(), case["value"].clone())).collect()
});

/// Messages with a find that fit into any other.
static FOUND: LazyLock<Vec<(Value, Vec<String>)>> = LazyLock::new(|| {
    let small = Message::all().into_iter().filter(|message| message.generator.is_none());
    let found = small.filter(|message| !message.issues.is_empty());
    let found = found.map(|message| {
        let kinds = message.issues.iter().cloned().collect();
        (serde_json::from_str(&message.text()).unwrap(), kinds)
    });
    found.collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_check_panics_and_each_says_whether_the_data_is_valid(data in any_json()) {
        for stage in &STAGES {
            let judged = judge(stage.context, &data);
            let is_valid = judged["is_valid"].as_bool().unwrap();
            prop_assert!(is_valid || !judged["security_issues"].as_array().unwrap().is_empty());
            prop_assert_eq!(stage.sanitized.map(|name| &judged[name]),
                stage.sanitized.map(|_| &judged["sanitized_data"]));
        }
    }

    #[test]
    fn a_refused_address_is_refused_in_any_company(
        refused in any::<Index>(), before in 0usize..4, after in 0usize..4,
    ) {
        let refused = refused.get(&REFUSED_HOSTS);
        let good = |count: usize, first: usize| (first..first + count).map(|n| json!(format!("k{n}:1")));
        let list: Vec<Value> =
            good(before, 0).chain([refused.clone()]).chain(good(after, 9)).collect();
        let judged = judge("bootstrap_servers", &json!(list));
        prop_assert_eq!(&judged["is_valid"], &json!(false), "{:?}", list);
        prop_assert_eq!(&judged["sanitized_servers"], &json!([]));
        let escaped = judge_text("bootstrap_servers", escaped(&json!(list)));
        prop_assert_eq!(&escaped["security_issues"], &judged["security_issues"]);
        if let Some(refused) = refused.as_str() {
            let joined = format!("a:1,{refused},b:1");
            prop_assert_eq!(&judge("bootstrap_servers", &json!(joined))["is_valid"], &json!(false));
        }
    }

    #[test]
    fn a_refused_topic_is_refused_in_any_company(
        refused in any::<Index>(), before in 0usize..4, after in 0usize..4,
    ) {
        let refused = refused.get(&REFUSED_TOPICS);
        let list: Vec<Value> = std::iter::repeat_n(json!("orders"), before)
            .chain([refused.clone()])
            .chain(std::iter::repeat_n(json!("_schemas"), after))
            .collect();
        let judged = judge("topic_names", &json!(list));
        prop_assert_eq!(&judged["is_valid"], &json!(false), "{:?}", list);
        prop_assert_eq!(&judged["sanitized_topics"], &json!([]));
        let escaped = judge_text("topic_names", escaped(&json!(list)));
        prop_assert_eq!(&escaped["security_issues"], &judged["security_issues"]);
    }

    #[test]
    fn a_refused_option_is_refused_beside_good_ones(refused in any::<Index>(), first in any::<bool>()) {
        let (key, value) = refused.get(&REFUSED_OPTIONS).clone();
        let good = [("retry.backoff.ms".to_owned(), json!(7)), ("log.connection.close".to_owned(), json!(true))];
        let mut entries = vec![(key.clone(), value)];
        entries.extend(good.into_iter().filter(|(name, _)| *name != key));
        if !first {
            entries.reverse();
        }
        let raw = Value::Object(entries.into_iter().collect());
        let config = json!({ "librdkafka": raw, "timeout_ms": 300_000 });
        for text in [config.to_string(), escaped(&config)] {
            let judged = judge_text("producer_config", text);
            prop_assert_eq!(&judged["is_valid"], &json!(false), "{}", config);
            prop_assert!(judged["sanitized_config"]["librdkafka"].get(&key).is_none());
        }
    }

    #[test]
    fn a_find_is_found_at_any_depth_and_in_any_spelling(
        found in any::<Index>(), nesting in prop::collection::vec(0u8..4, 0..12), other in any_json(),
    ) {
        let (message, expected) = found.get(&FOUND);
        let nested = nesting.iter().fold(message.clone(), |inner, how| match (how, inner) {
            (0, inner) => json!([other, inner]),
            (1, inner) => json!({ "before": other, "inner": inner }),
            (2, Value::String(key)) => json!({ key: other }),
            (_, inner) => json!({ "inner": [inner], "after": other }),
        });
        for text in [nested.to_string(), escaped(&nested), serde_json::to_string_pretty(&nested).unwrap()] {
            let kinds = kinds(&judge_text("message_content", text));
            prop_assert!(expected.iter().all(|kind| kinds.contains(kind)), "{expected:?} {kinds:?} {nested}");
        }
    }
}
