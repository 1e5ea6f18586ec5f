//! Small libraries made by the C compiler: what a plugin looks like from outside, and nothing in it.

use plugin_abi::meta::SECTION;
use plugin_abi::root::ROOT_SYMBOL;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A library with the root symbol and metadata, built by `cc` with more `code` and `flags`.
pub(crate) struct Library {
    folder: tempfile::TempDir,
    code: &'static str,
    flags: Vec<String>,
}

impl Library {
    pub(crate) fn new(code: &'static str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), code, flags: Vec::new() }
    }

    pub(crate) fn flag(mut self, flag: impl Into<String>) -> Self {
        self.flags.push(flag.into());
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        std::fs::read(self.build_as("echo", "1.0.0")).unwrap()
    }

    /// Builds it with metadata of that name and version.
    pub(crate) fn build_as(&self, name: &str, version: &str) -> PathBuf {
        let meta = format!(
            r#"{{"name":"{name}","version":"{version}","abi":"{}","rustc":"","panic":"unwind"}}"#,
            plugin_abi::ABI_VERSION
        );
        let source = format!(
            "#define EXPORTED __attribute__((visibility(\"default\")))\n\
             EXPORTED void *{ROOT_SYMBOL}[64] = {{ &{ROOT_SYMBOL} }};\n\
             __attribute__((section(\"{SECTION}\"), used)) static const char meta[{}] = {meta:?};\n\
             {}\n",
            meta.len(),
            self.code
        );
        let (input, output) =
            (self.folder().join("x.c"), self.folder().join(format!("lib{name}.so")));
        std::fs::write(&input, source).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-fvisibility=hidden", "-Wl,-z,noexecstack", "-w", "-o"]);
        cc.arg(&output).arg(&input).args(&self.flags);
        let compiled = cc.output().unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        output
    }
}
