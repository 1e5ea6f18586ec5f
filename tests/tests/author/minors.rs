//! Plugins of an older and of a newer minor of the binary surface work in this host; one of another
//! major is refused by the name of its symbol.

use std::sync::{Mutex, PoisonError};

use end_to_end::host::{Host, Output, Tree};
use end_to_end::oracle::Counters;
use serde_json::json;

use crate::outside::Outside;

const STREAM: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: stream, version: 1.0.0}
pipeline:
  - {id: read, uses: generator_source, config: {count: 3}}
  - {id: write, uses: greeter}
";

/// The copies share a target folder, in which a library of the same name is another one's.
static BUILDING: Mutex<()> = Mutex::new(());

fn built(outside: Outside) -> Tree {
    let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    outside.plug()
}

fn greeted(tree: &Tree) -> Output {
    Host::shared().run(["run", "greeter", "--input", r#"{"who": "Ada"}"#]).plugs(tree).output()
}

#[test]
fn a_plugin_built_against_the_released_surface_answers() {
    let output = greeted(&built(Outside::released())).expect_code(0);
    assert_eq!(output.json(), json!({"greeting": "hello Ada"}));
}

/// Today's sources with what a minor may do: a method behind a stage's last, a field behind the root
/// module's last, a higher number.
fn of_a_newer_minor() -> Outside {
    const LAST: &str = "    /// The last call: gives resources back.\n    #[sabi(last_prefix_field)]\n\
                        \x20   fn close(&self, deadline_ns: u64) -> Pending<()>;\n";
    const PAUSE: &str = "    fn pause(&self) -> Answer<()> {\n        Answer::ROk(())\n    }\n";
    const CREATE: &str = "pub create: extern \"C\" fn(HostSvc, Doc) -> Answer<PluginBox>,\n";
    const REST: &str = "    pub rest: extern \"C\" fn(u64),\n";
    Outside::today("newer")
        .with("plugin-api/abi/src/stage.rs", LAST, &format!("{LAST}{PAUSE}"))
        .with("plugin-api/abi/src/root.rs", CREATE, &format!("{CREATE}{REST}"))
        .with(
            "plugin-api/abi/src/export.rs",
            "create: create::<E> }",
            "create: create::<E>, rest }",
        )
        .with("plugin-api/abi/src/export.rs", "\nextern \"C\" fn describe", REST_FUNCTION)
        .with("plugin-api/abi/Cargo.toml", "version = \"1.0.0\"", "version = \"1.1.0\"")
}

const REST_FUNCTION: &str = "\nextern \"C\" fn rest(_: u64) {}\n\nextern \"C\" fn describe";

#[test]
fn a_plugin_of_a_newer_minor_answers_in_todays_host() {
    let tree = built(of_a_newer_minor());
    let output = greeted(&tree).expect_code(0);
    assert_eq!(output.json(), json!({"greeting": "hello Ada"}));
    let tree = tree.with_plug("sources/generator_source/1.0.0");
    let streamed = Host::shared().run(["run", "-"]).plugs(&tree).stdin(STREAM).output();
    let document = streamed.expect_code(0).json();
    assert_eq!(Counters::of(&document), Counters::all_delivered(3));
}

#[test]
fn a_plugin_of_another_major_is_refused_by_its_symbol() {
    let (ours, theirs) = ("plugpipe_plugin_root_1", "plugpipe_plugin_root_2");
    let tree = built(
        Outside::today("major")
            .with("plugin-api/src/export/macros.rs", ours, theirs)
            .with("plugin-api/abi/src/root.rs", ours, theirs)
            .with("plugin-api/abi/Cargo.toml", "version = \"1.0.0\"", "version = \"2.0.0\"")
            .with("Cargo.toml", "abi\", version = \"1.0.0\"", "abi\", version = \"2.0.0\""),
    );
    let refused = Host::shared().run(["list", "--json"]).plugs(&tree).output().expect_code(0);
    let refused = &refused.json()["refused"][0];
    let reason = "the library does not export `plugpipe_plugin_root_1`: it is not a PlugPipe plugin, \
                  or was built for another major version of the plugin ABI";
    assert_eq!((&refused["kind"], &refused["reason"]), (&json!("no_symbol"), &json!(reason)));
    greeted(&tree).expect_code(2);
}
