//! The `with` of a sink: what its records get before they are written.

use crate::diagnostics::Diagnostic;
use crate::json;
use crate::pipeline::expr::record::{RecordExpr, RecordWith, TopicExpr, TopicMistake};
use crate::pipeline::expr::{Compiler, Scope, Tree};
use crate::yaml::{Entry, Node, Value};

const KEYS: [&str; 5] = ["key", "topic", "headers", "partition", "timestamp"];

/// Compiles mappings that lie over each other, the weakest first. `config` is the step's own, for
/// its list of topics. Problems go to the compiler.
pub fn with(
    layers: &[Node],
    config: &[(String, Tree)],
    scope: &Scope<'_>,
    compiler: &mut Compiler<'_>,
) -> RecordWith {
    for entry in layers.iter().flat_map(Node::entries) {
        if !KEYS.contains(&entry.key.as_str()) {
            let message = format!("`with` of a sink has no key `{}`", entry.key);
            let problem = Diagnostic::error("unknown_key", entry.key_span, &message);
            compiler.problems.push(problem.suggest(&entry.key, KEYS));
        }
    }
    let strongest = |key: &str| layers.iter().rev().find_map(|layer| layer.entry(key));
    let mut expr = |key: &str| {
        let entry = strongest(key)?;
        compiler.record_expr(key, &entry.value, scope).map(|expr| (expr, entry))
    };
    let (key, topic) = (expr("key"), expr("topic"));
    let (partition, timestamp) = (expr("partition"), expr("timestamp"));
    for (expr, entry) in [&partition, &timestamp].into_iter().flatten() {
        literal_number(expr, entry, compiler);
    }
    RecordWith {
        key: key.map(|(expr, _)| expr),
        topic: topic.and_then(|(expr, entry)| self::topic(expr, entry, config, compiler)),
        partition: partition.map(|(expr, _)| expr),
        timestamp: timestamp.map(|(expr, _)| expr),
        headers: strongest("headers")
            .map_or_else(Vec::new, |entry| headers(entry, scope, compiler)),
    }
}

fn headers(
    entry: &Entry,
    scope: &Scope<'_>,
    compiler: &mut Compiler<'_>,
) -> Vec<(String, RecordExpr)> {
    if !matches!(entry.value.value, Value::Mapping(_) | Value::Null) {
        let message = format!("`headers` should be a mapping, but is {}", entry.value.kind());
        compiler.problems.push(Diagnostic::error("bad_type", entry.key_span, &message));
    }
    let header = |header: &Entry| {
        Some((header.key.clone(), compiler.record_expr(&header.key, &header.value, scope)?))
    };
    entry.value.entries().iter().filter_map(header).collect()
}

fn literal_number(expr: &RecordExpr, entry: &Entry, compiler: &mut Compiler<'_>) {
    let bad = expr.literal().is_some_and(|text| !text.parse::<i64>().is_ok_and(|n| n >= 0));
    // An empty text stands for a variable of the environment that nobody has read yet.
    if bad && !(compiler.is_checking() && reads_environment(&entry.value)) {
        let message = format!("`{}` should be a whole number from 0", entry.key);
        compiler.problems.push(Diagnostic::error("bad_value", entry.value.span, &message));
    }
}

fn topic(
    expr: RecordExpr,
    entry: &Entry,
    config: &[(String, Tree)],
    compiler: &mut Compiler<'_>,
) -> Option<TopicExpr> {
    if compiler.is_checking() && reads_environment(&entry.value) {
        return None;
    }
    let allowed = allow_list(config);
    let (message, hint) = match TopicExpr::new(expr, allowed) {
        Ok(topic) => return Some(topic),
        Err(TopicMistake::Illegal | TopicMistake::IllegalPrefix) => (
            "`topic` can be no topic's name",
            "a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`",
        ),
        Err(TopicMistake::Open) => (
            "records could choose any topic",
            "begin with a literal prefix, such as `orders.{{ … }}`, or list `topics` in `config`",
        ),
    };
    let problem = Diagnostic::error("open_topic", entry.value.span, message);
    compiler.problems.push(problem.hint(hint.to_owned()));
    None
}

/// The `topics` of a step's configuration, if they are a literal list of texts.
fn allow_list(config: &[(String, Tree)]) -> Option<Vec<String>> {
    let (_, topics) = config.iter().find(|(key, _)| key == "topics")?;
    let Tree::Literal(raw) = topics else { return None };
    let topics: Option<Vec<String>> = json::items(raw).into_iter().map(json::text_of).collect();
    topics.filter(|topics| !topics.is_empty())
}

fn reads_environment(node: &Node) -> bool {
    node.text().is_some_and(|text| text.contains("${"))
}
