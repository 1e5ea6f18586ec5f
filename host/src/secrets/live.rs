//! The secrets of runs, for what belongs to none of them: the log, and what plugins say on their own.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::known::Known;

/// Runs that have ended whose secrets are still looked for: their plugins are closed after them, and
/// say things then.
const KEPT: usize = 8;

static LIVE: Mutex<Live> = Mutex::new(Live(Vec::new()));
/// Whether there was ever a secret, so that a log without any takes no lock.
static ANY: AtomicBool = AtomicBool::new(false);

/// The text with the secrets of every run under way, and of the last that have ended, replaced.
#[must_use]
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if !ANY.load(Ordering::Acquire) {
        return text;
    }
    let all = LIVE.lock().unwrap_or_else(PoisonError::into_inner).0.clone();
    for known in all {
        let replaced = known.patterns().and_then(|patterns| patterns.replaced(&text));
        if let Some(replaced) = replaced {
            text = Cow::Owned(replaced);
        }
    }
    text
}

/// Makes secrets known to the log.
pub(super) fn enter(known: &Arc<Known>) {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).enter(known);
    ANY.store(true, Ordering::Release);
}

/// The oldest first.
struct Live(Vec<Arc<Known>>);

impl Live {
    fn enter(&mut self, known: &Arc<Known>) {
        let has_ended = |known: &Arc<Known>| Arc::strong_count(known) == 1;
        let ended = self.0.iter().filter(|known| has_ended(known)).count();
        let mut surplus = ended.saturating_sub(KEPT);
        self.0.retain(|known| {
            let is_surplus = surplus > 0 && has_ended(known);
            surplus -= usize::from(is_surplus);
            !is_surplus
        });
        self.0.push(Arc::clone(known));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_under_way_and_the_last_that_ended_are_kept() {
        let mut live = Live(Vec::new());
        let under_way = Arc::new(Known::default());
        live.enter(&under_way);
        let ended: Vec<_> = (0..KEPT + 3).map(|_| Arc::new(Known::default())).collect();
        ended.iter().for_each(|known| live.enter(known));
        let last: Vec<_> = ended[3..].iter().map(Arc::as_ptr).collect();
        drop(ended);
        live.enter(&under_way);
        let kept: Vec<_> = live.0.iter().map(Arc::as_ptr).collect();
        assert_eq!(kept[0], Arc::as_ptr(&under_way));
        assert_eq!(kept[1..=KEPT], last);
    }
}
