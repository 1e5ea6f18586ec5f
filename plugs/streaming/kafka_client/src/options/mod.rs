//! Options of librdkafka that a user passes through: denied unless they are in the table.
//!
//! An error names the option and the reason, never the value.

mod refused;
mod rules;
mod table;
mod value;

use serde_json::{Map, Value};

pub use rules::contradictions;
pub use table::{Kind, OPTIONS, RawOption, find};

use crate::verdict::{Verdict, quoted};

/// Closer names than this are suggested for an unknown one; 1 is equality.
const SIMILAR: f64 = 0.8;

/// The judgement of a map of raw options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgedOptions {
    /// Valid or not, with issues of the kinds `refused_option` and `out_of_range`.
    pub verdict: Verdict,
    /// librdkafka's first name and value of each option. Empty when the verdict is invalid.
    pub settings: Vec<(String, String)>,
    /// Options that only `security.insecure` lets pass, to be reported in every result.
    pub waivers: Vec<String>,
}

/// Judges raw options one by one, and both names of one setting against each other.
pub fn judge(raw: &Map<String, Value>, insecure: bool) -> JudgedOptions {
    let mut judged = JudgedOptions::default();
    for (key, value) in raw {
        match find(key) {
            None => judged.verdict.refuse("refused_option", why_refused(key)),
            Some(option) => judge_value(option, key, value, insecure, &mut judged),
        }
    }
    for (first, second) in OPTIONS.iter().filter_map(both_names) {
        if raw.contains_key(first) && raw.contains_key(second) {
            let text = format!("`{first}` and `{second}` are one setting; give one of them");
            judged.verdict.refuse("refused_option", text);
        }
    }
    if !judged.verdict.is_valid {
        judged.settings.clear();
    }
    judged
}

fn both_names(option: &RawOption) -> Option<(&'static str, &'static str)> {
    option.second_name.map(|second| (option.name, second))
}

fn judge_value(
    option: &RawOption,
    key: &str,
    value: &Value,
    insecure: bool,
    judged: &mut JudgedOptions,
) {
    let Some(text) = option.kind.text_of(value, insecure) else {
        let expected = option.kind.expected();
        return judged.verdict.refuse("out_of_range", format!("`{key}` takes {expected}"));
    };
    if let Kind::Checked(safe, _) = option.kind
        && text != safe
    {
        judged.waivers.push(format!("insecure: `{key}` is {text}: the broker is not verified"));
    }
    judged.settings.push((option.name.to_owned(), text));
}

fn why_refused(key: &str) -> String {
    let shown = quoted(key);
    if let Some(typed) = refused::typed_only(key) {
        return format!("{shown} is set by `{typed}`, which checks it");
    }
    if let Some(family) = refused::family(key) {
        return format!("{shown} ({}) is refused: {}", family.name, family.why);
    }
    let names = OPTIONS.iter().flat_map(|option| [Some(option.name), option.second_name]).flatten();
    let scored = names.map(|name| (strsim::jaro_winkler(key, name), name));
    let nearest = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    match nearest.filter(|(score, _)| *score >= SIMILAR) {
        Some((_, name)) => format!("{shown} is no option that may be set; did you mean `{name}`?"),
        None => format!("{shown} is no option that may be set"),
    }
}

/// Raw options that meet a typed one, under any name of either: one text a pair, naming both.
/// `typed` are the names of the typed options that the user wrote.
pub fn collisions(raw: &Map<String, Value>, typed: &[&str]) -> Vec<String> {
    let collision = |key: &String| {
        let option = find(key)?;
        let twin = option.typed.iter().find(|twin| typed.contains(*twin))?;
        Some(format!("`{twin}` and `librdkafka.{key}` are one setting; give one of them"))
    };
    raw.keys().filter_map(collision).collect()
}
