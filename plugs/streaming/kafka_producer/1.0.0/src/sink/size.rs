//! Records larger than the configuration lets them be.

use super::remaining::{Remaining, refusal};
use plugin_api::batch::RecordMeta;
use plugin_api::{Batch, ErrorCode};

/// Refuses records of more than `most` bytes, key and headers included.
pub fn check(remaining: &mut Remaining, most: u32) {
    remaining.refuse(|batch, position, record| {
        let size = size(batch, record);
        (size > most as usize).then(|| {
            let reason =
                format!("too_large: the record is too large: {size} bytes, at most {most}");
            refusal(position, ErrorCode::OTHER, reason)
        })
    });
}

fn size(batch: &Batch, record: &RecordMeta) -> usize {
    let part = |null: u32, len: u32| if record.has(null) { 0 } else { len as usize };
    let headers = batch.headers_of(record).iter().map(|header| {
        let (name, value) = batch.header(header);
        name.len() + value.map_or(0, <[u8]>::len)
    });
    part(RecordMeta::NULL_VALUE, record.value_len)
        + part(RecordMeta::NULL_KEY, record.key_len)
        + headers.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::batch::{Buf, HeaderMeta};

    #[test]
    fn key_and_headers_count() {
        let value =
            RecordMeta { value_len: 10, flags: RecordMeta::NULL_KEY, ..RecordMeta::default() };
        let keyed = RecordMeta { key_len: 1, flags: 0, ..value };
        let header = RecordMeta { header_count: 1, ..value };
        let tombstone = RecordMeta { flags: RecordMeta::NULL_VALUE, ..keyed };
        let mut batch =
            Batch::new(Buf::from_vec(vec![b'x'; 10]), vec![value, keyed, header, tombstone]);
        batch.set_headers(vec![HeaderMeta { name_len: 2, ..HeaderMeta::default() }]);
        let mut remaining = Remaining::of(batch);
        check(&mut remaining, 10);
        let refused = remaining.into_refused();
        let texts: Vec<_> = refused.iter().map(|one| (one.index, one.message())).collect();
        assert_eq!(
            texts,
            [
                (1, "too_large: the record is too large: 11 bytes, at most 10"),
                (2, "too_large: the record is too large: 12 bytes, at most 10"),
            ]
        );
    }
}
