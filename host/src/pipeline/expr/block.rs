//! A text with `{% %}` in it: one minijinja template, rendered with the limit of an expression.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

use super::bindings::Bindings;
use super::computed::{ENVIRONMENT, reason, syntax};
use super::record::{NOT_JSON, RecordView};
use super::{Failed, Values, Warnings};

/// The name of the only template of an environment.
const NAME: &str = "text";

/// Characters of a text that an error shows.
const SHOWN: usize = 60;

/// Values inside a text look as they do in a text without blocks.
static TEXTS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = ENVIRONMENT.clone();
    environment.set_formatter(write);
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment
});

/// A compiled text.
pub struct Block {
    written: String,
    environment: Box<Environment<'static>>,
    bindings: Box<Bindings>,
}

impl Block {
    /// Compiles `rewritten`; `written` is how the author put it. The error says what is wrong.
    pub fn compile(written: &str, rewritten: String, bindings: Bindings) -> Result<Self, String> {
        let mut environment = TEXTS.clone();
        let compiled = environment.add_template_owned(NAME, rewritten);
        compiled.map_err(|error| syntax(&error))?;
        Ok(Self {
            written: written.to_owned(),
            environment: Box::new(environment),
            bindings: Box::new(bindings),
        })
    }

    /// The text as the author wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// What it reads.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The text. One that a secret was read for is a secret.
    pub fn text(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<String, Failed> {
        let text = self.render(None, values, warnings)?;
        if let Some(redactor) = self.bindings.taints(values) {
            redactor.add_text(&text);
        }
        Ok(text)
    }

    /// The text for one record.
    pub fn on_record(
        &self,
        record: RecordView<'_>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<String, Failed> {
        if self.bindings.reads_fields() && !record.is_json() {
            return Err(self.failed(NOT_JSON.to_owned()));
        }
        self.render(Some(record), values, warnings)
    }

    fn render(
        &self,
        record: Option<RecordView<'_>>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<String, Failed> {
        let context = self.bindings.context(record, values, warnings);
        let context = context.map_err(|reason| self.failed(reason))?;
        let rendered = self.environment.get_template(NAME).and_then(|text| text.render(context));
        rendered.map_err(|error| self.failed(reason(&error)))
    }

    fn failed(&self, reason: String) -> Failed {
        let mut expression: String = self.written.trim().chars().take(SHOWN).collect();
        if expression.len() < self.written.trim().len() {
            expression.push('…');
        }
        Failed { expression, reason }
    }
}

/// Texts as they are, everything else as JSON; what is not there is null.
fn write(out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        Some(text) => out.write_str(text),
        None if value.is_undefined() => out.write_str("null"),
        None => match serde_json::to_string(value) {
            Ok(json) => out.write_str(&json),
            Err(error) => {
                return Err(Error::new(ErrorKind::BadSerialization, error.to_string()));
            }
        },
    };
    written.map_err(|_| Error::new(ErrorKind::WriteFailure, "the text cannot be written"))
}
