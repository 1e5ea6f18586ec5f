//! Small libraries that the C compiler makes of `tests/fixtures/build/stub.c`: each has one property
//! that a plugin must not have.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::{process, workspace_root};

const LIMIT: Duration = Duration::from_secs(60);

/// What makes a stub different from an ordinary library.
#[derive(Clone, Copy, Default)]
pub struct Stub {
    /// Macros that switch parts of the source on.
    pub defines: &'static [&'static str],
    /// Further words for the linker.
    pub link: &'static [&'static str],
    /// The name of a library that it needs and that is nowhere to be found.
    pub needs: Option<&'static str>,
}

impl Stub {
    /// Compiles and links it. `meta` is what its section `.pp_meta` holds.
    ///
    /// # Panics
    /// When there is no C compiler, or it refuses.
    #[must_use]
    pub fn built(&self, meta: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let library = folder.path().join("libstub.so");
        let mut cc = compiler(&library);
        cc.arg(format!("-DMETA={}", serde_json::Value::from(meta)));
        cc.args(self.defines.iter().map(|name| format!("-D{name}")));
        cc.arg(workspace_root().join("tests/fixtures/build/stub.c")).args(self.link);
        if let Some(soname) = self.needs {
            let needed = folder.path().join("libneeded.so");
            empty_library(&needed, soname);
            cc.arg("-Wl,--no-as-needed").arg(needed);
        }
        succeed(cc);
        std::fs::read(&library).expect("what the compiler wrote")
    }
}

fn compiler(library: &Path) -> Command {
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(library);
    cc
}

fn empty_library(file: &Path, soname: &str) {
    let mut cc = compiler(file);
    cc.args(["-x", "c", "/dev/null"]).arg(format!("-Wl,-soname,{soname}"));
    succeed(cc);
}

/// A library without the symbols and the debug information that nobody needs to run it.
///
/// # Panics
/// When there is no `strip`, or it refuses.
#[must_use]
pub fn stripped(library: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("lib.so");
    std::fs::write(&file, library).expect("a new file");
    let mut strip = Command::new("strip");
    strip.arg(&file);
    succeed(strip);
    std::fs::read(&file).expect("what strip wrote")
}

fn succeed(command: Command) {
    let what = format!("{command:?}");
    let output = process::run(command, LIMIT).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(output.code, Some(0), "{what}\n{output}");
}
