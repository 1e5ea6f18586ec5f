//! The batches of a lane that wait for delivery reports, and the bytes those records need until then.

use std::sync::Arc;
use std::task::Waker;

use plugin_abi::Batch;
use rdkafka::bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;

use super::writing::Written;
use crate::native::words;
use crate::outcome::{Outcome, Report, no_partition};
use crate::records::Records;
use crate::trouble::ClientTrouble;
use crate::waking::wake;

/// Which record of which flight: what librdkafka carries with a record, and gives back with its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub flight: u32,
    pub index: u32,
}

// A pointer's worth of bits holds both numbers.
const _: () = assert!(size_of::<usize>() == 8);

impl Ticket {
    pub fn to_bits(self) -> usize {
        (self.flight as usize) << 32 | self.index as usize
    }

    pub fn from_bits(bits: usize) -> Self {
        Self { flight: (bits >> 32) as u32, index: bits as u32 }
    }
}

/// Every flight of one client, by number.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    slots: Vec<Option<Flight>>,
    /// Numbers of the empty slots. A number is free once its records have their reports and nobody
    /// waits for it, so a late report never meets a newer flight.
    free: Vec<u32>,
    /// Records that librdkafka has taken and not reported.
    at_client: usize,
    /// What is to be woken and let go once no lock is held.
    landed: Landed,
    /// A record was delivered since this was last asked.
    delivered: bool,
}

#[derive(Debug)]
struct Flight {
    /// The bytes librdkafka reads from; gone once `missing` is 0.
    batch: Option<Arc<Batch>>,
    records: u32,
    /// Records without a report. Falls to 0 once and stays there.
    missing: u32,
    /// One bit a record: it has its report.
    reported: Box<[u64]>,
    failures: Vec<Failed>,
    waker: Option<Waker>,
    /// A `Writing` exists that will ask.
    is_watched: bool,
    /// Nobody waits for the missing reports any more.
    is_expired: bool,
}

#[derive(Debug)]
struct Failed {
    index: u32,
    report: Report,
    remark: Option<String>,
    /// What is said where the record itself asked for a partition that is not there.
    missing_partition: Option<String>,
}

/// Wakers and batches set free by reports.
#[derive(Debug, Default)]
pub(crate) struct Landed {
    wakers: Vec<Waker>,
    /// Wakers that are not to be called any more. Dropping one may run anything, too.
    stale: Vec<Waker>,
    batches: Vec<Arc<Batch>>,
}

impl Landed {
    /// Wakes and frees. Call it with no lock held: wakers and the owners of bytes may run anything.
    pub fn release(self) {
        drop((self.batches, self.stale));
        self.wakers.into_iter().for_each(wake);
    }
}

impl Flights {
    /// Starts a flight, of which no record is handed over yet, and returns its number.
    pub fn start(&mut self, batch: Arc<Batch>) -> u32 {
        let records = u32::try_from(batch.records().len()).unwrap_or(u32::MAX);
        let flight = Flight {
            batch: (records > 0).then_some(batch),
            records,
            missing: records,
            reported: vec![0; (records as usize).div_ceil(64)].into(),
            failures: Vec::new(),
            waker: None,
            is_watched: true,
            is_expired: false,
        };
        if let Some(number) = self.free.pop() {
            self.slots[number as usize] = Some(flight);
            return number;
        }
        self.slots.push(Some(flight));
        self.slots.len() as u32 - 1
    }

    /// The batch, until its last record has its report.
    pub fn batch(&self, flight: u32) -> Option<&Arc<Batch>> {
        self.slots.get(flight as usize)?.as_ref()?.batch.as_ref()
    }

    /// Notes that librdkafka took that many records: it will report each of them once.
    pub fn note_taken(&mut self, records: usize) {
        self.at_client += records;
    }

    /// Records that librdkafka has taken and not reported.
    pub fn at_client(&self) -> usize {
        self.at_client
    }

    /// Notes that librdkafka delivered a record.
    pub fn confirm(&mut self, ticket: Ticket) {
        self.delivered = true;
        self.at_client -= 1;
        self.settle(ticket);
    }

