//! From the last step to the answer. Everything in it passes the redactor.

use serde_json::value::RawValue;

use crate::pipeline::plan::document::Flow;

use super::answer::{Answer, Mode, RunError};
use super::progress::Place;
use super::settle::Settled;

impl Settled<'_> {
    /// Evaluates the outputs and closes the run.
    pub fn answer(mut self) -> Answer {
        let outputs = self.outputs();
        let (run, redactor) = (self.run, &self.run.redactor);
        let shown = |result: Option<Box<RawValue>>| result.map(|result| redactor.json(&result));
        let ids = run.plan.steps.iter().map(|step| step.id.clone());
        let results = run.take_results().into_iter().map(shown);
        let error =
            self.error.map(|error| RunError { message: redactor.text(&error.message), ..error });
        let mut summary: Vec<_> = self.summary.into_iter().flatten().collect();
        for line in &mut summary {
            // Again, for a secret that was resolved after the step ended.
            line.reason = line.reason.take().map(|reason| redactor.text(&reason));
        }
        Answer {
            mode: match run.plan.flow {
                Flow::Linear => Mode::Linear,
                Flow::Dag => Mode::Dag,
            },
            execution_id: run.identity.execution_id.clone(),
            pipeline: (run.plan.name.clone(), run.plan.version.clone()),
            results: ids.zip(results).collect(),
            summary,
            outputs: outputs
                .into_iter()
                .map(|(name, value)| (name, redactor.json(&value)))
                .collect(),
            warnings: self.warnings.as_slice().iter().map(|text| redactor.text(text)).collect(),
            error,
            interrupted: self.interrupted,
            stream: None,
        }
    }

    fn outputs(&mut self) -> Vec<(String, Box<RawValue>)> {
        let (run, mut outputs) = (self.run, Vec::new());
        for (name, tree) in &run.plan.outputs {
            let place = Place::with_env(&run.env);
            let value = run.read(place, |values| tree.json(values, &mut self.warnings));
            let value = value.unwrap_or_else(|failed| {
                self.warnings.add(format!("the output `{name}` is null: {failed}"));
                RawValue::NULL.to_owned()
            });
            outputs.push((name.clone(), value));
        }
        outputs
    }
}
