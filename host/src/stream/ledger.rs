//! The batches of a source that are not final yet, in the order they were read: what became of each
//! record, and how many writes still owe an answer. The front is acknowledged first, so that the
//! source never hears of a batch before all earlier ones are final.

use std::collections::VecDeque;

use plugin_abi::Batch;

use super::counters::{State, Tally};

/// The number of a batch in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seq(u64);

/// One record of the source: its batch, and its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The batch.
    pub seq: Seq,
    /// The position.
    pub index: u32,
}

/// Every batch of a lane from `next` to `ack`.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: VecDeque<Entry>,
    /// The number of the front.
    first: u64,
}

#[derive(Debug)]
struct Entry {
    source_batch: u64,
    states: Vec<State>,
    sizes: Vec<u32>,
    /// What still owes an answer: the batch on its way through the steps, and every write.
    holds: u32,
}

/// A batch whose records are all final.
#[derive(Debug, PartialEq, Eq)]
pub struct Settled {
    /// What the source calls it.
    pub source_batch: u64,
    /// What became of its records.
    pub tally: Tally,
}

impl Ledger {
    /// Enters a batch, held once for its way through the steps.
    pub fn enter(&mut self, batch: &Batch) -> Seq {
        let records = batch.records();
        let size = |meta: &plugin_abi::RecordMeta| meta.value_len.saturating_add(meta.key_len);
        self.entries.push_back(Entry {
            source_batch: batch.id,
            states: vec![State::Filtered; records.len()],
            sizes: records.iter().map(size).collect(),
            holds: 1,
        });
        Seq(self.first + self.entries.len() as u64 - 1)
    }

    /// How many batches are not acknowledged.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether every batch is acknowledged.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One more answer is owed for the batch.
    pub fn hold(&mut self, seq: Seq) {
        if let Some(entry) = self.entry(seq) {
            entry.holds += 1;
        }
    }

    /// An answer has come.
    pub fn release(&mut self, seq: Seq) {
        if let Some(entry) = self.entry(seq) {
            entry.holds = entry.holds.saturating_sub(1);
        }
    }

    /// A record has this state at one of its sinks; the worst one counts.
    pub fn mark(&mut self, origin: Origin, state: State) {
        let known =
            self.entry(origin.seq).and_then(|one| one.states.get_mut(origin.index as usize));
        if let Some(known) = known {
            *known = state.max(*known);
        }
    }

    /// The same for many records of one batch.
    pub fn mark_all(&mut self, seq: Seq, indexes: impl Iterator<Item = u32>, state: State) {
        let Some(entry) = self.entry(seq) else { return };
        for index in indexes {
            if let Some(known) = entry.states.get_mut(index as usize) {
                *known = state.max(*known);
            }
        }
    }

    /// Takes the oldest batch out if it is final.
    pub fn settled(&mut self) -> Option<Settled> {
        let front = self.entries.front().filter(|entry| entry.holds == 0)?;
        let settled = Settled { source_batch: front.source_batch, tally: front.tally(&[]) };
        self.entries.pop_front();
        self.first += 1;
        Some(settled)
    }

    /// Closes the books of a lane that ends early. `unsettled` are the records without a final state,
    /// sorted and each once; all others count as what they are. Answers the tally and how many
    /// records stay in flight.
    pub fn abandon(&mut self, unsettled: &[Origin]) -> (Tally, u64) {
        let mut total = Tally::default();
        for (position, entry) in self.entries.iter().enumerate() {
            let seq = Seq(self.first + position as u64);
            let start = unsettled.partition_point(|origin| origin.seq < seq);
            let end = unsettled.partition_point(|origin| origin.seq <= seq);
            let open = unsettled.get(start..end).unwrap_or(&[]);
            let tally = entry.tally(open);
            for (sum, part) in total.records.iter_mut().zip(tally.records) {
                *sum += part;
            }
            for (sum, part) in total.bytes.iter_mut().zip(tally.bytes) {
                *sum += part;
            }
        }
        self.first += self.entries.len() as u64;
        self.entries.clear();
        (total, unsettled.len() as u64)
    }

    fn entry(&mut self, seq: Seq) -> Option<&mut Entry> {
        let position = usize::try_from(seq.0.checked_sub(self.first)?).ok()?;
        self.entries.get_mut(position)
    }
}

impl Entry {
    fn tally(&self, open: &[Origin]) -> Tally {
        let mut tally = Tally::default();
        let mut open = open.iter().peekable();
        for (index, (state, size)) in self.states.iter().zip(&self.sizes).enumerate() {
            if open.next_if(|origin| origin.index as usize == index).is_none() {
                tally.add(*state, *size);
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_abi::{Buf, RecordMeta};

    fn batch(id: u64, records: usize) -> Batch {
        let mut batch = Batch::new(Buf::default(), vec![RecordMeta::default(); records]);
        batch.id = id;
        batch
    }

    #[test]
    fn a_batch_is_acknowledged_after_every_earlier_one() {
        let mut ledger = Ledger::default();
        let (first, second) = (ledger.enter(&batch(7, 1)), ledger.enter(&batch(8, 2)));
        ledger.mark_all(second, 0..2, State::Delivered);
        ledger.release(second);
        assert_eq!(ledger.settled(), None);
        ledger.release(first);
        let acknowledged: Vec<u64> =
            std::iter::from_fn(|| ledger.settled()).map(|settled| settled.source_batch).collect();
        assert_eq!(acknowledged, [7, 8]);
        assert!(ledger.is_empty());
    }

    #[test]
    fn the_worst_state_of_a_record_counts() {
        let mut ledger = Ledger::default();
        let seq = ledger.enter(&batch(1, 4));
        let origin = |index| Origin { seq, index };
        ledger.mark(origin(0), State::Rejected);
        ledger.mark_all(seq, [0, 1, 2].into_iter(), State::Delivered);
        ledger.mark(origin(2), State::DeadLettered);
        ledger.release(seq);
        assert_eq!(ledger.settled().unwrap().tally.records, [1, 1, 1, 1]);
    }

    #[test]
    fn what_a_lane_leaves_behind_adds_up() {
        let mut ledger = Ledger::default();
        let (first, second) = (ledger.enter(&batch(1, 3)), ledger.enter(&batch(2, 2)));
        ledger.mark_all(first, 0..3, State::Delivered);
        let open = [Origin { seq: first, index: 1 }, Origin { seq: second, index: 0 }];
        let (tally, in_flight) = ledger.abandon(&open);
        assert_eq!((tally.records, in_flight), ([1, 2, 0, 0], 2));
        assert_eq!(ledger.len(), 0);
    }
}
