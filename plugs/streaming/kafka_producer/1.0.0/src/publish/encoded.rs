//! Records with the bytes of their values, none larger than the configuration lets it be.

use crate::answer::Settled;
use crate::draft::Draft;
use crate::fault::Fault;
use crate::serialize::serialize;
use kafka_client::outgoing::{BatchError, RecordSlices};
use kafka_client::{BatchBuilder, OutgoingBatch};
use plugin_api::Ctx;

/// A record that can be handed over, as often as it takes.
pub struct Encoded<'a> {
    /// Where it goes, with which key and headers.
    pub draft: Draft<'a>,
    /// The value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Bytes of value, key and headers.
    pub size: usize,
}

/// Gives every draft its bytes. A record that cannot be sent is settled in place.
///
/// # Errors
/// The serializer is missing, or cannot be used at all.
pub async fn encode<'a>(
    ctx: &Ctx,
    format: &str,
    most: u32,
    records: Vec<Result<Draft<'a>, Settled>>,
) -> Result<Vec<Result<Encoded<'a>, Settled>>, Fault> {
    let drafts = records.iter().filter_map(|record| record.as_ref().ok());
    let texts: Vec<&str> = drafts.filter_map(|draft| draft.value.as_deref()).collect();
    let values = match texts.is_empty() {
        true => Vec::new(),
        false => serialize(ctx, format, &texts).await?,
    };
    let mut values = values.into_iter();
    let mut next = || values.next().unwrap_or_else(|| Err(Fault::serialization("no value")));
    let encoded = |record: Result<Draft<'a>, Settled>| {
        let draft = record?;
        let value = draft.value.is_some().then(&mut next).transpose();
        let encoded = value.and_then(|value| Encoded::new(draft, value, most));
        encoded.map_err(Settled::Failed)
    };
    Ok(records.into_iter().map(encoded).collect())
}

impl<'a> Encoded<'a> {
    fn new(draft: Draft<'a>, value: Option<Vec<u8>>, most: u32) -> Result<Self, Fault> {
        let part = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
        let headers = draft.headers.iter().map(|(name, value)| name.len() + part(value.as_deref()));
        let size = part(value.as_deref()) + part(draft.key.as_deref()) + headers.sum::<usize>();
        if size > most as usize {
            let issue = format!("too_large: the record is too large: {size} bytes, at most {most}");
            return Err(Fault::security("message", &[issue]));
        }
        Ok(Self { draft, value, size })
    }

    fn append_to(&self, batch: &mut BatchBuilder) -> Result<(), BatchError> {
        let headers: Vec<(&str, Option<&[u8]>)> = self
            .draft
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()))
            .collect();
        let record = RecordSlices {
            key: self.draft.key.as_deref(),
            value: self.value.as_deref(),
            headers: &headers,
            timestamp_ms: self.draft.timestamp,
            partition: self.draft.partition,
        };
        batch.append(&self.draft.topic, record)
    }
}

/// One batch of these records.
///
/// # Errors
/// They do not fit into a batch.
pub fn batch_of<'e>(
    records: impl IntoIterator<Item = &'e Encoded<'e>>,
) -> Result<OutgoingBatch, BatchError> {
    let mut batch = BatchBuilder::default();
    for record in records {
        record.append_to(&mut batch)?;
    }
    Ok(batch.build())
}
