//! Expressions that are more than a path, evaluated by minijinja with a limit on work.

use std::sync::LazyLock;

use minijinja::{Environment, Error, Expression, UndefinedBehavior, Value};

use crate::json;

use super::bindings::Bindings;
use super::record::{NOT_JSON, RecordView};
use super::{Failed, Values, Warnings, filters};

/// Instructions one evaluation may take. Each 64 bytes of text it makes count as one more, so that
/// none yields more than 13 MB.
const FUEL: u64 = 200_000;

/// The one environment: filters, tests and functions are the same everywhere.
pub static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    filters::add(&mut environment);
    environment
});

/// A compiled expression.
pub struct Computed {
    written: String,
    expression: Expression<'static, 'static>,
    bindings: Box<Bindings>,
}

impl Computed {
    /// Compiles `rewritten`; `written` is how the author put it. The error says what is wrong.
    pub fn compile(written: &str, rewritten: String, bindings: Bindings) -> Result<Self, String> {
        let expression =
            ENVIRONMENT.compile_expression_owned(rewritten).map_err(|error| syntax(&error))?;
        Ok(Self { written: written.trim().to_owned(), expression, bindings: Box::new(bindings) })
    }

    /// What it reads.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The value as JSON text; undefined is null. One that a secret was read for is a secret.
    pub fn json(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<String, Failed> {
        let value = self.evaluate(None, values, warnings)?;
        let json = serde_json::to_string(&value).map_err(|error| self.failed(error.to_string()))?;
        let Some(redactor) = self.bindings.taints(values) else { return Ok(json) };
        let secret = json::from_written(json);
        redactor.add(&secret);
        Ok(secret.get().to_owned())
    }

    /// Whether the value counts as true.
    pub fn is_true(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<bool, Failed> {
        Ok(self.evaluate(None, values, warnings)?.is_true())
    }

    /// The value for one record.
    pub fn on_record(
        &self,
        record: RecordView<'_>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failed> {
        if self.bindings.reads_fields() && !record.is_json() {
            return Err(self.failed(NOT_JSON.to_owned()));
        }
        self.evaluate(Some(record), values, warnings)
    }

    /// The expression as the author wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it looks at the record.
    pub fn reads_record(&self) -> bool {
        self.bindings.reads_record()
    }

    fn evaluate(
        &self,
        record: Option<RecordView<'_>>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failed> {
        let context = self.bindings.context(record, values, warnings);
        let context = context.map_err(|reason| self.failed(reason))?;
        self.expression.eval(context).map_err(|error| self.failed(reason(&error)))
    }

    pub(super) fn failed(&self, reason: String) -> Failed {
        Failed { expression: self.written.clone(), reason }
    }
}

/// Why a text does not compile.
pub(super) fn syntax(error: &Error) -> String {
    error.detail().unwrap_or("syntax error").to_owned()
}

/// Why an evaluation ended without a value.
pub(super) fn reason(error: &Error) -> String {
    error.detail().map_or(error.kind().to_string(), str::to_owned)
}
