//! What an author reads who writes `export!` wrongly, or exports a type that is not finished.
//!
//! `TRYBUILD=overwrite` writes the expected texts anew; read them before they are committed.

#![allow(missing_docs, reason = "a test binary has no readers of its documentation")]

#[test]
fn a_misused_macro_says_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_errors/pass/*.rs");
    cases.compile_fail("tests/compile_errors/fail/*.rs");
}
