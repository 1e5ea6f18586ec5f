//! The texts that must not be shown, and how they are found.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::tiers::Tiers;
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
    patterns: Arc<Patterns>,
    /// Texts that are found anywhere.
    inside: HashSet<String>,
    /// Those of them that are not searched for yet.
    pending: Vec<String>,
    /// The log knows of these secrets.
    is_live: bool,
}

/// What is looked for.
#[derive(Clone, Default)]
pub(super) struct Patterns {
    whole: HashSet<String>,
    inside: Tiers,
    /// The search could not be built: then nothing is shown.
    hides_everything: bool,
}

impl Known {
    /// Adds a secret text. Whether it is the first secret.
    pub fn add(&self, secret: &str) -> bool {
        self.change(|state| {
            let is_new = !secret.is_empty() && !state.patterns.whole.contains(secret);
            if !is_new {
                return;
            }
            Arc::make_mut(&mut state.patterns).whole.insert(secret.to_owned());
            let lines = secret.lines().map(str::trim).filter(|line| line.chars().count() >= LINE);
            for part in [secret, secret.trim()].into_iter().chain(lines) {
                if part.trim().chars().count() >= ANYWHERE {
                    state.look_for(part);
                }
            }
        })
    }

    /// What to look for; `None` when no secret is known.
    pub fn patterns(&self) -> Option<Arc<Patterns>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = std::mem::take(&mut state.pending);
        if !pending.is_empty() {
            let patterns = Arc::make_mut(&mut state.patterns);
            patterns.hides_everything |= patterns.inside.add(pending).is_err();
        }
        (!state.patterns.whole.is_empty()).then(|| Arc::clone(&state.patterns))
    }

    fn change(&self, add: impl FnOnce(&mut State)) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut state);
        !state.patterns.whole.is_empty() && !std::mem::replace(&mut state.is_live, true)
    }
}

impl State {
    /// Looks for every form of a text. The search is built when it is first needed.
    fn look_for(&mut self, text: &str) {
        if self.inside.contains(text) {
            return;
        }
        for form in encodings::of(text) {
            if self.inside.insert(form.clone()) {
                self.pending.push(form);
            }
        }
    }
}

impl Patterns {
    /// Whether the text is a secret and nothing else.
    pub fn is_secret(&self, whole: &str) -> bool {
        self.whole.contains(whole)
    }

    /// The text with the secrets in it replaced; `None` when there is none.
    pub fn replaced(&self, text: &str) -> Option<String> {
        if self.hides_everything {
            return Some(REDACTED.to_owned());
        }
        let places = self.inside.places(text);
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
