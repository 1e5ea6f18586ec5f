//! The inputs of one run: given values over defaults, checked before anything starts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plugin_api::Json;
use serde_json::value::RawValue;

use crate::diagnostics::{Diagnostic, Span};
use crate::json::{self, Kind, ObjectText};
use crate::pipeline::expr::{
    Compiler, Data, Reads, Scope, Tree, Values, Visible, Warnings, dashed_hint,
};
use crate::yaml::Node;

use super::InputSpec;

/// A value the user handed in.
#[derive(Clone, Debug)]
pub enum GivenInput {
    /// JSON, as from `--input`.
    Json(Json),
    /// A word of the command line: read by the declared type, else as JSON if it is JSON, else as
    /// text.
    Text(String),
}

/// Checks the defaults of all inputs without the environment.
pub fn check_defaults(declared: &[InputSpec], compiler: &mut Compiler<'_>) {
    for input in declared {
        default(input, compiler);
    }
}

/// The object of all inputs. `undeclared` are names that templates use and nobody declared; each
/// must be given. Every problem is reported to the compiler; values never appear in a message.
pub fn resolve(
    declared: &[InputSpec],
    undeclared: &BTreeMap<String, Span>,
    given: &BTreeMap<String, GivenInput>,
    compiler: &mut Compiler<'_>,
) -> Box<RawValue> {
    let mut all = ObjectText::new();
    for input in declared {
        let value = match given.get(&input.name) {
            Some(value) => checked(input, value, compiler),
            None => default(input, compiler),
        };
        match value {
            Some(value) => {
                all.raw(&input.name, &value);
            }
            None if input.required
                && !given.contains_key(&input.name)
                && input.default.is_none() =>
            {
                compiler.problems.push(missing(&input.name, input.span));
            }
            None => {}
        }
    }
    for (name, span) in undeclared {
        match given.get(name) {
            Some(value) => {
                all.raw(name, &untyped(value));
            }
            None => {
                let hint = compiler.dashed.get(name).map(|dashed| dashed_hint(dashed));
                compiler.problems.push(missing(name, *span).hint(hint));
            }
        }
    }
    let optional = compiler.optional.keys().filter(|name| !undeclared.contains_key(*name));
    for (name, value) in optional.filter_map(|name| Some((name, given.get(name)?))) {
        all.raw(name, &untyped(value));
    }
    unknown(declared, undeclared, given, compiler);
    all.finish()
}

fn missing(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("missing_input", span, &format!("the input `{name}` is not given"))
        .hint(format!("add `--set {name}=…`"))
}

fn unknown(
    declared: &[InputSpec],
    undeclared: &BTreeMap<String, Span>,
    given: &BTreeMap<String, GivenInput>,
    compiler: &mut Compiler<'_>,
) {
    // Whoever gives hundreds of strange ones gave another file.
    const REPORTED: usize = 100;
    let known: BTreeSet<&str> = declared
        .iter()
        .map(|input| input.name.as_str())
        .chain(undeclared.keys().map(String::as_str))
        .chain(compiler.optional.keys().map(String::as_str))
        .collect();
    let mut problems = Vec::new();
    let strange = given.keys().filter(|name| !known.contains(name.as_str()));
    for name in strange.take(REPORTED) {
        let message = format!("the pipeline has no input `{name}`");
        let problem = Diagnostic::error("unknown_input", None, &message);
        problems.push(problem.suggest(name, known.iter().copied()));
    }
    compiler.problems.extend(problems);
}

fn checked(
    input: &InputSpec,
    given: &GivenInput,
    compiler: &mut Compiler<'_>,
) -> Option<Box<RawValue>> {
    let value = match given {
        GivenInput::Text(text) => from_text(input, text),
        GivenInput::Json(_) => Some(untyped(given)),
    };
    let problem = match &value {
        None => Some(wrong_type(input, "another type")),
        Some(value) => misfit(input, value),
    };
    match problem {
        Some(reason) => {
            let message = format!("the input `{}` {reason}", input.name);
            compiler.problems.push(Diagnostic::error("bad_input", input.span, &message));
            None
        }
        None => value,
    }
}

