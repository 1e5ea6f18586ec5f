//! What is known before a run, and how values look that are not.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::json::{self, ObjectText, Segment};
use crate::pipeline::expr::{Need, Path, Piece, Root, Tree, Values, Warnings};
use crate::secrets::{REDACTED, Redactor};

/// The data that is there before a run.
pub struct Known<'p> {
    inputs: &'p RawValue,
    sensitive: &'p [String],
    env: Box<RawValue>,
    config: Box<RawValue>,
    /// Keys of `env` whose values only a run knows.
    later_env: BTreeSet<String>,
    /// The same of `config`.
    later_config: BTreeSet<String>,
    redactor: &'p Redactor,
}

/// Who gets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Someone who reads the plan: sensitive inputs and secrets stay references.
    Reader,
    /// A plugin that is asked what it would do: it gets sensitive inputs, and secrets as references.
    Plugin,
}

/// Values that could be evaluated, beside those that could not.
pub struct Shown {
    /// The object; what is not known stands in it as the author wrote it.
    pub json: Box<RawValue>,
    /// What only a run knows of it.
    pub later: BTreeSet<String>,
    /// Its secrets, by their references.
    pub secrets: BTreeSet<String>,
}

impl<'p> Known<'p> {
    /// Knows the inputs and the environment. The redactor learns sensitive inputs.
    pub fn new(
        inputs: &'p RawValue,
        sensitive: &'p [String],
        environment: &RawValue,
        redactor: &'p Redactor,
    ) -> Self {
        for (name, value) in json::entries(inputs) {
            if sensitive.iter().any(|known| *known == name) {
                redactor.add(value);
            }
        }
        let (env, config) = (environment.to_owned(), RawValue::NULL.to_owned());
        let (later_env, later_config) = Default::default();
        Self { inputs, sensitive, env, config, later_env, later_config, redactor }
    }

    /// The same with this `config` of the pipeline.
    pub fn with_config(mut self, config: &[(String, Tree)], warnings: &mut Warnings) -> Self {
        let mut all = ObjectText::new();
        let mut later_config = BTreeSet::new();
        for (key, tree) in config {
            let one = self.value(tree, For::Plugin, warnings);
            if !one.later.is_empty() || !one.secrets.is_empty() {
                later_config.insert(key.clone());
            }
            all.raw(key, &one.json);
        }
        (self.config, self.later_config) = (all.finish(), later_config);
        self
    }

    /// The same with these keys over the environment.
    pub fn with_env(&self, env: &[(String, Tree)], warnings: &mut Warnings) -> Self {
        let mut later_env = self.later_env.clone();
        let mut over = ObjectText::new();
        for (key, tree) in env {
            let one = self.value(tree, For::Plugin, warnings);
            if one.later.is_empty() && one.secrets.is_empty() {
                over.raw(key, &one.json);
                later_env.remove(key);
            } else {
                later_env.insert(key.clone());
            }
        }
        let taken = env.iter().map(|(key, _)| key.as_str()).collect();
        let mut all = ObjectText::new();
        all.fields_of(&self.env, &taken).fields_of(&over.finish(), &Default::default());
        let (config, later_config) = (self.config.clone(), self.later_config.clone());
        Self { env: all.finish(), config, later_env, later_config, ..*self }
    }

