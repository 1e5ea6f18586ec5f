//! A batch in flight: one slot a record, a count of the reports still to come, and the future that
//! waits for the last one.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicI64, AtomicPtr, AtomicU8, AtomicUsize, Ordering,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::native::words;
use crate::outcome::{Fate, Outcome, Report};
use crate::outgoing::OutgoingBatch;
use crate::trouble::{ClientTrouble, LastTrouble};
use crate::waking::wake;

const IN_FLIGHT: u8 = 0;
const PERSISTED: u8 = 1;
const NOT_PERSISTED: u8 = 2;
const POSSIBLY_PERSISTED: u8 = 3;

/// Where the report of one record lands. librdkafka carries its address with the record.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The flight this slot belongs to; never null, never changed after the flight was made.
    flight: AtomicPtr<Flight>,
    offset: AtomicI64,
    timestamp_ms: AtomicI64,
    partition: AtomicI32,
    code: AtomicI32,
    /// Written last, so that whoever sees it set sees the rest.
    fate: AtomicU8,
}

impl Slot {
    /// Address of the flight. It is alive until this slot, and every other, is settled.
    pub fn flight(&self) -> *const Flight {
        self.flight.load(Ordering::Relaxed)
    }

    fn store(&self, report: Report) {
        self.offset.store(report.offset, Ordering::Relaxed);
        self.timestamp_ms.store(report.timestamp_ms, Ordering::Relaxed);
        self.partition.store(report.partition, Ordering::Relaxed);
        self.code.store(report.code, Ordering::Relaxed);
        let fate = match report.fate {
            Fate::Persisted => PERSISTED,
            Fate::NotPersisted => NOT_PERSISTED,
            Fate::PossiblyPersisted => POSSIBLY_PERSISTED,
        };
        self.fate.store(fate, Ordering::Release);
    }

    fn load(&self) -> Option<Report> {
        let fate = match self.fate.load(Ordering::Acquire) {
            IN_FLIGHT => return None,
            PERSISTED => Fate::Persisted,
            NOT_PERSISTED => Fate::NotPersisted,
            _ => Fate::PossiblyPersisted,
        };
        Some(Report {
            fate,
            code: self.code.load(Ordering::Relaxed),
            partition: self.partition.load(Ordering::Relaxed),
            offset: self.offset.load(Ordering::Relaxed),
            timestamp_ms: self.timestamp_ms.load(Ordering::Relaxed),
        })
    }
}

/// A published batch. It holds itself alive until every slot is settled, whoever else forgets it.
#[derive(Debug)]
pub(crate) struct Flight {
    slots: Box<[Slot]>,
    /// Slots without a report. Falls to 0 once and stays there.
    remaining: AtomicUsize,
    /// The deadline is over: the future ends without the missing reports.
    expired: AtomicBool,
    /// The bytes librdkafka reads from; gone once `remaining` is 0.
    batch: Mutex<Option<Arc<OutgoingBatch>>>,
    /// The flight's own share in itself; gone once `remaining` is 0.
    share: Mutex<Option<Arc<Flight>>>,
    waker: Mutex<Option<Waker>>,
    /// The brokers' own words about single records, by index. Few or none.
    remarks: Mutex<HashMap<usize, String>>,
    trouble: Arc<LastTrouble>,
}

/// What the last report sets free.
pub(crate) struct Landed {
    waker: Option<Waker>,
    _batch: Option<Arc<OutgoingBatch>>,
    _flight: Option<Arc<Flight>>,
}

impl Landed {
    /// Wakes whoever waits. Call it with no lock held: a waker may run anything.
    pub fn wake(mut self) {
        if let Some(waker) = self.waker.take() {
            wake(waker);
        }
    }
}

impl Flight {
    pub fn start(batch: OutgoingBatch, trouble: Arc<LastTrouble>) -> Arc<Self> {
        let slots = (0..batch.len()).map(|_| Slot {
            flight: AtomicPtr::default(),
            offset: AtomicI64::new(-1),
            timestamp_ms: AtomicI64::new(-1),
            partition: AtomicI32::new(-1),
            code: AtomicI32::new(0),
            fate: AtomicU8::new(IN_FLIGHT),
        });
        let flight = Arc::new(Self {
            remaining: AtomicUsize::new(batch.len()),
            slots: slots.collect(),
            expired: AtomicBool::new(false),
            batch: Mutex::new((!batch.is_empty()).then(|| Arc::new(batch))),
            share: Mutex::default(),
            waker: Mutex::default(),
            remarks: Mutex::default(),
            trouble,
        });
        for slot in &flight.slots {
            slot.flight.store(Arc::as_ptr(&flight).cast_mut(), Ordering::Relaxed);
        }
        if !flight.slots.is_empty() {
            *lock(&flight.share) = Some(Arc::clone(&flight));
        }
        flight
    }

