//! From a batch as it comes to the bytes that Kafka gets.

use super::format::Format;
use super::remaining::Remaining;
use super::screen::Screen;
use super::topics::Topics;
use super::{document, size};
use crate::enrich::{Provenance, enriched_batch};
use plugin_api::{Arenas, Batch};

/// Everything that is done to a batch before it is handed over.
pub struct Preparation {
    /// Where records may go.
    pub topics: Topics,
    /// What messages may hold.
    pub screen: Screen,
    /// What objects are enriched with; `None` = they are not.
    pub origin: Option<Origin>,
    /// How values become bytes.
    pub format: Format,
    /// Bytes of the largest record.
    pub message_max_bytes: u32,
}

/// What is the same in the metadata of all records of a stream, as JSON texts.
pub struct Origin {
    /// The configured signal type.
    pub signal_type: String,
    /// The trace of the run; `None` when it has none.
    pub trace_id: Option<String>,
    /// The plugin whose records these are.
    pub source_plugin: Option<String>,
    /// Its version.
    pub plugin_version: Option<String>,
    /// Blocks for what was enriched, one a batch in flight.
    pub arenas: Arenas,
}

impl Origin {
    fn metadata(&self) -> String {
        let timestamp = format!("\"{}\"", jiff::Timestamp::now());
        let provenance = Provenance {
            signal_type: Some(&self.signal_type),
            timestamp: Some(&timestamp),
            trace_id: self.trace_id.as_deref(),
            source_plugin: self.source_plugin.as_deref(),
            plugin_version: self.plugin_version.as_deref(),
        };
        provenance.metadata()
    }
}

impl Preparation {
    /// What remains of a batch, ready to be sent. Dead letters go as they are: what refused them would
    /// refuse them again.
    pub fn prepare(&self, batch: Batch) -> Remaining {
        let are_letters = batch.flags & Batch::DEAD_LETTERS != 0;
        let mut remaining = Remaining::of(batch);
        self.topics.check(&mut remaining);
        if !are_letters {
            self.write_values(&mut remaining);
        }
        size::check(&mut remaining, self.message_max_bytes);
        remaining
    }

    fn write_values(&self, remaining: &mut Remaining) {
        self.screen.check(remaining);
        if self.format.is_json || self.origin.is_some() {
            document::check(remaining);
        }
        if let Some(origin) = &self.origin {
            remaining.batch = enriched_batch(&remaining.batch, &origin.metadata(), &origin.arenas);
        }
        self.format.serialize(remaining);
    }
}
