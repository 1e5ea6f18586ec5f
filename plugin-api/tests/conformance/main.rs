//! Every check of the battery, proven twice: plugins that keep their promises pass it, and for each
//! promise there is a twin that breaks this one and fails this check alone.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod good;
mod raw;
mod twins;

use plugin_api::testing::conformance::{CHECKS, Finding, Subject, Verdict, battery};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One check measures the memory of the whole process, so no two batteries run at once.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn findings(subject: &Subject) -> Vec<Finding> {
    let _alone = alone();
    battery(subject).collect()
}

fn failed(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|finding| finding.failed()).map(|finding| finding.name).collect()
}

#[test]
fn plugins_that_keep_their_promises_pass_and_each_check_applies_to_one_of_them() {
    let found: Vec<_> = good::subjects().iter().flat_map(findings).collect();
    assert_eq!(failed(&found), [""; 0], "{}", shown(&found));
    for check in CHECKS {
        let passed = |one: &&Finding| matches!(one.verdict, Verdict::Passed(_));
        let judged = found.iter().filter(|one| one.name == check.name).find(passed);
        assert!(judged.is_some(), "{} applies to no good plugin", check.name);
    }
}

#[test]
fn each_broken_twin_fails_its_own_check_and_no_other() {
    let mut unproven: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
    // Leaked: a twin that never lets itself be dropped would keep a failure of this test from showing.
    for (check, subject) in twins::all().leak() {
        let found = findings(subject);
        assert_eq!(failed(&found), [*check], "{}", shown(&found));
        unproven.retain(|name| name != check);
    }
    assert_eq!(unproven, [""; 0], "no twin breaks these");
}

#[test]
fn after_the_last_check_there_is_no_plugin() {
    let subject = &good::subjects()[0];
    findings(subject);
    let again = findings(subject);
    let shutdown = again.iter().find(|one| one.name == "shuts_down_in_time").unwrap();
    assert_eq!(shutdown.saw(), "an earlier check has ended the plugin");
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}
