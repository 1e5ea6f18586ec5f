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
        match self.root {
            Root::Inputs => json::at(values.inputs, &self.segments).map(Cow::Borrowed),
            Root::Env => json::at(values.env, &self.segments).map(Cow::Borrowed),
            Root::Timestamp => json::at(values.timestamp, &self.segments).map(Cow::Borrowed),
            Root::Step(index) => {
                let result = values.results.get(index)?.as_deref()?;
                json::at(result, &self.segments).map(Cow::Borrowed)
            }
            Root::Record => None,
            Root::Steps => {
                let all = values.steps();
                json::at(&all, &self.segments).map(|raw| Cow::Owned(raw.to_owned()))
            }
        }
    }
}
