//! Metrics for pipelines and plugins: recorded into the host's registry, exported for Prometheus.

#![forbid(unsafe_code)]

mod answer;
mod config;
mod entry;
mod exposition;
mod family;
mod input;
mod kinds;
mod metric;
mod names;
mod operation;
mod quantile;
mod record;
mod value;

use answer::{Answer, Health, Outcome};
use config::Config;
use entry::Entry;
use input::Input;
use operation::{Format, Operation};
use plugin_api::{Ctx, Error, Host, Json, Plugin, Result};
use record::Recorder;
use std::time::Instant;

plugin_api::export!("monitoring_prometheus", MonitoringPrometheus as process);

/// Values live in the host's cells, so that they add up over calls and callers. Only the values
/// behind the quantiles of summaries are the plugin's own.
struct MonitoringPrometheus {
    recorder: Recorder,
    started: Instant,
}

impl Plugin for MonitoringPrometheus {
    type Config = Config;
    type Input = Input;
    type Output = Answer;

    const STATUS_KEYS: &'static [&'static str] = &["prometheus_status"];

    fn create(host: Host) -> Result<Self> {
        Ok(Self { recorder: Recorder::new(host), started: Instant::now() })
    }

    async fn process(&self, _ctx: &Ctx, input: Input, config: &Config) -> Result<Answer> {
        Ok(Answer::from(self.outcome(&input, config)))
    }

    fn refuse(&self, _ctx: &Ctx, fault: Error) -> Result<Answer> {
        Ok(Answer::from(Err(fault)))
    }
}

impl MonitoringPrometheus {
    fn outcome(&self, input: &Input, config: &Config) -> Result<Outcome> {
        let families = || self.recorder.families(config.quantiles.wanted());
        match Operation::of(input)? {
            Operation::Record(kind) => {
                self.recorder.record(Ok(input.entry(kind)), config).map(Outcome::Recorded)
            }
            Operation::RecordSeveral => self.record_several(input, config),
            Operation::Export(Format::Json) => {
                Ok(Outcome::Metrics { format: "json", metrics: families()? })
            }
            Operation::Export(Format::Prometheus) => {
                let text = exposition::text(&families()?);
                Ok(Outcome::Text { format: "prometheus", text })
            }
            Operation::HealthCheck => self.health().map(Outcome::Health),
        }
    }

    fn record_several(&self, input: &Input, config: &Config) -> Result<Outcome> {
        let metrics = input.metrics.as_deref();
        let metrics = metrics.ok_or_else(|| {
            Error::input("`metrics` is missing: list what to record, as [{name, value}]")
        })?;
        let record = |written: &Json| self.recorder.record(Entry::read(written), config);
        Ok(Outcome::several(metrics.iter().map(record).collect()))
    }

    fn health(&self) -> Result<Health> {
        let families = self.recorder.families(&[])?;
        let (recorded, refused) = self.recorder.counts();
        Ok(Health {
            healthy: true,
            metrics: families.len(),
            series: families.iter().map(|family| family.samples.len()).sum(),
            overflowed: families.iter().filter(|family| family.overflows()).count(),
            recorded,
            refused,
            uptime_seconds: self.started.elapsed().as_secs(),
        })
    }
}

#[cfg(test)]
mod tests;
