//! cargo as a program: which packages there are, and where their libraries are built.

use super::{CompileError, Watch};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Libraries by the `Cargo.toml` of their package.
pub(super) type Libraries = BTreeMap<PathBuf, PathBuf>;

/// A workspace as `cargo metadata` tells of it.
#[derive(Deserialize)]
struct Workspace {
    workspace_root: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
}

/// One line of cargo's machine-readable output.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    target: Target,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// What a message is about.
#[derive(Default, Deserialize)]
struct Target {
    name: String,
}

/// What was compiled, and the names of packages that were not.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) libraries: Libraries,
    pub(super) failed: Vec<String>,
}

/// Compiles the packages of these `Cargo.toml`s, those of one workspace in one go, in the profile of
/// the host itself. cargo's own words go to stderr. A package that does not compile stops no other.
pub(super) fn build(manifests: &[&Path], watch: &dyn Watch) -> Result<Compiled, CompileError> {
    let mut left = manifests.to_vec();
    let mut compiled = Compiled::default();
    while let Some(first) = left.first() {
        let workspace = workspace_of(first, Stdio::inherit())?;
        let mine =
            |path: &Path| workspace.packages.iter().find(|package| package.manifest_path == path);
        let packages: Vec<&Package> = left.iter().filter_map(|path| mine(path)).collect();
        if packages.is_empty() {
            return Err(CompileError::Cargo(format!("{} is in no workspace", first.display())));
        }
        build_workspace(&workspace.workspace_root, &packages, &mut compiled, watch)?;
        left.retain(|path| mine(path).is_none());
    }
    Ok(compiled)
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn fault(error: impl std::fmt::Display) -> CompileError {
    CompileError::Cargo(error.to_string())
}

/// The packages of the workspace that a `Cargo.toml` belongs to, each with its own `Cargo.toml`; `None`
/// where cargo cannot say.
pub(crate) fn packages(manifest: &Path) -> Option<Vec<(String, PathBuf)>> {
    let workspace = workspace_of(manifest, Stdio::null()).ok()?;
    let named = |package: Package| (package.name, package.manifest_path);
    Some(workspace.packages.into_iter().map(named).collect())
}

fn workspace_of(manifest: &Path, words: Stdio) -> Result<Workspace, CompileError> {
    let mut ask = cargo();
    ask.args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"]);
    let answer = ask.arg(manifest).stderr(words).output().map_err(fault)?;
    if !answer.status.success() {
        return Err(CompileError::Compiler(manifest.display().to_string()));
    }
    serde_json::from_slice(&answer.stdout).map_err(fault)
}

fn build_workspace(
    root: &Path,
    packages: &[&Package],
    compiled: &mut Compiled,
    watch: &dyn Watch,
) -> Result<(), CompileError> {
    let mut build = cargo();
    build.args(["build", "--keep-going", "--message-format=json-render-diagnostics"]);
    build.arg("--manifest-path").arg(root.join("Cargo.toml"));
    build.args((!cfg!(debug_assertions)).then_some("--release"));
    build.args(packages.iter().flat_map(|package| ["-p", package.id.as_str()]));
    if !run(build, compiled, watch).map_err(fault)? {
        let built = |package: &&&Package| compiled.libraries.contains_key(&package.manifest_path);
        let failed = packages.iter().filter(|package| !built(package));
        compiled.failed.extend(failed.map(|package| package.name.clone()));
    }
    Ok(())
}

/// Runs one `cargo build` and notes its libraries; answers whether it succeeded.
fn run(mut build: Command, compiled: &mut Compiled, watch: &dyn Watch) -> std::io::Result<bool> {
    let words = if watch.takes_words() {
        build.env("CARGO_TERM_COLOR", "always");
        Stdio::piped()
    } else {
        Stdio::inherit()
    };
    let mut child = build.stdout(Stdio::piped()).stderr(words).spawn()?;
    let words = child.stderr.take().map(BufReader::new);
    let lines = child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let lines = words.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
            lines.for_each(|line| watch.says(&line));
        });
        for line in lines.map_while(Result::ok) {
            let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
            if message.reason == "compiler-artifact" {
                watch.compiled(&message.target.name);
            }
            compiled.libraries.extend(library_of(message));
        }
    });
    Ok(child.wait()?.success())
}

fn library_of(message: Message) -> Option<(PathBuf, PathBuf)> {
    let is_library = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "so");
    let artifact = message.reason == "compiler-artifact";
    let library = message.filenames.into_iter().find(is_library).filter(|_| artifact)?;
    Some((message.manifest_path, library))
}
