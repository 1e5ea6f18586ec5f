//! A pipeline as lines of text: one a step, each with its level and what it follows.

use crate::pipeline::plan::Outline;
use crate::pipeline::plan::outline::{OutlinedStep, Way, WayKind};

use super::label;

/// The drawing. Steps of one level can run at once.
pub fn text(outline: &Outline) -> String {
    let levels = levels(outline);
    let rows: Vec<[String; 3]> = outline.steps.iter().zip(&levels).map(row).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let (level, id, what) = (width(0), width(1), width(2));
    let mut order: Vec<usize> = (0..rows.len()).collect();
    // Steps of one level stay in the order of the file.
    order.sort_by_key(|at| levels[*at]);
    let line = |at: usize| {
        let [l, i, w] = &rows[at];
        let follows = follows(outline, at);
        format!("{l:>level$}  {i:id$}  {w:what$}  {follows}").trim_end().to_owned()
    };
    order.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row((step, level): (&OutlinedStep, &usize)) -> [String; 3] {
    let mut what: Vec<String> = step.plugin.iter().map(|plugin| label(plugin)).collect();
    what.extend(step.marks.iter().map(|mark| (*mark).to_owned()));
    [level.to_string(), label(&step.id), what.join(", ")]
}

/// What a step waits for, and under which condition it runs.
fn follows(outline: &Outline, at: usize) -> String {
    let ways =
        |kind: WayKind| outline.ways.iter().filter(move |way| way.to == at && way.kind == kind);
    let joined = |kind: WayKind, word: &str| {
        ways(kind).map(|way| origin(outline, way)).collect::<Vec<_>>().join(word)
    };
    let needed = joined(WayKind::Needed, " and ");
    let optional = joined(WayKind::Optional, " or ");
    let dead = joined(WayKind::DeadLetters, " and ");
    let is_unreachable =
        needed.is_empty() && optional.is_empty() && dead.is_empty() && !outline.steps[at].starts;
    let said = [
        (!needed.is_empty()).then(|| format!("after {needed}")),
        (!optional.is_empty()).then(|| format!("after any of {optional}")),
        (!dead.is_empty()).then(|| format!("dead letters of {dead}")),
        is_unreachable.then(|| "nothing leads here".to_owned()),
        outline.steps[at].when.as_ref().map(|when| format!("when {}", label(when))),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn origin(outline: &Outline, way: &Way) -> String {
    let id = outline.steps.get(way.from).map_or(String::new(), |step| label(&step.id));
    match &way.when {
        Some(when) => format!("{id} if {}", label(when)),
        None => id,
    }
}

/// The level of each step: one more than the deepest that leads to it, from 1.
fn levels(outline: &Outline) -> Vec<usize> {
    let mut levels = vec![1; outline.steps.len()];
    // The longest way visits each step once, so that so many rounds are enough.
    for _ in 0..outline.steps.len() {
        let mut changed = false;
        for way in &outline.ways {
            let deeper = levels[way.from] + 1;
            if levels[way.to] < deeper {
                levels[way.to] = deeper;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    levels
}
