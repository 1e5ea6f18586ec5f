//! What templates read while a pipeline runs.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::json::ObjectText;

use crate::secrets::{Redactor, Resolved};

use super::{EndedSteps, StepNames};

/// Everything a template of one step can see.
#[derive(Clone, Copy)]
pub struct Values<'v> {
    /// The inputs of the run, an object.
    pub inputs: &'v RawValue,
    /// The environment, an object of texts.
    pub env: &'v RawValue,
    /// When the run started, an RFC 3339 text.
    pub timestamp: &'v RawValue,
    /// Results by position; `None` where a step has none (yet).
    pub results: &'v [Option<Box<RawValue>>],
    /// Names by position.
    pub names: &'v [StepNames],
    /// By position, the object of the names that a step gives to parts of its result.
    pub aliases: &'v [Option<Box<RawValue>>],
    /// The result of the step whose own `outputs` are evaluated.
    pub own: Option<&'v RawValue>,
    /// The top-level `config`, an object.
    pub config: &'v RawValue,
    /// The element of a `foreach`; null outside of one.
    pub item: &'v RawValue,
    /// Its number, from 0; null outside of a `foreach`.
    pub iteration: &'v RawValue,
    /// One line for each step that has ended, a list.
    pub summary: &'v EndedSteps,
    /// The secrets that were resolved for the step.
    pub secrets: &'v Resolved,
    /// Gets every value that holds a secret; `None` where nothing can be one.
    pub redactor: Option<&'v Redactor>,
}

impl Values<'static> {
    /// Nothing at all.
    pub fn nothing() -> Self {
        let none = RawValue::NULL;
        Self {
            inputs: none,
            env: none,
            timestamp: none,
            results: &[],
            names: &[],
            aliases: &[],
            own: None,
            config: none,
            item: none,
            iteration: none,
            summary: EndedSteps::none(),
            secrets: Resolved::none(),
            redactor: None,
        }
    }
}

impl Values<'_> {
    /// The results so far as one object, by id.
    pub fn results_by_id(&self) -> Box<RawValue> {
        let mut all = ObjectText::new();
        for (names, result) in self.names.iter().zip(self.results) {
            if let Some(result) = result {
                all.raw(&names.id, result);
            }
        }
        all.finish()
    }

    /// The results so far as one object, by id and, where it differs, by name.
    pub fn steps(&self) -> Box<RawValue> {
        let mut all = ObjectText::new();
        for (names, result) in self.names.iter().zip(self.results) {
            let Some(result) = result else { continue };
            all.raw(&names.id, result);
            if let Some(name) = names.name.as_ref().filter(|name| **name != names.id) {
                all.raw(name, result);
            }
        }
        all.finish()
    }
}

/// What the user should know although nothing failed. Each sentence is kept once.
#[derive(Debug, Default)]
pub struct Warnings {
    sentences: Vec<String>,
    known: HashSet<String>,
    absent: HashSet<String>,
}

impl Warnings {
    /// Adds a sentence, unless it is already there.
    pub fn add(&mut self, warning: String) {
        if self.known.insert(warning.clone()) {
            self.sentences.push(warning);
        }
    }

    /// The place holds nothing.
    pub fn absent(&mut self, written: &str) {
        // Asked for each record of a stream, so the sentence is built only once.
        if !self.absent.contains(written) {
            self.absent.insert(written.to_owned());
            self.add(format!("`{written}` is absent and read as null"));
        }
    }

    /// The sentences in the order they came.
    pub fn as_slice(&self) -> &[String] {
        &self.sentences
    }
}

/// A template could not be evaluated.
#[derive(Debug, thiserror::Error)]
#[error("`{expression}` cannot be evaluated: {reason}")]
pub struct Failed {
    /// The expression as written.
    pub expression: String,
    /// Why, without values.
    pub reason: String,
}
