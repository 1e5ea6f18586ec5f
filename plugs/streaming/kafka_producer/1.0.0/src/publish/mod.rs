//! One call: everything is checked, then handed over as a whole, then awaited.
//!
//! # Layout
//! `connected` is the client of the call, `topics` makes sure of what `ensure_topic` asks for,
//! `encoded` are records with their bytes, `batching` cuts many of them into batches. `delivery`
//! hands those over, and by `again` once more what is certainly not in its topic and may succeed.
//! `events` tells the log. `plan` stops before the client.
//! `health` is the other operation that talks to a cluster.

mod again;
mod batching;
mod connected;
mod delivery;
mod encoded;
mod events;
mod health;
mod plan;
mod topics;

pub use health::health_check;
pub use plan::plan;

use crate::answer::{Answer, Settled};
use crate::check;
use crate::config::Config;
use crate::draft::{Drafts, drafts};
use crate::fault::Fault;
use crate::fault::kafka::fault_of;
use crate::input::Input;
use crate::pool::Pool;
use connected::Connected;
use delivery::Delivery;
use encoded::{Encoded, encode};
use kafka_client::Outcome;
use plugin_api::Ctx;
use std::time::{Duration, Instant};

/// Publishes the records of a call.
///
/// # Errors
/// What refuses the call as a whole, before any record is sent.
pub async fn publish(
    pool: &Pool,
    ctx: &Ctx,
    input: &Input,
    config: &Config,
) -> Result<Answer, Fault> {
    let wait = Duration::from_millis((*config.timeout_ms).into());
    let checked = check::before_connecting(input, config)?;
    let Drafts { mut records, is_single, issues } = drafts(input, config)?;
    let connected = Connected::connect(pool, ctx, config, checked).await?;
    topics::ensure(ctx, &connected, config, &mut records, Instant::now() + wait).await;
    let format = input.format.as_deref().unwrap_or(&config.serialization);
    let records = encode(ctx, format, *config.message_max_bytes, records).await?;
    let settled = deliver(pool, &connected, config, records, wait).await;
    events::tell_records(&settled);
    let answer = match settled.into_iter() {
        mut one if is_single => one.next().map_or_else(nothing, Answer::single),
        several => Answer::several(several.as_slice(), config.full_details),
    };
    events::tell_call(&connected, &answer, is_single);
    let issues = connected.issues.into_iter().chain(issues).collect();
    Ok(answer.with(connected.warnings, issues))
}

fn nothing() -> Answer {
    Answer::refused(Fault::unexpected("a record has no outcome"))
}

/// Delivers what has bytes, and puts each outcome where its record stands.
async fn deliver(
    pool: &Pool,
    connected: &Connected,
    config: &Config,
    records: Vec<Result<Encoded<'_>, Settled>>,
    wait: Duration,
) -> Vec<Settled> {
    let sent: Vec<&Encoded<'_>> = records.iter().filter_map(|one| one.as_ref().ok()).collect();
    let delivery = Delivery {
        pool,
        settings: &connected.settings,
        batch_bytes: *config.batch_size as usize,
        retries_are_limited: config.retries.is_some(),
        // From here on: the client's own timeouts, which end before, begin now too.
        deadline: Instant::now() + wait,
    };
    let outcomes = match sent.is_empty() {
        true => Vec::new(),
        false => delivery.deliver(&connected.lease, &sent).await,
    };
    let mut outcomes = outcomes.into_iter();
    let no_report = || Outcome::Unknown { message: "no report".to_owned() };
    let settled = |record: Result<Encoded<'_>, Settled>| match record {
        Err(settled) => settled,
        Ok(record) => settled_as(outcomes.next().unwrap_or_else(no_report), &record, connected),
    };
    records.into_iter().map(settled).collect()
}

fn settled_as(outcome: Outcome, record: &Encoded<'_>, connected: &Connected) -> Settled {
    let topic = record.draft.topic.to_string();
    match outcome {
        Outcome::Delivered(delivery) => Settled::Delivered {
            topic,
            partition: delivery.partition,
            offset: delivery.offset,
            // The embedded broker's times are made up.
            timestamp: delivery.timestamp_ms.filter(|_| !connected.is_embedded),
            bytes: record.size as u64,
        },
        Outcome::Unknown { message } => {
            Settled::Unknown { topic, text: format!("Kafka timeout: {message}") }
        }
        Outcome::Failed(failure) => Settled::Failed(fault_of(&failure, &record.draft.topic)),
    }
}
