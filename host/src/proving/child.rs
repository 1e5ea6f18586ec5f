//! The proof in a process of its own: one event a line, and an end that is judged too.

use super::{Event, Finding, Verdict};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A check that says nothing for so long hangs. The longest bounds itself at a minute.
const SILENCE: Duration = Duration::from_secs(90);
/// How long the process may go on once everything is said.
const END: Duration = Duration::from_secs(5);
/// How often a process that has to end is looked at.
const LOOK: Duration = Duration::from_millis(10);

const ENDS: &str = "ends_cleanly";
const ENDS_TRIES: &str = "the end of the process, by itself and with code 0";

/// Whether a finding says no more than that the process ended as it should.
#[must_use]
pub fn is_usual_end(finding: &Finding) -> bool {
    finding.check == ENDS && !finding.is_failure()
}

/// Runs a command that says events on its stdout, and tells what it found. Its death is a finding.
///
/// # Errors
/// It could not be started.
pub fn prove(mut command: Command, tell: &mut impl FnMut(Finding)) -> std::io::Result<()> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let events = listen(&mut child);
    let mut trying = (ENDS.to_owned(), ENDS_TRIES.to_owned());
    let silent = loop {
        match events.recv_timeout(SILENCE) {
            Ok(Event::Trying { check, tries }) => trying = (check, tries),
            Ok(Event::Found(finding)) => tell(finding),
            Ok(Event::End) => {
                trying = (ENDS.to_owned(), ENDS_TRIES.to_owned());
                break false;
            }
            Err(RecvTimeoutError::Disconnected) => break false,
            Err(RecvTimeoutError::Timeout) => break true,
        }
    };
    let ended = if silent { None } else { ended(&mut child)? };
    if ended.is_none() {
        // It may have ended by itself since.
        let _ = child.kill();
        child.wait()?;
    }
    let (check, tried) = trying;
    tell(Finding::new(&check, &tried, verdict(check == ENDS, silent, ended)));
    Ok(())
}

fn listen(child: &mut Child) -> Receiver<Event> {
    let (say, events) = channel();
    let stdout = child.stdout.take().map(BufReader::new);
    thread::spawn(move || {
        let lines = stdout.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
        let said = lines.filter_map(|line| serde_json::from_str(&line).ok());
        // Nobody listens any more once the process was given up.
        let _ = said.map(|event| say.send(event)).find(Result::is_err);
    });
    events
}

/// How the process ended, if it does so by itself.
fn ended(child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
    let until = Instant::now() + END;
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if Instant::now() >= until => return Ok(None),
            None => thread::sleep(LOOK),
        }
    }
}

fn verdict(is_over: bool, silent: bool, ended: Option<ExitStatus>) -> Verdict {
    let when = if is_over { "after the last check" } else { "in the middle of it" };
    match ended {
        Some(status) if is_over && status.success() => {
            Verdict::Passed("it ended with code 0".to_owned())
        }
        Some(status) => match (status.signal(), status.code()) {
            (Some(signal), _) => Verdict::Failed(format!("crashed with signal {signal} {when}")),
            (None, code) => {
                let code = code.unwrap_or_default();
                Verdict::Failed(format!("the process ended with code {code} {when}"))
            }
        },
        None if silent => Verdict::Failed(format!("no answer for {SILENCE:?}; it was killed")),
        None => Verdict::Failed(format!("the process did not end within {END:?}; it was killed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(script: &str) -> Vec<(String, Verdict)> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut found = Vec::new();
        prove(command, &mut |finding| found.push((finding.check, finding.verdict))).unwrap();
        found
    }

    #[test]
    fn the_end_of_the_process_is_a_finding() {
        const TRYING: &str = r#"echo '{"trying":{"check":"calls","tries":"many"}}'"#;
        const FOUND: &str =
            r#"echo '{"found":{"check":"calls","tried":"many","verdict":"passed","saw":"all"}}'"#;
        const END: &str = r#"echo '"end"'"#;
        let passed = |saw: &str| Verdict::Passed(saw.to_owned());
        let failed = |saw: &str| Verdict::Failed(saw.to_owned());
        let cases = [
            (
                format!("{TRYING}; {FOUND}; {END}"),
                vec![("calls", passed("all")), ("ends_cleanly", passed("it ended with code 0"))],
            ),
            (
                format!("{TRYING}; kill -SEGV $$"),
                vec![("calls", failed("crashed with signal 11 in the middle of it"))],
            ),
            (
                format!("{TRYING}; exit 7"),
                vec![("calls", failed("the process ended with code 7 in the middle of it"))],
            ),
            (
                format!("{TRYING}; {FOUND}; {END}; kill -ABRT $$"),
                vec![
                    ("calls", passed("all")),
                    ("ends_cleanly", failed("crashed with signal 6 after the last check")),
                ],
            ),
        ];
        for (script, expected) in cases {
            let expected: Vec<(String, Verdict)> =
                expected.into_iter().map(|(check, verdict)| (check.to_owned(), verdict)).collect();
            assert_eq!(found(&script), expected, "{script}");
        }
    }
}
