//! What a run says on stderr: on a terminal, in a pipe, and when it is told to be quiet.

use end_to_end::host::Host;

const PIPELINE: &str = r#"
metadata: {name: said, version: 1.0.0}
apiVersion: v1
kind: PipeSpec
summary: {format: table}
pipeline:
  - {id: text, uses: json_serializer, with: {message: 1, format: json}}
  - {id: broken, uses: monitoring_prometheus, with: {operation: nonsense}, on_error: continue}
  - {id: never, uses: json_serializer, with: {message: 1}, when: "1 > 2"}
outputs: {lost: "{{ text.nothing }}"}
"#;

fn stderr(arguments: &[&str]) -> String {
    let run = Host::shared().run([&["run", "-"], arguments].concat()).stdin(PIPELINE);
    run.output().expect_code(0).stderr
}

#[test]
fn a_pipe_gets_warnings_and_no_control_codes() {
    let said = stderr(&[]);
    assert_eq!(said, "warning: `text.nothing` is absent and read as null\n");
}

#[test]
fn quiet_says_nothing_of_what_went_well_enough() {
    assert_eq!(stderr(&["--quiet"]), "");
}

#[test]
fn verbose_tells_how_each_step_ended() {
    let said = stderr(&["-v"]);
    let starts = ["text: success after ", "broken: failed", "never: skipped: `when` is false"];
    for start in starts {
        assert_eq!(
            said.lines().filter(|line| line.starts_with(start)).count(),
            1,
            "{start}: {said}"
        );
    }
}
