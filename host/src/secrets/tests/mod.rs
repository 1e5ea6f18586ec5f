//! Secrets against everything they could be shown in.

mod echoes;
mod places;
mod redaction;

use serde_json::value::RawValue;

use super::Redactor;
use crate::json::from_written;

/// A redactor that knows the texts and numbers of a JSON value.
fn knows(secret: &serde_json::Value) -> Redactor {
    let redactor = Redactor::new();
    redactor.add(&raw(&secret.to_string()));
    redactor
}

fn raw(text: &str) -> Box<RawValue> {
    from_written(text.to_owned())
}
