//! What is a record, whatever the blocks and the reads that it came in.

use super::*;

const FORMATS: [Format; 2] = [Format::Ndjson, Format::Lines];

fn splitter(format: Format, block: usize, max_record_bytes: u32) -> Splitter {
    Splitter::new(Limits { format, max_record_bytes }, block)
}

/// Gives at most `step` bytes a read.
struct Dribble<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = self.step.min(self.bytes.len()).min(into.len());
        let (now, later) = self.bytes.split_at(len);
        into[..len].copy_from_slice(now);
        self.bytes = later;
        Ok(len)
    }
}

/// Every record with its position, and whether the last batch said so.
fn records(splitter: &mut Splitter, input: &mut impl Read, max: u32) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let mut ended = false;
    while let Some(lines) = splitter.next(input, max, || false).unwrap() {
        assert!(!ended, "records behind the last ones");
        let records = lines.batch.records();
        assert!((1..=max as usize).contains(&records.len()));
        for (record, origin) in records.iter().zip(0..) {
            let value = String::from_utf8(lines.batch.value(record).unwrap().to_vec()).unwrap();
            assert_eq!((record.origin, record.flags), (origin, RecordMeta::NULL_KEY));
            found.push((u64::try_from(record.offset).unwrap(), value));
        }
        assert_eq!(lines.end, splitter.position());
        ended = lines.last;
    }
    found
}

/// The same by other means: the whole input at once.
fn expected(input: &str, format: Format) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let mut position = 0;
    for line in input.split_inclusive('\n') {
        let value = line.strip_suffix('\n').unwrap_or(line);
        let value = value.strip_suffix('\r').unwrap_or(value);
        if format == Format::Lines || !value.is_empty() {
            found.push((position, value.to_owned()));
        }
        position += line.len() as u64;
    }
    found
}

#[test]
fn records_do_not_depend_on_blocks_and_reads() {
    let inputs = [
        "",
        "\n",
        "\n\n\n",
        "a",
        "a\n",
        "a\r\nb\rc\r\r\n\r\nd\r",
        "one\ntwo\nthree",
        "one\n\n\ntwo\n\n",
        "a line that is longer than most blocks here\nshort\nanother line of some length",
        "\r",
        "x\n\r\n\r\ny",
    ];
    for (input, format) in inputs.iter().flat_map(|input| FORMATS.map(|format| (input, format))) {
        for (block, step, max) in (1..24).flat_map(|block| {
            [(1, 1), (1, 2), (3, 1), (64, 3), (64, 100)].map(|(step, max)| (block, step, max))
        }) {
            let mut splitter = splitter(format, block, 100);
            let found = records(&mut splitter, &mut Dribble { bytes: input.as_bytes(), step }, max);
            let how = format!("{input:?} {format:?} block {block} read {step} max {max}");
            assert_eq!(found, expected(input, format), "{how}");
            assert_eq!(splitter.position(), input.len() as u64, "{how}");
        }
    }
}

#[test]
fn a_restart_at_a_batchs_end_gives_what_comes_behind_it() {
    let input = "one\r\n\ntwo\nthree";
    let all = expected(input, Format::Lines);
    let mut splitter = splitter(Format::Lines, 8, 100);
    let mut ends = Vec::new();
    let mut whole = input.as_bytes();
    while let Some(lines) = splitter.next(&mut whole, 1, || false).unwrap() {
        ends.push(lines.end);
    }
    assert_eq!(ends, [5, 6, 10, 15]);
    for (end, read) in ends.into_iter().zip(1..) {
        splitter.restart(end);
        let mut rest = &input.as_bytes()[usize::try_from(end).unwrap()..];
        assert_eq!(records(&mut splitter, &mut rest, 9), all[read..]);
    }
}

