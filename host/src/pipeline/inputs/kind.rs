//! The types an input can have.

use serde_json::value::RawValue;

use crate::json::{self, Kind};

/// A declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A text.
    String,
    /// A number without fraction or exponent, of any length.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
}

impl InputKind {
    /// The words for `type`.
    pub const WORDS: [&str; 6] = ["string", "integer", "number", "boolean", "object", "array"];

    /// The type a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::Array,
            _ => return None,
        })
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Whether a value has this type.
    pub fn accepts(self, value: &RawValue) -> bool {
        match (self, json::kind(value)) {
            (Self::Integer, Kind::Number) => !value.get().contains(['.', 'e', 'E']),
            (Self::String, Kind::Text)
            | (Self::Number, Kind::Number)
            | (Self::Boolean, Kind::Bool)
            | (Self::Object, Kind::Mapping)
            | (Self::Array, Kind::List) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_names_the_type_that_says_it() {
        for word in InputKind::WORDS {
            assert_eq!(InputKind::named(word).map(InputKind::word), Some(word));
        }
    }
}
