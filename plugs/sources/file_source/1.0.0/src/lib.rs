//! Reads the lines of files, and remembers how far it got.
//!
//! The lanes of a step share a `Shared`: the list of files, of which lane n of m reads each m-th,
//! and the `Progress`, which one checkpoint keeps for all of them.

#![forbid(unsafe_code)]

mod begin;
mod checkpoint;
mod config;
mod handed;
mod head;
mod input;
mod lane;
mod listing;
mod lock;
mod members;
mod progress;

use config::{Config, Start};
use lane::{Files, Reading};
use lines::{Limits, OpenedByStep, Splitter};
use listing::Listed;
use plugin_api::{Ctx, Json, Lane, Next, Result, Source, SourceStage};
use progress::Progress;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

plugin_api::export!("file_source", FileSource as source);

/// The files of every step that is open.
#[derive(Default)]
struct FileSource {
    opened: OpenedByStep<Shared>,
}

/// What the lanes of one step share.
struct Shared {
    files: Vec<Listed>,
    progress: Progress,
}

impl Shared {
    fn open(config: &Config) -> Result<Self> {
        let checkpoint = config.checkpoint.as_deref();
        let files = listing::listed(&config.path, checkpoint)?;
        Ok(Self { files, progress: Progress::open(checkpoint)? })
    }

    /// Every `count`-th file.
    fn files_of(&self, lane: Lane) -> impl Iterator<Item = Listed> {
        self.files.iter().skip(lane.number as usize).step_by(lane.count as usize).cloned()
    }
}

impl Source for FileSource {
    type Config = Config;
    type Stage = FileLane;

    async fn open_source(&self, ctx: &Ctx, lane: Lane, config: Arc<Config>) -> Result<FileLane> {
        config.check()?;
        let limits = Limits::new(config.format, config.max_record_bytes)?;
        let shared = self.opened.get(ctx, lane, || Shared::open(&config))?;
        Ok(FileLane::new(shared, lane, limits, config.start))
    }
}

/// One lane's files.
struct FileLane {
    reading: Mutex<Reading>,
    shared: Arc<Shared>,
}

impl FileLane {
    fn new(shared: Arc<Shared>, lane: Lane, limits: Limits, start: Start) -> Self {
        let files = Files::new(shared.files_of(lane), start);
        let splitter = Splitter::new(limits, lane.batch_bytes);
        Self { reading: Mutex::new(Reading::new(files, splitter)), shared }
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SourceStage for FileLane {
    async fn next(&self, max: u32) -> Result<Next> {
        self.reading().next(max, &self.shared.progress)
    }

    fn ack(&self, batch: u64) -> Result<()> {
        self.reading().ack(batch, &self.shared.progress);
        Ok(())
    }

    fn status(&self) -> Result<Json> {
        #[derive(serde::Serialize)]
        struct Status {
            /// Bytes on disk that are left to read.
            lag: u64,
        }
        Json::from_value(&Status { lag: self.reading().lag() })
    }

    async fn close(&self, _deadline: Option<Instant>) -> Result<()> {
        self.shared.progress.save()
    }
}

#[cfg(test)]
mod tests;
