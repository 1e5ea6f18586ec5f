//! `_plugpipe_metadata`: where a message came from, spliced into its JSON text without a tree.
//!
//! `message` takes one message of a call, `batch` the records of a stream; both give the same text.

mod batch;
mod message;

pub use batch::enriched_batch;
pub use message::enriched;

use plugin_api::Json;

/// The key of the metadata in an object.
const KEY: &str = "_plugpipe_metadata";

/// Where messages come from: JSON texts, `None` for null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// The plugin that made them.
    pub source_plugin: Option<&'a str>,
    /// What kind of signal they are.
    pub signal_type: Option<&'a str>,
    /// When.
    pub timestamp: Option<&'a str>,
    /// The trace they belong to.
    pub trace_id: Option<&'a str>,
    /// The version of that plugin.
    pub plugin_version: Option<&'a str>,
}

impl Provenance<'_> {
    /// The metadata as JSON text.
    pub fn metadata(&self) -> String {
        let parts = [
            ("source_plugin", self.source_plugin),
            ("signal_type", self.signal_type),
            ("timestamp", self.timestamp),
            ("trace_id", self.trace_id),
            ("plugin_version", self.plugin_version),
        ];
        let field = |(key, value): (&str, Option<&str>)| {
            let value = value.unwrap_or("null");
            format!("\"{key}\":{value}")
        };
        format!("{{{}}}", parts.map(field).join(","))
    }
}

/// What Python calls true: the documents that ask for this were written for it.
pub fn is_truthy(value: &Json) -> bool {
    let zero = value.parse::<f64>().is_ok_and(|number| number == 0.0);
    let compact: String = value.get().split_whitespace().collect();
    !zero && !matches!(compact.as_str(), "null" | "false" | "\"\"" | "[]" | "{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_asked_for_by_something_true() {
        let asked = |value: &str| is_truthy(&Json::from_text(value.to_owned()).unwrap());
        let truths = ["true", "1", r#"{"a":1}"#, "[0]", "\"x\""];
        let falsehoods = ["false", "null", "0", "0.0", "{ }", "[]", "\"\""];
        assert!(truths.into_iter().all(asked));
        assert!(!falsehoods.into_iter().any(asked));
    }

    #[test]
    fn absent_parts_are_null() {
        let expected = r#"{"source_plugin":null,"signal_type":"s","timestamp":null,"trace_id":null,"plugin_version":null}"#;
        let provenance = Provenance { signal_type: Some("\"s\""), ..Provenance::default() };
        assert_eq!(provenance.metadata(), expected);
    }
}
