//! The keys that say what has to be true of a topic before it is written to.

use plugin_api::schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What happens before a topic is first written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum EnsureTopic {
    /// A topic that is not there is an error.
    Require,
    /// A topic that is not there is made, as `topic_settings` says.
    Create,
}

/// How a topic is made.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct TopicSettings {
    /// How many partitions, 1 to 10000; the broker's default when absent.
    #[schemars(range(min = 1, max = 10_000))]
    pub partitions: Option<i32>,
    /// How many replicas, 1 to 32767; the broker's default when absent.
    #[schemars(range(min = 1, max = 32_767))]
    pub replication: Option<i32>,
    /// The topic's own configuration, such as `retention.ms`.
    pub config: BTreeMap<String, String>,
}

impl TopicSettings {
    /// One text of the kind `out_of_range` for each key that is out of its limits.
    pub(super) fn broken(&self) -> impl Iterator<Item = String> {
        let limits =
            [("partitions", self.partitions, 10_000), ("replication", self.replication, 32_767)];
        let broken = limits
            .into_iter()
            .filter(|(_, given, most)| given.is_some_and(|given| !(1..=*most).contains(&given)));
        broken.map(|(key, _, most)| {
            format!("out_of_range: `topic_settings.{key}` must be from 1 to {most}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_at_least_one_partition_and_one_replica() {
        let settings = |given: &str| serde_json::from_str::<TopicSettings>(given).unwrap();
        let kept = settings(r#"{"partitions": 1, "replication": 1}"#);
        assert_eq!(kept.broken().count() + TopicSettings::default().broken().count(), 0);
        let broken: Vec<String> =
            settings(r#"{"partitions": 0, "replication": 40000}"#).broken().collect();
        assert_eq!(
            broken,
            [
                "out_of_range: `topic_settings.partitions` must be from 1 to 10000",
                "out_of_range: `topic_settings.replication` must be from 1 to 32767",
            ]
        );
    }
}
