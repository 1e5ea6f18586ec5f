//! Names that stand for nothing where they are read, and what to do about it.

/// Where secrets can stand.
pub const SECRETS_STAND: &str =
    "secrets are resolved for the `config`, `with` and `env` of a step just before it is called";

/// What to do about a name that was cut at its dashes.
#[must_use]
pub fn dashed_hint(dashed: &str) -> String {
    format!("a key with `-` in it is read in brackets: `['{dashed}']`")
}

/// Why a name has no place.
#[derive(Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// A bare name nobody knows: an input that was not declared.
    Undeclared,
    /// A slip, or something that cannot be read here.
    Mistake {
        /// The kind of the error.
        kind: &'static str,
        /// The sentence that says so.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

impl Unplaced {
    /// A mistake with something to do about it.
    pub fn mistake(kind: &'static str, message: String, hint: &str) -> Self {
        Self::Mistake { kind, message, hint: Some(hint.to_owned()) }
    }

    /// Something nobody knows.
    pub fn unknown(message: String, hint: Option<String>) -> Self {
        Self::Mistake { kind: "unknown_step", message, hint }
    }

    /// Something nobody knows, and what it resembles.
    pub fn resembling(message: String, name: Option<&str>) -> Self {
        Self::unknown(message, name.map(|name| format!("did you mean `{name}`?")))
    }
}

/// Results are read in a stream.
pub(super) fn no_results(name: &str) -> Unplaced {
    let message = format!("`{name}` cannot be read: the steps of a stream have no results");
    Unplaced::mistake("unknown_step", message, "what a step did to a record is in `record`")
}

/// The configuration is read in a stream.
pub(super) fn stream_config(name: &str) -> Unplaced {
    let message =
        format!("`{name}` cannot be read: the `config` of a stream says how it is carried");
    Unplaced::mistake("not_supported", message, "write the value out, or make it an input")
}
