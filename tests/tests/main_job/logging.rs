//! What a plugin logs is in the host's log, whichever of Rust's two logging crates it uses.

use end_to_end::host::{Host, Tree};

const BY_TRACING: &str = concat!(
    r#" INFO plugin: said by tracing plugin=talkative@1.0.0 target="talkative" "#,
    r#"fields={"records":3,"topic":"quakes"}"#
);
const BY_LOG: &str = r#" INFO plugin: said by log plugin=talkative@1.0.0 target="talkative""#;

fn stderr_at(tree: &Tree, level: Option<&str>) -> String {
    let run = Host::shared().run(["run", "talkative", "--input", "{}"]).plugs(tree);
    let run = match level {
        Some(level) => run.env("PLUGPIPE_LOG", level),
        None => run,
    };
    let output = run.output().expect_code(0);
    assert_eq!(output.stdout, "{}\n", "the log keeps away from the answer");
    output.stderr
}

#[test]
fn both_logging_crates_reach_the_log_at_the_level_info() {
    let tree = Tree::empty().with_fixture("logs/talkative/1.0.0");
    for level in ["info", "plugin=info"] {
        let stderr = stderr_at(&tree, Some(level));
        let lines: Vec<&str> = stderr.lines().collect();
        assert_eq!(lines, [BY_TRACING, BY_LOG], "{level}");
    }
}

#[test]
fn a_plugin_is_not_heard_below_the_level_of_the_log() {
    let tree = Tree::empty().with_fixture("logs/talkative/1.0.0");
    for level in [None, Some("warn"), Some("off"), Some("info,plugin=error")] {
        assert_eq!(stderr_at(&tree, level), "", "{level:?}");
    }
}
