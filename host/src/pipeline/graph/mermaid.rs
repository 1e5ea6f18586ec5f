//! A pipeline as a flowchart of Mermaid.

use crate::pipeline::plan::Outline;
use crate::pipeline::plan::outline::{OutlinedStep, Way, WayKind};
use std::fmt::Write as _;

use super::label;

/// The flowchart. Nodes are called `s0`, `s1`, … by position, so that no id can be a word of Mermaid.
pub fn mermaid(outline: &Outline) -> String {
    let mut out = "flowchart TD".to_owned();
    for (at, step) in outline.steps.iter().enumerate() {
        let _ = write!(out, "\n  s{at}[\"{}\"]", node(step));
    }
    for way in &outline.ways {
        let _ = write!(out, "\n  {}", edge(way));
    }
    out
}

fn node(step: &OutlinedStep) -> String {
    let mut lines = vec![escaped(&step.id)];
    let mut what: Vec<String> = step.plugin.iter().map(|plugin| escaped(plugin)).collect();
    what.extend(step.marks.iter().map(|mark| (*mark).to_owned()));
    lines.push(what.join(", "));
    lines.extend(step.when.iter().map(|when| format!("when {}", escaped(when))));
    lines.retain(|line| !line.is_empty());
    lines.join("<br/>")
}

fn edge(way: &Way) -> String {
    let Way { from, to, kind, when } = way;
    let arrow = if *kind == WayKind::Needed { "-->" } else { "-.->" };
    let label = match (kind, when) {
        (WayKind::DeadLetters, _) => "|\"dead letters\"|".to_owned(),
        (_, Some(when)) => format!("|\"{}\"|", escaped(when)),
        (_, None) => String::new(),
    };
    format!("s{from} {arrow}{label} s{to}")
}

/// The text as a quoted label takes it: what means something there becomes a character code.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in label(text).chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '|' | ';' | '\\' | '[' | ']' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
