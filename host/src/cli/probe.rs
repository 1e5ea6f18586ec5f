//! `plugpipe probe`: one library in a process of its own.

use super::{DONE, FAILED, output};
use crate::loader::serve_probe;
use clap::Args;
use std::fs::File;
use std::io::{self, Seek as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

/// Load one library in this process, create its plugin, shut it down, and tell how far it came.
///
/// The host runs this in a child before it opens a library that it does not know. One JSON line goes
/// to stdout for each phase as it begins, `{"phase":"open"}`, then `describe`, `create` and
/// `shutdown`; the last line is `{"ok":true,"description":{...}}` or
/// `{"ok":false,"kind":"...","reason":"..."}`. The process may use 6 s of processor time, 8 GiB of
/// address space, 256 open files and files of 16 MiB, and ends after 6 s.
#[derive(Args, Debug)]
pub(super) struct ProbeArguments {
    /// The library's file, or `-` for its bytes on stdin
    #[arg(value_name = "LIBRARY")]
    library: PathBuf,
}

pub(super) fn run(arguments: &ProbeArguments) -> u8 {
    let library = match open(&arguments.library) {
        Ok(library) => library,
        Err(error) => {
            let path = arguments.library.display();
            return output::wrong(&format!("{path} cannot be read: {error}"));
        }
    };
    output::claim_stdout();
    if serve_probe(library, output::result) { DONE } else { FAILED }
}

fn open(library: &Path) -> io::Result<File> {
    if library != Path::new("-") {
        return File::open(library);
    }
    let mut stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    // The host's descriptor stands at the end of what it wrote; a pipe is read from where it is.
    let _ = stdin.rewind();
    Ok(stdin)
}
