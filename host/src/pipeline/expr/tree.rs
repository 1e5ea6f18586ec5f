//! Compiled values: JSON with templates in it.

use serde_json::value::RawValue;

use crate::json;
use crate::yaml;

use crate::secrets::SecretRef;

use super::block::Block;
use super::computed::Computed;
use super::value;
use super::{Failed, Path, Values, Warnings};

/// A value of the file, ready to be evaluated.
pub enum Tree {
    /// Holds no template: copied as it is.
    Literal(Box<RawValue>),
    /// A text with templates.
    Template(Template),
    /// A list with templates somewhere in it.
    List(Vec<Tree>),
    /// A mapping with templates somewhere in it.
    Mapping(Vec<(String, Tree)>),
}

/// A text with templates in it.
pub struct Template {
    /// Its parts in order.
    pub pieces: Vec<Piece>,
    /// The text is exactly one expression: the value keeps its type.
    pub keeps_type: bool,
}

/// A part of a text.
pub enum Piece {
    /// Text as it is.
    Literal(String),
    /// A plain path, copied from the JSON text it points at.
    Path(Path),
    /// A secret, resolved before the step is called.
    Secret(SecretRef),
    /// A text with statements in it.
    Block(Block),
    /// Anything else.
    Computed(Computed),
}

impl Tree {
    /// A list or mapping without templates becomes one literal.
    pub fn folded(self) -> Self {
        let mut out = String::new();
        if self.write_literal(&mut out) { Tree::Literal(json::from_written(out)) } else { self }
    }

    /// Appends the value if its parts are literals; says whether they are.
    fn write_literal(&self, out: &mut String) -> bool {
        let mut literal = true;
        let mut part = |tree: &Tree, out: &mut String| match tree {
            Tree::Literal(raw) => out.push_str(raw.get()),
            _ => literal = false,
        };
        match self {
            Tree::List(items) => json::push_list(out, items, part),
            Tree::Mapping(entries) => json::push_mapping(out, entries, |(key, value), out| {
                json::push_text(out, key);
                out.push(':');
                part(value, out);
            }),
            Tree::Literal(_) | Tree::Template(_) => part(self, out),
        }
        literal
    }

    /// Appends the value as JSON text.
    pub fn write(
        &self,
        values: &Values<'_>,
        warnings: &mut Warnings,
        out: &mut String,
    ) -> Result<(), Failed> {
        let mut outcome = Ok(());
        match self {
            Tree::Literal(raw) => out.push_str(raw.get()),
            Tree::Template(template) => out.push_str(&template.json(values, warnings)?),
            Tree::List(items) => json::push_list(out, items, |item, out| {
                if outcome.is_ok() {
                    outcome = item.write(values, warnings, out);
                }
            }),
            Tree::Mapping(entries) => json::push_mapping(out, entries, |(key, value), out| {
                json::push_text(out, key);
                out.push(':');
                if outcome.is_ok() {
                    outcome = value.write(values, warnings, out);
                }
            }),
        }
        outcome
    }

    /// The value as a document.
    pub fn json(
        &self,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Box<RawValue>, Failed> {
        let mut out = String::new();
        self.write(values, warnings, &mut out)?;
        Ok(json::from_written(out))
    }
}

impl Template {
    fn json(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<String, Failed> {
        if let ([piece], true) = (&self.pieces[..], self.keeps_type) {
            return piece.json(values, warnings);
        }
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                _ => text.push_str(&unquoted(piece.json(values, warnings)?)),
            }
        }
        let mut out = String::new();
        json::push_text(&mut out, &text);
        Ok(out)
    }
}

impl Piece {
    /// Whether a condition holds. A text from the environment counts as what it would mean in the
    /// file: `false`, `0` and nothing are false.
    pub fn is_true(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<bool, Failed> {
        match self {
            Piece::Literal(text) => Ok(Self::literal_is_true(text)),
            Piece::Path(_) | Piece::Secret(_) | Piece::Block(_) => {
                let json = json::from_written(self.json(values, warnings)?);
                Ok(value::from_json(&json).is_true())
            }
            Piece::Computed(computed) => computed.is_true(values, warnings),
        }
    }

    /// Whether a text counts as true.
    pub fn literal_is_true(text: &str) -> bool {
        value::from_json(&yaml::plain(text).to_json()).is_true()
    }

    /// The value as JSON text.
    fn json(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<String, Failed> {
        match self {
            Piece::Literal(text) => Ok(serde_json::Value::from(text.as_str()).to_string()),
            Piece::Path(path) => Ok(match path.read(values) {
                Some(raw) => raw.get().to_owned(),
                None => {
                    warnings.absent(&path.written);
                    "null".to_owned()
                }
            }),
            Piece::Secret(secret) => match values.secrets.values.get(&secret.written) {
                Some(raw) => Ok(raw.get().to_owned()),
                None => {
                    let reason = "the secret was not resolved".to_owned();
                    Err(Failed { expression: secret.written.clone(), reason })
                }
            },
            Piece::Block(block) => {
                let mut out = String::new();
                json::push_text(&mut out, &block.text(values, warnings)?);
                Ok(out)
            }
            Piece::Computed(computed) => computed.json(values, warnings),
        }
    }
}

/// Texts lose their quotes inside a text; everything else is its JSON text.
fn unquoted(json: String) -> String {
    if json.starts_with('"') { serde_json::from_str(&json).unwrap_or(json) } else { json }
}
