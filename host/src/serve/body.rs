//! The body of a request: an object of JSON, within limits.

use super::Limits;
use super::problem::{Kind, Problem};
use super::room::Held;
use super::state::Serving;
use crate::diagnostics::nearest;
use crate::json::{self, entries};
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use plugin_api::Json;
use serde_json::value::RawValue;
use tokio::time::timeout;

/// An object whose keys are known. Values keep the text they were written in.
#[derive(Debug)]
pub(super) struct Body {
    keys: Vec<(String, Json)>,
    #[expect(dead_code, reason = "held, never read")]
    held: Option<Held>,
}

/// Lists and objects do not lie in each other deeper than this: many plugins would overflow.
const DEPTH: usize = 128;

/// Reads the whole body.
pub(super) async fn read(
    request: Request,
    serving: &Serving,
    known: &[&str],
) -> Result<Body, Problem> {
    let limits = &serving.limits;
    if !is_json(request.headers()) {
        let detail = "send `content-type: application/json`";
        return Err(Problem::new(Kind::NotJson, detail));
    }
    // A body that does not say how long it will be may become as long as any.
    let length = announced(request.headers()).unwrap_or(limits.max_body);
    if length > limits.max_body {
        return Err(too_large(limits));
    }
    let held = serving.room.hold(length)?;
    let reading = timeout(limits.read_timeout, Bytes::from_request(request, &())).await;
    let read = reading.map_err(|_| {
        let seconds = limits.read_timeout.as_secs_f64();
        Problem::new(Kind::SlowBody, &format!("the body was not complete after {seconds} s"))
    })?;
    let bytes = read.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(limits),
        _ => Problem::new(Kind::BadRequest, "the body ended too early"),
    })?;
    Ok(Body { held: Some(held), ..Body::parse(&bytes, known)? })
}

/// How long the body will be, where the request says so.
fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok())
}

fn too_large(limits: &Limits) -> Problem {
    let detail = format!("the body has more than {} bytes", limits.max_body);
    Problem::new(Kind::TooLarge, &detail).with("max_bytes", Some(limits.max_body.into()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json")
}

impl Body {
    fn parse(bytes: &[u8], known: &[&str]) -> Result<Self, Problem> {
        let raw: &RawValue = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
        if json::kind(raw) != json::Kind::Mapping {
            return Err(misfit(&format!("an object with {} was expected", listed(known)), None));
        }
        if json::deeper_than(raw, DEPTH) {
            return Err(misfit(&format!("the body nests deeper than {DEPTH}"), None));
        }
        let mut keys: Vec<(String, Json)> = Vec::new();
        for (key, value) in entries(raw) {
            if !known.contains(&&*key) {
                let near = nearest(&key, known.iter().copied());
                let hint = near.map(|near| format!("did you mean `{near}`?"));
                let hint = hint.unwrap_or_else(|| format!("known are {}", listed(known)));
                return Err(misfit(&format!("the body has an unknown key `{key}`"), Some(&hint)));
            }
            if keys.iter().any(|(taken, _)| *taken == *key) {
                return Err(misfit(&format!("the body has the key `{key}` twice"), None));
            }
            keys.push((key.to_string(), Json::from(value.to_owned())));
        }
        Ok(Self { keys, held: None })
    }

    /// The object under a key; an empty one where there is none.
    pub(super) fn object(&mut self, key: &str) -> Result<Json, Problem> {
        match self.take(key) {
            None => Ok(json::ObjectText::new().finish().into()),
            Some(value) if json::kind(value.as_raw()) == json::Kind::Mapping => Ok(value),
            Some(_) => Err(misfit(&format!("`{key}` must be an object"), None)),
        }
    }

    /// The text under a key.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, Problem> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let text = json::text_of(value.as_raw());
        text.map(Some).ok_or_else(|| misfit(&format!("`{key}` must be a text"), None))
    }

    fn take(&mut self, key: &str) -> Option<Json> {
        let place = self.keys.iter().position(|(known, _)| known == key)?;
        Some(self.keys.swap_remove(place).1)
    }
}

fn listed(known: &[&str]) -> String {
    known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

fn misfit(detail: &str, hint: Option<&str>) -> Problem {
    Problem::new(Kind::BadBody, detail).hint(hint)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let (line, column) = (error.line(), error.column());
    Problem::new(Kind::MalformedJson, &format!("line {line}, column {column}: {what}"))
        .with("line", Some(line.into()))
        .with("column", Some(column.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["ctx", "cfg"];

    fn refused(text: &str) -> serde_json::Value {
        let problem = Body::parse(text.as_bytes(), &KNOWN).unwrap_err();
        serde_json::json!([format!("{:?}", problem.kind()), format!("{problem:?}")])
    }

    #[test]
    fn each_misfit_is_told_apart() {
        let deep = format!("{{\"ctx\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for (text, kind, part) in [
            ("", "MalformedJson", "line 1, column 0: EOF"),
            ("{\n \"ctx\": oops}", "MalformedJson", "line 2, column 9: expected value"),
            ("{} {}", "MalformedJson", "trailing characters"),
            (&deep, "BadBody", "nests deeper than 128"),
            ("[]", "BadBody", "an object with `ctx`, `cfg` was expected"),
            (r#"{"cfgs": {}}"#, "BadBody", "did you mean `cfg`?"),
            (r#"{"x": 1}"#, "BadBody", "known are `ctx`, `cfg`"),
            (r#"{"ctx": {}, "ctx": {}}"#, "BadBody", "the key `ctx` twice"),
        ] {
            let found = refused(text);
            assert_eq!(found[0], kind, "{text}");
            assert!(found[1].as_str().unwrap().contains(part), "{text}: {found}");
        }
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        let text = r#"{"ctx": {"n": 12345678901234567890123.10}}"#;
        let mut body = Body::parse(text.as_bytes(), &KNOWN).unwrap();
        assert_eq!(body.object("ctx").unwrap().get(), r#"{"n": 12345678901234567890123.10}"#);
        assert_eq!(body.object("cfg").unwrap().get(), "{}");
    }

    #[test]
    fn a_value_of_another_kind_is_named() {
        let mut body = Body::parse(br#"{"ctx": [], "cfg": 1}"#, &KNOWN).unwrap();
        assert!(
            format!("{:?}", body.object("ctx").unwrap_err()).contains("`ctx` must be an object")
        );
        assert!(format!("{:?}", body.text("cfg").unwrap_err()).contains("`cfg` must be a text"));
    }

    #[test]
    fn only_json_is_json() {
        for (media, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/jsonp", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let headers = [(header::CONTENT_TYPE, media.parse().unwrap())].into_iter().collect();
            assert_eq!(is_json(&headers), expected, "{media}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