    /// What templates read.
    pub fn values(&self) -> Values<'_> {
        let redactor = Some(self.redactor);
        let (inputs, env, config) = (self.inputs, &*self.env, &*self.config);
        Values { inputs, env, config, redactor, ..Values::nothing() }
    }

    /// All inputs, without the sensitive ones.
    pub fn inputs(&self) -> Box<RawValue> {
        let mut shown = ObjectText::new();
        for (name, value) in json::entries(self.inputs) {
            match self.sensitive.iter().any(|known| *known == name) {
                true => shown.value(&name, REDACTED),
                false => shown.raw(&name, value),
            };
        }
        shown.finish()
    }

    /// An object of these keys.
    pub fn object(&self, fields: &[(String, Tree)], whom: For, warnings: &mut Warnings) -> Shown {
        let mut object = ObjectText::new();
        let mut all = Shown::of(RawValue::NULL.to_owned());
        for (key, tree) in fields {
            object.raw(key, &all.take(self.value(tree, whom, warnings)));
        }
        Shown { json: object.finish(), ..all }
    }

    /// One value.
    pub fn value(&self, tree: &Tree, whom: For, warnings: &mut Warnings) -> Shown {
        let mut all = Shown::of(RawValue::NULL.to_owned());
        let mut out = String::new();
        match tree {
            Tree::Literal(raw) => return Shown::of(raw.clone()),
            Tree::Template(_) => return self.template(tree, whom, warnings),
            Tree::List(items) => json::push_list(&mut out, items, |item, out| {
                out.push_str(all.take(self.value(item, whom, warnings)).get());
            }),
            Tree::Mapping(entries) => json::push_mapping(&mut out, entries, |(key, value), out| {
                json::push_text(out, key);
                out.push(':');
                out.push_str(all.take(self.value(value, whom, warnings)).get());
            }),
        }
        Shown { json: json::from_written(out), ..all }
    }

    /// Whether a condition holds; `None` where only a run knows.
    pub fn condition(&self, piece: &Piece, warnings: &mut Warnings) -> Option<bool> {
        let mut needs = Needs::default();
        piece.needs(&mut |need| self.place(need, &mut needs));
        let is_known = needs.later.is_empty() && needs.secrets.is_empty();
        is_known.then(|| piece.is_true(&self.values(), warnings).ok()).flatten()
    }

    fn template(&self, tree: &Tree, whom: For, warnings: &mut Warnings) -> Shown {
        let mut needs = Needs::default();
        tree.needs(&mut |need| self.place(need, &mut needs));
        let Needs { later, secrets, is_sensitive } = needs;
        let hidden = is_sensitive && whom == For::Reader;
        let json = if later.is_empty() && secrets.is_empty() && !hidden {
            tree.json(&self.values(), warnings).unwrap_or_else(|failed| {
                warnings.add(failed.to_string());
                tree.written()
            })
        } else {
            tree.written()
        };
        Shown { json, later, secrets }
    }

    fn place(&self, need: Need<'_>, needs: &mut Needs) {
        let path = match need {
            Need::Secret(written) => {
                needs.secrets.insert(written.to_owned());
                return;
            }
            Need::Path(path) => path,
        };
        match path.root {
            Root::Inputs => needs.is_sensitive |= self.is_sensitive(path),
            Root::Env if !is_one_of(path, &self.later_env) => {}
            Root::Config if !is_one_of(path, &self.later_config) => {}
            Root::Secrets => {
                needs.secrets.insert(path.written.clone());
            }
            _ => {
                needs.later.insert(path.written.clone());
            }
        }
    }

    fn is_sensitive(&self, path: &Path) -> bool {
        match path.segments.first() {
            Some(Segment::Key(name)) => self.sensitive.contains(name),
            _ => !self.sensitive.is_empty(),
        }
    }
}

/// Whether the path reads one of these keys, or all keys where there are such.
fn is_one_of(path: &Path, keys: &BTreeSet<String>) -> bool {
    match path.segments.first() {
        Some(Segment::Key(name)) => keys.contains(name),
        _ => !keys.is_empty(),
    }
}

/// What a value needs.
#[derive(Default)]
struct Needs {
    later: BTreeSet<String>,
    secrets: BTreeSet<String>,
    is_sensitive: bool,
}

impl Shown {
    fn of(json: Box<RawValue>) -> Self {
        Self { json, later: BTreeSet::new(), secrets: BTreeSet::new() }
    }

    /// Takes note of what a part needs, and gives the part.
    fn take(&mut self, part: Self) -> Box<RawValue> {
        self.later.extend(part.later);
        self.secrets.extend(part.secrets);
        part.json
    }
}
