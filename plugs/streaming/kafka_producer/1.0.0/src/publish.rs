//! One call: everything is checked, then enqueued as a whole, then awaited.

use crate::answer::{Answer, Settled};
use crate::check::{self, Checked};
use crate::config::Config;
use crate::draft::{Draft, drafts};
use crate::fault::Fault;
use crate::fault::kafka::fault_of;
use crate::input::Input;
use crate::pool::Pool;
use crate::serialize::serialize;
use crate::settings::Decided;
use kafka_client::outgoing::RecordSlices;
use kafka_client::{BatchBuilder, Outcome, OutgoingBatch, Producer};
use plugin_api::Ctx;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A client and what is to be said about its settings.
struct Connected {
    producer: Arc<Producer>,
    warnings: Vec<String>,
    issues: Vec<String>,
    is_embedded: bool,
}

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
    let checked = check::before_connecting(input, config)?;
    let drafted = drafts(input, config)?;
    let connected = connect(pool, ctx, checked).await?;
    let format = input.format.as_deref().unwrap_or(&config.serialization);
    let mut records = drafted.records;
    let outgoing = outgoing(ctx, format, config, &mut records).await?;
    let mut settled = settle(&connected.producer, outgoing, records, config).await;
    if connected.is_embedded {
        settled.iter_mut().for_each(Settled::forget_timestamp);
    }
    let answer = match settled.into_iter() {
        mut one if drafted.is_single => one.next().map_or_else(nothing, Answer::single),
        several => Answer::several(several.as_slice(), config.full_details),
    };
    let issues = connected.issues.into_iter().chain(drafted.issues).collect();
    Ok(answer.with(connected.warnings, issues))
}

/// Asks the cluster for its brokers.
///
/// # Errors
/// What refuses the call before anything connects. A cluster that does not answer is no error: it
/// is what the call was made to find out.
pub async fn health_check(pool: &Pool, ctx: &Ctx, config: &Config) -> Result<Answer, Fault> {
    let connected = connect(pool, ctx, check::without_topic(config)?).await?;
    let wait = Duration::from_millis((*config.timeout_ms).into());
    let result = match connected.producer.metadata(wait) {
        Ok(cluster) => {
            let brokers: Vec<String> = cluster
                .brokers
                .iter()
                .map(|broker| format!("{}:{}", broker.host, broker.port))
                .collect();
            json!({ "status": "success", "healthy": true, "brokers": brokers })
        }
        Err(error) => json!({ "status": "success", "healthy": false, "error": error.to_string() }),
    };
    Ok(Answer::done(result).with(connected.warnings, connected.issues))
}

fn nothing() -> Answer {
    Answer::refused(Fault::unexpected("a record has no outcome"))
}

async fn connect(pool: &Pool, ctx: &Ctx, checked: Checked) -> Result<Connected, Fault> {
    let Checked { servers, decided } = checked;
    let Decided { mut settings, warnings, issues } = decided;
    settings.set("bootstrap.servers", servers.list(ctx).await?);
    let producer = pool.get(&settings)?;
    let warnings = servers.warning().into_iter().chain(warnings).collect();
    let is_embedded = servers.is_embedded();
    let issues = servers.issues.into_iter().chain(issues).collect();
    Ok(Connected { producer, warnings, issues, is_embedded })
}

/// The batch of all records that have bytes. A record that cannot be sent is settled in place.
async fn outgoing(
    ctx: &Ctx,
    format: &str,
    config: &Config,
    records: &mut [Result<Draft<'_>, Settled>],
) -> Result<OutgoingBatch, Fault> {
    let drafts: Vec<&Draft<'_>> = records.iter().filter_map(|one| one.as_ref().ok()).collect();
    let values = match drafts.is_empty() {
        true => Vec::new(),
        false => serialize(ctx, format, &drafts).await?,
    };
    let mut values = values.into_iter();
    let mut batch = BatchBuilder::default();
    for record in records {
        let Ok(draft) = record else { continue };
        let value = values.next().unwrap_or_else(|| Err(Fault::serialization("no value")));
        let added =
            value.and_then(|value| add(&mut batch, draft, &value, *config.message_max_bytes));
        if let Err(fault) = added {
            *record = Err(Settled::Failed(fault));
        }
    }
    Ok(batch.build())
}

/// Adds one record, unless it is larger than the configuration lets it be.
fn add(batch: &mut BatchBuilder, draft: &Draft<'_>, value: &[u8], most: u32) -> Result<(), Fault> {
    let headers: Vec<(&str, Option<&[u8]>)> =
        draft.headers.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
    let header_bytes =
        |(name, value): &(&str, Option<&[u8]>)| name.len() + value.map_or(0, <[u8]>::len);
    let key = draft.key.as_deref();
    let size =
        value.len() + key.map_or(0, <[u8]>::len) + headers.iter().map(header_bytes).sum::<usize>();
    if size > most as usize {
        let issue = format!("too_large: the record is too large: {size} bytes, at most {most}");
        return Err(Fault::security("message", &[issue]));
    }
    let record = RecordSlices {
        key,
        value: Some(value),
        headers: &headers,
        timestamp_ms: draft.timestamp,
        partition: draft.partition,
    };
    batch.append(&draft.topic, record).map_err(|error| Fault::producer(error.to_string()))
}

/// Publishes the batch and puts each outcome where its record stands.
async fn settle(
    producer: &Producer,
    batch: OutgoingBatch,
    records: Vec<Result<Draft<'_>, Settled>>,
    config: &Config,
) -> Vec<Settled> {
    let wait = Duration::from_millis((*config.timeout_ms).into());
    let sent: Vec<Result<Arc<str>, Settled>> =
        records.into_iter().map(|record| record.map(|draft| draft.topic)).collect();
    let outcomes = producer.publish(batch, Instant::now() + wait).await;
    let mut outcomes = outcomes.into_iter();
    let settled = |record: Result<Arc<str>, Settled>| match record {
        Err(settled) => settled,
        Ok(topic) => match outcomes.next() {
            Some(outcome) => settled_as(outcome, &topic),
            None => Settled::Unknown { topic: topic.to_string(), text: "no report".to_owned() },
        },
    };
    sent.into_iter().map(settled).collect()
}

fn settled_as(outcome: Outcome, topic: &str) -> Settled {
    let topic = topic.to_owned();
    match outcome {
        Outcome::Delivered(delivery) => Settled::Delivered {
            topic,
            partition: delivery.partition,
            offset: delivery.offset,
            timestamp: delivery.timestamp_ms,
        },
        Outcome::Unknown { message } => {
            Settled::Unknown { topic, text: format!("Kafka timeout: {message}") }
        }
        Outcome::Failed(failure) => Settled::Failed(fault_of(&failure)),
    }
}
