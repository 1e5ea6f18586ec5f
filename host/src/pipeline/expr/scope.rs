//! What a name in a template means.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagnostics::nearest;
use crate::json::Segment;

use super::path::{Path, Root};
use super::record;
use super::references::Reference;

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

/// The steps whose results a template can read.
#[derive(Clone, Copy, Debug)]
pub enum Visible<'s> {
    /// So many steps from the top of the file.
    First(usize),
    /// Those that can have run by then, by position.
    These(&'s [bool]),
}

impl Visible<'_> {
    /// Whether the result of the step with this position can be there.
    pub fn has(self, position: usize) -> bool {
        match self {
            Self::First(count) => position < count,
            Self::These(steps) => steps.get(position).is_some_and(|visible| *visible),
        }
    }
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

/// Why a name has no place.
#[derive(Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// A bare name nobody knows: an input that was not declared.
    Undeclared,
    /// Known, but reported elsewhere.
    Reported,
    /// A root this version does not have.
    NotSupported,
    /// A key of the top-level `config`.
    Config,
    /// A slip, or a step that has not run.
    Unknown {
        /// The sentence that says so.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

impl Scope<'_> {
    /// The place a reference points at.
    pub fn place(&self, reference: &Reference<'_>, written: String) -> Result<Path, Unplaced> {
        let path = |root, segments: &[Segment]| {
            Ok(Path { root, segments: segments.to_vec(), written: written.clone() })
        };
        let name = reference.root;
        let segments = &reference.segments[..];
        match (name, segments) {
            ("inputs", [Segment::Key(input), ..]) if !self.inputs.contains(input) => {
                match nearest(input, self.inputs.iter().map(String::as_str)) {
                    Some(near) => Err(Unplaced::Unknown {
                        message: format!("the pipeline declares no input `{input}`"),
                        hint: Some(format!("did you mean `inputs.{near}`?")),
                    }),
                    None => path(Root::Inputs, segments),
                }
            }
            ("inputs", _) => path(Root::Inputs, segments),
            ("env", _) => path(Root::Env, segments),
            ("timestamp", _) => path(Root::Timestamp, segments),
            _ if self.is_stream() && self.is_result(name) => Err(no_results(name)),
            ("record", path_in) if self.data == Data::Record => match record::mistake(path_in) {
                Some((message, hint)) => Err(Unplaced::Unknown { message, hint }),
                None => path(Root::Record, segments),
            },
            ("record", _) if self.data == Data::Nothing => Err(Unplaced::Unknown {
                message: "`record` cannot be read here: this is fixed for the whole stream".into(),
                hint: Some("`when`, `branches` and the `with` of a sink can read it".into()),
            }),
            ("steps" | "pipeline" | "step_outputs", [Segment::Key(step), rest @ ..]) => {
                path(Root::Step(self.step(step)?), rest)
            }
            ("steps" | "pipeline" | "step_outputs", _) => path(Root::Steps, segments),
            _ if self.position(name).is_some() => path(Root::Step(self.step(name)?), segments),
            _ if self.inputs.contains(name) => {
                path(Root::Inputs, &[&[Segment::Key(name.to_owned())], segments].concat())
            }
            _ if self.aliases.contains_key(name) => Err(Unplaced::Reported),
            _ if self.config.contains(name) => Err(Unplaced::Config),
            _ if super::ROOTS.contains(&name) => Err(Unplaced::NotSupported),
            _ => Err(self.stranger(name, segments.is_empty())),
        }
    }

    fn is_stream(&self) -> bool {
        matches!(self.data, Data::Nothing | Data::Record)
    }

    fn is_result(&self, name: &str) -> bool {
        matches!(name, "steps" | "pipeline" | "step_outputs") || self.position(name).is_some()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The position of a step that has run before.
    fn step(&self, name: &str) -> Result<usize, Unplaced> {
        match self.position(name) {
            Some(index) if self.visible.has(index) => Ok(index),
            Some(_) => {
                let message = format!("`{name}` has no result yet at this step");
                let hint = Some("a step can read the results of the steps above it".to_owned());
                Err(Unplaced::Unknown { message, hint })
            }
            None => {
                Err(unknown(format!("there is no step `{name}`"), nearest(name, self.step_names())))
            }
        }
    }

    fn stranger(&self, name: &str, bare: bool) -> Unplaced {
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
            resembling => unknown(format!("nothing here is called `{name}`"), resembling),
        }
    }

    fn step_names(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| std::iter::once(step.id.as_str()).chain(step.name.as_deref()))
    }
}

fn no_results(name: &str) -> Unplaced {
    Unplaced::Unknown {
        message: format!("`{name}` cannot be read: the steps of a stream have no results"),
        hint: Some("what a step did to a record is in `record`".to_owned()),
    }
}

fn unknown(message: String, resembling: Option<&str>) -> Unplaced {
    Unplaced::Unknown { message, hint: resembling.map(|name| format!("did you mean `{name}`?")) }
}
