//! `plugpipe new`: what it writes compiles, passes its tests, is in order, and runs as it says.

use end_to_end::host::Output;

use crate::workshop::Workshop;

/// A kind of plug and what its pipeline prints.
struct Kind {
    word: &'static str,
    holds: fn(&Output),
}

const KINDS: [Kind; 5] = [
    Kind {
        word: "serializer",
        holds: |run| assert_eq!(run.json()["results"]["write"]["serialized_message"], "QUAKE"),
    },
    Kind {
        word: "plugin",
        holds: |run| assert_eq!(run.json()["results"]["greet"]["greeting"], "HELLO ADA"),
    },
    Kind {
        word: "source",
        holds: |run| {
            assert_eq!(
                sorted(&run.stdout),
                [r#"{"number":0}"#, r#"{"number":1}"#, r#"{"number":2}"#]
            );
        },
    },
    Kind {
        word: "transform",
        holds: |run| assert_eq!(sorted(&run.stdout), [r#""QUAKE!""#, r#""STORM!""#]),
    },
    Kind {
        word: "sink",
        holds: |run| {
            let lines = run.stderr.lines().filter(|line| line.starts_with("> "));
            let lines: Vec<&str> = lines.collect();
            assert_eq!(sorted(&lines.join("\n")), [r#"> {"number":1}"#, r#"> {"number":2}"#]);
            assert_eq!(run.json()["success"], true);
        },
    },
];

/// Lanes print side by side.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// The lines that the command says to type next.
fn next(created: &Output) -> Vec<String> {
    let (_, lines) = created.stdout.split_once("\nnext:\n").unwrap();
    lines.lines().map(|line| line.trim().to_owned()).collect()
}

/// Begins a plug, types what it says word for word, and looks at what the last line printed.
fn follow(workshop: &Workshop, kind: &Kind, name: &str) {
    let created = workshop.shell(&format!("plugpipe new {} {name}", kind.word)).expect_code(0);
    let lines = next(&created);
    assert_eq!(lines.len(), 2, "{lines:?}");
    let runs: Vec<Output> = lines.iter().map(|line| workshop.shell(line).expect_code(0)).collect();
    assert!(runs[0].stdout.contains(" 0 failed, "), "{}", runs[0]);
    (kind.holds)(&runs[1]);
}

#[test]
fn every_kind_works_in_a_checkout_as_the_command_says() {
    let workshop = Workshop::checkout();
    for kind in &KINDS {
        follow(&workshop, kind, &format!("near_{}", kind.word));
    }
    let names = KINDS.map(|kind| format!("-p near_{}", kind.word)).join(" ");
    workshop.shell(&format!("cargo test -q {names}")).expect_code(0);
    workshop.shell(&format!("cargo fmt {names} --check")).expect_code(0);
    workshop.shell(&format!("cargo clippy -q --all-targets {names} -- -D warnings")).expect_code(0);
    let taken = workshop.shell("plugpipe new serializer json --category mine").expect_code(2);
    assert!(taken.stderr.contains("has a package `json_serializer` already"), "{taken}");
}

#[test]
fn every_kind_works_elsewhere_as_the_command_says() {
    let workshop = Workshop::elsewhere();
    for kind in &KINDS {
        let name = format!("far_{}", kind.word);
        follow(&workshop, kind, &name);
        workshop.shell(&format!("cd {name} && cargo fmt --check")).expect_code(0);
    }
}

#[test]
fn a_bad_name_is_refused_with_one_that_could_be() {
    let workshop = Workshop::elsewhere();
    let cases = [
        ("plugin My-Plug", "`my_plug` could"),
        ("sink match", "`match_plug` could"),
        ("source ../up", "`up` could"),
        ("plugin fine --category Bad", "`bad` could"),
        ("plugin fine --api nowhere", "--api: nowhere holds neither"),
    ];
    for (arguments, expected) in cases {
        let refused = workshop.shell(&format!("plugpipe new {arguments}")).expect_code(2);
        assert!(refused.stderr.contains(expected), "{arguments}: {refused}");
    }
    assert_eq!(std::fs::read_dir(workshop.path()).unwrap().count(), 1, "only .cargo is there");
}

#[test]
fn nothing_is_overwritten() {
    let workshop = Workshop::elsewhere();
    workshop.shell("plugpipe new plugin mine").expect_code(0);
    workshop.edit("mine/src/lib.rs", "hello", "good day");
    let refused = workshop.shell("plugpipe new plugin mine").expect_code(2);
    assert!(refused.stderr.starts_with("error: mine is there already"), "{refused}");
    assert!(workshop.read("mine/src/lib.rs").contains("good day"));
}
