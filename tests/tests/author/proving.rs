//! `plugpipe build` and `plugpipe test` of a plug that is wrong: what they say, and that they live on.

use end_to_end::host::Output;

use crate::workshop::Workshop;

const GREETS: &str = "let mut greeting = format!(\"hello {}\", input.who);";

fn failed(output: &Output) -> Vec<&str> {
    output.stdout.lines().filter(|line| line.starts_with("FAILED")).collect()
}

#[test]
fn a_plugin_that_ends_its_process_is_a_finding() {
    let workshop = Workshop::elsewhere();
    workshop.shell("plugpipe new plugin crashing").expect_code(0);
    workshop.edit(
        "crashing/src/lib.rs",
        GREETS,
        &format!("{GREETS}\n        std::process::abort();"),
    );
    let tested =
        workshop.shell("RUSTFLAGS=-Aunreachable_code plugpipe test crashing").expect_code(1);
    let expected = "FAILED  case greeting: tried the inputs and answers below cases/; saw crashed with signal 6 \
         in the middle of it";
    assert_eq!(failed(&tested), [expected], "{tested}");
    assert!(tested.stdout.ends_with("0 not applicable\n") || tested.stdout.contains("1 failed"));
}

#[test]
fn what_does_not_compile_is_said_by_the_compiler() {
    let workshop = Workshop::elsewhere();
    workshop.shell("plugpipe new plugin broken").expect_code(0);
    workshop.edit("broken/src/lib.rs", "Ok(Output { greeting })", "Ok(greeting)");
    for command in ["build", "test"] {
        let output = workshop.shell(&format!("plugpipe {command} broken")).expect_code(1);
        for said in ["compiling 1 plug …\n", "error[E0308]: mismatched types", "src/lib.rs:"] {
            assert!(output.stderr.contains(said), "{said}: {output}");
        }
        let last = "error: cargo could not compile broken; its messages stand above, the other plugs \
                    are in place\n";
        assert!(output.stderr.ends_with(last), "{output}");
    }
}

#[test]
fn a_promise_that_is_broken_fails_its_check_and_no_other() {
    let workshop = Workshop::elsewhere();
    workshop.shell("plugpipe new plugin promising").expect_code(0);
    workshop.shell("plugpipe test promising").expect_code(0);
    workshop.edit("promising/plug.yaml", "roles: [process]", "roles: [sink]");
    workshop.edit("promising/cases/greeting/expected.json", "Ada", "Eve");
    let tested = workshop.shell("plugpipe test promising --json").expect_code(1);
    let findings = tested.json()["findings"].as_array().unwrap().clone();
    let failed: Vec<_> = findings
        .iter()
        .filter(|finding| finding["verdict"] == "failed")
        .map(|finding| (finding["check"].as_str().unwrap(), finding["saw"].as_str().unwrap()))
        .collect();
    let greeting = r#"$.greeting: expected Text("hello Eve"), found Text("hello Ada")"#;
    let expected = [
        ("roles_agree", "plug.yaml says [sink], the library [process]"),
        ("case greeting", greeting),
    ];
    assert_eq!(failed, expected);
    assert_eq!(tested.json()["ok"], false);
}

#[test]
fn what_cannot_be_tested_is_wrong_usage() {
    let workshop = Workshop::elsewhere();
    let cases = [
        ("test nothing_such", "plugin `nothing_such` is not installed"),
        ("test ./nowhere", "./nowhere: "),
        ("build ./nowhere", "./nowhere holds no crate"),
    ];
    for (arguments, said) in cases {
        let output = workshop.shell(&format!("plugpipe {arguments}")).expect_code(2);
        assert!(output.stderr.contains(said), "{arguments}: {output}");
    }
}
