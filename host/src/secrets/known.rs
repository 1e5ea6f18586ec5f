//! The texts that must not be shown, and how they are found.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{REDACTED, encodings};

/// A text with fewer characters is only found where it is a whole value.
const ANYWHERE: usize = 4;
/// A line of a longer secret with so many characters is a secret of its own: keys are often printed
/// line by line.
const LINE: usize = 8;

/// The secrets of one run.
#[derive(Default)]
pub(super) struct Known(Mutex<State>);

#[derive(Default)]
struct State {
    whole: HashSet<String>,
    inside: BTreeSet<String>,
    /// Built when it is first asked for after a secret was added.
    built: Option<Arc<Patterns>>,
    /// The log knows of these secrets.
    is_live: bool,
}

/// What is looked for.
pub(super) struct Patterns {
    whole: HashSet<String>,
    inside: Inside,
}

enum Inside {
    Nothing,
    Any(AhoCorasick),
    /// The search could not be built: then nothing is shown.
    Everything,
}

impl Known {
    /// Adds a secret text. Whether it is the first secret.
    pub fn add(&self, secret: &str) -> bool {
        self.change(|state| {
            if secret.is_empty() || !state.whole.insert(secret.to_owned()) {
                return;
            }
            let lines = secret.lines().map(str::trim).filter(|line| line.chars().count() >= LINE);
            for part in [secret, secret.trim()].into_iter().chain(lines) {
                if part.trim().chars().count() >= ANYWHERE && !state.inside.contains(part) {
                    state.inside.extend(encodings::of(part));
                }
            }
        })
    }

    /// Adds texts that are only found as a whole value. Whether they are the first secrets.
    pub fn add_whole(&self, secrets: impl Iterator<Item = String>) -> bool {
        self.change(|state| state.whole.extend(secrets))
    }

    /// What to look for; `None` when no secret is known.
    pub fn patterns(&self) -> Option<Arc<Patterns>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.whole.is_empty() {
            return None;
        }
        if let Some(built) = &state.built {
            return Some(Arc::clone(built));
        }
        let inside = Inside::new(&state.inside);
        let built = Arc::new(Patterns { whole: state.whole.clone(), inside });
        state.built = Some(Arc::clone(&built));
        Some(built)
    }

    fn change(&self, add: impl FnOnce(&mut State)) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = (state.whole.len(), state.inside.len());
        add(&mut state);
        if before != (state.whole.len(), state.inside.len()) {
            state.built = None;
        }
        !state.whole.is_empty() && !std::mem::replace(&mut state.is_live, true)
    }
}

impl Inside {
    fn new(texts: &BTreeSet<String>) -> Self {
        if texts.is_empty() {
            return Self::Nothing;
        }
        // The faster automaton costs a table row for each byte of every form of every secret.
        let search = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts);
        search.map_or(Self::Everything, Self::Any)
    }
}

impl Patterns {
    /// Whether the text is a secret and nothing else.
    pub fn is_secret(&self, whole: &str) -> bool {
        self.whole.contains(whole)
    }

    /// The text with the secrets in it replaced; `None` when there is none.
    pub fn replaced(&self, text: &str) -> Option<String> {
        let places = match &self.inside {
            Inside::Nothing => return None,
            Inside::Everything => return Some(REDACTED.to_owned()),
            Inside::Any(search) => joined(search, text),
        };
        if places.is_empty() {
            return None;
        }
        let (mut out, mut from) = (String::with_capacity(text.len()), 0);
        for place in places {
            out.push_str(&text[from..place.start]);
            out.push_str(REDACTED);
            from = place.end;
        }
        out.push_str(&text[from..]);
        Some(out)
    }
}

/// Where secrets stand. Those that overlap or touch are one place, so that no end of one is left.
fn joined(search: &AhoCorasick, text: &str) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for found in search.find_overlapping_iter(text) {
        let mut place = found.range();
        while let Some(last) = places.pop_if(|last| last.end >= place.start) {
            place = last.start.min(place.start)..last.end.max(place.end);
        }
        places.push(place);
    }
    places
}
