//! A plugin that does what its configuration says, and a plan to edit before it runs.

use std::collections::HashMap;
use std::future::{Future, pending};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugin_api::{Error, ErrorClass, ErrorCode, Json};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};

use crate::catalog::Installed;
use crate::json::Segment;
use crate::pipeline::Plan;
use crate::pipeline::expr::{Path, Piece, Root, StepNames, Tree};
use crate::pipeline::plan::document::{Flow, Incoming};
use crate::registry::Request;

use super::plan_with;
use crate::run::{LivePlugin, Observer, Plugins, Unobserved, run};

/// What a scripted step does. Without anything it returns its ctx at once.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// What it returns.
    result: Option<Box<RawValue>>,
    /// How long a call takes, in milliseconds.
    wait: u64,
    /// A call takes as many milliseconds as its element says.
    wait_for_item: bool,
    /// A call does not end.
    hangs: bool,
    /// So many calls fail before one succeeds.
    fails: u32,
    /// No second call can help.
    hopeless: bool,
    /// What a failed call wants to be waited for, in milliseconds.
    retry_after: Option<u64>,
    /// Calls for these elements fail.
    refuses: Vec<Value>,
}

/// What the scripted steps of a run did.
#[derive(Default)]
pub struct Record {
    /// The step of each call and when it began, from the first call of all.
    pub begun: Vec<(String, Duration)>,
    /// Every beginning (true) and end of a call, in order.
    pub log: Vec<(String, bool)>,
    /// Calls at once, at most.
    pub most: usize,
    started: Option<Instant>,
    running: usize,
    calls: HashMap<String, u32>,
}

impl Record {
    fn begin(&mut self, step: &str) -> u32 {
        let since = self.started.get_or_insert_with(Instant::now).elapsed();
        self.begun.push((step.to_owned(), since));
        self.log.push((step.to_owned(), true));
        self.running += 1;
        self.most = self.most.max(self.running);
        let calls = self.calls.entry(step.to_owned()).or_default();
        *calls += 1;
        *calls
    }
}

/// Gives out scripted plugins that share a record.
#[derive(Clone, Default)]
pub struct Scripted(pub Arc<Mutex<Record>>);

impl Plugins for Scripted {
    type Live = Self;

    async fn open(&self, _installed: &Arc<Installed>) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl LivePlugin for Scripted {
    fn status_keys(&self) -> &[String] {
        &[]
    }

    async fn process(&self, request: Request) -> Result<Json, Error> {
        let script: Script = request.cfg.parse().unwrap();
        let ctx: Value = request.ctx.parse().unwrap();
        let step = request.run.parse::<Value>().unwrap()["step"].as_str().unwrap().to_owned();
        let call = self.0.lock().unwrap().begin(&step);
        let _running = Running(self.0.clone(), step);
        let wait = ctx["item"].as_u64().filter(|_| script.wait_for_item).unwrap_or(script.wait);
        match wait {
            _ if script.hangs => pending().await,
            0 => {}
            wait => sleep(Duration::from_millis(wait)).await,
        }
        if call <= script.fails || script.refuses.contains(&ctx["item"]) {
            let class =
                if script.hopeless { ErrorClass::ConfigFatal } else { ErrorClass::Retriable };
            let mut error = Error::new(class, ErrorCode::OTHER, format!("call {call} failed"));
            error.retry_after = script.retry_after.map(Duration::from_millis);
            return Err(error);
        }
        Ok(script.result.map_or(request.ctx, Json::from))
    }
}

/// Stands for a call, also for one that is dropped.
struct Running(Arc<Mutex<Record>>, String);

impl Drop for Running {
    fn drop(&mut self) {
        let mut record = self.0.lock().unwrap();
        record.running -= 1;
        record.log.push((std::mem::take(&mut self.1), false));
    }
}

/// The plan of a pipeline whose flow the test draws.
pub fn plan(yaml: &str) -> Plan {
    plan_with(yaml, &[]).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Scripted steps a, b, c … with these configurations, and no ways between them.
pub fn scripted(configurations: &[&str]) -> Plan {
    let steps = ('a'..='z').zip(configurations).map(|(id, configuration)| {
        format!("- {{id: {id}, uses: scripted, config: {configuration}}}\n")
    });
    let mut plan = plan(&format!("pipeline:\n{}", steps.collect::<String>()));
    plan.flow = Flow::Dag;
    plan.parallel = 8;
    for step in &mut plan.steps {
        (step.starts, step.incoming) = (true, Vec::new());
    }
    plan
}

/// Draws needed ways: `a>b` leads from a to b; `a?b` is not needed.
pub fn draw(plan: &mut Plan, ways: &str) {
    for way in ways.split_whitespace() {
        let (from, kind, to) = (position(plan, &way[..1]), &way[1..2], position(plan, &way[2..]));
        let incoming = Incoming { from, when: None, needed: kind == ">" };
        plan.steps[to].starts = false;
        plan.steps[to].incoming.push(incoming);
    }
}

/// The position of a step.
pub fn position(plan: &Plan, id: &str) -> usize {
    plan.steps.iter().position(|step| step.id == id).unwrap()
}

/// Takes a key out of the input of a step, to be used as another of its values.
pub fn lift(plan: &mut Plan, step: usize, key: &str) -> Tree {
    let input = &mut plan.steps[step].input;
    let place = input.iter().position(|(name, _)| name == key).unwrap();
    input.remove(place).1
}

/// Reads a key of the result of a step.
pub fn field(step: usize, key: &str) -> Piece {
    let segments = vec![Segment::Key(key.to_owned())];
    Piece::Path(Path { root: Root::Step(step), segments, written: key.to_owned() })
}

/// Runs to the end; the answer and what the steps did.
pub async fn answer_of(plan: &Plan) -> (Value, Record) {
    until(plan, &Unobserved, pending()).await
}

/// Runs until `stop` is ready.
pub async fn until(
    plan: &Plan,
    observer: &dyn Observer,
    stop: impl Future<Output = ()>,
) -> (Value, Record) {
    let plugins = Scripted::default();
    let answer = run(plan, &plugins, observer, stop).await;
    let value = serde_json::from_str(answer.to_json().get()).unwrap();
    let record = std::mem::take(&mut *plugins.0.lock().unwrap());
    (value, record)
}

/// Names for steps that no file has.
pub fn names(ids: &[String]) -> Vec<StepNames> {
    let named = |id: &String| StepNames { id: id.clone(), name: None, aliases: Vec::new() };
    ids.iter().map(named).collect()
}
