//! Values of a stream have to be JSON before anything is spliced into them or written as JSON.

use super::remaining::{Remaining, refusal};
use crate::span;
use plugin_api::batch::RecordMeta;
use plugin_api::raw::{self, Invalid, Shape};
use plugin_api::{Batch, ErrorCode};

/// Refuses the values that are not one JSON text each, and notes in the batch's flags when all others
/// are compact.
pub fn check(remaining: &mut Remaining) {
    if remaining.batch.flags & Batch::COMPACT_JSON != 0 {
        return;
    }
    let (refused, all_compact) = judged(&remaining.batch);
    remaining.take_out(refused);
    if all_compact {
        remaining.batch.flags |= Batch::COMPACT_JSON;
    }
}

fn judged(batch: &Batch) -> (Vec<plugin_api::batch::RecordError>, bool) {
    let texts = Texts::of(batch);
    let (mut refused, mut all_compact) = (Vec::new(), true);
    for (position, record) in batch.records().iter().enumerate() {
        if record.has(RecordMeta::NULL_VALUE) {
            continue;
        }
        match texts.check(batch, record) {
            Ok(shape) => all_compact &= shape.compact & !shape.escapes,
            Err(invalid) => {
                refused.push(refusal(position, ErrorCode::BAD_INPUT, format!("value: {invalid}")));
            }
        }
    }
    (refused, all_compact)
}

/// All values as one text, when they and what lies between them are UTF-8.
struct Texts<'a> {
    all: Option<&'a str>,
    start: usize,
}

impl<'a> Texts<'a> {
    fn of(batch: &'a Batch) -> Self {
        let (start, end) = span::range(batch);
        let all = batch.arena.as_slice().get(start..end);
        Self { all: all.and_then(|all| std::str::from_utf8(all).ok()), start }
    }

    fn check(&self, batch: &Batch, record: &RecordMeta) -> Result<Shape, Invalid> {
        let from = (record.value_offset as usize).wrapping_sub(self.start);
        let to = from.wrapping_add(record.value_len as usize);
        match self.all.and_then(|all| all.get(from..to)) {
            Some(text) => raw::check(text),
            None => raw::check_utf8(batch.value(record).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::BatchBuilder;

    fn checked(values: &[&[u8]]) -> (Vec<(u32, String)>, u32) {
        let mut builder = BatchBuilder::default();
        for value in values {
            builder.push(|out| {
                out.extend_from_slice(value);
                Ok(())
            });
        }
        let mut remaining = Remaining::of(builder.build());
        check(&mut remaining);
        let flags = remaining.batch.flags;
        let refused = remaining.into_refused();
        (refused.iter().map(|one| (one.index, one.message().to_owned())).collect(), flags)
    }

    #[test]
    fn what_is_not_json_is_refused_alone() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let (most, more) = (deep(128), deep(129));
        let values: [&[u8]; 8] = [
            br#"{"a":1}"#,
            b"",
            b"{\"a\":1",
            b"{} {}",
            b"\"\xff\"",
            "\"é\"".as_bytes(),
            most.as_bytes(),
            more.as_bytes(),
        ];
        let (refused, flags) = checked(&values);
        assert_eq!(refused.iter().map(|one| one.0).collect::<Vec<_>>(), [1, 2, 3, 4, 7]);
        assert!(refused.iter().all(|one| one.1.starts_with("value: not JSON: ")), "{refused:?}");
        assert_eq!(flags, Batch::COMPACT_JSON);
    }

    #[test]
    fn a_character_cut_in_two_is_in_neither_value() {
        let (refused, _) = checked(&[b"\"\xc3", b"\xa9\""]);
        assert_eq!(refused.iter().map(|one| one.0).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn white_space_and_escapes_are_not_compact() {
        for (value, flags) in [(&b"[1,2]"[..], 1), (b"[1, 2]", 0), (br#""\n""#, 0), (b"[] ", 0)] {
            assert_eq!(checked(&[b"1", value]), (vec![], flags), "{value:?}");
        }
    }
}
