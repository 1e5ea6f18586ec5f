//! Compiling one expression: a plain path, or something to compute.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Span};
use crate::json::Segment;

use super::bindings::Bindings;
use super::computed::{Computed, ENVIRONMENT};
use super::filters;
use super::path::{Path, Root};
use super::references::{Names, Reference, names};
use super::rewrite::{identifier, rewrite};
use super::tokens::{Token, TokenKind, tokenize};
use super::unplaced::{Unplaced, dashed_hint};
use super::{Compiler, Piece, Scope};

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s> {
    /// Where in the file.
    pub span: Span,
    /// What it can read.
    pub scope: &'s Scope<'s>,
    /// Whether a name belongs to the text itself, as the variable of a loop does.
    pub is_local: &'s dyn Fn(&str) -> bool,
}

/// A name and the place it was found at.
struct Placed {
    name: String,
    path: Path,
    /// The first token of it, and how many there are.
    tokens: (usize, usize),
}

impl Compiler<'_> {
    /// Compiles what stands between the braces of a template.
    pub(super) fn expression(
        &mut self,
        text: &str,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Piece> {
        let tokens = match tokenize(text, |owner, name| scope.knows(owner, name)) {
            Ok(tokens) => tokens,
            Err(reason) => return self.bad_expression(text, &reason, span),
        };
        if let [only] = tokens[..]
            && let Some(text) = only.unquoted()
        {
            return Some(Piece::Literal(text.to_owned()));
        }
        let names = names(&tokens);
        let spot = Spot { span, scope, is_local: &|_| false };
        if names.is_plain_path {
            let placed = self.places(&names, Some(text), spot)?.pop();
            return placed.map(|placed| Piece::Path(placed.path));
        }
        let mut bindings = Bindings::default();
        let bound = self.bound(&tokens, &names, spot, &mut bindings);
        let is_bound = bound.is_some();
        // Compiled even if names are wrong, so that one look finds everything.
        let rewritten = bound.unwrap_or_else(|| rewrite(&tokens));
        match rewritten.and_then(|rewritten| Computed::compile(text, rewritten, bindings)) {
            Ok(computed) => is_bound.then_some(Piece::Computed(computed)),
            Err(reason) => self.bad_expression(text, &reason, span),
        }
    }

    pub(super) fn bad_expression<T>(&mut self, text: &str, reason: &str, span: Span) -> Option<T> {
        let message = format!("`{}` is no valid expression: {reason}", text.trim());
        self.report(Diagnostic::error("bad_expression", span, &message).hint(other_spelling(text)))
    }

    /// Binds the names of an expression and spells it as minijinja does. `None` when a name is
    /// wrong, which has been reported then.
    pub(super) fn bound(
        &mut self,
        tokens: &[Token<'_>],
        names: &Names<'_>,
        spot: Spot<'_>,
        bindings: &mut Bindings,
    ) -> Option<Result<String, String>> {
        let placed = self.places(names, None, spot);
        let known = self.known(names, spot.span);
        let (placed, ()) = placed.zip(known)?;
        let watched = !expects_absence(names);
        let mut replaced = BTreeMap::new();
        for Placed { name, path, tokens } in placed {
            bindings.read(path.clone(), watched);
            // What a step calls `x` is no field of its result, so it is bound on its own.
            if matches!(path.root, Root::Aliases(_)) {
                replaced.insert(tokens.0, (tokens.1, bindings.place(path)));
            } else {
                bindings.root(identifier(&name).into_owned(), root_of(&name, &path));
            }
        }
        Some(rewrite(&with_names(tokens, &replaced)))
    }

    /// Finds the place of every name that is read; `None` when one has none. `whole` is the
    /// expression where it is one name.
    fn places(
        &mut self,
        names: &Names<'_>,
        whole: Option<&str>,
        spot: Spot<'_>,
    ) -> Option<Vec<Placed>> {
        let foreign = names.references.iter().filter(|name| !(spot.is_local)(name.root));
        let places: Vec<_> = foreign.map(|reference| self.place(reference, whole, spot)).collect();
        places.into_iter().collect()
    }

    fn place(
        &mut self,
        reference: &Reference<'_>,
        whole: Option<&str>,
        Spot { span, scope, .. }: Spot<'_>,
    ) -> Option<Placed> {
        let name = reference.root.to_owned();
        let written = whole.map_or_else(|| reference.written(), |text| text.trim().to_owned());
        let tokens = (reference.start, reference.length);
        let path = match scope.place(reference, written.clone()) {
            Ok(path) => path,
            Err(Unplaced::Undeclared) => {
                self.undeclared.entry(name.clone()).or_insert(span);
                let dashed = reference.dashed.clone().map(|dashed| (name.clone(), dashed));
                self.dashed.extend(dashed);
                Path { root: Root::Inputs, segments: vec![Segment::Key(name.clone())], written }
            }
            Err(Unplaced::Mistake { kind, message, hint }) => {
                let hint = hint.or_else(|| reference.dashed.as_deref().map(dashed_hint));
                return self.report(Diagnostic::error(kind, span, &message).hint(hint));
            }
        };
        if path.root == Root::Config && name != "config" {
            let message = format!("`{name}` is a key of the top-level `config`");
            let lint = Diagnostic::warning("config_root", span, &message);
            self.problems.push(lint.hint(format!("write `config.{name}`")));
        }
        self.read_environment(&path);
        self.read_input(&path, reference, span, scope);
        Some(Placed { name, path, tokens })
    }

    /// An input that is read as `inputs.x` may be absent, also when nobody declared it.
    fn read_input(
        &mut self,
        path: &Path,
        reference: &Reference<'_>,
        span: Span,
        scope: &Scope<'_>,
    ) {
        if let (Root::Inputs, "inputs", [Segment::Key(name), ..]) =
            (path.root, reference.root, &path.segments[..])
            && !scope.inputs.contains(name)
        {
            self.optional.entry(name.clone()).or_insert(span);
        }
    }

    fn read_environment(&mut self, path: &Path) {
        let (Root::Env, [Segment::Key(name), ..]) = (path.root, &path.segments[..]) else { return };
        if let Some(value) = self.env.and_then(|env| env(name)) {
            self.environment.insert(name.clone(), value);
        }
    }

    /// Checks filters, tests and functions; `None` when one does not exist.
    fn known(&mut self, names: &Names<'_>, span: Span) -> Option<()> {
        let before = self.problems.len();
        let mut unknown = |kind, what: String, name: &str, known: &[&str]| {
            let problem = Diagnostic::error(kind, span, &format!("there is no {what}`"));
            self.problems.push(problem.suggest(name, known.iter().copied()));
        };
        for name in names.filters.iter().filter(|name| !filters::exists(&ENVIRONMENT, name)) {
            unknown("unknown_filter", format!("filter `{name}"), name, &filters::NAMES);
        }
        for name in names.tests.iter().filter(|name| !filters::test_exists(&ENVIRONMENT, name)) {
            unknown("bad_expression", format!("test `is {name}"), name, &filters::TESTS);
        }
        let functions: Vec<&str> = ENVIRONMENT.globals().map(|(name, _)| name).collect();
        for name in names.functions.iter().filter(|name| !functions.contains(*name)) {
            unknown("bad_expression", format!("function `{name}"), name, &functions);
        }
        (self.problems.len() == before).then_some(())
    }
}

/// How this language says what other languages write in another way.
fn other_spelling(text: &str) -> Option<String> {
    let tokens = tokenize(text, |_, _| false).ok()?;
    let is_triple = |two: &[Token<'_>]| (two[0].is("==") || two[0].is("!=")) && two[1].is("=");
    if tokens.windows(2).any(is_triple) {
        return Some("values are compared with `==` and `!=`".to_owned());
    }
    let negates = tokens.iter().any(|token| token.is("!"));
    negates.then(|| "write `not x` for `!x`".to_owned())
}

/// The place of the first name alone, as an expression reads it.
fn root_of(name: &str, path: &Path) -> Path {
    let root = match name {
        "steps" | "pipeline" | "step_outputs" => Root::Steps,
        _ => path.root,
    };
    let is_field = match root {
        Root::Inputs => name != "inputs",
        Root::Config => name != "config",
        Root::OwnField => true,
        _ => false,
    };
    let segments = if is_field { vec![Segment::Key(name.to_owned())] } else { Vec::new() };
    Path { root, segments, written: name.to_owned() }
}

/// The tokens with a name in the place of each run of tokens: by its first token, its length and
/// the name.
fn with_names<'t>(
    tokens: &[Token<'t>],
    replaced: &'t BTreeMap<usize, (usize, String)>,
) -> Vec<Token<'t>> {
    let (mut out, mut at) = (Vec::with_capacity(tokens.len()), 0);
    while let Some(token) = tokens.get(at) {
        match replaced.get(&at) {
            Some((length, name)) => {
                out.push(Token { kind: TokenKind::Name, text: name });
                at += length;
            }
            None => {
                out.push(*token);
                at += 1;
            }
        }
    }
    out
}

/// Whether the author asks if something is there, so that absence is no surprise.
fn expects_absence(names: &Names<'_>) -> bool {
    names.filters.iter().any(|name| matches!(*name, "default" | "d"))
        || names.tests.iter().any(|name| matches!(*name, "defined" | "undefined"))
}
