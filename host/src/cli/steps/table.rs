//! How every step ended, as a table.

use super::line::short;
use crate::diagnostics::printable;
use crate::run::answer::{StepStatus, StepSummary};
use std::time::Duration;

const HEAD: [&str; 5] = ["step", "plugin", "status", "attempts", "time"];

/// One line a step, and below it the reason where it has one. `styled` colours the status.
pub(crate) fn table(summary: &[StepSummary], styled: bool) -> String {
    let rows: Vec<[String; 5]> = summary.iter().map(row).collect();
    let head = HEAD.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2), width(3)];
    let mut lines = vec![aligned(&head, &widths, None)];
    for (step, row) in summary.iter().zip(&rows) {
        lines.push(aligned(row, &widths, styled.then(|| colour(step.status))));
        if let Some(reason) = &step.reason {
            lines.push(format!("{:1$}  {2}", "", widths[0], printable(reason)));
        }
    }
    lines.join("\n")
}

/// The word for a status.
pub(super) fn status(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Success => "success",
        StepStatus::Partial => "partial",
        StepStatus::Failed => "failed",
        StepStatus::Skipped => "skipped",
        StepStatus::Cancelled => "cancelled",
    }
}

fn row(step: &StepSummary) -> [String; 5] {
    let called = step.attempts > 0;
    let only_called = |text: String| if called { text } else { "-".to_owned() };
    [
        printable(&step.id),
        printable(&step.plugin),
        status(step.status).to_owned(),
        only_called(step.attempts.to_string()),
        only_called(short(Duration::from_millis(step.duration_ms))),
    ]
}

fn aligned(row: &[String; 5], widths: &[usize; 4], colour: Option<&str>) -> String {
    let [id, plugin, status, attempts, time] = row;
    let [a, b, c, d] = *widths;
    let status = match colour {
        Some(colour) => format!("{colour}{status:c$}\u{1b}[0m"),
        None => format!("{status:c$}"),
    };
    format!("{id:a$}  {plugin:b$}  {status}  {attempts:>d$}  {time}")
}

fn colour(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Success => "\u{1b}[32m",
        StepStatus::Partial | StepStatus::Cancelled => "\u{1b}[33m",
        StepStatus::Failed => "\u{1b}[31m",
        StepStatus::Skipped => "\u{1b}[2m",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A step of the plugin `echo` that took 12 ms.
    pub(in super::super) fn summary(
        id: &str,
        status: StepStatus,
        reason: Option<&str>,
        attempts: u32,
    ) -> StepSummary {
        StepSummary {
            id: id.to_owned(),
            plugin: "echo".to_owned(),
            version: "1.0.0".to_owned(),
            status,
            reason: reason.map(str::to_owned),
            attempts,
            duration_ms: 12,
        }
    }

    #[test]
    fn columns_are_aligned_and_reasons_stand_below() {
        let steps = [
            summary("fetch_all", StepStatus::Success, None, 1),
            summary("é", StepStatus::Failed, Some("no \u{1b}broker"), 3),
            summary("audit", StepStatus::Skipped, Some("step `é` failed"), 0),
        ];
        let expected = "\
step       plugin  status   attempts  time
fetch_all  echo    success         1  12 ms
é          echo    failed          3  12 ms
           no \\u{1b}broker
audit      echo    skipped         -  -
           step `é` failed";
        assert_eq!(table(&steps, false), expected);
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let steps = [summary("a", StepStatus::Failed, None, 1)];
        let styled = table(&steps, true);
        assert!(styled.contains("\u{1b}[31mfailed\u{1b}[0m"), "{styled}");
        let plain = styled.replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
        assert_eq!(plain, table(&steps, false));
    }
}
