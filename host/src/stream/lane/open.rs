//! The stages of one lane.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use plugin_api::{Error, ErrorClass};
use serde_json::value::RawValue;
use tokio::sync::watch;

use super::idle::Idle;
use super::{Failure, Lane, STEP_FAILED};
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::stream::{Stage, StreamPlan};
use crate::run::answer::BAD_CONFIGURATION;
use crate::stream::flow::Flow;
use crate::stream::ledger::Ledger;
use crate::stream::observed::Observed;
use crate::stream::opener::Opener;
use crate::stream::outlet::Outlet;
use crate::stream::phase::Phase;

/// What every lane of a stream is made of.
pub struct Plugins {
    /// What is to be done.
    pub plan: Arc<StreamPlan>,
    /// The plugin of each step with its configuration; a filter has none.
    pub openers: Vec<Option<Opener>>,
    /// The environment of each step.
    pub environments: Vec<Box<RawValue>>,
    /// The topic each step is configured with, or nothing.
    pub topics: Vec<String>,
    /// When the stream started, a JSON text.
    pub timestamp: Box<RawValue>,
    /// What is counted.
    pub observed: Arc<Observed>,
    /// Where the stream stands.
    pub phase: watch::Sender<Phase>,
    /// How long it drains.
    pub drain: Duration,
}

/// A configuration that cannot work is the user's to mend, everything else a failure of the step.
fn unopened(step: usize, error: Error) -> Failure {
    let is_config = error.class == ErrorClass::ConfigFatal;
    let kind = if is_config { BAD_CONFIGURATION } else { STEP_FAILED };
    Failure { kind, step, message: error.message }
}

impl<'p> Lane<'p> {
    /// Opens the stages of the lane with this number: sinks first, so that nothing is read that has
    /// nowhere to go.
    ///
    /// # Errors
    /// The first step that cannot be opened, and why.
    pub async fn open(plugins: &'p Plugins, number: u32) -> Result<Self, Failure> {
        let mut outlets = BTreeMap::new();
        let mut transforms = Vec::new();
        let mut source = None;
        for (step, planned) in plugins.plan.steps.iter().enumerate().rev() {
            let opener = plugins.openers.get(step).and_then(Option::as_ref);
            let Some(opener) = opener.cloned().map(|opener| opener.in_lane(number)) else {
                transforms.push(None);
                continue;
            };
            let failed = |error| unopened(step, error);
            let mut transform = None;
            match planned.stage {
                Stage::Sink(_) => {
                    let stage = opener.sink().await.map_err(failed)?;
                    outlets.insert(step, Outlet::new(step, opener, stage));
                }
                Stage::Transform(_) => transform = Some(opener.transform().await.map_err(failed)?),
                Stage::Source(_) => source = Some(opener.source().await.map_err(failed)?),
                Stage::Filter => {}
            }
            transforms.push(transform);
        }
        transforms.reverse();
        let no_source = || unopened(0, Error::config("the stream has no source"));
        let flow = Flow {
            plan: &plugins.plan,
            transforms,
            environments: &plugins.environments,
            timestamp: &plugins.timestamp,
            observed: &plugins.observed,
            warnings: Warnings::default(),
        };
        Ok(Self {
            number: number as usize,
            flow,
            source: source.ok_or_else(no_source)?,
            outlets,
            topics: &plugins.topics,
            ledger: Ledger::default(),
            events: FuturesUnordered::new(),
            ready: VecDeque::new(),
            late: BTreeSet::new(),
            stuck: Vec::new(),
            failure: None,
            phase: plugins.phase.clone(),
            drain: plugins.drain,
            idle: Idle::new(),
            rest_until: None,
            is_over: false,
            gives_up: false,
        })
    }
}
