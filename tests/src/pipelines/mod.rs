//! Golden pipelines: a folder `tests/pipelines/<case>/` is a test. Its README says what is in it.

mod case;
mod compare;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::host::Host;
use crate::workspace_root;
use case::Case;

/// Runs at once: most of a run is the start of its process.
const AT_ONCE: usize = 3;

/// Runs every case whose name holds the text in `PLUGPIPE_PIPELINE`, or every case.
///
/// # Panics
/// When a case fails, after all have run; when a folder is no case, or when there is none.
pub fn run_all(host: &Host) {
    let folder = workspace_root().join("tests/pipelines");
    let cases = Case::read_all(&folder).unwrap_or_else(|error| panic!("{error}"));
    let chosen = std::env::var("PLUGPIPE_PIPELINE").unwrap_or_default();
    let cases: Vec<Case> = cases.into_iter().filter(|case| case.name.contains(&chosen)).collect();
    assert!(!cases.is_empty(), "no case in {} is called like {chosen:?}", folder.display());
    let failures = failures(host, &cases);
    assert!(
        failures.is_empty(),
        "{} of {} golden pipelines failed:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// What each failed case says, in the order of the names.
fn failures(host: &Host, cases: &[Case]) -> Vec<String> {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(problem) = case.run(host) {
                        let said = format!("== {}\n{problem}", case.name);
                        failures.lock().expect("nobody panics with it").push(said);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("nobody panics with it");
    failures.sort();
    failures
}
