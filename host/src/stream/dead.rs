//! Dead letters: a refused record as it was, with headers that say why.

use plugin_abi::{Batch, Buf, ErrorClass, HeaderMeta, RecordError, RecordMeta};

use super::descriptors::narrow;
use crate::secrets::without_secrets;

/// What every dead letter of one refusal says beside its own reason.
#[derive(Clone, Copy, Debug)]
pub struct Refuser<'a> {
    /// The pipeline's name.
    pub pipeline: &'a str,
    /// The step that refused the record.
    pub step: &'a str,
    /// Where a record goes that names no topic.
    pub topic: &'a str,
    /// How often it was tried.
    pub attempts: u32,
}

/// The dead letters of the refused records of `batch`. Key, value, time and headers stay, and headers
/// `plugpipe.dlq.*` are added; topic and partition are those of the sink that takes them.
pub fn letters(batch: &Batch, refused: &[RecordError], refuser: Refuser<'_>) -> Batch {
    let mut written = Written::default();
    for error in refused {
        if let Some(record) = batch.records().get(error.index as usize) {
            written.letter(batch, record, error, refuser);
        }
    }
    let mut letters =
        Batch::default().rebuilt(Buf::from_vec(written.arena), written.records, written.headers);
    letters.id = batch.id;
    letters.flags = Batch::DEAD_LETTERS;
    letters.set_source(batch.source());
    letters
}

/// Why a record was refused, as its dead letter words it.
pub fn class_name(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::RETRIABLE => "retriable",
        ErrorClass::CLIENT_FATAL => "client_fatal",
        ErrorClass::CONFIG_FATAL => "config_fatal",
        _ => "record_fatal",
    }
}

#[derive(Default)]
struct Written {
    arena: Vec<u8>,
    records: Vec<RecordMeta>,
    headers: Vec<HeaderMeta>,
}

impl Written {
    fn letter(
        &mut self,
        batch: &Batch,
        record: &RecordMeta,
        error: &RecordError,
        refuser: Refuser<'_>,
    ) {
        let mut letter = *record;
        (letter.topic, letter.partition) = (RecordMeta::NO_TOPIC, -1);
        (letter.key_offset, letter.key_len) = self.store(batch.key(record).unwrap_or_default());
        (letter.value_offset, letter.value_len) =
            self.store(batch.value(record).unwrap_or_default());
        letter.header_start = narrow(self.headers.len());
        for header in batch.headers_of(record) {
            let (name, value) = batch.header(header);
            self.header(name, value);
        }
        let attempts = refuser.attempts.to_string();
        let topic = batch.topic(record).unwrap_or(refuser.topic);
        // A sink that names its own password in an error must not publish it.
        let reason = without_secrets(error.message());
        for (name, value) in [
            ("plugpipe.dlq.reason", &*reason),
            ("plugpipe.dlq.class", class_name(error.class)),
            ("plugpipe.dlq.attempts", &attempts),
            ("plugpipe.dlq.pipeline", refuser.pipeline),
            ("plugpipe.dlq.step", refuser.step),
            ("plugpipe.dlq.topic", topic),
        ] {
            self.header(name.as_bytes(), Some(value.as_bytes()));
        }
        letter.header_count = narrow(self.headers.len()) - letter.header_start;
        self.records.push(letter);
    }

    fn header(&mut self, name: &[u8], value: Option<&[u8]>) {
        let mut header = HeaderMeta::default();
        (header.name_offset, header.name_len) = self.store(name);
        (header.value_offset, header.value_len) = self.store(value.unwrap_or_default());
        header.flags = if value.is_none() { HeaderMeta::NULL_VALUE } else { 0 };
        self.headers.push(header);
    }

    fn store(&mut self, bytes: &[u8]) -> (u32, u32) {
        let start = self.arena.len();
        self.arena.extend_from_slice(bytes);
        (narrow(start), narrow(bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_abi::ErrorCode;

    #[test]
    fn a_dead_letter_is_the_record_and_six_headers_more_without_secrets() {
        let header =
            HeaderMeta { name_len: 1, flags: HeaderMeta::NULL_VALUE, ..Default::default() };
        let record = RecordMeta {
            value_len: 3,
            key_offset: 3,
            key_len: 1,
            header_count: 1,
            ..Default::default()
        };
        let record = RecordMeta { origin: 4, partition: 7, timestamp_ms: 5, ..record };
        let plain = RecordMeta::unkeyed();
        let mut batch = Batch::new(Buf::from_vec(b"badk".to_vec()), vec![plain, record]);
        batch.set_headers(vec![header]);
        let redactor = crate::secrets::Redactor::new();
        redactor.add_text("dead-letter-canary");
        let reason = "too large for dead-letter-canary";
        let refused = [RecordError::new(1, ErrorClass::RECORD_FATAL, ErrorCode::OTHER, reason)];
        let refuser = Refuser { pipeline: "p", step: "out", topic: "orders", attempts: 1 };
        let letters = letters(&batch, &refused, refuser);
        let [letter] = letters.records() else { panic!("one letter") };
        assert_eq!(
            (letters.value(letter), letters.key(letter)),
            (Some(&b"bad"[..]), Some(&b"k"[..]))
        );
        assert_eq!((letter.origin, letter.partition, letter.timestamp_ms), (4, -1, 5));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<(String, Option<String>)> = letters
            .headers_of(letter)
            .iter()
            .map(|header| letters.header(header))
            .map(|(name, value)| (text(name), value.map(text)))
            .collect();
        let expected = [
            ("b", None),
            ("plugpipe.dlq.reason", Some("too large for [redacted]")),
            ("plugpipe.dlq.class", Some("record_fatal")),
            ("plugpipe.dlq.attempts", Some("1")),
            ("plugpipe.dlq.pipeline", Some("p")),
            ("plugpipe.dlq.step", Some("out")),
            ("plugpipe.dlq.topic", Some("orders")),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
        assert_eq!(headers, expected);
    }
}
