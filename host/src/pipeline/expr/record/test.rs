//! An expression that decides about a record.

use serde_json::value::RawValue;

use crate::pipeline::expr::computed::Computed;
use crate::pipeline::expr::{Failed, Path, Piece, Values, Warnings, value};

use super::field::{NOT_JSON, Read};
use super::native::Native;
use super::{Field, RecordView};

/// A condition on records, compiled.
pub struct RecordTest(pub(super) Decision);

pub(super) enum Decision {
    /// The same for every record of every run.
    Fixed(bool),
    /// The same for every record of one run.
    Constant(Path),
    /// Whether a field counts as true.
    Field(Field),
    /// `native` decides where it can; minijinja where it cannot or there is none.
    Computed { native: Option<Native>, computed: Computed },
}

impl RecordTest {
    /// Whether it holds for a record.
    ///
    /// # Errors
    /// Why it cannot be evaluated for this record, without the record's data.
    pub fn holds(
        &self,
        record: RecordView<'_>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<bool, Failed> {
        match &self.0 {
            Decision::Fixed(yes) => Ok(*yes),
            Decision::Constant(path) => Piece::Path(path.clone()).is_true(values, warnings),
            Decision::Field(field) => {
                is_true(field.read(record), field, warnings).ok_or_else(|| field.failed(NOT_JSON))
            }
            Decision::Computed { native, computed } => {
                let decided = native.as_ref().and_then(|native| native.holds(record, warnings));
                match decided {
                    Some(yes) => Ok(yes),
                    None => Ok(computed.on_record(record, values, warnings)?.is_true()),
                }
            }
        }
    }
}

/// As minijinja sees it: nothing, zero and what is empty are false. `None` when it cannot be known.
pub(super) fn is_true(read: Read<'_>, field: &Field, warnings: &mut Warnings) -> Option<bool> {
    Some(match read {
        Read::Absent => {
            warnings.absent(&field.written);
            false
        }
        Read::Broken => return None,
        Read::Null | Read::Json(b"null" | b"false") => false,
        Read::Json(b"true") => true,
        Read::Json(json) => serde_json::from_slice::<&RawValue>(json)
            .is_ok_and(|raw| value::from_json(raw).is_true()),
        Read::Bytes(bytes) => !bytes.is_empty(),
        Read::Whole(number) => number != 0,
    })
}
