//! Hostile files are refused by name, and cost little memory whatever is in them.

use end_to_end::host::Host;
use end_to_end::peak;
use serde_json::Value;
use std::fs::File;
use std::io::Write as _;
use std::process::Command;

/// Peak of resident memory, in KiB.
const MOST: u64 = 64 << 10;

/// The variable that names the file for the process that measures.
const FILE: &str = "BUDGET_FILE";

/// A file that grows to its size piece by piece.
type Content = fn(&mut File) -> std::io::Result<()>;

fn repeated(file: &mut File, piece: &str, times: usize) -> std::io::Result<()> {
    let block = piece.repeat(1 << 10);
    for _ in 0..times >> 10 {
        file.write_all(block.as_bytes())?;
    }
    file.write_all(piece.repeat(times & 1023).as_bytes())
}

const HOSTILE: [(&str, &str, Content); 11] = [
    ("aliases of aliases", "alias_bomb", |file| {
        file.write_all(b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")?;
        (1..12).try_for_each(|n| {
            let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
            writeln!(file, "a{n}: &a{n} [{aliases}]")
        })
    }),
    ("one long text under many aliases", "alias_bomb", |file| {
        file.write_all(b"a: &a \"")?;
        repeated(file, "x", 1 << 20)?;
        file.write_all(b"\"\nb:\n")?;
        repeated(file, "- *a\n", 1 << 10)
    }),
    ("100 MB of steps", "too_large", |file| repeated(file, "- uses: a\n", 10 << 20)),
    ("100 MB that are not there", "too_large", |file| file.set_len(100 << 20)),
    ("10 000 levels of lists", "too_deep", |file| repeated(file, "[", 10_000)),
    ("10 000 levels of blocks", "too_deep", |file| repeated(file, "- ", 10_000)),
    ("a line of 50 MB", "too_large", |file| repeated(file, "x", 50 << 20)),
    ("a million elements", "too_large", |file| {
        file.write_all(b"pipeline: [")?;
        repeated(file, "a, ", 1_000_000)?;
        file.write_all(b"a]\n")
    }),
    ("a key of 2 MB", "missing_pipeline", |file| {
        file.write_all(b"? ")?;
        repeated(file, "k", 2_000_000)?;
        file.write_all(b"\n: 1\n")
    }),
    ("a text of 2 MB", "unknown_plugin", |file| {
        file.write_all(b"pipeline: [{uses: nobody, with: {text: \"")?;
        repeated(file, "x", 2_000_000)?;
        file.write_all(b"\"}}]\n")
    }),
    ("a hundred thousand keys", "too_large", |file| {
        (0..100_000).try_for_each(|n| writeln!(file, "key{n}: 1"))
    }),
];

#[test]
fn a_hostile_file_is_refused_in_64_mib() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hostile.yaml");
    let this = std::env::current_exe().expect("this program");
    for (what, kind, content) in HOSTILE {
        content(&mut File::create(&path).expect("a file")).expect("room on the disk");
        let line = format!("{} --exact budgets::alone --ignored --nocapture", this.display());
        let measured = Host::shared().shell(&line).env(FILE, &path).output().expect_code(0);
        let said = measured.stdout.lines().filter(|line| line.starts_with('{'));
        let said: Vec<Value> = said.map(|line| serde_json::from_str(line).expect(what)).collect();
        let [found, peak] = &said[..] else { panic!("{what}: {measured}") };
        let kinds = found["files"][0]["diagnostics"].as_array().expect("diagnostics");
        assert!(kinds.iter().any(|one| one["kind"] == kind), "{what}: {found}");
        let peak = peak["peak_kib"].as_u64().expect("a number");
        assert!(peak < MOST, "{what}: {peak} KiB");
    }
}

/// A process whose only child is the command: what it says of its children it says of that one.
#[test]
#[ignore = "measures for the test above, which starts it"]
fn alone() {
    let path = std::env::var_os(FILE).expect("the test above names a file");
    let command = Command::new("plugpipe").args(["check", "--format", "json"]).arg(path).output();
    let output = command.expect("plugpipe is on the path");
    println!();
    println!("{}", String::from_utf8_lossy(&output.stdout).trim());
    println!("{}", serde_json::json!({ "peak_kib": peak::of_children_kib() }));
}
