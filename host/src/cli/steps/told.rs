//! What happens in a run, a plain line for each event.

use super::line::short;
use super::table::status;
use crate::diagnostics::printable;
use crate::run::Event;
use std::time::Duration;

/// The line of an event; elements are too many to tell of each.
pub(super) fn line<'s>(event: Event<'_>, id: impl Fn(usize) -> &'s str) -> Option<String> {
    let said = match event {
        Event::Started { id, .. } => format!("{id}: started"),
        Event::Retrying { step, attempt, of, wait } => {
            format!("{}: attempt {attempt} of {of} in {}", id(step), short(wait))
        }
        Event::Elements { .. } => return None,
        Event::Ended { summary, .. } => {
            let took = short(Duration::from_millis(summary.duration_ms));
            let reason = summary.reason.as_ref().map(|reason| format!(": {reason}"));
            let attempts = match summary.attempts {
                0 => String::new(),
                1 => format!(" after {took}"),
                more => format!(" after {took} and {more} attempts"),
            };
            let status = status(summary.status);
            format!("{}: {status}{attempts}{}", summary.id, reason.unwrap_or_default())
        }
    };
    Some(printable(&said))
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::summary;
    use super::*;
    use crate::run::answer::StepStatus;

    #[test]
    fn every_event_but_elements_has_its_line() {
        let one = summary("fetch", StepStatus::Success, None, 1);
        let more = summary("fetch", StepStatus::Failed, Some("no\nway"), 3);
        let none = summary("fetch", StepStatus::Skipped, Some("`when` is false"), 0);
        let wait = Duration::from_millis(250);
        let cases = [
            (Event::Started { step: 0, id: "fetch" }, Some("fetch: started")),
            (
                Event::Retrying { step: 0, attempt: 2, of: 3, wait },
                Some("fetch: attempt 2 of 3 in 250 ms"),
            ),
            (Event::Elements { step: 0, done: 1, of: 2 }, None),
            (Event::Ended { step: 0, summary: &one }, Some("fetch: success after 12 ms")),
            (
                Event::Ended { step: 0, summary: &more },
                Some("fetch: failed after 12 ms and 3 attempts: no\\nway"),
            ),
            (Event::Ended { step: 0, summary: &none }, Some("fetch: skipped: `when` is false")),
        ];
        for (event, said) in cases {
            assert_eq!(line(event, |_| "fetch").as_deref(), said);
        }
    }
}
