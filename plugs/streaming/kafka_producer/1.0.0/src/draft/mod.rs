//! Drafts: each record with its topic, key, headers and metadata, before it has bytes.

mod headers;
mod key;
mod topic;

pub use headers::Header;

use crate::answer::Settled;
use crate::config::{Config, Content};
use crate::content::{self, Kinds};
use crate::enrich;
use crate::fault::Fault;
use crate::input::{Given, Input, RecordInput};
use plugin_api::Json;
use std::borrow::Cow;
use std::sync::Arc;
use topic::Topics;

/// One record before serialization.
pub struct Draft<'a> {
    /// Where it goes.
    pub topic: Arc<str>,
    /// The value as JSON text; `None` is a tombstone.
    pub value: Option<Cow<'a, str>>,
    /// The key's bytes.
    pub key: Option<Arc<[u8]>>,
    /// The headers, in order.
    pub headers: Arc<[Header]>,
    /// The partition that was asked for.
    pub partition: Option<i32>,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
}

impl Draft<'_> {
    /// The same record without a value. Only a key says what it takes away, so one without a key is
    /// most likely a record whose value was forgotten.
    fn into_tombstone(self) -> Result<Self, Fault> {
        if self.key.is_none() {
            let text = "`value` is missing: a record without one is a tombstone, which needs a key; for \
                        the value null write `value: null`";
            return Err(Fault::producer(text));
        }
        Ok(Self { value: None, ..self })
    }
}

/// Everything a call wants published: a draft or a refusal for each record, in order.
pub struct Drafts<'a> {
    /// One entry a record.
    pub records: Vec<Result<Draft<'a>, Settled>>,
    /// Whether the answer is that of one record.
    pub is_single: bool,
    /// Warnings about topics and about what messages hold.
    pub issues: Vec<String>,
}

/// Judges the topic that a message of the call would go to, as far as it is the same for all.
///
/// # Errors
/// There is none, or it may not be written to.
pub fn judge_topic(input: &Input, config: &Config) -> Result<(), Fault> {
    let several = input.messages.as_ref().is_some_and(|messages| !messages.is_empty());
    if input.message.is_some() || several {
        Topics::new(input, config).shared()?;
    }
    Ok(())
}

/// Drafts every record of a call.
///
/// # Errors
/// Shared parts that cannot be used refuse the call; parts of one record refuse that record only.
pub fn drafts<'a>(input: &'a Input, config: &Config) -> Result<Drafts<'a>, Fault> {
    let mut topics = Topics::new(input, config);
    let mut screen = Screen { content: config.security.content, found: Kinds::default() };
    let metadata = input.metadata();
    let shared = Shared {
        key: key::bytes_of(input.partition_key.as_ref(), "partition_key")?,
        headers: headers::all_of(input.headers.as_ref())?,
        metadata: metadata.as_deref(),
    };
    let is_single = input.message.is_some();
    let records = match (&input.message, &input.messages, &input.records) {
        (Some(message), ..) => {
            let topic = topics.shared()?;
            screen.judge(message.get())?;
            vec![Ok(shared.draft(message.get(), topic))]
        }
        (None, Some(messages), _) if messages.is_empty() => Vec::new(),
        (None, Some(messages), _) => {
            let topic = topics.shared()?;
            let each = |message: &'a Json| {
                screen.judge(message.get()).map_err(Settled::Failed)?;
                Ok(shared.draft(message.get(), Arc::clone(&topic)))
            };
            messages.iter().map(each).collect()
        }
        (None, None, Some(records)) => {
            let mut each = |(index, given): (usize, &'a Given)| {
                let record = given.at(index).map_err(Fault::producer)?;
                let draft = shared.own(record, &mut topics)?;
                record.value.as_ref().map_or(Ok(()), |value| screen.judge(value.get()))?;
                Ok(draft)
            };
            records.iter().enumerate().map(|one| each(one).map_err(Settled::Failed)).collect()
        }
        (None, None, None) => return Err(Fault::nothing_to_publish()),
    };
    let issues = topics.into_issues().into_iter().chain(screen.found.issues()).collect();
    Ok(Drafts { records, is_single, issues })
}

