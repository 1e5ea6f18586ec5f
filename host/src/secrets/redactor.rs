//! Replacing secrets in what is shown.

use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::known::Known;
use super::{document, live};
use crate::json::{self, Kind};

/// The secrets that were seen so far. Clones share them.
///
/// A text or number of four characters or more is found anywhere, also base64, percent-encoded and
/// escaped. Shorter ones are only found where they are a whole value of a document: replaced
/// anywhere, `1` or `no` would leave nothing readable. Booleans and null are never secrets.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Known>);

impl Redactor {
    /// Knows no secret.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps every text and number in a value from being shown.
    pub fn add(&self, secret: &RawValue) {
        match json::kind(secret) {
            Kind::Null | Kind::Bool => {}
            Kind::Number => self.number(secret.get()),
            Kind::Text => self.add_text(&json::text_of(secret).unwrap_or_default()),
            Kind::List => json::items(secret).into_iter().for_each(|item| self.add(item)),
            Kind::Mapping => {
                json::entries(secret).into_iter().for_each(|(_, value)| self.add(value));
            }
        }
    }

    /// The document with every secret replaced. Everything else keeps its bytes.
    #[must_use]
    pub fn json(&self, document: &RawValue) -> Box<RawValue> {
        let patterns = self.0.patterns();
        let replaced = patterns.and_then(|patterns| document::replaced(document.get(), &patterns));
        replaced.map_or_else(|| document.to_owned(), json::from_written)
    }

    /// The text with every secret replaced.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let replaced = self.0.patterns().and_then(|patterns| patterns.replaced(text));
        replaced.unwrap_or_else(|| text.to_owned())
    }

    /// Whether a secret stands anywhere in the document.
    #[must_use]
    pub fn is_in(&self, document: &RawValue) -> bool {
        let patterns = self.0.patterns();
        patterns.is_some_and(|patterns| document::replaced(document.get(), &patterns).is_some())
    }

    /// Keeps a text from being shown.
    pub fn add_text(&self, text: &str) {
        if self.0.add(text) {
            live::enter(&self.0);
        }
    }

    /// A plugin that reads a number and writes it again may spell it in another way.
    fn number(&self, digits: &str) {
        let read: Option<serde_json::Value> = serde_json::from_str(digits).ok();
        self.add_text(digits);
        if let Some(number) = read {
            self.add_text(&number.to_string());
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}