    /// The records, until the last of them is settled.
    pub fn batch(&self) -> Option<Arc<OutgoingBatch>> {
        lock(&self.batch).clone()
    }

    pub fn slot(&self, index: usize) -> &Slot {
        &self.slots[index]
    }

    /// Settles a record librdkafka did not take.
    pub fn refuse(&self, index: usize, code: i32) -> Option<Landed> {
        self.settle(self.slot(index), Report::refused(code))
    }

    /// Notes the one report of a slot of this flight; gives something back for the last one.
    pub fn settle(&self, slot: &Slot, report: Report) -> Option<Landed> {
        debug_assert!(slot.load().is_none(), "a record has one report");
        slot.store(report);
        if self.remaining.fetch_sub(1, Ordering::AcqRel) != 1 {
            return None;
        }
        Some(Landed {
            waker: lock(&self.waker).take(),
            _batch: lock(&self.batch).take(),
            _flight: lock(&self.share).take(),
        })
    }

    /// Settles every record of a batch that was not handed over, for a reason in words.
    pub fn refuse_all(&self, code: i32, reason: &str) -> Option<Landed> {
        let refuse = |(index, slot)| {
            self.remark(slot, reason.to_owned());
            self.refuse(index, code)
        };
        self.slots.iter().enumerate().filter_map(refuse).last()
    }

    /// Whether reports are missing and somebody may still wait for them.
    pub fn is_running(&self) -> bool {
        self.remaining.load(Ordering::Acquire) > 0 && !self.expired.load(Ordering::Acquire)
    }

    /// Ends the future. The batch stays alive until its last report.
    pub fn expire(&self) -> Landed {
        self.expired.store(true, Ordering::Release);
        Landed { waker: lock(&self.waker).take(), _batch: None, _flight: None }
    }

    fn unreported(&self, trouble: Option<&ClientTrouble>) -> Outcome {
        if !self.expired.load(Ordering::Acquire) {
            return Outcome::Unknown { message: "no delivery report has come yet".to_owned() };
        }
        let mut message = "no delivery report came in time".to_owned();
        if let Some(trouble) = trouble {
            message = format!("{message} ({})", trouble.message);
        }
        Outcome::Unknown { message }
    }

    /// Keeps the broker's own words about the record of `slot`. Comes before its report.
    pub fn remark(&self, slot: &Slot, words: String) {
        let start = self.slots.as_ptr().addr();
        let index = (std::ptr::from_ref(slot).addr() - start) / size_of::<Slot>();
        lock(&self.remarks).insert(index, words);
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let trouble = self.trouble.latest();
        let remarks = lock(&self.remarks);
        let outcome = |(index, slot): (usize, &Slot)| {
            let Some(report) = slot.load() else {
                return self.unreported(trouble.as_ref());
            };
            let remark = remarks.get(&index).map(String::as_str);
            report.outcome(|| words(report.code), remark, trouble.as_ref())
        };
        self.slots.iter().enumerate().map(outcome).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the last delivery report of a batch, or for its deadline. Ready with one outcome a record, in their order.
///
/// Dropping it forgets the outcomes and nothing else: the records are still delivered.
#[derive(Debug)]
#[must_use = "the outcomes say which records were delivered"]
pub struct Publishing {
    flight: Arc<Flight>,
}

impl Publishing {
    pub(crate) fn new(flight: Arc<Flight>) -> Self {
        Self { flight }
    }

    /// How many records have no final state yet.
    pub fn in_flight(&self) -> usize {
        self.flight.remaining.load(Ordering::Acquire)
    }

    /// The outcomes known now, one a record; a record without a report is [`Outcome::Unknown`].
    pub fn so_far(&self) -> Vec<Outcome> {
        self.flight.outcomes()
    }
}

impl Future for Publishing {
    type Output = Vec<Outcome>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let flight = &self.flight;
        if flight.is_running() {
            *lock(&flight.waker) = Some(context.waker().clone());
        }
        // Looked at again: the last report may have come before the waker was in its place.
        if flight.is_running() { Poll::Pending } else { Poll::Ready(flight.outcomes()) }
    }
}
