//! Compiling one expression: a plain path, or something to compute.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Span};
use crate::json::Segment;

use super::computed::{Computed, ENVIRONMENT};
use super::filters;
use super::path::{Path, Root};
use super::references::{Names, Reference, names};
use super::rewrite::{identifier, rewrite};
use super::scope::Unplaced;
use super::tokens::tokenize;
use super::{Compiler, Piece, Scope};

impl Compiler<'_> {
    /// Compiles what stands between the braces of a template.
    pub(super) fn expression(
        &mut self,
        text: &str,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Piece> {
        let bad = |reason: String| {
            let message = format!("`{}` is no valid expression: {reason}", text.trim());
            Diagnostic::error("bad_expression", span, &message)
        };
        let tokens = match tokenize(text, |name| scope.positions.contains_key(name)) {
            Ok(tokens) => tokens,
            Err(reason) => return self.report(bad(reason)),
        };
        if let [only] = tokens[..]
            && let Some(text) = only.unquoted()
        {
            return Some(Piece::Literal(text.to_owned()));
        }
        let names = names(&tokens);
        let placed = self.places(&names, text, span, scope);
        let known = self.known(&names, span);
        if names.is_plain_path && placed.is_some() {
            return placed?.pop().map(|(_, path)| Piece::Path(path));
        }
        // Compiled even if names are wrong, so that one look finds everything.
        let paths: Vec<Path> = placed.iter().flatten().map(|(_, path)| path.clone()).collect();
        let watched = if expects_absence(&names) { Vec::new() } else { paths };
        let roots = placed.iter().flatten().map(|(name, path)| {
            let root = root_of(name, path);
            (identifier(name).into_owned(), root)
        });
        let compiled = rewrite(&tokens)
            .and_then(|rewritten| Computed::compile(text, rewritten, roots.collect(), watched));
        match compiled {
            Ok(computed) => placed.and(known).map(|_| Piece::Computed(computed)),
            Err(reason) => self.report(bad(reason)),
        }
    }

    /// Finds the place of every name that is read; `None` when one has none.
    fn places(
        &mut self,
        names: &Names<'_>,
        text: &str,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Vec<(String, Path)>> {
        let places: Vec<_> = names
            .references
            .iter()
            .map(|reference| {
                self.place(reference, names.is_plain_path.then_some(text), span, scope)
            })
            .collect();
        places.into_iter().collect()
    }

    fn place(
        &mut self,
        reference: &Reference<'_>,
        whole: Option<&str>,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<(String, Path)> {
        let name = reference.root.to_owned();
        let written = whole.map_or_else(|| reference.written(), |text| text.trim().to_owned());
        match scope.place(reference, written.clone()) {
            Ok(path) => {
                self.read_environment(&path);
                self.read_input(&path, span, scope);
                Some((name, path))
            }
            Err(Unplaced::Undeclared) => {
                self.undeclared.entry(name.clone()).or_insert(span);
                let segments = vec![Segment::Key(name.clone())];
                Some((name, Path { root: Root::Inputs, segments, written }))
            }
            Err(Unplaced::Reported) => None,
            Err(Unplaced::NotSupported) => {
                self.not_supported(&format!("`{name}` in a template"), span)
            }
            Err(Unplaced::Config) => {
                let message = format!("`{name}` is a key of the top-level `config`");
                self.problems.push(Diagnostic::warning("config_root", span, &message));
                self.not_supported(&format!("`{name}` in a template"), span)
            }
            Err(Unplaced::Unknown { message, hint }) => {
                self.report(Diagnostic::error("unknown_step", span, &message).hint(hint))
            }
        }
    }

    /// An input that is read as `inputs.x` may be absent, also when nobody declared it.
    fn read_input(&mut self, path: &Path, span: Span, scope: &Scope<'_>) {
        if let (Root::Inputs, [Segment::Key(name), ..]) = (path.root, &path.segments[..])
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
        let bad = |message: String| Diagnostic::error("bad_expression", span, &message);
        for name in names.filters.iter().filter(|name| !filters::exists(&ENVIRONMENT, name)) {
            let message = format!("there is no filter `{name}`");
            let problem = Diagnostic::error("unknown_filter", span, &message);
            self.problems.push(problem.suggest(name, filters::NAMES));
        }
        for name in names.tests.iter().filter(|name| !filters::test_exists(&ENVIRONMENT, name)) {
            self.problems.push(bad(format!("there is no test `is {name}`")));
        }
        let functions: BTreeSet<&str> = ENVIRONMENT.globals().map(|(name, _)| name).collect();
        for name in names.functions.iter().filter(|name| !functions.contains(*name)) {
            self.problems.push(bad(format!("there is no function `{name}`")));
        }
        (self.problems.len() == before).then_some(())
    }
}

/// The place of the first name alone, as an expression reads it.
fn root_of(name: &str, path: &Path) -> Path {
    let root = match name {
        "steps" | "pipeline" | "step_outputs" => Root::Steps,
        _ => path.root,
    };
    let is_input = root == Root::Inputs && name != "inputs";
    let segments = if is_input { vec![Segment::Key(name.to_owned())] } else { Vec::new() };
    Path { root, segments, written: name.to_owned() }
}

/// Whether the author asks if something is there, so that absence is no surprise.
fn expects_absence(names: &Names<'_>) -> bool {
    names.filters.iter().any(|name| matches!(*name, "default" | "d"))
        || names.tests.iter().any(|name| matches!(*name, "defined" | "undefined"))
}
