//! The verdict of JSON Schema, turned into problems with a place in the file.

use crate::diagnostics::{Diagnostic, Span};
use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::document::{Document, Path};
use super::fault::Fault;
use super::shape;

/// Whose configuration it is, and what is pointed at when a key is missing.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// The name of the plugin.
    pub plugin: &'p str,
    /// What it is there: `process`, `source`, `transform` or `sink`.
    pub role: &'p str,
    /// Where a missing key would stand.
    pub at: Span,
}

/// A schema, compiled once for all configurations that are held to it.
pub struct Rules<'s> {
    schema: &'s Value,
    validator: Option<Validator>,
}

impl<'s> Rules<'s> {
    /// A schema that is none itself says nothing: that is for the author of the plugin to see.
    #[must_use]
    pub fn new(schema: &'s Value) -> Self {
        Self { schema, validator: jsonschema::draft202012::new(schema).ok() }
    }

    /// Every problem of a configuration.
    #[must_use]
    pub fn judge(&self, document: &Document<'_>, place: Place<'_>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let fault = Fault { document, schema: self.schema, place };
        let errors = self.validator.iter().flat_map(|one| one.iter_errors(&document.value));
        errors.for_each(|error| report(&error, &fault, &mut found));
        found
    }
}

fn report(error: &ValidationError<'_>, fault: &Fault<'_, '_>, found: &mut Vec<Diagnostic>) {
    let path = path_of(error);
    if fault.document.is_unknown(&path) || left_empty(error, &path, fault.schema) {
        return;
    }
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            found.extend(unexpected.iter().filter_map(|key| fault.unknown_key(&path, key)));
        }
        ValidationErrorKind::Required { property } => {
            found.extend(property.as_str().and_then(|key| fault.missing_key(&path, key)));
        }
        ValidationErrorKind::FalseSchema | ValidationErrorKind::Not { .. } => {
            found.extend(fault.not_taken(&path));
        }
        _ if fault.document.holds_unknown(&path) && is_a_whole(error.kind()) => {}
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            match meant(context, &path) {
                Some(choice) => choice.iter().for_each(|error| report(error, fault, found)),
                None => found.extend(fault.misfit(&path, error)),
            }
        }
        _ => found.extend(fault.misfit(&path, error)),
    }
}

/// Whether the verdict is about all parts of a value together, so that one more known part could
/// change it.
fn is_a_whole(kind: &ValidationErrorKind) -> bool {
    use ValidationErrorKind as Kind;
    !matches!(kind, Kind::Type { .. } | Kind::MinItems { .. } | Kind::MaxItems { .. })
}

/// A key that nothing is written under is as good as absent, unless it has to be there.
fn left_empty(error: &ValidationError<'_>, path: &Path, schema: &Value) -> bool {
    error.instance().is_null() && !shape::is_required(schema, path)
}

/// Of several shapes the one that was meant: only in it the fault lies inside the value.
fn meant<'e>(
    choices: &'e [Vec<ValidationError<'static>>],
    path: &Path,
) -> Option<&'e [ValidationError<'static>]> {
    let inside = |errors: &&Vec<ValidationError<'static>>| {
        let deeper = |error: &ValidationError<'_>| {
            let names_a_key = matches!(
                error.kind(),
                ValidationErrorKind::AdditionalProperties { .. }
                    | ValidationErrorKind::Required { .. }
            );
            names_a_key || path_of(error).len() > path.len()
        };
        !errors.is_empty() && errors.iter().all(deeper)
    };
    let mut meant = choices.iter().filter(inside);
    let only = meant.next()?;
    meant.next().is_none().then_some(only.as_slice())
}

fn path_of(error: &ValidationError<'_>) -> Vec<String> {
    let unescaped = |step: &str| step.replace("~1", "/").replace("~0", "~");
    error.instance_path().as_str().split('/').skip(1).map(unescaped).collect()
}
