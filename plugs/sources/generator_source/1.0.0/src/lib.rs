//! Makes records out of nothing: the same ones in every run.

#![forbid(unsafe_code)]

mod config;
mod pace;
mod random;
mod record;

use config::Config;
use pace::Pace;
use plugin_api::{Arenas, Batch, Ctx, Json, Lane, Next, RecordMeta, Result, Source, SourceStage};
use record::Recipe;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

plugin_api::export!("generator_source", GeneratorSource as source);

/// Records come from the configuration alone, so there is nothing to keep.
#[derive(Default)]
struct GeneratorSource;

impl Source for GeneratorSource {
    type Config = Config;
    type Stage = GeneratorLane;

    async fn open_source(
        &self,
        _ctx: &Ctx,
        lane: Lane,
        config: Arc<Config>,
    ) -> Result<GeneratorLane> {
        config.check()?;
        let making = Making::new(&config, lane, Instant::now());
        Ok(GeneratorLane { making: Mutex::new(making) })
    }
}

/// One lane's share of the ids.
struct GeneratorLane {
    making: Mutex<Making>,
}

/// What is left to make.
struct Making {
    recipe: Recipe,
    pace: Option<Pace>,
    arenas: Arenas,
    block: usize,
    /// The next record's id, and what lies between two ids of this lane.
    next: u64,
    stride: u64,
    /// Records that this lane still makes.
    left: u64,
    endless: bool,
    batch: u64,
}

impl Making {
    /// Blocks that wait to be used again; a lane has about as many batches in flight.
    const KEPT: usize = 32;

    fn new(config: &Config, lane: Lane, now: Instant) -> Self {
        let (number, stride) = (u64::from(lane.number), u64::from(lane.count));
        let recipe = Recipe::new(config);
        let count = config.count.unwrap_or(u64::MAX);
        let block = lane.batch_bytes.max(recipe.bytes());
        Self {
            pace: config.rate.map(|rate| Pace::new(rate, lane.count, now)),
            arenas: Arenas::new(block, Self::KEPT),
            recipe,
            block,
            next: number,
            stride,
            left: count.saturating_sub(number).div_ceil(stride),
            endless: config.count.is_none(),
            batch: 0,
        }
    }

    fn next(&mut self, max: u32, now: Instant) -> Next {
        if self.left == 0 {
            return Next::End;
        }
        let fit = (self.block / self.recipe.bytes()) as u64;
        let due = self.pace.as_ref().map_or(u64::MAX, |pace| pace.due(now));
        let records = self.left.min(fit).min(max.into()).min(due);
        if records == 0 {
            return Next::Idle;
        }
        if let Some(pace) = &mut self.pace {
            pace.made(records, now);
        }
        Next::Batch(self.make(records))
    }

    fn make(&mut self, records: u64) -> Batch {
        let mut arena = self.arenas.take();
        let bytes = self.recipe.bytes();
        let first = self.next;
        let parts = arena.chunks_exact_mut(bytes).zip(0..records).map(|(part, index)| {
            let id = first + index * self.stride;
            self.recipe.write(id, part);
            self.recipe.meta(id, index as usize * bytes, index)
        });
        let metas: Vec<RecordMeta> = parts.collect();
        (self.next, self.left) = (first + records * self.stride, self.left - records);
        self.batch += 1;
        let mut batch = Batch::new(self.arenas.share(arena), metas);
        batch.id = self.batch;
        batch.flags = Batch::COMPACT_JSON;
        batch.set_source("generator");
        batch
    }
}

impl SourceStage for GeneratorLane {
    async fn next(&self, max: u32) -> Result<Next> {
        let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(making.next(max, Instant::now()))
    }

    /// Each run makes all records anew, so there is no position to keep.
    fn ack(&self, _batch: u64) -> Result<()> {
        Ok(())
    }

    fn status(&self) -> Result<Json> {
        #[derive(Serialize)]
        struct Status {
            /// Records that are left to make; null = there is no end.
            lag: Option<u64>,
        }
        let making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        Json::from_value(&Status { lag: (!making.endless).then_some(making.left) })
    }
}

#[cfg(test)]
mod tests;