    /// Notes that librdkafka did not deliver a record; `remark` is the broker's own word.
    pub fn fail(&mut self, ticket: Ticket, report: Report, remark: Option<String>) {
        self.at_client -= 1;
        self.note_failure(ticket, report, remark);
    }

    /// Notes that a record was not handed over, or that librdkafka did not take it.
    pub fn refuse(&mut self, ticket: Ticket, code: i32, reason: Option<&str>) {
        self.note_failure(ticket, Report::refused(code), reason.map(str::to_owned));
    }

    fn note_failure(&mut self, ticket: Ticket, report: Report, remark: Option<String>) {
        if let Some(Some(flight)) = self.slots.get_mut(ticket.flight as usize) {
            let index = ticket.index;
            let is_gone = report.code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION as i32;
            let batch = flight.batch.as_deref().filter(|_| is_gone);
            let missing_partition =
                batch.and_then(|batch| missing_partition(batch, index as usize));
            flight.failures.push(Failed { index, report, remark, missing_partition });
        }
        self.settle(ticket);
    }

    fn settle(&mut self, ticket: Ticket) {
        let Some(Some(flight)) = self.slots.get_mut(ticket.flight as usize) else { return };
        let Some(bits) = flight.reported.get_mut(ticket.index as usize / 64) else { return };
        *bits |= 1 << (ticket.index % 64);
        flight.missing -= 1;
        if flight.missing == 0 {
            self.land(ticket.flight);
        }
    }

    #[cold]
    fn land(&mut self, number: u32) {
        let Some(Some(flight)) = self.slots.get_mut(number as usize) else { return };
        self.landed.batches.extend(flight.batch.take());
        self.landed.wakers.extend(flight.waker.take());
        self.free_if_over(number);
    }

    fn free_if_over(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(number as usize) else { return };
        if slot.take_if(|flight| flight.missing == 0 && !flight.is_watched).is_some() {
            self.free.push(number);
        }
    }

    /// The result of a flight that is over, once; else keeps the waker for when it is.
    pub fn take(
        &mut self,
        number: u32,
        trouble: Option<&ClientTrouble>,
        waker: &Waker,
    ) -> Option<Written> {
        let flight = self.slots.get_mut(number as usize)?.as_mut()?;
        if flight.missing > 0 && !flight.is_expired {
            if !flight.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
                self.landed.stale.extend(flight.waker.replace(waker.clone()));
            }
            return None;
        }
        let written = flight.written(trouble);
        self.forget(number);
        Some(written)
    }

    /// Nobody will ask for the flight. Whoever waits for another one takes over the serving.
    pub fn forget(&mut self, number: u32) {
        if let Some(Some(flight)) = self.slots.get_mut(number as usize) {
            flight.is_watched = false;
            self.landed.stale.extend(flight.waker.take());
        }
        self.free_if_over(number);
        let next = self.slots.iter_mut().flatten().find_map(|flight| flight.waker.take());
        self.landed.wakers.extend(next);
    }

    /// Ends every flight without the reports that are missing. The bytes stay.
    pub fn expire(&mut self) {
        for flight in self.slots.iter_mut().flatten() {
            flight.is_expired = true;
            self.landed.wakers.extend(flight.waker.take());
        }
    }

    /// What is to be released once no lock is held.
    pub fn landed(&mut self) -> Landed {
        std::mem::take(&mut self.landed)
    }

    /// Whether a record was delivered since the last call.
    pub fn was_delivered(&mut self) -> bool {
        std::mem::take(&mut self.delivered)
    }
}

