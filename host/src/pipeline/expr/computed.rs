//! Expressions that are more than a path, evaluated by minijinja with a limit on work.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::{Environment, Expression, UndefinedBehavior, Value};

use crate::json::{self, Segment};

use super::record::{Field, NOT_JSON, Read, RecordObject, RecordView};
use super::{Failed, Path, Root, Values, Warnings, filters, value};

/// Instructions one evaluation may take.
const FUEL: u64 = 200_000;
/// Levels of a document an expression may look into.
pub const LEVELS: usize = 128;

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
    /// First names, as minijinja reads them, and what they stand for.
    roots: BTreeMap<String, Path>,
    /// Fixed paths in it, for warnings about absent fields.
    paths: Vec<Path>,
}

impl Computed {
    /// Compiles `rewritten`; `written` is how the author put it. The error says what is wrong.
    /// `paths` are warned about when absent: leave them out where absence is expected.
    pub fn compile(
        written: &str,
        rewritten: String,
        roots: BTreeMap<String, Path>,
        paths: Vec<Path>,
    ) -> Result<Self, String> {
        let expression = ENVIRONMENT
            .compile_expression_owned(rewritten)
            .map_err(|error| error.detail().unwrap_or("syntax error").to_owned())?;
        Ok(Self { written: written.trim().to_owned(), expression, roots, paths })
    }

    /// The value as JSON text; undefined is null.
    pub fn json(&self, values: &Values<'_>, warnings: &mut Warnings) -> Result<String, Failed> {
        let value = self.evaluate(None, values, warnings)?;
        serde_json::to_string(&value).map_err(|error| self.failed(error.to_string()))
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
        if self.reads_fields() && !record.is_json() {
            return Err(self.failed(NOT_JSON.to_owned()));
        }
        self.evaluate(Some(record), values, warnings)
    }

    /// Whether it looks for fields of the record's value, and does not expect to find none.
    fn reads_fields(&self) -> bool {
        let is_inside = |path: &Path| matches!(path.segments.as_slice(), [Segment::Key(part), _, ..] if part == "value");
        self.paths.iter().any(|path| path.root == Root::Record && is_inside(path))
    }

    /// The expression as the author wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The places it reads: as precise as they are known, else by their first names.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let roots = self.paths.is_empty().then(|| self.roots.values());
        self.paths.iter().chain(roots.into_iter().flatten())
    }

    /// Whether it looks at the record.
    pub fn reads_record(&self) -> bool {
        self.roots.values().any(|path| path.root == Root::Record)
    }

    fn evaluate(
        &self,
        record: Option<RecordView<'_>>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failed> {
        let mut context: BTreeMap<&str, Value> = BTreeMap::new();
        for (identifier, path) in &self.roots {
            if let (Root::Record, Some(record)) = (path.root, record) {
                context.insert(identifier, RecordObject::of(record));
                continue;
            }
            let Some(raw) = path.read(values) else { continue };
            if json::deeper_than(&raw, LEVELS) {
                return Err(
                    self.failed(format!("`{}` is more than {LEVELS} levels deep", path.written))
                );
            }
            context.insert(identifier, value::from_json(&raw));
        }
        for path in self.paths.iter().filter(|path| is_absent(path, record, values)) {
            warnings.absent(&path.written);
        }
        self.expression.eval(Value::from(context)).map_err(|error| {
            self.failed(error.detail().map_or(error.kind().to_string(), str::to_owned))
        })
    }

    pub(super) fn failed(&self, reason: String) -> Failed {
        Failed { expression: self.written.clone(), reason }
    }
}

fn is_absent(path: &Path, record: Option<RecordView<'_>>, values: &Values<'_>) -> bool {
    match (path.root, record) {
        (Root::Record, Some(record)) => Field::new(&path.segments, String::new())
            .is_some_and(|field| field.read(record) == Read::Absent),
        _ => path.read(values).is_none(),
    }
}
