//! The topic a record is written to: data may choose it only inside what the author wrote.

use std::borrow::Cow;

use crate::pipeline::expr::{Failed, Values, Warnings};

use super::produce::{Kind, NullInText, Produced};
use super::{RecordExpr, RecordView};

/// Characters of a topic's name, at most.
const LONGEST: usize = 249;

/// An expression for a topic, and where its result must stay.
pub struct TopicExpr {
    expr: RecordExpr,
    within: Within,
}

enum Within {
    /// The same for all records, so no record chooses it.
    Fixed,
    /// Starts with this text and goes on behind it.
    Prefix(String),
    /// One of these.
    Allowed(Vec<String>),
}

/// Why a topic cannot be written so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicMistake {
    /// No topic can have this name.
    Illegal,
    /// A record could choose any topic.
    Open,
    /// The text it starts with can stand in no topic's name.
    IllegalPrefix,
}

impl TopicExpr {
    /// Binds the topic to the allow-list if there is one, else to its literal prefix.
    pub fn new(expr: RecordExpr, allowed: Option<Vec<String>>) -> Result<Self, TopicMistake> {
        if let Kind::Literal(text) = &expr.kind
            && !is_legal(text)
        {
            return Err(TopicMistake::Illegal);
        }
        if expr.is_fixed() {
            return Ok(Self { expr, within: Within::Fixed });
        }
        if let Some(allowed) = allowed {
            return Ok(Self { expr, within: Within::Allowed(allowed) });
        }
        let prefix = expr.prefix().ok_or(TopicMistake::Open)?;
        if !is_legal(prefix.as_bytes()) && !matches!(&*prefix, "." | "..") {
            return Err(TopicMistake::IllegalPrefix);
        }
        Ok(Self { within: Within::Prefix(prefix), expr })
    }

    /// The topic of one record.
    ///
    /// # Errors
    /// Why the record has none: no value, a name no topic can have, one outside the prefix or the
    /// list. The reason holds no data of the record.
    pub fn name<'a>(
        &'a self,
        record: RecordView<'a>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Cow<'a, str>, Failed> {
        let failed = |reason: &str| self.expr.failed(reason);
        let produced = self.expr.produce_with(record, values, warnings, NullInText::Refused)?;
        let Produced::Bytes(name) = produced else { return Err(failed("it is null")) };
        if !is_legal(&name) {
            return Err(failed(
                "the result is no name of a topic: 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`",
            ));
        }
        let name = match name {
            Cow::Borrowed(name) => std::str::from_utf8(name).map(Cow::Borrowed).ok(),
            Cow::Owned(name) => String::from_utf8(name).map(Cow::Owned).ok(),
        };
        let name = name.ok_or_else(|| failed("the result is not UTF-8"))?;
        match &self.within {
            Within::Prefix(prefix) if name.len() == prefix.len() => {
                Err(failed("nothing stands behind the prefix"))
            }
            Within::Allowed(allowed) if !allowed.iter().any(|known| *known == name) => {
                Err(failed("the result is none of the `topics` of the step's `config`"))
            }
            _ => Ok(name),
        }
    }
}

impl RecordExpr {
    /// The literal text that every value starts with, unless that is nothing.
    fn prefix(&self) -> Option<String> {
        let Kind::Template(pieces) = &self.kind else { return None };
        let literals = pieces.iter().map_while(|piece| match &piece.kind {
            Kind::Literal(text) => std::str::from_utf8(text).ok(),
            _ => None,
        });
        Some(literals.collect::<String>()).filter(|prefix| !prefix.is_empty())
    }
}

fn is_legal(name: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=LONGEST).contains(&name.len()) && name.iter().all(fits) && !matches!(name, b"." | b"..")
}
