//! What must not be published although it lies in a tree.

use crate::catalog::Reason;
use std::time::{Duration, Instant};

/// A plug that failed is not tried again before this has passed, unless its files change.
const REST: Duration = Duration::from_secs(30);

/// One plug that is kept out.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    /// Why.
    pub(super) reason: Reason,
    /// When it may be tried again; `None` = when its files change.
    until: Option<Instant>,
}

impl Bar {
    /// For a plug that misbehaved in use.
    pub(super) fn quarantine(why: &str) -> Self {
        Self { reason: Reason::Quarantined(why.to_owned()), until: None }
    }

    /// For a plug whose trial cost much and failed; any other is simply tried again.
    pub(super) fn after(reason: &Reason, now: Instant) -> Option<Self> {
        let costly = matches!(
            reason.kind(),
            "probe_crashed" | "probe_timeout" | "probe_failed" | "create_failed" | "not_created"
        );
        costly.then(|| Self { reason: reason.clone(), until: Some(now + REST) })
    }

    /// Whether it still holds.
    pub(super) fn holds(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Whether a person who asks for another try gets one.
    pub(super) fn is_quarantine(&self) -> bool {
        self.until.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_costly_failure_is_tried_again_later_and_a_quarantine_is_not() {
        let now = Instant::now();
        let bar = Bar::after(&Reason::NotCreated("no".to_owned()), now).unwrap();
        assert!(bar.holds(now + REST / 2));
        assert!(!bar.holds(now + REST));
        assert!(Bar::quarantine("panics").holds(now + 1000 * REST));
    }

    #[test]
    fn what_costs_nothing_to_see_is_looked_at_again_at_once() {
        assert!(Bar::after(&Reason::EmptyFile, Instant::now()).is_none());
    }
}
