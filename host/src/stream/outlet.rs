//! One sink of one lane: what is under way, what must be written again, what waits behind it.
//!
//! After a retriable or client-fatal error nothing new is written until all outstanding writes have
//! ended and what failed was written again and stored: that keeps the order of every key.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use plugin_abi::SinkBox;

use super::ledger::Origin;
use super::opener::Opener;
use super::parcel::Parcel;

/// The first pause before records are written again; it doubles with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A sink of one lane.
pub struct Outlet {
    /// Position of the step.
    pub step: usize,
    /// Opens the stage anew.
    pub opener: Opener,
    /// The open stage; `None` while it is opened anew.
    pub stage: Option<SinkBox>,
    /// Writes without a report, by their number.
    under_way: BTreeMap<u64, Parcel>,
    /// Parcels to be written again, by the number of the write that failed.
    again: BTreeMap<u64, Parcel>,
    /// Parcels that came while others had to be written again.
    waiting: VecDeque<Parcel>,
    last: u64,
    /// How often in a row writing again has failed.
    failures: u32,
    /// Something has to be written again, or has been and is not stored yet.
    is_recovering: bool,
    /// The stage must be opened anew first.
    rebuild: bool,
    /// A pause or a new stage is on its way.
    is_due_later: bool,
}

/// What an outlet does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: reports are outstanding, or all is well.
    Wait,
    /// Pause so long, then write again.
    Pause(Duration),
    /// Open the stage anew after so long, then write again.
    Rebuild(Duration),
}

impl Outlet {
    /// An open sink.
    pub fn new(step: usize, opener: Opener, stage: SinkBox) -> Self {
        Self {
            step,
            opener,
            stage: Some(stage),
            under_way: BTreeMap::new(),
            again: BTreeMap::new(),
            waiting: VecDeque::new(),
            last: 0,
            failures: 0,
            is_recovering: false,
            rebuild: false,
            is_due_later: false,
        }
    }

    /// Takes a parcel. `true` when it is its turn and can be written now.
    pub fn admit(&mut self, parcel: Parcel) -> Option<Parcel> {
        if self.is_recovering {
            self.waiting.push_back(parcel);
            return None;
        }
        Some(parcel)
    }

    /// Notes that a parcel is being written, and numbers the write.
    pub fn begin(&mut self, parcel: Parcel) -> u64 {
        self.last += 1;
        self.under_way.insert(self.last, parcel);
        self.last
    }

    /// A write has its report.
    pub fn end(&mut self, write: u64) -> Option<Parcel> {
        self.under_way.remove(&write)
    }

    /// Records of a write have to be written again.
    pub fn keep(&mut self, write: u64, parcel: Parcel, rebuild: bool) {
        self.is_recovering = true;
        self.rebuild |= rebuild;
        self.again.insert(write, parcel);
    }

    /// A parcel whose turn has come behind a write that failed: it is written after that one.
    pub fn postpone(&mut self, parcel: Parcel) {
        self.last += 1;
        self.is_recovering = true;
        self.again.insert(self.last, parcel);
    }

    /// What to do after a report.
    pub fn step(&mut self) -> Step {
        if !self.under_way.is_empty() || self.again.is_empty() || self.is_due_later {
            return Step::Wait;
        }
        self.is_due_later = true;
        let pause = self.pause();
        self.failures += 1;
        if std::mem::take(&mut self.rebuild) { Step::Rebuild(pause) } else { Step::Pause(pause) }
    }

    /// The stage could not be opened; how long to wait before the next attempt.
    pub fn pause_before_rebuild(&mut self) -> Duration {
        self.failures += 1;
        self.pause()
    }

    fn pause(&self) -> Duration {
        FIRST_PAUSE.saturating_mul(1 << self.failures.min(10)).min(LONGEST_PAUSE)
    }

    /// The pause is over: what has to be written again, in order.
    pub fn resume(&mut self) -> Vec<Parcel> {
        self.is_due_later = false;
        std::mem::take(&mut self.again).into_values().collect()
    }

    /// What waited, once everything that was written again is stored.
    pub fn recovered(&mut self) -> Vec<Parcel> {
        if !self.is_recovering || !self.under_way.is_empty() || !self.again.is_empty() {
            return Vec::new();
        }
        (self.is_recovering, self.failures) = (false, 0);
        self.waiting.drain(..).collect()
    }

    /// Whether a write is outstanding.
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Every record that was taken and is not stored.
    pub fn unsettled(&self) -> impl Iterator<Item = Origin> {
        let parcels = self.under_way.values().chain(self.again.values()).chain(&self.waiting);
        parcels.flat_map(Parcel::origins)
    }
}
