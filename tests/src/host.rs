//! The `plugpipe` binary and its plugs, built once and then run like a user runs them.

mod build;
mod checkout;
mod tree;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

pub use crate::process::{Output, Running};
pub use build::target_folder;
pub use tree::Tree;

use crate::{Result, workspace_root};

/// After this long a command counts as hung: it is killed and its test fails.
const LIMIT: Duration = Duration::from_secs(60);
/// Tells the binary where the plugs are, so that arguments can stay word for word.
const PLUGS: &str = "PLUGPIPE_PLUGS";

/// Tells the binary where it remembers libraries that it has tried; empty for nowhere.
const TRIED: &str = "PLUGPIPE_PROBED_CACHE";

/// The built binary and the tree its plugs were built into.
pub struct Host {
    binary: PathBuf,
    tree: PathBuf,
    // Held while this process lives: another one must not rebuild the tree under it.
    _in_use: std::fs::File,
}

impl Host {
    /// The host of this test process, built by the first call in the profile of the test.
    ///
    /// # Panics
    /// When the build fails, with what cargo said.
    pub fn shared() -> &'static Self {
        static HOST: OnceLock<Result<Host>> = OnceLock::new();
        match HOST.get_or_init(build::host) {
            Ok(host) => host,
            Err(error) => panic!("building plugpipe and its plugs: {error}"),
        }
    }

    /// A command, to be given more and then run: `plugpipe` with these arguments in the
    /// workspace's root, with the plugs of the workspace.
    pub fn run<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Invocation {
        let mut command = Command::new(&self.binary);
        command.args(arguments.into_iter().map(Into::into));
        self.invocation(command)
    }

    /// A line for `sh`, with `plugpipe` on its path.
    pub fn shell(&self, line: &str) -> Invocation {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        let folder = self.binary.parent().expect("the binary lies in a folder").to_owned();
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder).chain(std::env::split_paths(&rest));
        command.env("PATH", std::env::join_paths(folders).expect("no colon in the target folder"));
        self.invocation(command)
    }

    /// A copy of the checkout, its plugs built, that commands may write into. It lies below the target
    /// folder under this name, which is one test's own.
    ///
    /// # Panics
    /// When it cannot be laid out.
    pub fn checkout(&self, name: &str) -> PathBuf {
        checkout::checkout(name, &self.tree).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The tree that holds every plug of the workspace, built.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// The tree that holds every plug of `tests/fixtures`, built by the first call.
    ///
    /// # Panics
    /// When they do not compile.
    pub fn fixtures(&self) -> &'static Path {
        build::fixtures()
    }

    /// The library of a package of the workspace, built with `panic=abort`.
    ///
    /// # Panics
    /// When it does not compile.
    pub fn built_to_abort(&self, package: &str) -> Vec<u8> {
        build::aborting(package).unwrap_or_else(|error| panic!("{error}"))
    }

    fn invocation(&self, mut command: Command) -> Invocation {
        command.current_dir(workspace_root());
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("PLUGPIPE_") || name_text.starts_with("KAFKA") {
                command.env_remove(&name);
            }
        }
        command.env("CARGO_TARGET_DIR", target_folder()).env(PLUGS, &self.tree);
        // Not in the home of whoever runs the tests.
        command.env(TRIED, self.tree.with_file_name("tried"));
        Invocation { command, stdin: Vec::new(), input_stays_open: false, limit: LIMIT }
    }
}

/// A command about to run. Its environment holds nothing of `PLUGPIPE_*` and `KAFKA*` but what is
/// given here.
pub struct Invocation {
    command: Command,
    stdin: Vec<u8>,
    input_stays_open: bool,
    limit: Duration,
}

impl Invocation {
    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What the command reads; nothing if this is not called.
    #[must_use]
    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// What the command reads goes on, with nothing more to read.
    #[must_use]
    pub fn without_end_of_input(mut self) -> Self {
        self.input_stays_open = true;
        self
    }

    /// Another tree of plugs than the workspace's.
    #[must_use]
    pub fn plugs(self, tree: &Tree) -> Self {
        self.env(PLUGS, tree.path())
    }

    /// Every library is tried again, whether it has passed before or not.
    #[must_use]
    pub fn trying_again(self) -> Self {
        self.env(TRIED, "")
    }

    /// Another working folder, with the plugs that a user there would have.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder).env_remove(PLUGS);
        self
    }

    /// Another deadline than a minute.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The command alone, for what neither ends by itself nor has a deadline.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs to the end.
    ///
    /// # Panics
    /// When the command cannot be started or is killed at its deadline.
    pub fn output(self) -> Output {
        self.start().wait().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts and does not wait.
    ///
    /// # Panics
    /// When the command cannot be started.
    pub fn start(self) -> Running {
        let start = match self.input_stays_open {
            true => Running::start_with_open_input,
            false => Running::start,
        };
        start(self.command, self.stdin, self.limit).unwrap_or_else(|error| panic!("{error}"))
    }
}
