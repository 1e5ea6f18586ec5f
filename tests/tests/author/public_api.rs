//! The public API of `plugin-api`, kept as text: nobody changes it without saying so.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use end_to_end::host::target_folder;
use end_to_end::{process, workspace_root};

const ACCEPT: &str = "PLUGPIPE_ACCEPT_API";
const LIMIT: Duration = Duration::from_mins(10);

/// rustdoc writes JSON only where unstable options are allowed. Allowed for rustdoc alone, they cost
/// nothing; for cargo as a whole every build script would run again.
const RUSTDOC: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";

#[test]
fn the_public_api_is_the_one_that_was_accepted() {
    let kept = workspace_root().join("plugin-api/public-api.txt");
    let now = public_api();
    if std::env::var_os(ACCEPT).is_some_and(|accepted| accepted == "1") {
        fs::write(&kept, &now).unwrap();
    }
    let accepted = fs::read_to_string(&kept).unwrap();
    let difference = difference(&accepted, &now);
    assert!(
        accepted == now,
        "the public API of plugin-api is not the accepted one:\n{difference}\n\
         What was there must stay, or the version and CHANGELOG.md say what broke. Accept the rest \
         with {ACCEPT}=1 and commit plugin-api/public-api.txt."
    );
}

/// Lines that are gone, then lines that are new.
fn difference(accepted: &str, now: &str) -> String {
    let (before, after) = (accepted.lines().collect(), now.lines().collect());
    let lines = |these: &BTreeSet<&str>, those: &BTreeSet<&str>, sign: char| -> String {
        these.difference(those).map(|line| format!("{sign}{line}\n")).collect()
    };
    lines(&before, &after, '-') + &lines(&after, &before, '+')
}

fn public_api() -> String {
    let wrapper = tempfile::tempdir().unwrap();
    let rustdoc = wrapper.path().join("rustdoc");
    fs::write(&rustdoc, RUSTDOC).unwrap();
    fs::set_permissions(&rustdoc, fs::Permissions::from_mode(0o755)).unwrap();
    let json = described_by(&rustdoc);
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build();
    api.unwrap().to_string()
}

fn described_by(rustdoc: &Path) -> std::path::PathBuf {
    let target = target_folder();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["rustdoc", "--offline", "--package", "plugin-api", "--lib", "--target-dir"]);
    cargo.arg(&target).env("RUSTDOC", rustdoc).current_dir(workspace_root());
    cargo.args(["--", "-Zunstable-options", "--output-format", "json"]);
    let output = process::run(cargo, LIMIT).unwrap();
    assert_eq!(output.code, Some(0), "{output}");
    target.join("doc/plugin_api.json")
}

#[test]
fn a_difference_names_what_is_gone_and_what_is_new() {
    assert_eq!(difference("a\nb\n", "b\nc\n"), "-a\n+c\n");
}
