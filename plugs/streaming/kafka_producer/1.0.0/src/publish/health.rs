//! `operation: health_check`.

use super::connected::Connected;
use crate::answer::Answer;
use crate::check;
use crate::config::Config;
use crate::fault::Fault;
use crate::pool::Pool;
use plugin_api::Ctx;
use serde_json::json;
use std::time::Duration;

/// Asks the cluster for its brokers.
///
/// # Errors
/// What refuses the call before anything connects. A cluster that does not answer is no error: it
/// is what the call was made to find out.
pub async fn health_check(pool: &Pool, ctx: &Ctx, config: &Config) -> Result<Answer, Fault> {
    let connected = Connected::connect(pool, ctx, config, check::without_topic(config)?).await?;
    let wait = Duration::from_millis((*config.timeout_ms).into());
    let result = match connected.lease.metadata(wait) {
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
