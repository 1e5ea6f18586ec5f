//! What a child that ended says about its library.

use super::protocol::{Phase, Said};
use crate::catalog::Reason;
use crate::diagnostics::printable;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

/// How a child came to its end.
pub(super) enum End {
    /// By itself, or by a signal that was not ours.
    Itself(ExitStatus),
    /// It was ended after that long.
    Late(Duration),
}

/// Turns the end of a child, its lines and the last of its stderr into a verdict.
pub(super) fn judge(end: &End, said: Said, stderr: &str) -> Result<(), Reason> {
    let during = said.phase.map_or("started", Phase::word);
    let status = match end {
        End::Late(after) => {
            return Err(Reason::ProbeTimeout { during, seconds: after.as_secs() });
        }
        End::Itself(status) => status,
    };
    match said.verdict {
        Some(verdict) if verdict.ok && status.success() => Ok(()),
        Some(verdict) if !verdict.ok && status.signal().is_none() => {
            Err(Reason::ProbeRefused { kind: verdict.kind, reason: printable(&verdict.reason) })
        }
        _ => {
            let how = format!("{}{}", how(status), last_words(stderr));
            Err(Reason::ProbeCrashed { during, how })
        }
    }
}

fn how(status: &ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("with signal {signal}{}", name(signal)),
        (None, Some(code)) => format!("with exit code {code}"),
        (None, None) => "in an unknown way".to_owned(),
    }
}

/// The names of those signals that a library brings upon its process.
fn name(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL)",
        5 => " (SIGTRAP)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        24 => " (SIGXCPU)",
        25 => " (SIGXFSZ)",
        31 => " (SIGSYS)",
        _ => "",
    }
}

/// The last line that it wrote, which tends to be the reason.
fn last_words(stderr: &str) -> String {
    const LONGEST: usize = 300;
    let last = stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
    last.map_or_else(String::new, |line| {
        let line: String = line.chars().take(LONGEST).collect();
        format!(", saying `{}`,", printable(&line))
    })
}

#[cfg(test)]
mod tests {
    use super::super::protocol::Verdict;
    use super::*;

    fn judged(raw: i32, said: Said, stderr: &str) -> Result<(), (&'static str, String)> {
        let end = End::Itself(ExitStatus::from_raw(raw));
        judge(&end, said, stderr).map_err(|reason| (reason.kind(), reason.to_string()))
    }

    fn said(phase: Phase, ok: Option<bool>) -> Said {
        let verdict = ok.map(|ok| Verdict {
            ok,
            kind: "static_tls".to_owned(),
            reason: "because".to_owned(),
        });
        Said { phase: Some(phase), verdict }
    }

    /// As the kernel writes it: the low byte is a signal, the next one an exit code.
    const SEGV: i32 = 11;
    const ONE: i32 = 1 << 8;

    #[test]
    fn a_verdict_counts_only_with_an_end_that_fits_it() {
        assert_eq!(judged(0, said(Phase::Shutdown, Some(true)), ""), Ok(()));
        let cases = [
            (ONE, said(Phase::Open, Some(false)), "static_tls", "because"),
            (
                SEGV,
                said(Phase::Shutdown, Some(true)),
                "probe_crashed",
                "while it was being shut down",
            ),
            (
                0,
                said(Phase::Open, None),
                "probe_crashed",
                "with exit code 0 while it was being opened",
            ),
            (ONE, said(Phase::Create, Some(true)), "probe_crashed", "with exit code 1"),
            (SEGV, Said::default(), "probe_crashed", "(SIGSEGV) while it was being started"),
        ];
        for (raw, said, kind, words) in cases {
            let (found, reason) = judged(raw, said, "").unwrap_err();
            assert_eq!(found, kind, "{reason}");
            assert!(reason.contains(words), "{reason}");
        }
    }

    #[test]
    fn a_crash_is_told_with_its_signal_its_phase_and_its_last_words() {
        let (_, reason) =
            judged(SEGV, said(Phase::Open, None), "one\nout of \u{1b}luck\n\n").unwrap_err();
        assert_eq!(
            reason,
            format!(
                "it ended its process with signal 11 (SIGSEGV), saying `{}`, while it was being \
                 opened; nothing of it ran in the host",
                printable("out of \u{1b}luck")
            )
        );
    }
}