/// What is done about the content of messages, and what was let pass.
struct Screen {
    content: Content,
    found: Kinds,
}

impl Screen {
    fn judge(&mut self, message: &str) -> Result<(), Fault> {
        if self.content == Content::Off {
            return Ok(());
        }
        let found = content::kinds(message.as_bytes());
        if self.content == Content::Reject && !found.is_empty() {
            return Err(Fault::security("message", &found.issues()));
        }
        self.found.extend(found);
        Ok(())
    }
}

/// The parts that every record of a call takes unless it has its own.
struct Shared<'m> {
    key: Option<Arc<[u8]>>,
    headers: Arc<[Header]>,
    metadata: Option<&'m str>,
}

impl Shared<'_> {
    fn draft<'a>(&self, message: &'a str, topic: Arc<str>) -> Draft<'a> {
        let value = match self.metadata {
            None => Cow::Borrowed(message),
            Some(metadata) => Cow::Owned(enrich::enriched(message, metadata)),
        };
        let (key, headers) = (self.key.clone(), Arc::clone(&self.headers));
        Draft { topic, value: Some(value), key, headers, partition: None, timestamp: None }
    }

    fn own<'a>(&self, record: &'a RecordInput, topics: &mut Topics) -> Result<Draft<'a>, Fault> {
        let topic = match &record.topic {
            Some(topic) => topics.named(topic)?,
            None => topics.shared()?,
        };
        let value = record.value.as_ref().map_or("null", Json::get);
        let mut draft = self.draft(value, topic);
        if record.key.is_some() {
            draft.key = key::bytes_of(record.key.as_ref(), "key")?;
        }
        if record.headers.is_some() {
            draft.headers = headers::all_of(record.headers.as_ref())?;
        }
        if record.value.is_none() {
            draft = draft.into_tombstone()?;
        }
        if record.partition.is_some_and(|partition| partition < 0) {
            return Err(Fault::producer("`partition` must not be negative"));
        }
        if record.timestamp.is_some_and(|timestamp| timestamp <= 0) {
            let text =
                "`timestamp` must be above 0 (milliseconds since 1970); leave it out for now";
            return Err(Fault::producer(text));
        }
        (draft.partition, draft.timestamp) = (record.partition, record.timestamp);
        Ok(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_no_record_fails_alone_and_by_its_place() {
        let text = r#"{"records":[{"value":1},{"valu":2},3,{"value":4}]}"#;
        let input: Input = serde_json::from_str(text).unwrap();
        let config: Config = serde_json::from_str(r#"{"topic":"t"}"#).unwrap();
        let drafts = drafts(&input, &config).unwrap().records.into_iter();
        let each: Vec<Result<Option<Cow<'_, str>>, Fault>> = drafts
            .map(|one| one.map(|draft| draft.value).map_err(|one| one.fault().unwrap().clone()))
            .collect();
        let misspelt = "unknown key `records[1].valu`; did you mean `value`?";
        let number = "`records[2]`: expected an object, found a number";
        let expected = [
            Ok(Some("1".into())),
            Err(Fault::producer(misspelt)),
            Err(Fault::producer(number)),
            Ok(Some("4".into())),
        ];
        assert_eq!(each, expected);
    }

    #[test]
    fn an_input_without_anything_to_publish_says_so_in_these_words() {
        let config = Config::default();
        for input in ["{}", r#"{"messages":null,"records":null,"topic_override":"t"}"#] {
            let input: Input = serde_json::from_str(input).unwrap();
            let text = drafts(&input, &config).err().map(|fault| fault.text);
            assert_eq!(text.as_deref(), Some("No message or messages provided in input"));
        }
    }
}
