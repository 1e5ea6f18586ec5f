//! The files of every kind.

use super::Kind;
use super::fill::Words;

/// A path in the new folder, and a template.
type Files = &'static [(&'static str, &'static str)];

/// The templates of one kind, each at the path that it gets.
macro_rules! templates {
    ($folder:literal, $($path:literal),+) => {
        &[$(($path, include_str!(concat!("templates/", $folder, "/", $path)))),+]
    };
}

const SERIALIZER: Files = templates!(
    "serializer",
    "src/lib.rs",
    "README.md",
    "pipeline.yaml",
    "input.json",
    "cases/text/input.json",
    "cases/text/expected.json",
    "cases/not_a_text/input.json",
    "cases/not_a_text/expected.err"
);

const PLUGIN: Files = templates!(
    "plugin",
    "src/lib.rs",
    "README.md",
    "pipeline.yaml",
    "input.json",
    "cases/greeting/input.json",
    "cases/greeting/expected.json",
    "cases/nobody/input.json",
    "cases/nobody/expected.err"
);

const SOURCE: Files = templates!("source", "src/lib.rs", "README.md", "pipeline.yaml");

const TRANSFORM: Files =
    templates!("transform", "src/lib.rs", "README.md", "pipeline.yaml", "input.ndjson");

const SINK: Files = templates!("sink", "src/lib.rs", "README.md", "pipeline.yaml", "input.ndjson");

/// What a plug without `process` of its own answers to documents.
const STAGE_CASES: Files = templates!(
    "stage",
    "cases/health_check/input.json",
    "cases/health_check/expected.json",
    "cases/unknown_operation/input.json",
    "cases/unknown_operation/expected.err"
);

const MANIFEST: &str = include_str!("templates/plug.yaml");
const MEMBER: &str = include_str!("templates/member.toml");
const ALONE: &str = include_str!("templates/alone.toml");

/// The Rust template of a kind.
pub(super) fn code(kind: Kind) -> &'static str {
    own(kind).first().map_or("", |(_, code)| code)
}

/// Every file of a new plug: its path in the folder and its text.
pub(super) fn of(kind: Kind, is_member: bool, words: &Words<'_>) -> Vec<(&'static str, String)> {
    let cargo_toml = if is_member { MEMBER } else { ALONE };
    let shared = [("plug.yaml", MANIFEST), ("Cargo.toml", cargo_toml)];
    let cases = match kind {
        Kind::Serializer | Kind::Plugin => &[],
        Kind::Source | Kind::Transform | Kind::Sink => STAGE_CASES,
    };
    let all = shared.iter().chain(own(kind)).chain(cases);
    all.map(|(path, template)| (*path, words.fill(template))).collect()
}

fn own(kind: Kind) -> Files {
    match kind {
        Kind::Serializer => SERIALIZER,
        Kind::Plugin => PLUGIN,
        Kind::Source => SOURCE,
        Kind::Transform => TRANSFORM,
        Kind::Sink => SINK,
    }
}
