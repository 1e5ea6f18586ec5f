//! The secrets of all runs under way, for the log, which belongs to none of them.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::known::Known;

static LIVE: Mutex<Vec<Weak<Known>>> = Mutex::new(Vec::new());
/// Entries of [`LIVE`], so that a log without secrets takes no lock.
static ENTRIES: AtomicUsize = AtomicUsize::new(0);

/// The text with the secrets of every run under way replaced.
#[must_use]
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if ENTRIES.load(Ordering::Acquire) == 0 {
        return text;
    }
    for known in all() {
        let replaced = known.patterns().and_then(|patterns| patterns.replaced(&text));
        if let Some(replaced) = replaced {
            text = Cow::Owned(replaced);
        }
    }
    text
}

/// Makes secrets known to the log for as long as somebody holds them.
pub(super) fn enter(known: &Arc<Known>) {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    live.push(Arc::downgrade(known));
    ENTRIES.store(live.len(), Ordering::Release);
}

/// Those still held. The others are forgotten.
fn all() -> Vec<Arc<Known>> {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    let held: Vec<Arc<Known>> = live.iter().filter_map(Weak::upgrade).collect();
    live.retain(|known| known.strong_count() > 0);
    ENTRIES.store(live.len(), Ordering::Release);
    held
}
