//! Values of a file in words.

use serde_json::Value;

/// Texts longer than this are not repeated.
const SHOWN: usize = 40;

/// What a value is: `the text `soon``, `the number 5`, `a list`.
pub fn in_words(value: &Value, is_secret: bool) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(yes) => format!("`{yes}`"),
        Value::Number(_) | Value::String(_) if is_secret => of_its_kind(value).to_owned(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.is_empty() => "an empty text".to_owned(),
        Value::String(text) if text.chars().count() <= SHOWN => format!("the text `{text}`"),
        _ => of_its_kind(value).to_owned(),
    }
}

fn of_its_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
