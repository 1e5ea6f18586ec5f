//! Writes records to a file, one a line. All lanes of a step write to one `LineFile`.

#![forbid(unsafe_code)]

mod config;
mod line_file;

use config::{Config, Fsync};
use line_file::{LineFile, Torn};
use lines::{OpenedByStep, write};
use plugin_api::{Batch, Ctx, Error, ErrorClass, ErrorCode, Lane, Report, Result, Sink, SinkStage};
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

plugin_api::export!("file_sink", FileSink as sink);

/// The file of every step that is open.
#[derive(Default)]
struct FileSink {
    opened: OpenedByStep<Mutex<LineFile>>,
}

impl Sink for FileSink {
    type Config = Config;
    type Stage = FileLane;

    async fn open_sink(&self, ctx: &Ctx, lane: Lane, config: Arc<Config>) -> Result<FileLane> {
        let open = || LineFile::open(&config.path, config.append).map(Mutex::new);
        let file = self.opened.get(ctx, lane, || {
            open().map_err(|error| {
                let path = &config.path;
                Error::config(format!("`path`: `{path}` cannot be written: {error}"))
            })
        })?;
        Ok(FileLane { file, config, lines: Mutex::default() })
    }
}

/// One lane, with room for the lines of its batch.
struct FileLane {
    file: Arc<Mutex<LineFile<File>>>,
    config: Arc<Config>,
    lines: Mutex<Vec<u8>>,
}

impl FileLane {
    fn file(&self) -> MutexGuard<'_, LineFile<File>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_lines(&self, lines: &[u8]) -> Result<()> {
        let always = self.config.fsync == Fsync::Always;
        self.file().append(lines, always).map_err(|torn| self.not_written(&torn))
    }

    /// A full disk may have room again: the lane keeps the records and tries once more.
    fn not_written(&self, torn: &Torn) -> Error {
        let path = &self.config.path;
        match torn {
            Torn::TakenBack(error) => {
                Error::retriable(format!("`{path}` cannot be written: {error}"))
            }
            Torn::MayBeThere(error) => Error::new(
                ErrorClass::Retriable,
                ErrorCode::UNKNOWN_FATE,
                format!("`{path}` was written but may not be on disk: {error}"),
            ),
        }
    }
}

impl SinkStage for FileLane {
    async fn write(&self, batch: Batch) -> Result<Report> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clear();
        write::append(&batch, &mut lines)?;
        self.write_lines(&lines)?;
        Ok(Report::new(batch.records().len() as u64, Vec::new(), Vec::new()))
    }

    async fn close(&self, _deadline: Option<Instant>) -> Result<()> {
        self.file().sync().map_err(|error| {
            let path = &self.config.path;
            Error::retriable(format!("`{path}` may not be on disk: {error}"))
        })
    }
}

#[cfg(test)]
mod tests;
