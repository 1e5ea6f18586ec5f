//! Metrics for pipelines and plugins: recorded into the host's registry, exported for Prometheus.

#![forbid(unsafe_code)]

mod answer;
mod config;
mod exposition;
mod input;
mod metric;
mod names;
mod operation;
mod record;

use answer::{Answer, Outcome};
use config::Config;
use exposition::Family;
use input::Input;
use operation::{Format, Operation};
use plugin_api::{Ctx, Error, Host, Plugin, Result};
use record::Recorder;

plugin_api::export!("monitoring_prometheus", MonitoringPrometheus as process);

/// Values live in the host's cells, so that they add up over calls and callers.
struct MonitoringPrometheus {
    host: Host,
    recorder: Recorder,
}

impl Plugin for MonitoringPrometheus {
    type Config = Config;
    type Input = Input;
    type Output = Answer;

    const STATUS_KEYS: &'static [&'static str] = &["prometheus_status"];

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, recorder: Recorder::new(host) })
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
        match Operation::of(input)? {
            Operation::Record(kind) => self.recorder.record(&input.metric(kind)?, config),
            Operation::Export(Format::Json) => {
                Ok(Outcome::Metrics { format: "json", metrics: self.host.metrics()? })
            }
            Operation::Export(Format::Prometheus) => {
                let text = exposition::text(&self.families()?);
                Ok(Outcome::Text { format: "prometheus", text })
            }
            Operation::HealthCheck => {
                Ok(Outcome::Health { healthy: true, metrics: self.families()?.len() })
            }
        }
    }

    fn families(&self) -> Result<Vec<Family>> {
        exposition::families(&self.host.metrics()?)
    }
}