impl Flight {
    fn written(&mut self, trouble: Option<&ClientTrouble>) -> Written {
        let mut written = Written::default();
        for Failed { index, report, remark, missing_partition } in self.failures.drain(..) {
            let outcome = report.outcome(|| words(report.code), remark.as_deref(), trouble);
            match (outcome, missing_partition) {
                (Outcome::Delivered(_), _) => {}
                (Outcome::Failed(failure), Some(missing)) => {
                    let failure = failure.of_assigned(missing);
                    written.undelivered.push((index, Outcome::Failed(failure)));
                }
                (outcome, _) => written.undelivered.push((index, outcome)),
            }
        }
        let has_report = |index: &u32| {
            self.reported
                .get(*index as usize / 64)
                .is_some_and(|bits| bits >> (index % 64) & 1 == 1)
        };
        if self.missing > 0 {
            let message = "the producer was closed before a delivery report came".to_owned();
            let missing = (0..self.records).filter(|index| !has_report(index));
            let unknown = |index| (index, Outcome::Unknown { message: message.clone() });
            written.undelivered.extend(missing.map(unknown));
        }
        written.undelivered.sort_unstable_by_key(|(index, _)| *index);
        written.delivered = u64::from(self.records) - written.undelivered.len() as u64;
        written
    }
}

/// Names the partition that a record itself asked for, and its topic where that is its own.
fn missing_partition(batch: &Batch, index: usize) -> Option<String> {
    let partition = batch.partition(index)?;
    let topic = batch.records().get(index).and_then(|record| batch.topic(record));
    Some(no_partition(topic, partition))
}

#[cfg(test)]
mod tests {
    use plugin_abi::{Buf, RecordMeta};

    use super::*;
    use crate::outcome::Fate;

    fn flight(flights: &mut Flights, records: usize) -> u32 {
        let records = vec![RecordMeta::unkeyed(); records];
        let number = flights.start(Arc::new(Batch::new(Buf::default(), records)));
        flights.note_taken(flights.batch(number).map_or(0, |batch| batch.records().len()));
        number
    }

    fn take(flights: &mut Flights, number: u32) -> Option<Written> {
        flights.take(number, None, Waker::noop())
    }

    #[test]
    fn a_ticket_comes_back_as_it_was() {
        for (flight, index) in [(0, 0), (7, 9999), (u32::MAX, 0), (0, u32::MAX)] {
            let ticket = Ticket { flight, index };
            assert_eq!(Ticket::from_bits(ticket.to_bits()), ticket);
        }
    }

    #[test]
    fn what_has_no_report_when_flights_expire_is_unknown() {
        let mut flights = Flights::default();
        let number = flight(&mut flights, 130);
        for index in (0..130).filter(|index| ![0, 63, 64, 129].contains(index)) {
            flights.confirm(Ticket { flight: number, index });
        }
        assert_eq!(take(&mut flights, number), None);
        flights.expire();
        let written = take(&mut flights, number).unwrap();
        let missing: Vec<u32> = written.undelivered.iter().map(|(index, _)| *index).collect();
        assert_eq!((written.delivered, missing), (126, vec![0, 63, 64, 129]));
        let is_unknown = |outcome: &Outcome| matches!(outcome, Outcome::Unknown { .. });
        assert!(written.undelivered.iter().all(|(_, outcome)| is_unknown(outcome)));
    }

    #[test]
    fn a_number_is_used_again_only_after_the_last_report_and_the_last_question() {
        let mut flights = Flights::default();
        let (asked, forgotten) = (flight(&mut flights, 1), flight(&mut flights, 1));
        flights.confirm(Ticket { flight: asked, index: 0 });
        flights.forget(forgotten);
        assert_eq!(flight(&mut flights, 1), 2);
        let report = Report { fate: Fate::Persisted, ..Report::refused(-1) };
        flights.fail(Ticket { flight: forgotten, index: 0 }, report, None);
        assert_eq!(flight(&mut flights, 1), forgotten);
        assert_eq!(take(&mut flights, asked), Some(Written { delivered: 1, undelivered: vec![] }));
        assert_eq!(flight(&mut flights, 1), asked);
    }

    #[test]
    fn the_bytes_are_let_go_with_the_last_report_and_not_before() {
        let mut flights = Flights::default();
        let number = flight(&mut flights, 2);
        flights.forget(number);
        flights.confirm(Ticket { flight: number, index: 1 });
        flights.expire();
        assert!(flights.landed().batches.is_empty());
        flights.confirm(Ticket { flight: number, index: 0 });
        assert_eq!(flights.landed().batches.len(), 1);
        assert_eq!((flights.at_client(), flights.batch(number).is_none()), (0, true));
    }
}
