//! The foreign crate: its source, its build with plain cargo, its folder in a tree.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use end_to_end::host::{Tree, target_folder};
use end_to_end::{process, workspace_root};

/// Compiles plugin-api and what it needs once more, for a workspace of its own.
const LIMIT: Duration = Duration::from_mins(10);

/// Upper-case JSON text with `MARKS` behind it. What an author outside would write.
const SOURCE: &str = include_str!("shout_serializer.txt");

/// One built version.
pub struct Shout {
    version: &'static str,
    library: Vec<u8>,
}

impl Shout {
    /// Versions 1.0.0 and 2.0.0, which differ in one exclamation mark.
    pub fn versions() -> &'static [Self; 2] {
        static BUILT: OnceLock<[Shout; 2]> = OnceLock::new();
        BUILT.get_or_init(|| [("1.0.0", "!"), ("2.0.0", "!!")].map(|(v, marks)| build(v, marks)))
    }

    /// Puts the plug where an author would: a manifest and a library, nothing else.
    pub fn drop_into(&self, tree: Tree) -> Tree {
        let Self { version, library } = self;
        let folder = format!("serialization/shout_serializer/{version}");
        let manifest = format!(
            "name: shout_serializer\nversion: {version}\ndescription: Upper case, loudly\n\
             license: MIT\nroles: [process, transform]\n"
        );
        tree.with_file(&format!("{folder}/plug.yaml"), manifest)
            .with_file(&format!("{folder}/libshout_serializer.so"), library)
    }
}

fn build(version: &'static str, marks: &str) -> Shout {
    let outside = tempfile::tempdir().unwrap();
    write_crate(outside.path(), version, marks);
    let target = target_folder().join("end-to-end/foreign");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--offline", "--target-dir"]).arg(&target).current_dir(outside.path());
    let output = process::run(cargo, LIMIT).unwrap();
    assert_eq!(output.code, Some(0), "{output}");
    let library = fs::read(target.join("debug/libshout_serializer.so")).unwrap();
    Shout { version, library }
}

/// The lock file of the workspace names versions that are on this machine already.
fn write_crate(folder: &Path, version: &str, marks: &str) {
    let api = workspace_root().join("plugin-api");
    let manifest = format!(
        "[package]\nname = \"shout_serializer\"\nversion = \"{version}\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nplugin-api = {{ path = \"{}\" }}\n\n[workspace]\n",
        api.display()
    );
    fs::create_dir(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), SOURCE.replace("MARKS", marks)).unwrap();
    fs::copy(workspace_root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}
