//! The README is run, word for word.

use std::fs;
use std::time::Duration;

use end_to_end::host::Host;
use end_to_end::{readme, workspace_root};

/// A command of the README may build something.
const LIMIT: Duration = Duration::from_mins(10);

#[test]
fn every_command_of_the_readme_works_and_prints_what_is_shown() {
    let text = fs::read_to_string(workspace_root().join("README.md")).unwrap();
    let examples = readme::examples(&text);
    assert!(!examples.is_empty(), "README.md shows no command in a console block");
    let checkout = Host::shared().checkout("readme");
    for example in examples.iter().filter(|example| !example.is_test_command()) {
        let run = Host::shared().shell(&example.shell_line()).in_folder(&checkout);
        let output = run.limit(LIMIT).output().expect_code(0);
        assert!(
            example.promises(&output.stdout),
            "README.md:{} shows another output of `{}`:\n{}\n{output}",
            example.line,
            example.command,
            example.output
        );
    }
}
