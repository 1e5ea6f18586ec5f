//! Which topics records of a stream may go to.

use super::remaining::{Remaining, refusal};
use crate::check;
use crate::config::Config;
use crate::fault::Fault;
use plugin_api::batch::{RecordError, RecordMeta};
use plugin_api::{Batch, ErrorClass, ErrorCode};
use serde_json::Value;
use std::collections::HashSet;

/// The sink's own topic, and those that records may name.
pub struct Topics {
    own: Option<String>,
    /// Empty = any.
    allowed: HashSet<String>,
}

impl Topics {
    /// The topics of a configuration, and warnings about them. Without a topic of its own the sink
    /// takes records that name theirs.
    ///
    /// # Errors
    /// One that may not be written to.
    pub fn judge(config: &Config) -> Result<(Self, Vec<String>), Fault> {
        let signal = config.signal_type.as_str();
        let routed = signal.and_then(|signal| config.signal_routing.get(signal));
        let own = routed.cloned().map(Value::String).or_else(|| config.topic.clone());
        let mut issues = Vec::new();
        let mut judge = |name: &Value| {
            let (name, found) = check::topic_name(name)?;
            issues.extend(found);
            Ok(name)
        };
        let own = own.as_ref().map(&mut judge).transpose()?;
        let listed = config.topics.iter().map(|name| judge(&Value::from(name.as_str())));
        let allowed = listed.collect::<Result<_, Fault>>()?;
        Ok((Self { own, allowed }, issues))
    }

    /// The topic of records that name none; empty when there is none.
    pub fn own(&self) -> &str {
        self.own.as_deref().unwrap_or_default()
    }

    /// The topics that the configuration names.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let listed = self.allowed.iter().map(String::as_str);
        self.own.as_deref().into_iter().chain(listed)
    }

    /// The topic of a record.
    pub fn of<'a>(&'a self, batch: &'a Batch, record: &RecordMeta) -> &'a str {
        batch.topic(record).unwrap_or(self.own())
    }

    /// Refuses the records that may not go where they want to.
    pub fn check(&self, remaining: &mut Remaining) {
        if self.own.is_some() && remaining.batch.topics().next().is_none() {
            return;
        }
        let faults: Vec<Option<String>> =
            remaining.batch.topics().map(|name| self.fault(name)).collect();
        remaining.refuse(|_, position, record| match faults.get(record.topic as usize) {
            Some(fault) => {
                fault.as_ref().map(|fault| refusal(position, ErrorCode::OTHER, fault.as_str()))
            }
            None if record.topic != RecordMeta::NO_TOPIC => {
                Some(refusal(position, ErrorCode::OTHER, "the record's topic is not in its batch"))
            }
            None => self.own.is_none().then(|| no_topic(position)),
        });
    }

    fn fault(&self, name: &str) -> Option<String> {
        if self.own.as_deref() == Some(name) {
            return None;
        }
        if let Err(fault) = check::topic_name(&Value::from(name)) {
            return Some(fault.reason().to_owned());
        }
        let is_allowed = self.allowed.is_empty() || self.allowed.contains(name);
        (!is_allowed).then(|| format!("topic: `{name}` is neither `topic` nor one of `topics`"))
    }
}

/// No record of the step can do without: a person has to act.
fn no_topic(position: usize) -> RecordError {
    let text =
        "no topic: set `topic`, a route in `signal_routing`, or `with: {topic: …}` of the step";
    let mut error = refusal(position, ErrorCode::BAD_CONFIG, text);
    error.class = ErrorClass::ConfigFatal.into();
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Json;

    fn config(text: &str) -> Config {
        Json::from_text(text.to_owned()).unwrap().parse().unwrap()
    }

    /// The class of each record's refusal: of one without a topic, then of one for each of `named`.
    fn refused(cfg: &str, named: &[&str]) -> Vec<Option<(u32, String)>> {
        let (topics, _) = Topics::judge(&config(cfg)).map_err(|fault| fault.text).unwrap();
        let mut batch = Batch::new(Default::default(), vec![RecordMeta::default()]);
        let mut records = batch.records().to_vec();
        for name in named {
            let topic = batch.add_topic(name);
            records.push(RecordMeta { topic, ..RecordMeta::default() });
        }
        let count = records.len();
        batch.set_records(records);
        let mut remaining = Remaining::of(batch);
        topics.check(&mut remaining);
        let mut all = vec![None; count];
        for error in remaining.into_refused() {
            all[error.index as usize] = Some((error.class.0, error.message().to_owned()));
        }
        all
    }

    #[test]
    fn a_record_goes_where_topics_let_it() {
        let listed = r#"{"topic":"own","topics":["a","b"]}"#;
        let all = refused(listed, &["own", "a", "b", "c", "__consumer_offsets"]);
        let classes: Vec<Option<u32>> =
            all.iter().map(|one| one.as_ref().map(|one| one.0)).collect();
        assert_eq!(classes, [None, None, None, None, Some(2), Some(2)]);
        assert_eq!(all[4].as_ref().unwrap().1, "topic: `c` is neither `topic` nor one of `topics`");
        assert!(all[5].as_ref().unwrap().1.starts_with("topic: bad_topic: "), "{all:?}");
        let any = refused(r#"{"topic":"own"}"#, &["c", "a b"]);
        assert_eq!(any.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn no_topic_at_all_is_a_matter_of_configuration() {
        let all = refused("{}", &["a"]);
        assert_eq!(all[0].as_ref().unwrap().0, 4);
        assert_eq!(all[1], None);
    }

    #[test]
    fn the_signal_type_chooses_the_topic() {
        let routed = |signal: &str| {
            let text = format!(
                r#"{{"topic":"own","signal_routing":{{"s":"routed"}},"signal_type":{signal}}}"#
            );
            Topics::judge(&config(&text)).map(|(topics, _)| topics.own().to_owned()).ok().unwrap()
        };
        assert_eq!([routed("\"s\""), routed("\"t\""), routed("null")], ["routed", "own", "own"]);
        for bad in [r#"{"topic":"a b"}"#, r#"{"topics":["__x"]}"#, r#"{"topic":5}"#] {
            assert!(Topics::judge(&config(bad)).is_err(), "{bad}");
        }
    }
}
