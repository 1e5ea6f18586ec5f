//! Expressions and texts, compiled for one place and evaluated with data made for it.

mod blocks;
mod roots;
mod taint;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use serde_json::value::RawValue;

use super::{Compiler, Data, EndedSteps, Reads, Scope, StepNames, Tree, Values, Visible, Warnings};
use crate::catalog::{Catalog, Installed};
use crate::json::from_written;
use crate::secrets::{Redactor, Resolved};
use crate::yaml::{Node, Value};

/// The names of a file with three steps: `first`, `publish` with aliases, `later`.
struct Names {
    steps: Vec<StepNames>,
    positions: HashMap<String, usize>,
    inputs: BTreeSet<String>,
    aliases: BTreeMap<String, usize>,
    config: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let step = |id: &str, aliases: &[&str]| StepNames {
        id: id.to_owned(),
        name: None,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Names {
        steps: vec![
            step("first", &[]),
            step("publish", &["topic", "rows"]),
            step("later", &["end"]),
        ],
        positions: [("first", 0), ("publish", 1), ("later", 2)]
            .map(|(name, position)| (name.to_owned(), position))
            .into(),
        inputs: set(&["who", "pin", "list"]),
        aliases: [("topic", 1), ("rows", 1), ("end", 2)]
            .map(|(name, position)| (name.to_owned(), position))
            .into(),
        config: set(&["region"]),
        secrets: set(&["token"]),
    }
});

/// The scope of a step that can read the first two.
fn scope() -> Scope<'static> {
    Scope {
        steps: &NAMES.steps,
        positions: &NAMES.positions,
        visible: Visible::First(2),
        inputs: &NAMES.inputs,
        aliases: &NAMES.aliases,
        config: &NAMES.config,
        secrets: &NAMES.secrets,
        data: Data::Results,
        reads: Reads { item: true, secrets: true },
    }
}

/// Compiles a text; everything found, with kind, message and hint in one line each.
fn compiled(text: &str, scope: &Scope<'_>) -> (Option<Tree>, Vec<String>) {
    let mut vault = Installed::named("vault");
    vault.manifest.roles = vec!["secrets".to_owned()];
    let catalog = Catalog::of(vec![vault]);
    let env = |name: &str| (name == "PORT").then(|| "{{ 9092 }}".to_owned());
    let mut compiler = Compiler::new(&catalog, Some(&env));
    let node =
        Node { span: crate::diagnostics::Span::default(), value: Value::Text(text.to_owned()) };
    let tree = compiler.tree(&node, scope);
    let undeclared = compiler.undeclared.keys().map(|name| format!("undeclared {name}"));
    let found = compiler.problems.iter().map(|found| {
        format!("{}: {} ({})", found.kind, found.message, found.hint.as_deref().unwrap_or_default())
    });
    (tree, found.chain(undeclared).collect())
}

fn raw(text: &str) -> Box<RawValue> {
    from_written(text.to_owned())
}

/// What a text yields, as JSON text, and the warnings; or why it cannot be evaluated.
fn evaluated(text: &str, scope: &Scope<'_>, redactor: Option<&Redactor>) -> (String, Vec<String>) {
    let (tree, found) = compiled(text, scope);
    let Some(tree) = tree else { panic!("{text}: {found:?}") };
    let results =
        [Some(raw(r#"{"n":1,"length":7}"#)), Some(raw(r#"{"kid":"k","topic":"raw"}"#)), None];
    let aliases = [None, Some(raw(r#"{"topic":"orders","rows":[1,2]}"#)), None];
    let mut secrets = Resolved::default();
    secrets.values.insert("${vault:a}".to_owned(), raw(r#"{"user":"u","n":[4711]}"#));
    secrets.values.insert("${file:b}".to_owned(), raw(r#""file-canary""#));
    secrets.root = raw(r#"{"token":"root-canary"}"#);
    let mut summary = EndedSteps::default();
    summary.push(&raw(r#"{"id":"first","status":"success"}"#));
    let values = Values {
        inputs: &raw(r#"{"who":"world","pin":"input-canary","list":[1,2,3]}"#),
        results: &results,
        names: &NAMES.steps,
        aliases: &aliases,
        own: Some(&raw(r#"{"status":"ok","rows":[7],"length":3}"#)),
        config: &raw(r#"{"region":"eu","n":1.50}"#),
        item: &raw(r#"{"id":5}"#),
        iteration: &raw("2"),
        summary: &summary,
        secrets: &secrets,
        redactor,
        ..Values::nothing()
    };
    let mut warnings = Warnings::default();
    let json = tree.json(&values, &mut warnings);
    let json = json.map_or_else(|failed| failed.to_string(), |json| json.get().to_owned());
    (json, warnings.as_slice().to_vec())
}
