//! Writes records to standard output, one a line. The process has one, so all lanes share it.

#![forbid(unsafe_code)]

mod line_stream;
mod stdout;

use line_stream::{LineStream, Stopped};
use lines::write;
use plugin_api::{
    Batch, Ctx, ErrorClass, ErrorCode, Lane, NoConfig, RecordError, Report, Result, Sink, SinkStage,
};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use stdout::Stdout;

plugin_api::export!("stdout_sink", StdoutSink as sink);

type Shared = Arc<Mutex<LineStream<Stdout>>>;

/// Standard output, once a lane has asked for it.
#[derive(Default)]
struct StdoutSink {
    opened: Mutex<Option<Shared>>,
}

impl Sink for StdoutSink {
    type Config = NoConfig;
    type Stage = StdoutLane;

    async fn open_sink(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<StdoutLane> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = match opened.as_ref() {
            Some(stream) => Arc::clone(stream),
            None => {
                let stream = Arc::new(Mutex::new(LineStream::new(Stdout::open()?)));
                Arc::clone(opened.insert(stream))
            }
        };
        Ok(StdoutLane { stream, lines: Mutex::default() })
    }
}

/// One lane, with room for the lines of its batch.
struct StdoutLane {
    stream: Shared,
    lines: Mutex<Vec<u8>>,
}

impl SinkStage for StdoutLane {
    /// Waits while nobody reads the other end of a pipe: that is the back-pressure.
    async fn write(&self, batch: Batch) -> Result<Report> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clear();
        write::append(&batch, &mut lines)?;
        let written = self.stream.lock().unwrap_or_else(PoisonError::into_inner).write(&lines);
        match written {
            Ok(()) => Ok(Report::new(batch.records().len() as u64, Vec::new(), Vec::new())),
            Err(stopped) => report(&batch, &stopped),
        }
    }
}

/// What came out whole is delivered, the others are not.
fn report(batch: &Batch, stopped: &Stopped) -> Result<Report> {
    let delivered = write::whole_records(batch, stopped.written)?;
    let (class, message) = reason(&stopped.error);
    let undelivered = (delivered..batch.records().len()).map(|index| {
        let torn = stopped.torn && index == delivered;
        let code = if torn { ErrorCode::UNKNOWN_FATE } else { ErrorCode::OTHER };
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        RecordError::new(index, class.into(), code, message.clone())
    });
    Ok(Report::new(delivered as u64, undelivered.collect(), Vec::new()))
}

/// A disk behind a redirection may have room again; a reader that has gone does not come back.
fn reason(error: &io::Error) -> (ErrorClass, String) {
    if error.kind() == io::ErrorKind::BrokenPipe {
        let message = "standard output was closed by whoever read it";
        return (ErrorClass::ConfigFatal, message.to_owned());
    }
    (ErrorClass::Retriable, format!("standard output cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Buf, RecordMeta};

    fn batch() -> Batch {
        let meta =
            |value_offset| RecordMeta { value_offset, value_len: 2, ..RecordMeta::unkeyed() };
        Batch::new(Buf::from_vec(b"aabbcc".to_vec()), vec![meta(0), meta(2), meta(4)])
    }

    /// Delivered, and index, class and code of each of the others.
    fn reported(written: usize, kind: io::ErrorKind) -> (u64, Vec<(u32, ErrorClass, ErrorCode)>) {
        let torn = !written.is_multiple_of(3);
        let report = report(&batch(), &Stopped { written, torn, error: kind.into() }).unwrap();
        let errors = report.undelivered().iter();
        let errors = errors.map(|error| (error.index, ErrorClass::from(error.class), error.code));
        (report.delivered, errors.collect())
    }

    #[test]
    fn what_came_out_whole_is_delivered() {
        use ErrorClass::{ConfigFatal, Retriable};
        use io::ErrorKind::{BrokenPipe, StorageFull};
        let (other, unknown) = (ErrorCode::OTHER, ErrorCode::UNKNOWN_FATE);
        let cases = [
            (3, StorageFull, 1, vec![(1, Retriable, other), (2, Retriable, other)]),
            (4, StorageFull, 1, vec![(1, Retriable, unknown), (2, Retriable, other)]),
            (6, BrokenPipe, 2, vec![(2, ConfigFatal, other)]),
        ];
        for (written, kind, delivered, errors) in cases {
            assert_eq!(reported(written, kind), (delivered, errors), "{written} bytes");
        }
    }
}
