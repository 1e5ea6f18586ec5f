//! A plain path: read from the JSON text, never evaluated.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json::{self, Segment};

use super::Values;

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// All inputs of the run.
    Inputs,
    /// The environment as the pipeline sees it.
    Env,
    /// When the run started.
    Timestamp,
    /// The result of the step with this position.
    Step(usize),
    /// The results of all steps so far, by id and by name.
    Steps,
    /// The names that the step with this position gives to parts of its result.
    Aliases(usize),
    /// The result of the step whose `outputs` are evaluated.
    Own,
    /// The fields of that result. `result` is all of it, unless it has a field of that name.
    OwnField,
    /// The top-level `config`.
    Config,
    /// The element of a `foreach`.
    Item,
    /// Its number.
    Iteration,
    /// The steps that have ended.
    Summary,
    /// The top-level `secrets`.
    Secrets,
    /// The record an expression looks at. Read by [`super::record::Field`], not here.
    Record,
}

/// A place in the data a template can see.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it starts.
    pub root: Root,
    /// The way from there.
    pub segments: Vec<Segment>,
    /// How the author wrote it, for warnings.
    pub written: String,
}

impl Path {
    /// The JSON text at this place; `None` when nothing is there.
    pub fn read<'v>(&self, values: &Values<'v>) -> Option<Cow<'v, RawValue>> {
        let start = match self.root {
            Root::Inputs => values.inputs,
            Root::Env => values.env,
            Root::Timestamp => values.timestamp,
            Root::Step(index) => values.results.get(index)?.as_deref()?,
            Root::Aliases(index) => values.aliases.get(index)?.as_deref()?,
            Root::Own => values.own?,
            Root::OwnField => return own_field(values.own?, &self.segments).map(Cow::Borrowed),
            Root::Config => values.config,
            Root::Item => values.item,
            Root::Iteration => values.iteration,
            Root::Summary => values.summary,
            Root::Secrets => &values.secrets.root,
            Root::Record => return None,
            Root::Steps => {
                let all = values.steps();
                return json::at(&all, &self.segments).map(|raw| Cow::Owned(raw.to_owned()));
            }
        };
        json::at(start, &self.segments).map(Cow::Borrowed)
    }
}

fn own_field<'v>(own: &'v RawValue, segments: &[Segment]) -> Option<&'v RawValue> {
    match segments {
        [first @ Segment::Key(name), rest @ ..] if name == "result" => {
            let is_field = json::at(own, std::slice::from_ref(first)).is_some();
            json::at(own, if is_field { segments } else { rest })
        }
        _ => json::at(own, segments),
    }
}
