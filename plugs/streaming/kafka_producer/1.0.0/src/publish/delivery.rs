//! Handing records over until each is delivered, refused, unknown, or out of time.

use super::again::again;
use super::batching::{MOST_RECORDS, optimize_batch};
use super::encoded::{Encoded, batch_of};
use crate::pool::{Lease, Pool};
use kafka_client::{
    ClientSettings, ErrorClass, Failure, Outcome, Publishing, UNEXPLAINED_TIMEOUT, no_partition,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// The pause before the second try; each later one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// A call has its thread to itself, so a pause may hold it; the host waits no longer than this for
/// a call that it has given up.
const LONGEST_PAUSE: Duration = Duration::from_millis(800);
/// Longest wait for what the cluster says of a topic.
const ASKING: Duration = Duration::from_millis(500);

/// How the records of one call are delivered.
pub struct Delivery<'a> {
    /// Gives a new client for one that has failed for good.
    pub pool: &'a Pool,
    /// The settings of the client.
    pub settings: &'a ClientSettings,
    /// Bytes of one batch.
    pub batch_bytes: usize,
    /// The user limited `retries`.
    pub retries_are_limited: bool,
    /// When the call ends, whatever is known by then.
    pub deadline: Instant,
}

impl Delivery<'_> {
    /// One outcome a record, in their order.
    pub async fn deliver(&self, lease: &Lease, records: &[&Encoded<'_>]) -> Vec<Outcome> {
        let mut outcomes = self.hand_over(lease, records).await;
        let mut replaced: Option<Lease> = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let open = again(records, &outcomes, self.retries_are_limited);
            let current = replaced.as_ref().unwrap_or(lease);
            if open.is_empty() || Instant::now() + pause >= self.deadline {
                self.explain(current, records, &mut outcomes);
                return outcomes;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
            let Ok(current) = self.pool.get(self.settings) else { return outcomes };
            self.look_for_topics(&current, records, &outcomes, &open);
            let retried: Vec<&Encoded<'_>> =
                open.iter().filter_map(|index| records.get(*index).copied()).collect();
            let settled = self.hand_over(&current, &retried).await;
            for (index, outcome) in open.into_iter().zip(settled) {
                outcomes[index] = outcome;
            }
            replaced = Some(current);
        }
    }

    /// Everything is handed over before anything is awaited.
    async fn hand_over(&self, lease: &Lease, records: &[&Encoded<'_>]) -> Vec<Outcome> {
        let sizes: Vec<usize> = records.iter().map(|record| record.size).collect();
        let batches = optimize_batch(&sizes, self.batch_bytes, MOST_RECORDS);
        let publish = |batch: &[&Encoded<'_>]| -> Result<Publishing, Vec<Outcome>> {
            let outgoing = batch_of(batch.iter().copied());
            let outgoing = outgoing.map_err(|error| vec![refused(&error); batch.len()])?;
            Ok(lease.publish(outgoing, self.deadline))
        };
        let handed: Vec<_> =
            batches.into_iter().filter_map(|range| records.get(range)).map(publish).collect();
        let mut outcomes = Vec::with_capacity(records.len());
        for batch in handed {
            match batch {
                Ok(publishing) => outcomes.extend(publishing.await),
                Err(refused) => outcomes.extend(refused),
            }
        }
        outcomes
    }

    /// Has the client look again for topics that were not there: by itself it does so seldom.
    fn look_for_topics(
        &self,
        lease: &Lease,
        records: &[&Encoded<'_>],
        outcomes: &[Outcome],
        open: &[usize],
    ) {
        let is_missing = |index: &&usize| match outcomes.get(**index) {
            Some(Outcome::Failed(failure)) => failure.topic,
            _ => false,
        };
        let missing = open.iter().filter(is_missing);
        let topics: BTreeSet<&str> =
            missing.filter_map(|index| records.get(*index)).map(|one| &*one.draft.topic).collect();
        for topic in topics {
            // Whatever it says, the next try finds out.
            let _ = lease.topic_error(topic, self.asking());
        }
    }

    /// Says why records were not sent in time, where their topic is the reason, and which partition was
    /// asked for that is not there.
    fn explain(&self, lease: &Lease, records: &[&Encoded<'_>], outcomes: &mut [Outcome]) {
        let mut known: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for (record, outcome) in records.iter().zip(outcomes) {
            let Outcome::Failed(failure) = outcome else { continue };
            if let Some(partition) = record.draft.partition
                && failure.code == "_UNKNOWN_PARTITION"
            {
                failure.message = no_partition(Some(&record.draft.topic), partition);
            }
            if failure.code != "_MSG_TIMED_OUT" || failure.class != ErrorClass::Retriable {
                continue;
            }
            let topic = &*record.draft.topic;
            let ask = || lease.topic_error(topic, self.asking()).ok().flatten();
            if let Some(error) = known.entry(topic).or_insert_with(ask) {
                failure.topic = true;
                let late = match failure.message.as_str() {
                    UNEXPLAINED_TIMEOUT => "no broker confirmed it in time",
                    explained => explained,
                };
                failure.message = format!("{late}: the topic `{topic}`: {error}");
            }
        }
    }

    fn asking(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()).min(ASKING)
    }
}

fn refused(error: &impl std::fmt::Display) -> Outcome {
    Outcome::Failed(Failure {
        class: ErrorClass::RecordFatal,
        topic: false,
        code: "_INVALID_ARG".to_owned(),
        message: error.to_string(),
    })
}
