//! The names an expression reads, and the values they get when it is evaluated.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::json::{self, Segment};
use crate::secrets::{Redactor, SecretRef};

use super::record::{Field, Read, RecordObject, RecordView};
use super::{Path, Root, SecretNeeds, Values, Warnings, value};

/// Levels of a document an expression may look into.
pub const LEVELS: usize = 128;

/// Names as minijinja reads them, and what they stand for.
#[derive(Default)]
pub struct Bindings {
    /// First names.
    roots: BTreeMap<String, Path>,
    secrets: BTreeMap<String, SecretRef>,
    /// Fixed paths.
    reads: Vec<Path>,
    /// Those of them that are warned about when nothing is there.
    watched: Vec<Path>,
}

impl Bindings {
    /// The identifier stands for a place.
    pub fn root(&mut self, identifier: String, path: Path) {
        self.roots.insert(identifier, path);
    }

    /// A fixed path is read; one that is `watched` is warned about when nothing is there.
    pub fn read(&mut self, path: Path, watched: bool) {
        if watched {
            self.watched.push(path.clone());
        }
        self.reads.push(path);
    }

    /// An identifier for a secret.
    pub fn secret(&mut self, secret: SecretRef) -> String {
        let identifier = format!("secret·{}", self.secrets.len());
        self.secrets.insert(identifier.clone(), secret);
        identifier
    }

    /// An identifier for a place that has no name of its own.
    pub fn place(&mut self, path: Path) -> String {
        let identifier = format!("place·{}", self.roots.len());
        self.roots.insert(identifier.clone(), path);
        identifier
    }

    /// Absence is no surprise anywhere.
    pub fn expect_absence(&mut self) {
        self.watched.clear();
    }

    /// Every fixed path that is read.
    pub fn reads(&self) -> &[Path] {
        &self.reads
    }

    /// Every secret that is read.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.secrets.values()
    }

    /// Whether it looks at the record.
    pub fn reads_record(&self) -> bool {
        self.roots.values().any(|path| path.root == Root::Record)
    }

    /// Whether it looks for fields of the record's value, and does not expect to find none.
    pub fn reads_fields(&self) -> bool {
        let is_inside = |path: &Path| matches!(path.segments.as_slice(), [Segment::Key(part), _, ..] if part == "value");
        self.watched.iter().any(|path| path.root == Root::Record && is_inside(path))
    }

    /// Adds the secrets that are read.
    pub fn needs<'b>(&'b self, needs: &mut SecretNeeds<'b>) {
        needs.references.extend(self.secrets.values());
        self.reads.iter().for_each(|path| needs.path(path));
    }

    /// The redactor to tell of what is evaluated, where a secret is read.
    pub fn taints<'v>(&self, values: &Values<'v>) -> Option<&'v Redactor> {
        let redactor = values.redactor?;
        let is_secret = |path: &Path| path.read(values).is_some_and(|raw| redactor.is_in(&raw));
        let reads_one = !self.secrets.is_empty() || self.reads.iter().any(is_secret);
        reads_one.then_some(redactor)
    }

    /// The value of every name. The error says which cannot be read.
    pub fn context(
        &self,
        record: Option<RecordView<'_>>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Value, String> {
        let mut context: BTreeMap<&str, Value> = BTreeMap::new();
        for (identifier, path) in &self.roots {
            if let (Root::Record, Some(record)) = (path.root, record) {
                context.insert(identifier, RecordObject::of(record));
                continue;
            }
            let Some(raw) = path.read(values) else { continue };
            if json::deeper_than(&raw, LEVELS) {
                return Err(format!("`{}` is more than {LEVELS} levels deep", path.written));
            }
            context.insert(identifier, value::from_json(&raw));
        }
        for (identifier, secret) in &self.secrets {
            let raw = values.secrets.values.get(&secret.written);
            let raw = raw.ok_or_else(|| format!("`{}` was not resolved", secret.written))?;
            context.insert(identifier, value::from_json(raw));
        }
        for path in self.watched.iter().filter(|path| is_absent(path, record, values)) {
            warnings.absent(&path.written);
        }
        Ok(Value::from(context))
    }
}

fn is_absent(path: &Path, record: Option<RecordView<'_>>, values: &Values<'_>) -> bool {
    match (path.root, record) {
        (Root::Record, Some(record)) => Field::new(&path.segments, String::new())
            .is_some_and(|field| field.read(record) == Read::Absent),
        _ => path.read(values).is_none(),
    }
}
