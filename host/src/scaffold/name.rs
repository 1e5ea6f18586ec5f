//! What a plug may be called.

use super::{Kind, files};
use plugin_abi::meta::is_name;
use thiserror::Error;

/// What stands behind the format in the name of a serializer.
const SERIALIZER: &str = "_serializer";

/// Longer names are no plug's.
const LENGTH: usize = 64;

/// What Rust calls something else.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "plugin_api",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "serde",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "tracing",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// A name that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{word:?} cannot be a {what}: {why}{}", hint.as_ref().map(|near| format!("; `{near}` could")).unwrap_or_default())]
pub struct BadName {
    word: String,
    what: &'static str,
    why: &'static str,
    /// A word like it that could be one.
    hint: Option<String>,
}

/// The names of one plug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    plug: String,
    format: String,
}

impl Name {
    /// The names that follow from what was typed. A serializer's ends in `_serializer`.
    ///
    /// # Errors
    /// Why it cannot be a name, with one that could.
    pub fn new(kind: Kind, typed: &str) -> Result<Self, BadName> {
        let format = typed.strip_suffix(SERIALIZER).unwrap_or(typed).to_owned();
        let plug = match kind {
            Kind::Serializer => format!("{format}{SERIALIZER}"),
            _ => typed.to_owned(),
        };
        check("plug's name", &plug)?;
        Ok(Self { plug, format })
    }

    /// The plug's name, which is also the crate's and the folder's.
    #[must_use]
    pub fn plug(&self) -> &str {
        &self.plug
    }

    /// What a serializer writes.
    pub(super) fn format(&self) -> &str {
        &self.format
    }

    /// The name in Rust's own style, and no name that the file uses for something else.
    pub(super) fn type_name(&self, kind: Kind) -> String {
        let word = if kind == Kind::Serializer { &self.format } else { &self.plug };
        let camel = camel(word);
        let is_letter = |c: char| !c.is_alphanumeric() && c != '_';
        if files::code(kind).split(is_letter).any(|taken| taken == camel) {
            return camel + "Plug";
        }
        camel
    }
}

/// Whether a word can be the name of a plug or of a category that is new. Stricter than what an
/// installed plug may be called: the name is to be a crate's and a word in Rust's code as well.
///
/// # Errors
/// Why not, with a word that could be one.
pub(super) fn check(what: &'static str, word: &str) -> Result<(), BadName> {
    let begins = word.starts_with(|first: char| first.is_ascii_lowercase());
    let why = if word.len() > LENGTH {
        "it has more than 64 characters"
    } else if !begins || !is_name(word) {
        "a small letter is expected, then small letters, digits and `_`"
    } else if RESERVED.contains(&word) {
        "Rust uses that word itself"
    } else {
        return Ok(());
    };
    let hint = near(word).filter(|near| near != word && check(what, near).is_ok());
    Err(BadName { word: word.to_owned(), what, why, hint })
}

/// A word like `word` of letters that are fine.
fn near(word: &str) -> Option<String> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let near: String = word.chars().map(letter).take(LENGTH).collect();
    let near = near.trim_start_matches(|c: char| !c.is_ascii_lowercase()).trim_end_matches('_');
    match near {
        "" => None,
        reserved if RESERVED.contains(&reserved) => Some(format!("{reserved}_plug")),
        near => Some(near.to_owned()),
    }
}

fn camel(word: &str) -> String {
    let capital = |part: &str| {
        let (first, rest) = part.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    word.split('_').filter(|part| !part.is_empty()).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serializer_is_named_after_its_format() {
        let cases = [
            (Kind::Serializer, "shout", "shout_serializer", "shout", "Shout"),
            (Kind::Serializer, "shout_serializer", "shout_serializer", "shout", "Shout"),
            (Kind::Plugin, "two_words", "two_words", "two_words", "TwoWords"),
            (Kind::Plugin, "shout_serializer", "shout_serializer", "shout", "ShoutSerializer"),
            (Kind::Plugin, "config", "config", "config", "ConfigPlug"),
            (Kind::Source, "range", "range", "range", "RangePlug"),
            (Kind::Sink, "v2__x_", "v2__x_", "v2__x_", "V2X"),
        ];
        for (kind, typed, plug, format, type_name) in cases {
            let name = Name::new(kind, typed).unwrap();
            assert_eq!((name.plug(), name.format()), (plug, format), "{typed}");
            assert_eq!(name.type_name(kind), type_name, "{typed}");
        }
    }

    #[test]
    fn a_bad_name_is_refused_with_one_that_could_be() {
        let letters = "a small letter is expected, then small letters, digits and `_`";
        let cases = [
            ("My-Plug", letters, Some("my_plug")),
            ("1st", letters, Some("st")),
            ("_x", letters, Some("x")),
            ("", letters, None),
            ("../etc", letters, Some("etc")),
            ("größe", letters, Some("gr__e")),
            ("match", "Rust uses that word itself", Some("match_plug")),
        ];
        for (typed, why, hint) in cases {
            let bad = Name::new(Kind::Plugin, typed).unwrap_err();
            assert_eq!((bad.why, bad.hint.as_deref()), (why, hint), "{typed}");
        }
        let long = Name::new(Kind::Serializer, &"x".repeat(54)).unwrap_err();
        assert_eq!(long.why, "it has more than 64 characters");
        assert!(Name::new(Kind::Plugin, &"x".repeat(64)).is_ok());
    }
}
