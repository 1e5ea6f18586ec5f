//! Libraries that would end the host end only the process that tries them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use plugpipe::catalog::{Catalog, Places};
use plugpipe::loader::{Known, Loader, Probe};
use std::fs;
use std::path::Path;
use std::process::Command;

const META: &str = concat!(
    r#"{\"name\":\"echo\",\"version\":\"1.0.0\",\"abi\":\"1.0.0\","#,
    r#"\"rustc\":\"\",\"panic\":\"unwind\"}"#
);

/// A tree with one plug, whose library has the marks of a plugin and runs `constructor` when it is
/// opened.
fn tree(constructor: &str, flags: &[&str]) -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let folder = tree.path().join("demo/echo/1.0.0");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("plug.yaml"), "name: echo\nversion: 1.0.0\n").unwrap();
    let source = tree.path().join("echo.c");
    let code = format!(
        "__attribute__((visibility(\"default\"))) void *plugpipe_plugin_root_1[64];\n\
         __attribute__((section(\".pp_meta\"), used)) static const char meta[{}] = \"{META}\";\n\
         __attribute__((constructor)) static void start(void) {{ {constructor} }}\n",
        META.replace('\\', "").len()
    );
    fs::write(&source, code).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-fvisibility=hidden", "-Wl,-z,noexecstack", "-w", "-o"]);
    cc.arg(folder.join("libecho.so")).arg(&source).args(flags);
    let compiled = cc.output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    tree
}

/// Why the one plug of a tree is not admitted: the name of the reason and its words.
fn refusal(tree: &Path) -> (&'static str, String) {
    let catalog = Catalog::scan(&Places::trees(vec![tree.to_path_buf()]));
    let [plug] = catalog.installed() else { panic!("{:?}", catalog.refused()) };
    let program = env!("CARGO_BIN_EXE_plugpipe").into();
    let loader = Loader::new(Probe::Child { program, known: Known::default() });
    let reason = loader.admit(plug).err().unwrap();
    (reason.kind(), reason.to_string())
}

#[test]
fn a_library_that_ends_its_process_ends_only_the_child() {
    let cases = [
        ("*(volatile int *)0 = 1;", "with signal 11 (SIGSEGV) while it was being opened"),
        ("__builtin_trap();", "while it was being opened; nothing of it ran in the host"),
        ("void _exit(int); _exit(0);", "with exit code 0 while it was being opened"),
        (
            "int dprintf(int, const char *, ...); void abort(void);\n\
             dprintf(1, \"{\\\"ok\\\":true,\\\"description\\\":{}}\\nno luck\\n\"); abort();",
            "with signal 6 (SIGABRT), saying `no luck`, while it was being opened",
        ),
    ];
    for (constructor, words) in cases {
        let (kind, reason) = refusal(tree(constructor, &[]).path());
        assert_eq!(kind, "probe_crashed", "{constructor}: {reason}");
        assert!(reason.contains(words), "{constructor}: {reason}");
    }
}

#[test]
fn a_library_that_the_child_cannot_link_is_refused_in_the_childs_words() {
    let other = tempfile::tempdir().unwrap();
    let (source, library) = (other.path().join("x.c"), other.path().join("libelsewhere.so"));
    fs::write(&source, "int far;").unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-Wl,-soname,libelsewhere.so.7", "-o"]).arg(&library).arg(&source);
    assert!(cc.status().unwrap().success());
    let tree = tree("", &["-Wl,--no-as-needed", library.to_str().unwrap()]);
    let (kind, reason) = refusal(tree.path());
    assert_eq!(kind, "missing_library", "{reason}");
    assert!(reason.contains("it needs libelsewhere.so.7"), "{reason}");
}

#[test]
fn a_library_that_writes_a_large_file_is_ended() {
    let constructor = "int memfd_create(const char *, int); long write(int, const void *, long);\n\
                       static char zeros[1 << 20]; int file = memfd_create(\"large\", 0);\n\
                       for (int i = 0; i < 64; i++) write(file, zeros, sizeof zeros);";
    let (kind, reason) = refusal(tree(constructor, &[]).path());
    assert_eq!(kind, "probe_crashed", "{reason}");
    assert!(reason.contains("(SIGXFSZ)"), "{reason}");
}
