//! Whether a result means success.

use serde_json::value::RawValue;

use crate::json::{self, Kind, Segment};

/// What a result says about its step.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it.
    Success,
    /// It worked in part; the sentence says which key says so.
    Partial(String),
    /// It did not work; the sentence says why.
    Failed(String),
}

/// Reads `success`, `error`, `status` and the status keys the plugin declares. No other field is
/// looked at: `order_status: failed` is data.
pub fn verdict(result: &RawValue, status_keys: &[String]) -> Verdict {
    let field = |key: &str| json::at(result, &[Segment::Key(key.to_owned())]);
    let keys = || std::iter::once("status").chain(status_keys.iter().map(String::as_str));
    // A plugin with a key `x_status` says why in `x_error`.
    let reason = |key: &str| {
        let error = format!("{}error", key.strip_suffix("status")?);
        json::text_of(field(&error)?).map(|text| format!(": {text}"))
    };
    let status = |words: &[&str]| {
        keys().find_map(|key| {
            let word = json::text_of(field(key)?).filter(|word| words.contains(&word.as_str()))?;
            Some(format!("`{key}` is `{word}`{}", reason(key).unwrap_or_default()))
        })
    };
    if let Some(error) = field("error").filter(|raw| json::kind(raw) != Kind::Null) {
        return Verdict::Failed(error_text(error));
    }
    if let Some(reason) = status(&["error", "failed", "unknown"]) {
        return Verdict::Failed(reason);
    }
    if field("success").is_some_and(|raw| raw.get() == "false") {
        return Verdict::Failed("`success` is false".to_owned());
    }
    status(&["partial"]).map_or(Verdict::Success, Verdict::Partial)
}

/// The sentence in an `error`: the text itself, its `message`, or the fact that there is one.
fn error_text(error: &RawValue) -> String {
    let message = json::at(error, &[Segment::Key("message".to_owned())]);
    json::text_of(error)
        .or_else(|| message.and_then(json::text_of))
        .unwrap_or_else(|| "`error` is not null".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_error_and_status_are_looked_at() {
        let failed = |reason: &str| Verdict::Failed(reason.to_owned());
        let cases = [
            (r#"{"order_status":"failed","errors":["x"]}"#, Verdict::Success),
            (r#"{"success":true,"error":null,"status":"ok"}"#, Verdict::Success),
            (r#"{"success":"false"}"#, Verdict::Success),
            (r#"{"success":false}"#, failed("`success` is false")),
            (r#"{"success":false,"error":"no broker"}"#, failed("no broker")),
            (r#"{"error":{"message":"too large"}}"#, failed("too large")),
            (r#"{"error":false}"#, failed("`error` is not null")),
            (r#"{"status":"unknown"}"#, failed("`status` is `unknown`")),
            (r#"{"status":"ok","kafka_status":"failed"}"#, failed("`kafka_status` is `failed`")),
            (
                r#"{"kafka_status":"partial"}"#,
                Verdict::Partial("`kafka_status` is `partial`".to_owned()),
            ),
            (r#"{"status":{"status":"failed"}}"#, Verdict::Success),
            (r#"["failed"]"#, Verdict::Success),
            ("null", Verdict::Success),
        ];
        for (result, expected) in cases {
            let raw = RawValue::from_string(result.to_owned()).unwrap();
            assert_eq!(verdict(&raw, &["kafka_status".to_owned()]), expected, "{result}");
        }
    }
}
