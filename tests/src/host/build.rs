//! Building the binary and the plugs: `cargo test` leaves neither where another package's tests
//! could find them.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::Host;
use crate::{Result, process, workspace_root};

/// Cold, on a slow machine, with the Kafka client and its OpenSSL compiled from source.
const LIMIT: Duration = Duration::from_mins(30);

/// Where the running test was built: `<target>/<profile>/deps/<test>`.
struct Place {
    target: PathBuf,
    /// The folder's name: `debug` for the profile `dev`, else the profile's own.
    profile_folder: String,
}

impl Place {
    fn of_this_test() -> Result<Self> {
        let test = env::current_exe()?;
        let folder = test.ancestors().nth(2).ok_or("the test lies in no profile folder")?;
        let name = folder.file_name().and_then(|name| name.to_str());
        Ok(Self {
            target: folder.parent().ok_or("the profile folder has no parent")?.to_owned(),
            profile_folder: name.ok_or("the profile folder has no name")?.to_owned(),
        })
    }

    fn profile(&self) -> &str {
        if self.profile_folder == "debug" { "dev" } else { &self.profile_folder }
    }

    fn binary(&self) -> PathBuf {
        self.target.join(&self.profile_folder).join("plugpipe")
    }

    /// Everything the tests leave in the target folder lies here.
    fn scratch(&self) -> PathBuf {
        self.target.join("end-to-end").join(&self.profile_folder)
    }
}

/// The target folder of the running test.
///
/// # Panics
/// When the test does not run out of one.
pub fn target_folder() -> PathBuf {
    Place::of_this_test().unwrap_or_else(|error| panic!("{error}")).target
}

/// Builds the binary in the profile of this test, then has it build every plug into a tree.
pub(super) fn host() -> Result<Host> {
    let place = Place::of_this_test()?;
    build_binary(&place)?;
    let Built { tree, in_use } = build_tree(&place, "plugs", &[])?;
    Ok(Host { binary: place.binary(), tree, _in_use: in_use })
}

/// Fixtures that compile and that the host refuses: `plugpipe build` must say so of each.
const REFUSED: [&str; 2] = ["faulty/no_symbol/1.0.0", "faulty/wrong_name/1.0.0"];

/// The plugs below `tests/fixtures`, built by the first call. The binary must be there by then.
pub(super) fn fixtures() -> &'static Path {
    static FIXTURES: OnceLock<Result<Built>> = OnceLock::new();
    let build = || build_tree(&Place::of_this_test()?, "tests/fixtures", &REFUSED);
    match FIXTURES.get_or_init(build) {
        Ok(built) => &built.tree,
        Err(error) => panic!("building the fixture plugs: {error}"),
    }
}

/// The library of a package of the workspace, built to abort where it should unwind. The libraries it
/// stands on stay as they are, so this compiles one crate.
pub(super) fn aborting(package: &str) -> Result<Vec<u8>> {
    let place = Place::of_this_test()?;
    let mut cargo = cargo("rustc", package, &place);
    cargo.args(["--", "-C", "panic=abort"]);
    succeed(cargo)?;
    Ok(fs::read(place.target.join(&place.profile_folder).join(format!("lib{package}.so")))?)
}

fn cargo(command: &str, package: &str, place: &Place) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([command, "--package", package, "--profile", place.profile()]);
    cargo.arg("--target-dir").arg(&place.target).current_dir(workspace_root());
    cargo
}

/// A tree of built plugs. While its lock is held, no other process rebuilds it.
struct Built {
    tree: PathBuf,
    in_use: File,
}

/// Builds the plugs below `sources`, a folder of the workspace, into a tree of the same name.
fn build_tree(place: &Place, sources: &str, refused: &[&str]) -> Result<Built> {
    let name = sources.rsplit('/').next().unwrap_or(sources);
    let tree = place.scratch().join(name);
    fs::create_dir_all(place.scratch())?;
    let in_use = File::create(place.scratch().join(format!("{name}.lock")))?;
    in_use.lock()?;
    build_plugs(place, sources, &tree, refused)?;
    in_use.lock_shared()?;
    Ok(Built { tree, in_use })
}

fn build_binary(place: &Place) -> Result<()> {
    succeed(cargo("build", "plugpipe", place))
}

/// Builds into an empty tree, so that no plug of an earlier checkout is left in it.
fn build_plugs(place: &Place, sources: &str, tree: &Path, refused: &[&str]) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    let mut plugpipe = Command::new(place.binary());
    plugpipe.args(["build", "--plugs", sources, "--out"]).arg(tree);
    plugpipe.current_dir(workspace_root());
    plugpipe.env("CARGO_TARGET_DIR", &place.target);
    let output = process::run(plugpipe, LIMIT)?;
    let lines = output.stderr.lines().filter_map(|line| line.split_once(" is refused: "));
    let named: Vec<&str> = lines.map(|(plug, _reason)| plug).collect();
    let expected = refused.iter().map(|plug| format!("error: {}/{plug}", tree.display()));
    let code = if refused.is_empty() { 0 } else { 1 };
    if output.code == Some(code) && expected.eq(named) {
        return Ok(());
    }
    Err(format!("building {sources}: exit code {code} and {refused:?} were expected\n{output}")
        .into())
}

fn succeed(command: Command) -> Result<()> {
    let what = format!("{command:?}");
    let output = process::run(command, LIMIT)?;
    if output.code == Some(0) { Ok(()) } else { Err(format!("{what}\n{output}").into()) }
}
