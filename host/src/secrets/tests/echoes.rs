//! Random secrets in random documents and encodings.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{knows, raw};

/// Any characters, more of those that writers treat in a special way. None of the marker's own.
fn secret() -> impl Strategy<Value = String> {
    let special =
        prop::sample::select(vec!['"', '\\', '\n', '/', '%', '+', ' ', '{', '\'', '😀', 'é']);
    let one = prop_oneof![3 => special, 2 => any::<char>(), 3 => prop::char::range('A', 'Z')];
    prop::collection::vec(one, 4..64)
        .prop_map(|chars| chars.into_iter().collect::<String>())
        .prop_filter("blank or a part of the marker", |text| {
            text.trim().chars().count() >= 4 && !"[redacted]".contains(text.trim())
        })
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The texts that a program could make of a secret.
fn echoes(secret: &str) -> Vec<String> {
    let percent: String = secret
        .bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    vec![
        secret.to_owned(),
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        percent,
        json!(secret).to_string(),
        json!(json!(secret).to_string()).to_string(),
    ]
}

proptest! {
    #[test]
    fn no_form_of_a_secret_is_left_in_a_document(secret in secret(), inner in document()) {
        let redactor = knows(&json!(secret));
        for echo in echoes(&secret) {
            let document = json!({"a": inner, "b": format!("<{echo}>"), format!("<{echo}>"): [echo]});
            let shown = redactor.json(&raw(&document.to_string()));
            let shown: Value = serde_json::from_str(shown.get()).unwrap();
            let text = shown.to_string();
            prop_assert!(!text.contains(&json!(echo).to_string()), "{text} has {echo}");
            prop_assert!(!shown["b"].as_str().unwrap().contains(&echo), "{text} has {echo}");
            prop_assert!(!redactor.text(&echo).contains(&secret));
        }
    }

    #[test]
    fn a_document_without_secrets_keeps_every_byte(document in document(), pretty in any::<bool>()) {
        let text = match pretty {
            true => serde_json::to_string_pretty(&document).unwrap(),
            false => document.to_string(),
        };
        let redactor = knows(&json!("a secret that is nowhere in it"));
        let shown = redactor.json(&raw(&text));
        prop_assert_eq!(shown.get(), &text);
        prop_assert!(!redactor.is_in(&raw(&text)));
    }
}
