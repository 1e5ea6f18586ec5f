//! An expression whose value goes into a record's descriptor.

use std::borrow::Cow;
use std::ops::Range;

use plugin_api::raw;

use crate::json;
use crate::pipeline::expr::block::Block;
use crate::pipeline::expr::computed::Computed;
use crate::pipeline::expr::{Failed, Path, Values, Warnings, value};

use super::field::{NOT_JSON, Read};
use super::{Field, RecordView};

/// What an expression gives for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Produced<'a> {
    /// Nothing.
    Null,
    /// Text or bytes: the content of a JSON string, the JSON text of any other value.
    Bytes(Cow<'a, [u8]>),
}

/// An expression on a record, compiled.
pub struct RecordExpr {
    /// How the author wrote it, for errors.
    pub(super) written: String,
    pub(super) kind: Kind,
}

/// How the value is come by, the cheapest first.
pub(super) enum Kind {
    /// Always nothing.
    Null,
    /// Always this.
    Literal(Vec<u8>),
    /// A field of the record.
    Field(Field),
    /// A value that is the same for all records.
    Fixed(Path),
    /// Anything else.
    Computed(Computed),
    /// A text with statements in it.
    Block(Block),
    /// Texts and values behind each other.
    Template(Vec<RecordExpr>),
}

/// What nothing means inside a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NullInText {
    /// The word `null`, as in every other template.
    Word,
    /// A reason to refuse the record.
    Refused,
}

impl Produced<'_> {
    /// Where the bytes lie in `arena`; `None` when they lie somewhere else.
    pub fn place_in(&self, arena: &[u8]) -> Option<Range<usize>> {
        let Self::Bytes(Cow::Borrowed(bytes)) = self else { return None };
        let start = bytes.as_ptr().addr().checked_sub(arena.as_ptr().addr())?;
        let end = start.checked_add(bytes.len())?;
        (end <= arena.len()).then_some(start..end)
    }
}

impl RecordExpr {
    /// The value for one record. A field without escapes borrows from the batch. What is absent is
    /// null, with one warning for the expression.
    ///
    /// # Errors
    /// Why the expression has no value for this record, without the record's data.
    pub fn produce<'a>(
        &'a self,
        record: RecordView<'a>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Produced<'a>, Failed> {
        self.produce_with(record, values, warnings, NullInText::Word)
    }

    /// The partition it names; `None` leaves the choice to the sink.
    ///
    /// # Errors
    /// As [`RecordExpr::produce`], and a value that is no whole number from 0 to 2³¹ - 1.
    pub fn partition(
        &self,
        record: RecordView<'_>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Option<i32>, Failed> {
        let produced = self.produce(record, values, warnings)?;
        self.whole(produced, "a partition is a whole number from 0")
    }

    /// The timestamp it gives, in milliseconds since 1970; `None` leaves the record's own.
    ///
    /// # Errors
    /// As [`RecordExpr::produce`], and a value that is no whole number from 0 to 2⁶³ - 1.
    pub fn timestamp(
        &self,
        record: RecordView<'_>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Option<i64>, Failed> {
        let produced = self.produce(record, values, warnings)?;
        self.whole(produced, "a timestamp is a whole number of milliseconds from 0")
    }

    pub(super) fn produce_with<'a>(
        &'a self,
        record: RecordView<'a>,
        values: &Values<'_>,
        warnings: &mut Warnings,
        null: NullInText,
    ) -> Result<Produced<'a>, Failed> {
        match &self.kind {
            Kind::Null => Ok(Produced::Null),
            Kind::Literal(bytes) => Ok(Produced::Bytes(Cow::Borrowed(bytes))),
            Kind::Field(field) => self.field(field.read(record), warnings),
            Kind::Fixed(path) => match path.read(values) {
                Some(raw) => Ok(fixed(&raw)),
                None => self.field(Read::Absent, warnings),
            },
            Kind::Computed(computed) => computed_bytes(computed, record, values, warnings),
            Kind::Block(block) => {
                let text = block.on_record(record, values, warnings)?;
                Ok(Produced::Bytes(Cow::Owned(text.into_bytes())))
            }
            Kind::Template(pieces) => {
                let mut text = Vec::new();
                for piece in pieces {
                    match piece.produce_with(record, values, warnings, null)? {
                        Produced::Bytes(bytes) => text.extend_from_slice(&bytes),
                        Produced::Null if null == NullInText::Word => text.extend(b"null"),
                        Produced::Null => return Err(piece.failed("it is null")),
                    }
                }
                Ok(Produced::Bytes(Cow::Owned(text)))
            }
        }
    }

    /// The text, if it is the same for all records and runs.
    pub fn literal(&self) -> Option<&str> {
        match &self.kind {
            Kind::Literal(text) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// Whether every record gets the same value.
    pub(super) fn is_fixed(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Literal(_) | Kind::Fixed(_) => true,
            Kind::Field(_) => false,
            Kind::Computed(computed) => !computed.reads_record(),
            Kind::Block(block) => !block.bindings().reads_record(),
            Kind::Template(pieces) => pieces.iter().all(Self::is_fixed),
        }
    }

    pub(super) fn failed(&self, reason: &str) -> Failed {
        Failed { expression: self.written.clone(), reason: reason.to_owned() }
    }

    fn field<'a>(&self, read: Read<'a>, warnings: &mut Warnings) -> Result<Produced<'a>, Failed> {
        let borrowed = |bytes: &'a [u8]| Ok(Produced::Bytes(Cow::Borrowed(bytes)));
        match read {
            Read::Absent => {
                warnings.absent(&self.written);
                Ok(Produced::Null)
            }
            Read::Broken => Err(self.failed(NOT_JSON)),
            Read::Null | Read::Json(b"null") => Ok(Produced::Null),
            Read::Bytes(bytes) => borrowed(bytes),
            Read::Json(json) if !json.starts_with(b"\"") => borrowed(json),
            Read::Json(json) => match raw::text(json) {
                Some(Cow::Borrowed(text)) => borrowed(text.as_bytes()),
                Some(Cow::Owned(text)) => Ok(Produced::Bytes(Cow::Owned(text.into_bytes()))),
                None => Err(self.failed("the text in it is not valid")),
            },
            Read::Whole(number) => Ok(Produced::Bytes(Cow::Owned(number.to_string().into_bytes()))),
        }
    }

    /// Digits only: no sign, no fraction, no space.
    fn whole<N: std::str::FromStr>(
        &self,
        produced: Produced<'_>,
        rule: &str,
    ) -> Result<Option<N>, Failed> {
        let Produced::Bytes(bytes) = produced else { return Ok(None) };
        let digits = std::str::from_utf8(&bytes)
            .ok()
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.map(Some).ok_or_else(|| self.failed(rule))
    }
}

fn fixed<'a>(raw: &serde_json::value::RawValue) -> Produced<'a> {
    match json::kind(raw) {
        json::Kind::Null => Produced::Null,
        _ => {
            let text = json::text_of(raw).unwrap_or_else(|| raw.get().to_owned());
            Produced::Bytes(Cow::Owned(text.into_bytes()))
        }
    }
}

fn computed_bytes<'a>(
    computed: &Computed,
    record: RecordView<'_>,
    values: &Values<'_>,
    warnings: &mut Warnings,
) -> Result<Produced<'a>, Failed> {
    let found = computed.on_record(record, values, warnings)?;
    let bytes = value::to_bytes(&found).map_err(|reason| computed.failed(reason))?;
    Ok(bytes.map_or(Produced::Null, |bytes| Produced::Bytes(Cow::Owned(bytes))))
}
