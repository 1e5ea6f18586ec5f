//! A batch of which some values change.

use plugin_api::{Batch, BatchBuilder, RecordError, RecordMeta, Result};

/// A batch on its way to another. While no value changes, there is no second one.
pub struct Rewrite {
    batch: Batch,
    changed: Option<BatchBuilder>,
    refused: Vec<RecordError>,
}

impl Rewrite {
    /// Begins with every record as it is.
    pub fn new(batch: Batch) -> Self {
        Self { batch, changed: None, refused: Vec::new() }
    }

    /// Asks `edit` for every value that is not null. It appends the new value and says `true`, or
    /// says `false` to keep the old one; a record that it refuses is refused alone.
    pub fn every_value(&mut self, mut edit: impl FnMut(&[u8], &mut Vec<u8>) -> Result<bool>) {
        let Self { batch, changed, refused } = self;
        let mut edited = Vec::new();
        for (number, record) in batch.records().iter().enumerate() {
            edited.clear();
            let verdict = batch.value(record).map_or(Ok(false), |value| edit(value, &mut edited));
            let is_edited = verdict.unwrap_or_else(|error| {
                let index = u32::try_from(number).unwrap_or(u32::MAX);
                let class = error.class.into();
                refused.push(RecordError::new(index, class, error.code, error.message));
                false
            });
            if is_edited {
                let builder = changed.get_or_insert_with(|| copy_of(batch, number));
                push(builder, batch, record, &edited);
            } else if let Some(builder) = changed {
                push(builder, batch, record, batch.value(record).unwrap_or_default());
            }
        }
    }

    /// The batch. `flags` are those of the new values, when there are any.
    pub fn finish(self, flags: u32) -> Batch {
        let mut finished = match self.changed {
            Some(builder) => {
                let mut built = builder.build_like(&self.batch);
                built.flags |= flags;
                built
            }
            None => self.batch,
        };
        self.refused.into_iter().for_each(|refused| finished.refuse(refused));
        finished
    }
}

/// A builder with room for the whole batch and the first `count` records in it.
fn copy_of(batch: &Batch, count: usize) -> BatchBuilder {
    let mut builder = BatchBuilder::with_capacity(batch.records().len(), batch.arena.len() * 5 / 4);
    for record in &batch.records()[..count] {
        push(&mut builder, batch, record, batch.value(record).unwrap_or_default());
    }
    builder
}

fn push(builder: &mut BatchBuilder, batch: &Batch, record: &RecordMeta, value: &[u8]) {
    builder.push_from(batch, record, |out| {
        out.extend_from_slice(value);
        Ok(())
    });
}
