//! Finding the plugin and compiling the templates of one step.

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::pipeline::expr::{Compiler, Data, Piece, Reads, Scope, Tree};
use crate::pipeline::plan::known::Known;
use crate::pipeline::plan::parts::{layers, plugin};
use crate::pipeline::spec::StepSpec;
use crate::yaml::Node;

use super::ancestors::Sight;
use super::draft::Condition;
use super::settings::Settings;
use super::{Foreach, Incoming, PlannedStep, on_error};

/// Where a step stands.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// In the file, from 0.
    pub position: usize,
    /// It waits for nothing.
    pub starts: bool,
    /// What it can read.
    pub sight: &'p Sight<'p>,
}

/// Compiles a step, except for the ways that lead to it. Everything is looked at, whatever else is
/// wrong; `None` where something is, which has been reported.
pub fn step(
    written: &StepSpec,
    place: Place<'_>,
    known: &Known,
    settings: Settings,
    catalog: &Catalog,
    compiler: &mut Compiler<'_>,
) -> Option<PlannedStep> {
    words(written, &mut compiler.problems);
    let installed = written.plugin.as_ref().and_then(|name| plugin(name, catalog, compiler));
    let before = known.scope(place.sight.before(), Data::Results);
    let after = known.scope(place.sight.after(), Data::Results);
    let item = written.control.foreach.is_some();
    let called = Scope { reads: Reads { item, secrets: true }, ..before };
    let env = layers(written.env.as_slice(), &called, compiler);
    let config = layers(written.config.as_slice(), &called, compiler);
    let input = layers(&written.input, &called, compiler);
    let when = condition(written.when.as_ref(), &before, compiler);
    let exit_if = condition(written.control.exit_if.as_ref(), &after, compiler);
    let foreach = foreach(written, &before, compiler);
    let on_error = on_error::resolve(written.on_error.as_ref(), &before, compiler);
    let own = Scope { data: Data::Outputs(place.position), ..after };
    let aliases = aliases(written, &own, compiler);
    let retries =
        on_error::retries(written.on_error.as_ref(), written.control.retries, settings.retries);
    Some(PlannedStep {
        id: written.id.clone(),
        installed: installed?,
        input,
        config,
        env,
        when: when?,
        on_error,
        always_run: written.always_run.is_some(),
        starts: place.starts,
        incoming: Vec::new(),
        foreach,
        exit_if: exit_if?,
        timeout: written.control.timeout.filter(|timeout| !timeout.is_zero()),
        retries: retries.into(),
        aliases,
        span: written.span,
    })
}

/// Compiles the conditions under which ways out of a step are taken, into the slots of the steps
/// they lead to.
pub fn conditions(
    outgoing: &[Condition<'_>],
    known: &Known,
    sight: &Sight<'_>,
    incoming: &mut [Vec<Incoming>],
    compiler: &mut Compiler<'_>,
) {
    let after = known.scope(sight.after(), Data::Results);
    for Condition { to, slot, node } in outgoing {
        incoming[*to][*slot].when = compiler.condition(node, &after);
    }
}

/// The inner `None` where nothing is written, the outer one where it is wrong.
fn condition(
    written: Option<&Node>,
    scope: &Scope<'_>,
    compiler: &mut Compiler<'_>,
) -> Option<Option<Piece>> {
    match written {
        Some(node) => compiler.condition(node, scope).map(Some),
        None => Some(None),
    }
}

fn foreach(written: &StepSpec, scope: &Scope<'_>, compiler: &mut Compiler<'_>) -> Option<Foreach> {
    let items = compiler.tree(written.control.foreach.as_ref()?, scope)?;
    let concurrency = written.control.concurrency.map_or(1, |(number, _)| number);
    Some(Foreach { items, concurrency })
}

fn aliases(
    written: &StepSpec,
    scope: &Scope<'_>,
    compiler: &mut Compiler<'_>,
) -> Vec<(String, Tree)> {
    let compiled = written.aliases.iter();
    compiled
        .filter_map(|alias| Some((alias.name.clone(), compiler.tree(&alias.value, scope)?)))
        .collect()
}

/// Reports words that mean nothing here.
fn words(written: &StepSpec, found: &mut Vec<Diagnostic>) {
    if let Some((step_type, span)) = written.flow.step_type {
        let word = step_type.word();
        let message = format!(
            "`type: {word}` belongs to a stream, and this pipeline is none: its first step is no source"
        );
        let hint =
            "leave `type` out: `when` decides whether a step runs, and its plugin what it does";
        found.push(Diagnostic::error("bad_value", span, &message).hint(hint.to_owned()));
    }
    if let (Some((_, span)), None) = (written.control.concurrency, &written.control.foreach) {
        let message = "`concurrency` does nothing without `foreach`";
        let lint = Diagnostic::warning("not_acted_on", span, message);
        found.push(lint.hint("steps at once are set by `config: {parallel: …}`".to_owned()));
    }
}
