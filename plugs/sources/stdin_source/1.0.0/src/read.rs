//! The thread that reads standard input.

use crate::queue::Queue;
use lines::Splitter;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::io::Errno;
use std::io::{self, Read};
use std::time::{Duration, Instant};

/// More records than this are in no batch.
const MAX_RECORDS: u32 = 10_000;

/// Reads until the input ends, a record cannot be read, or nobody wants more. Once there is a whole
/// line, up to `linger` is waited for a fuller batch.
pub fn fill(queue: &Queue, mut splitter: Splitter, input: impl AsFd, linger: Duration) {
    let mut unbuffered = Unbuffered(&input);
    loop {
        let mut until = None;
        let lines = splitter.next(&mut unbuffered, MAX_RECORDS, || {
            !readable(&input, *until.get_or_insert_with(|| Instant::now() + linger))
        });
        let lines = lines.map_err(|fault| fault.at("stdin"));
        let goes_on = lines.as_ref().is_ok_and(Option::is_some);
        if !queue.put(lines) || !goes_on {
            return;
        }
    }
}

/// A descriptor without a buffer of its own: blocks are large enough.
struct Unbuffered<'a, F>(&'a F);

impl<F: AsFd> Read for Unbuffered<'_, F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match rustix::io::read(self.0, &mut *into) {
                // Whoever started the process made it non-blocking.
                Err(Errno::AGAIN) => wait(self.0, None)?,
                read => return Ok(read?),
            };
        }
    }
}

/// Whether there is something to read, the end included, before `until`. An error is left to `read`.
fn readable(input: &impl AsFd, until: Instant) -> bool {
    let left = until.saturating_duration_since(Instant::now());
    let (tv_sec, tv_nsec) = (left.as_secs().cast_signed(), left.subsec_nanos().into());
    wait(input, Some(&Timespec { tv_sec, tv_nsec })).unwrap_or(true)
}

fn wait(input: &impl AsFd, left: Option<&Timespec>) -> io::Result<bool> {
    Ok(poll(&mut [PollFd::new(input, PollFlags::IN)], left)? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::{Taken, tests::take};
    use lines::{Format, Limits};
    use std::io::{PipeReader, PipeWriter, Write, pipe};
    use std::sync::Arc;
    use std::thread;

    /// A pipe, and a thread that reads from it.
    fn reading(linger: Duration) -> (PipeWriter, Arc<Queue>, thread::JoinHandle<()>) {
        let (input, writer): (PipeReader, _) = pipe().unwrap();
        let queue = Arc::new(Queue::default());
        let into = Arc::clone(&queue);
        let limits = Limits { format: Format::Lines, max_record_bytes: 100 };
        let splitter = Splitter::new(limits, 64);
        (writer, queue, thread::spawn(move || fill(&into, splitter, input, linger)))
    }

    fn values(queue: &Queue) -> Vec<String> {
        let Taken::Lines(lines) = take(queue, 100).unwrap() else { return Vec::new() };
        let values = lines.batch.records().iter().map(|record| lines.batch.value(record).unwrap());
        values.map(|value| String::from_utf8(value.to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_line_is_given_out_while_the_next_is_not_there_yet() {
        let (mut writer, queue, reader) = reading(Duration::ZERO);
        writer.write_all(b"one\ntw").unwrap();
        assert_eq!(values(&queue), ["one"]);
        writer.write_all(b"o\nthree").unwrap();
        assert_eq!(values(&queue), ["two"]);
        drop(writer);
        assert_eq!(values(&queue), ["three"]);
        assert_eq!(values(&queue), [""; 0]);
        reader.join().unwrap();
    }

    #[test]
    fn a_fuller_batch_is_waited_for_as_long_as_one_may_linger() {
        let (mut writer, queue, reader) = reading(Duration::from_hours(1));
        for line in ["one\n", "two\n", "three\n"] {
            writer.write_all(line.as_bytes()).unwrap();
            thread::yield_now();
        }
        drop(writer);
        assert_eq!(values(&queue), ["one", "two", "three"]);
        reader.join().unwrap();
    }

    #[test]
    fn a_record_that_is_too_long_ends_it() {
        let (mut writer, queue, reader) = reading(Duration::ZERO);
        writer.write_all("x".repeat(200).as_bytes()).unwrap();
        let message = take(&queue, 9).unwrap_err().message;
        assert!(message.starts_with("stdin: the record at byte 0 is longer than 100"), "{message}");
        reader.join().unwrap();
    }
}