/// Why a value does not fit, as the end of a sentence about it.
fn misfit(input: &InputSpec, value: &RawValue) -> Option<String> {
    if input.kind.is_some_and(|kind| !kind.accepts(value)) {
        return Some(wrong_type(input, kind_word(value)));
    }
    let is_allowed = |node: &Node| json::same(&node.to_json(), value);
    if input.allowed.is_empty() || input.allowed.iter().any(is_allowed) {
        return None;
    }
    let words: Vec<String> =
        input.allowed.iter().map(|node| node.to_json().get().to_owned()).collect();
    Some(format!("should be one of {}", words.join(", ")))
}

fn wrong_type(input: &InputSpec, found: &str) -> String {
    let expected = input.kind.map_or("anything", |kind| kind.word());
    format!("should be of type {expected}, but is {found}")
}

fn kind_word(value: &RawValue) -> &'static str {
    match json::kind(value) {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number of another kind",
        Kind::Text => "a text",
        Kind::List => "a list",
        Kind::Mapping => "an object",
    }
}

/// The value a word of text stands for; `None` when it has not the declared type.
fn from_text(input: &InputSpec, text: &str) -> Option<Box<RawValue>> {
    match input.kind {
        Some(super::InputKind::String) => Some(text_json(text)),
        Some(kind) => {
            serde_json::from_str::<Box<RawValue>>(text).ok().filter(|raw| kind.accepts(raw))
        }
        None => Some(untyped(&GivenInput::Text(text.to_owned()))),
    }
}

fn untyped(given: &GivenInput) -> Box<RawValue> {
    match given {
        GivenInput::Json(json) => json.clone().into(),
        GivenInput::Text(text) => {
            serde_json::from_str::<Box<RawValue>>(text).unwrap_or_else(|_| text_json(text))
        }
    }
}

fn text_json(text: &str) -> Box<RawValue> {
    json::from_written(serde_json::Value::from(text).to_string())
}

/// The default of an input. Only the environment can be read in it; a text from there is read by
/// the declared type, like a word of the command line.
fn default(input: &InputSpec, compiler: &mut Compiler<'_>) -> Option<Box<RawValue>> {
    let node = input.default.as_ref()?;
    let nothing = BTreeSet::new();
    let scope = Scope {
        steps: &[],
        positions: &HashMap::new(),
        visible: Visible::First(0),
        inputs: &nothing,
        aliases: &BTreeMap::new(),
        config: &nothing,
        secrets: &nothing,
        data: Data::Results,
        reads: Reads::default(),
    };
    let (undeclared, environment) = (compiler.undeclared.clone(), node.text());
    let tree = compiler.tree(node, &scope)?;
    if compiler.undeclared != undeclared || !matches!(tree, Tree::Literal(_)) {
        compiler.undeclared = undeclared;
        let message = format!("the default of `{}` can only read the environment", input.name);
        let problem = Diagnostic::error("bad_expression", node.span, &message);
        compiler.problems.push(problem.hint("write `${env:NAME:default}`".to_owned()));
        return None;
    }
    let value = tree.json(&Values::nothing(), &mut Warnings::default()).ok()?;
    let from_environment = environment.is_some_and(|text| text.contains("${"));
    let value = match json::text_of(&value).filter(|_| from_environment) {
        Some(_) if compiler.is_checking() => return None,
        Some(text) => from_text(input, &text).unwrap_or(value),
        None => value,
    };
    if let Some(reason) = misfit(input, &value) {
        let message = format!("the default of `{}` {reason}", input.name);
        compiler.problems.push(Diagnostic::error("bad_value", node.span, &message));
        return None;
    }
    Some(value)
}
