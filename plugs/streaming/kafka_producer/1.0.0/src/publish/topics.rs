//! Topics that have to be there before this client first writes to them.

use super::connected::Connected;
use crate::answer::Settled;
use crate::config::Config;
use crate::draft::Draft;
use crate::fault::Fault;
use crate::presence;
use plugin_api::Ctx;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Makes sure of every topic that the records name and that this client has not met; records of a
/// topic that is not there, and cannot be made, are refused.
pub async fn ensure(
    ctx: &Ctx,
    connected: &Connected,
    config: &Config,
    records: &mut [Result<Draft<'_>, Settled>],
    deadline: Instant,
) {
    if config.ensure_topic.is_none() {
        return;
    }
    let lease = &connected.lease;
    let mut missing: BTreeMap<Arc<str>, Option<Fault>> = BTreeMap::new();
    for topic in records.iter().filter_map(|record| Some(&record.as_ref().ok()?.topic)) {
        if lease.knows(topic) || missing.contains_key(topic) {
            continue;
        }
        let wait = deadline.saturating_duration_since(Instant::now());
        let ensured = presence::ensure(ctx, lease, config, topic, wait).await;
        if ensured.is_ok() {
            lease.learn(topic);
        }
        missing.insert(Arc::clone(topic), ensured.err());
    }
    for record in records.iter_mut() {
        let topic = record.as_ref().ok().map(|draft| &draft.topic);
        if let Some(fault) = topic.and_then(|topic| missing.get(topic)?.clone()) {
            *record = Err(Settled::Failed(fault));
        }
    }
}
