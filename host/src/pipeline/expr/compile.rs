//! Compiling the templates of a file and checking every name in them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::catalog::Catalog;
use crate::diagnostics::{Diagnostic, Span};
use crate::json::ObjectText;
use crate::yaml::{Node, Value};

use super::template::{Part, Unterminated, split};
use super::{Piece, Scope, Template, Tree};

/// Problems in the templates of one file after which nobody reads on.
const PROBLEMS: usize = 1_000;

/// A look into the environment of the process.
pub type Lookup<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Compiles one file. Problems are collected; what has one compiles to `None`.
pub struct Compiler<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) env: Option<Lookup<'c>>,
    /// Errors and lints so far.
    pub problems: Vec<Diagnostic>,
    /// Bare names that nobody declared, and where each stands first.
    pub undeclared: BTreeMap<String, Span>,
    /// For some of them, the name with dashes that they are perhaps the end of.
    pub dashed: BTreeMap<String, String>,
    /// Fields of `inputs` that nobody declared, and where each stands first.
    pub optional: BTreeMap<String, Span>,
    /// There were so many problems that the rest was not looked at.
    pub gave_up: bool,
    pub(super) environment: BTreeMap<String, String>,
}

/// How many characters of a template without an end are shown.
const UNTERMINATED_SHOWN: usize = 40;

impl<'c> Compiler<'c> {
    /// With `env`, references to the environment are replaced by its values and a missing one is an
    /// error; without, they are only checked for form.
    pub fn new(catalog: &'c Catalog, env: Option<Lookup<'c>>) -> Self {
        Self {
            catalog,
            env,
            problems: Vec::new(),
            undeclared: BTreeMap::new(),
            dashed: BTreeMap::new(),
            optional: BTreeMap::new(),
            gave_up: false,
            environment: BTreeMap::new(),
        }
    }

    /// Whether values of the environment are unknown.
    pub fn is_checking(&self) -> bool {
        self.env.is_none()
    }

    /// The variables that `{{ env.NAME }}` reads and the process has, as an object.
    pub fn environment(&self) -> Box<RawValue> {
        let mut object = ObjectText::new();
        for (name, value) in &self.environment {
            object.value(name, value);
        }
        object.finish()
    }

    /// Compiles a value with everything in it. All its problems are reported.
    pub fn tree(&mut self, node: &Node, scope: &Scope<'_>) -> Option<Tree> {
        match &node.value {
            Value::Text(text) => self.text(text, node.span, scope),
            Value::List(items) => {
                let compiled: Vec<_> = items.iter().map(|item| self.tree(item, scope)).collect();
                let items = compiled.into_iter().collect::<Option<Vec<_>>>()?;
                Some(Tree::List(items).folded())
            }
            Value::Mapping(entries) => {
                let compiled: Vec<_> =
                    entries.iter().map(|entry| self.tree(&entry.value, scope)).collect();
                let values = compiled.into_iter().collect::<Option<Vec<_>>>()?;
                let keys = entries.iter().map(|entry| entry.key.clone());
                Some(Tree::Mapping(keys.zip(values).collect()).folded())
            }
            _ => Some(Tree::Literal(node.to_json())),
        }
    }

    /// Compiles a condition: an expression with or without braces, or a boolean.
    pub fn condition(&mut self, node: &Node, scope: &Scope<'_>) -> Option<Piece> {
        let Some(text) = node.text() else {
            return Some(Piece::Literal((node.value == Value::Bool(true)).to_string()));
        };
        let mut parts = self.parts(text, node.span)?;
        let is_space =
            |part: &Part<'_>| matches!(part, Part::Literal(text) if text.trim().is_empty());
        if !parts.iter().all(|part| matches!(part, Part::Literal(_))) {
            parts.retain(|part| !is_space(part));
        }
        match &parts[..] {
            [Part::Literal(_)] | [] => self.expression(text, node.span, scope),
            [part] => self.piece(part, node.span, scope),
            _ => {
                let message = "a condition is one expression, but this is text around templates";
                let hint = "write one pair of braces around everything, or none";
                let problem = Diagnostic::error("bad_expression", node.span, message);
                self.report(problem.hint(hint.to_owned()))
            }
        }
    }

    pub(super) fn report<T>(&mut self, problem: Diagnostic) -> Option<T> {
        self.problems.push(problem);
        None
    }

    fn parts<'t>(&mut self, text: &'t str, span: Span) -> Option<Vec<Part<'t>>> {
        split(text).map_or_else(
            |Unterminated(opening)| {
                let from = text.rfind(opening).map_or(text, |start| &text[start..]);
                let shown: String = from.chars().take(UNTERMINATED_SHOWN).collect();
                let message = format!("the template `{shown}` does not end");
                let hint = "write `$${` for a plain `${`, and `{{ '{{' }}` for plain braces";
                let problem = Diagnostic::error("unterminated_template", span, &message);
                self.report(problem.hint(hint.to_owned()))
            },
            Some,
        )
    }

    fn text(&mut self, text: &str, span: Span, scope: &Scope<'_>) -> Option<Tree> {
        let parts = self.parts(text, span)?;
        if parts.iter().any(|part| matches!(part, Part::Block(_))) {
            let pieces = vec![self.blocks(text, &parts, span, scope)?];
            return Some(Tree::Template(Template { pieces, keeps_type: false }));
        }
        let keeps_type = matches!(parts[..], [Part::Expression(_) | Part::Reference { .. }]);
        let pieces: Vec<_> = parts.iter().map(|part| self.piece(part, span, scope)).collect();
        let pieces = pieces.into_iter().collect::<Option<Vec<_>>>()?;
        let literals = pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        if let Some(literal) = literals.collect::<Option<String>>() {
            return Some(Tree::Literal(Node { span, value: Value::Text(literal) }.to_json()));
        }
        Some(Tree::Template(Template { pieces, keeps_type }))
    }

    pub(super) fn piece(
        &mut self,
        part: &Part<'_>,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Piece> {
        if self.problems.len() + self.undeclared.len() + self.optional.len() > PROBLEMS {
            self.gave_up = true;
            return None;
        }
        match part {
            Part::Literal(text) => Some(Piece::Literal(text.clone())),
            Part::Expression(expression) => self.expression(expression, span, scope),
            Part::Reference { provider: "env", rest } => self.variable(rest, span),
            Part::Reference { provider, rest } => self.secret(provider, rest, span, scope),
            Part::Block(_) => {
                let message = "a condition is one expression, and `{% %}` is none";
                self.report(Diagnostic::error("bad_expression", span, message))
            }
        }
    }
}