#[test]
fn a_record_of_the_largest_size_passes_and_a_longer_one_does_not() {
    for (block, ending) in
        [4, 64].into_iter().flat_map(|block| ["", "\n", "\r\n"].map(|e| (block, e)))
    {
        let largest = format!("ok\n{}{ending}", "x".repeat(20));
        let mut splitter = splitter(Format::Ndjson, block, 20);
        let found = records(&mut splitter, &mut largest.as_bytes(), 10);
        assert_eq!(found[1], (3, "x".repeat(20)), "block {block}");

        let longer = format!("ok\n{}{ending}", "x".repeat(21));
        let mut longer = longer.as_bytes();
        splitter.restart(0);
        let first = splitter.next(&mut longer, 10, || false).unwrap().unwrap();
        assert_eq!((first.batch.records().len(), first.end, first.last), (1, 3, false));
        let fault = splitter.next(&mut longer, 10, || false).unwrap_err();
        assert!(matches!(fault, Fault::TooLong { position: 3, limit: 20 }), "{fault:?}");
        assert_eq!(
            fault.at("big.ndjson").message,
            "big.ndjson: the record at byte 3 is longer than 20 bytes; raise `max_record_bytes` or \
             mend the input"
        );
    }
}

#[test]
fn a_read_that_would_wait_is_not_made_once_there_is_a_line() {
    let mut splitter = splitter(Format::Ndjson, 64, 100);
    let mut input = Dribble { bytes: b"one\ntwo\nthr", step: 2 };
    let mut first = splitter.next(&mut input, 10, || true).unwrap().unwrap();
    assert_eq!((first.batch.records().len(), first.end), (1, 4));
    first = splitter.next(&mut input, 10, || true).unwrap().unwrap();
    assert_eq!((first.batch.records().len(), first.end), (1, 8));
    let last = splitter.next(&mut input, 10, || true).unwrap().unwrap();
    assert_eq!((last.batch.records().len(), last.end, last.last), (1, 11, true));
}

#[test]
fn an_interrupted_read_is_made_again_and_a_failed_one_says_where() {
    struct Torn(Vec<io::Result<&'static [u8]>>);
    impl Read for Torn {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.remove(0)?;
            into[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    let interrupted = io::Error::from(io::ErrorKind::Interrupted);
    let failed = io::Error::other("no such sector");
    let mut input = Torn(vec![Ok(b"one\ntw"), Err(interrupted), Ok(b"o"), Err(failed)]);
    let mut splitter = splitter(Format::Ndjson, 64, 100);
    let first = splitter.next(&mut input, 10, || false).unwrap().unwrap();
    assert_eq!((first.batch.records().len(), first.end, first.last), (1, 4, false));
    let fault = splitter.next(&mut input, 10, || false).unwrap_err();
    assert_eq!(fault.at("in").message, "in: cannot be read behind byte 7: no such sector");
}

#[test]
fn a_batch_can_be_split_once_more() {
    let mut splitter = splitter(Format::Lines, 64, 100);
    let mut input = &b"a\n\nb\nc"[..];
    let mut lines = splitter.next(&mut input, 10, || false).unwrap().unwrap();
    assert!(lines.split_off(4).is_none());
    assert!(lines.split_off(5).is_none());
    let rest = lines.split_off(3).unwrap();
    assert_eq!((lines.batch.records().len(), lines.end, lines.last), (3, 5, false));
    assert_eq!((rest.batch.records().len(), rest.end, rest.last), (1, 6, true));
    let record = rest.batch.records()[0];
    assert_eq!((record.origin, rest.batch.value(&record)), (0, Some(&b"c"[..])));
}

#[test]
fn the_bytes_of_a_block_are_used_again_and_never_changed_while_a_batch_lives() {
    let text: String = (0..1000).map(|n| format!("record {n}\n")).collect();
    let mut splitter = splitter(Format::Ndjson, 64, 100);
    let mut input = text.as_bytes();
    let mut kept = Vec::new();
    while let Some(lines) = splitter.next(&mut input, 10, || false).unwrap() {
        kept.push(lines.batch);
        if kept.len() > 7 {
            kept.swap_remove(3);
        }
        for batch in &kept {
            let record = batch.records()[0];
            let value = String::from_utf8(batch.value(&record).unwrap().to_vec()).unwrap();
            let position = usize::try_from(record.offset).unwrap();
            assert!(text[position..].starts_with(&format!("{value}\n")), "{value}");
        }
    }
}
