//! What a name in a template means.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagnostics::{instead, nearest};
use crate::json::Segment;

use super::path::{Path, Root};
use super::record;
use super::references::Reference;
use super::unplaced::{SECRETS_STAND, Unplaced, no_results, stream_config};
use super::{Led, Visible};

/// How templates call a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepNames {
    /// Its id.
    pub id: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The names it gives to parts of its result.
    pub aliases: Vec<String>,
}

/// What only some places of a step can read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reads {
    /// `item` and `iteration`: the step has a `foreach`.
    pub item: bool,
    /// Secrets, which are resolved for `config`, `with` and `env` of a step only.
    pub secrets: bool,
}

/// The names one template can use.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// All steps.
    pub steps: &'s [StepNames],
    /// Their ids and names.
    pub positions: &'s HashMap<String, usize>,
    /// Those that can have run before.
    pub visible: Visible<'s>,
    /// Declared inputs.
    pub inputs: &'s BTreeSet<String>,
    /// Names that steps give to parts of their results, and the step that gives each.
    pub aliases: &'s BTreeMap<String, usize>,
    /// Keys of the top-level `config`.
    pub config: &'s BTreeSet<String>,
    /// Keys of the top-level `secrets`.
    pub secrets: &'s BTreeSet<String>,
    /// What there is beside them.
    pub data: Data,
    /// What this place can read that others cannot.
    pub reads: Reads,
}

/// What the place of a template lets it read beside inputs and environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// The results of steps.
    Results,
    /// The results of steps, and the own result of the step with this position: a name that nobody
    /// knows is one of its fields.
    Outputs(usize),
    /// Nothing: it is evaluated once, before a stream starts.
    Nothing,
    /// One record of a stream.
    Record,
}

/// A key that is not there and resembles one that is.
fn near(root: &str, known: &BTreeSet<String>, segments: &[Segment]) -> Result<(), Unplaced> {
    let [Segment::Key(key), ..] = segments else { return Ok(()) };
    if known.contains(key) {
        return Ok(());
    }
    match nearest(key, known.iter().map(String::as_str)) {
        Some(near) => {
            let message = match root {
                "inputs" => format!("the pipeline declares no input `{key}`"),
                _ => format!("the pipeline's `{root}` has no `{key}`"),
            };
            Err(Unplaced::resembling(message, Some(&format!("{root}.{near}"))))
        }
        None => Ok(()),
    }
}

/// A secret comes from nowhere else; of inputs and configuration more than the file can be given.
fn declared(known: &BTreeSet<String>, segments: &[Segment]) -> Result<(), Unplaced> {
    match segments {
        [Segment::Key(key), ..] if !known.contains(key) => {
            let message = format!("the pipeline's `secrets` has no `{key}`");
            let hint =
                "name it in `secrets` at the top of the file: `secrets: {NAME: \"${file:path}\"}`";
            Err(Unplaced::mistake("unknown_step", message, hint))
        }
        _ => Ok(()),
    }
}

/// The names under which all results are found.
const RESULTS: [&str; 3] = ["steps", "pipeline", "step_outputs"];

