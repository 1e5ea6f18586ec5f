//! A plugin in a workspace of its own, beside a copy of `plugin-api` that may differ from ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use end_to_end::host::{Tree, target_folder};
use end_to_end::{process, workspace_root};

/// Compiles plugin-api and what it needs once more, for a workspace of its own.
const LIMIT: Duration = Duration::from_mins(10);

/// A plugin as its author wrote it when the surface was 1.0.
const SOURCE: &str = include_str!("../../fixtures/abi/greeter.rs.txt");

/// A folder with `Cargo.toml` and `plugin-api/`, to be edited and then built.
pub struct Outside {
    folder: PathBuf,
}

impl Outside {
    /// The sources that were released as 1.0.0. They stay at one place, so that they are built once.
    pub fn released() -> Self {
        let outside = Self::empty("released");
        let packed = workspace_root().join("tests/fixtures/abi/plugin-abi-1.0.0.tar.gz");
        let mut tar = Command::new("tar");
        tar.arg("xzf").arg(packed).arg("-C").arg(&outside.folder);
        succeed(tar);
        outside
    }

    /// Today's sources, as a copy called `name`.
    pub fn today(name: &str) -> Self {
        let outside = Self::empty(name);
        let ours = workspace_root();
        fs::copy(ours.join("Cargo.toml"), outside.folder.join("Cargo.toml")).unwrap();
        for part in ["Cargo.toml", "src", "benches", "abi"] {
            copy(
                &ours.join("plugin-api").join(part),
                &outside.folder.join("plugin-api").join(part),
            );
        }
        outside
    }

    fn empty(name: &str) -> Self {
        let folder = target_folder().join("end-to-end/outside").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// Changes a file; what is to be replaced must stand in it.
    #[must_use]
    pub fn with(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not hold {from:?}");
        fs::write(path, text.replace(from, to)).unwrap();
        self
    }

    /// A tree with the greeter, built against this copy.
    pub fn plug(self) -> Tree {
        self.write_plugin();
        let target = target_folder().join("end-to-end/foreign");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--offline", "--package", "greeter", "--target-dir"]).arg(&target);
        cargo.current_dir(&self.folder);
        succeed(cargo);
        let library = fs::read(target.join("debug/libgreeter.so")).unwrap();
        Tree::empty().with_file("outside/greeter/1.0.0/libgreeter.so", library).with_file(
            "outside/greeter/1.0.0/plug.yaml",
            "name: greeter\nversion: 1.0.0\ndescription: Greets\nlicense: MIT\n\
                 roles: [process, sink]\n",
        )
    }

    /// The root manifest keeps its versions and features, so that what is built already is used.
    fn write_plugin(&self) {
        const MANIFEST: &str = "[package]\nname = \"greeter\"\nversion = \"1.0.0\"\n\
             edition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n\
             plugin-api.workspace = true\nserde.workspace = true\n";
        let root = fs::read_to_string(self.folder.join("Cargo.toml")).unwrap();
        let (_, package) = root.split_once("[workspace.package]").unwrap();
        let (package, _profiles) = package.split_once("[profile").unwrap();
        let members = "[workspace]\nresolver = \"3\"\n\
                       members = [\"plugin-api\", \"plugin-api/abi\", \"greeter\"]\n\n";
        let root = format!("{members}[workspace.package]{package}");
        fs::write(self.folder.join("Cargo.toml"), root).unwrap();
        fs::copy(workspace_root().join("Cargo.lock"), self.folder.join("Cargo.lock")).unwrap();
        fs::create_dir_all(self.folder.join("greeter/src")).unwrap();
        fs::write(self.folder.join("greeter/Cargo.toml"), MANIFEST).unwrap();
        fs::write(self.folder.join("greeter/src/lib.rs"), SOURCE).unwrap();
    }
}

fn succeed(command: Command) {
    let output = process::run(command, LIMIT).unwrap();
    assert_eq!(output.code, Some(0), "{output}");
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