impl Scope<'_> {
    /// Whether the file gives this name to something; with `owner`, to something that is read as
    /// `owner.name`. What is no name of the file is a field of data.
    pub fn knows(&self, owner: Option<&str>, name: &str) -> bool {
        match owner {
            None => {
                self.positions.contains_key(name)
                    || self.aliases.contains_key(name)
                    || self.inputs.contains(name)
                    || self.config.contains(name)
            }
            Some("inputs") => self.inputs.contains(name),
            Some("config") => self.config.contains(name),
            Some(all) if RESULTS.contains(&all) => self.positions.contains_key(name),
            Some(step) => self.position(step).is_some_and(|at| self.has_alias(at, name)),
        }
    }

    /// The place a reference points at.
    ///
    /// # Errors
    /// Why it points at none.
    pub fn place(&self, reference: &Reference<'_>, written: String) -> Result<Path, Unplaced> {
        let segments = &reference.segments[..];
        let place = match reference.root {
            name if self.is_stream() && self.is_result(name) => Err(no_results(name)),
            "inputs" => self.inputs(segments),
            "record" if self.is_stream() => self.record(segments),
            root if super::ROOTS.contains(&root) => self.root(root, segments),
            name => self.name(name, segments),
        };
        place.map(|(root, segments)| Path { root, segments, written })
    }

    /// One of the names that mean something in every template.
    fn root(&self, name: &str, segments: &[Segment]) -> Result<(Root, Vec<Segment>), Unplaced> {
        let root = match (name, segments) {
            ("env", _) => Root::Env,
            ("timestamp", _) => Root::Timestamp,
            ("summary", _) => Root::Summary,
            ("config", _) if self.is_stream() => return Err(stream_config(name)),
            ("config", _) => {
                near(name, self.config, segments)?;
                Root::Config
            }
            ("secrets", _) if self.reads.secrets => {
                near(name, self.secrets, segments)?;
                declared(self.secrets, segments)?;
                Root::Secrets
            }
            ("secrets", _) => {
                let message = "`secrets` cannot be read here".to_owned();
                return Err(Unplaced::mistake("secret_not_allowed", message, SECRETS_STAND));
            }
            ("item", _) if self.reads.item => Root::Item,
            ("iteration", _) if self.reads.item => Root::Iteration,
            ("item" | "iteration", _) => {
                let message = format!("`{name}` cannot be read here");
                let hint = "only a step with `foreach` has it: the element it is called for";
                return Err(Unplaced::mistake("no_foreach", message, hint));
            }
            (_, [Segment::Key(step), rest @ ..]) => return self.result(step, rest),
            _ => Root::Steps,
        };
        Ok((root, segments.to_vec()))
    }

    /// A name that the file gives to something.
    fn name(&self, name: &str, segments: &[Segment]) -> Result<(Root, Vec<Segment>), Unplaced> {
        let own = match self.data {
            Data::Outputs(position) => Some(position),
            _ => None,
        };
        let whole = || [&[Segment::Key(name.to_owned())], segments].concat();
        if self.position(name).is_some() {
            return self.result(name, segments);
        }
        if self.inputs.contains(name) {
            return Ok((Root::Inputs, whole()));
        }
        if let Some(&position) = self.aliases.get(name).filter(|position| Some(**position) != own) {
            return self.alias(name, position).map(|root| (root, whole()));
        }
        match self.config.contains(name) {
            true if self.is_stream() => Err(stream_config(name)),
            true => Ok((Root::Config, whole())),
            false if own.is_some() => Ok((Root::OwnField, whole())),
            false => Err(self.stranger(name, segments.is_empty())),
        }
    }

    fn inputs(&self, segments: &[Segment]) -> Result<(Root, Vec<Segment>), Unplaced> {
        near("inputs", self.inputs, segments)?;
        Ok((Root::Inputs, segments.to_vec()))
    }

    fn record(&self, segments: &[Segment]) -> Result<(Root, Vec<Segment>), Unplaced> {
        if self.data == Data::Nothing {
            let message = "`record` cannot be read here: this is fixed for the whole stream";
            let hint = "`when`, `branches` and the `with` of a sink can read it";
            return Err(Unplaced::mistake("unknown_step", message.to_owned(), hint));
        }
        match record::mistake(segments) {
            Some((message, hint)) => Err(Unplaced::unknown(message, hint)),
            None => Ok((Root::Record, segments.to_vec())),
        }
    }

    /// A place in the result of a step, or a name the step gives to one.
    fn result(&self, name: &str, rest: &[Segment]) -> Result<(Root, Vec<Segment>), Unplaced> {
        let Some(position) = self.position(name) else {
            let message = format!("there is no step `{name}`");
            let hint = instead(name, "the steps", &self.step_names().collect::<Vec<_>>());
            return Err(Unplaced::unknown(message, hint));
        };
        if self.data == Data::Outputs(position) {
            return Ok((Root::Own, rest.to_vec()));
        }
        if !self.visible.has(position) {
            let message = format!("`{name}` has no result yet at this step");
            return Err(Unplaced::unknown(message, Some(self.way_to(position))));
        }
        let root = match rest {
            [Segment::Key(alias), ..] if self.has_alias(position, alias) => Root::Aliases(position),
            _ => Root::Step(position),
        };
        Ok((root, rest.to_vec()))
    }

    fn has_alias(&self, position: usize, name: &str) -> bool {
        self.steps.get(position).is_some_and(|step| step.aliases.iter().any(|alias| alias == name))
    }

    fn alias(&self, name: &str, position: usize) -> Result<Root, Unplaced> {
        if self.is_stream() {
            return Err(no_results(name));
        }
        if self.visible.has(position) {
            return Ok(Root::Aliases(position));
        }
        let step = self.steps.get(position).map_or("", |step| step.id.as_str());
        let message =
            format!("`{name}` is an output of step `{step}`, which has no result yet at this step");
        Err(Unplaced::unknown(message, Some(self.way_to(position))))
    }

    /// How the result of a step comes to be there.
    fn way_to(&self, position: usize) -> String {
        let Some(StepNames { id, .. }) = self.steps.get(position) else { return String::new() };
        match self.visible {
            Visible::Above(own) | Visible::Led(Led { to: own, .. }) if own == position => {
                "its own result is there in `exit_if`, `next`, `branches` and `outputs`".to_owned()
            }
            Visible::Led(led) if led.leads_on_to(position) => {
                format!("`{id}` runs after this step; a step can read what leads to it")
            }
            Visible::Led(_) => {
                format!("add `depends_on: [{id}]` to this step, so that it runs after it")
            }
            Visible::First(0) => "this is read before the first step runs".to_owned(),
            Visible::First(_) | Visible::Above(_) => {
                "a step can read the results of the steps above it".to_owned()
            }
        }
    }

    fn is_stream(&self) -> bool {
        matches!(self.data, Data::Nothing | Data::Record)
    }

    fn is_result(&self, name: &str) -> bool {
        match super::ROOTS.contains(&name) {
            true => name == "summary" || RESULTS.contains(&name),
            false => self.position(name).is_some(),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    fn stranger(&self, name: &str, bare: bool) -> Unplaced {
        let message = format!("nothing here is called `{name}`");
        if matches!(name, "null" | "Null" | "NULL" | "nil" | "undefined") {
            return Unplaced::resembling(message, Some("none"));
        }
        let aliases = self.aliases.keys();
        let others: Vec<&String> = self.inputs.iter().chain(aliases).chain(self.config).collect();
        let record = (self.data == Data::Record).then_some("record");
        let known = super::ROOTS
            .into_iter()
            .chain(record)
            .chain(self.step_names())
            .chain(others.iter().map(|name| name.as_str()));
        match nearest(name, known) {
            None if bare => Unplaced::Undeclared,
            resembling => Unplaced::resembling(message, resembling),
        }
    }

    fn step_names(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| std::iter::once(step.id.as_str()).chain(step.name.as_deref()))
    }
}
