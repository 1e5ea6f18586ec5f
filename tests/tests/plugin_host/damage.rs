//! Damaged libraries: hundreds of them, and what keeps each from doing harm.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use end_to_end::damage::{Class, Damage, corpus};
use end_to_end::host::{Host, Output, Tree};
use end_to_end::patch::checksum_file;
use end_to_end::stub::stripped;
use serde_json::{Value, json};

const PLUG: &str = "serialization/json_serializer/1.0.0";
const LIBRARY: &str = "serialization/json_serializer/1.0.0/libjson_serializer.so";
const CHECKSUM: &str = "serialization/json_serializer/1.0.0/libjson_serializer.so.sha256";
const INPUT: &str = r#"{"message": {"a": 1}}"#;

/// As many runs at once.
const WORKERS: usize = 2;

/// What a run with a damaged library came to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Nobody reads the damaged bytes.
    RightAnswer,
    /// It was refused; what the reason is about.
    Refused(&'static str),
    /// The plugin's own call failed.
    PluginError,
    /// The host was ended by a signal, or by the dynamic linker.
    Died,
    /// Anything else, which must not be.
    Wrong(String),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RightAnswer => f.write_str("right answer"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::PluginError => f.write_str("plugin error"),
            Self::Died => f.write_str("host died"),
            Self::Wrong(what) => write!(f, "WRONG {what}"),
        }
    }
}

/// Parts of reasons, and what they are about.
const REASONS: [(&str, &str); 22] = [
    ("tells of", "checksum_mismatch"),
    ("the library is damaged", "damaged_library"),
    ("is not an ELF file", "not_elf"),
    ("an empty file", "empty_file"),
    ("the library is for ", "wrong_machine"),
    ("does not export", "no_symbol"),
    ("no readable plugin metadata", "no_metadata"),
    ("panic=abort", "panic_abort"),
    ("disagree", "disagreement"),
    ("it was built for plugin-abi", "abi_mismatch"),
    ("executable stacks", "executable_stack"),
    ("relocates its own code", "text_relocations"),
    ("static thread-local storage", "static_tls"),
    ("has a run path", "run_path"),
    ("does not find", "missing_library"),
    ("glibc", "newer_glibc"),
    ("it ended its process with", "probe_crashed"),
    ("it did not finish", "probe_timeout"),
    ("the dynamic linker refused", "linker"),
    ("binary layout differs", "abi_mismatch"),
    ("exported header is not readable", "abi_mismatch"),
    ("besides its plugin", "stray_exports"),
];

/// The good library, and every way to damage it.
fn library_and_corpus() -> (Vec<u8>, Vec<Damage>) {
    let unstripped = Tree::empty().with_plug(PLUG).read(LIBRARY);
    let library = stripped(&unstripped);
    let damages = corpus(&library, &unstripped);
    assert!(damages.len() >= 250, "{}", damages.len());
    (library, damages)
}

/// One tree with the good library and no checksum beside it.
fn tree_with(library: &[u8]) -> Tree {
    Tree::empty().with_plug(PLUG).without_file(CHECKSUM).with_file(LIBRARY, library)
}

/// Puts every damaged library into a tree in turn and asks for `end` of it.
fn ends<E: Send>(
    library: &[u8],
    damages: &[Damage],
    end: impl Fn(&Tree, &[u8]) -> E + Sync,
) -> Vec<E> {
    let (next, ends) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let tree = tree_with(library);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(damage) = damages.get(number) else { break };
                    let damaged = damage.done_to(library);
                    tree.put(LIBRARY, &damaged);
                    ends.lock().unwrap().push((number, end(&tree, &damaged)));
                }
            });
        }
    });
    let mut ends = ends.into_inner().unwrap();
    ends.sort_by_key(|(number, _)| *number);
    ends.into_iter().map(|(_, end)| end).collect()
}

fn run(tree: &Tree) -> Output {
    let run = Host::shared().run(["run", "json_serializer", "--input", INPUT]);
    run.plugs(tree).trying_again().output()
}

fn end_of(output: &Output) -> End {
    let document = || serde_json::from_str::<Value>(&output.stdout).unwrap_or_default();
    match output.code {
        Some(0) if document()["serialized_message"] == r#"{"a":1}"# => End::RightAnswer,
        Some(2) => refusal(&document()["error"]["message"]),
        Some(1) if document()["error"]["kind"] == "plugin_error" => End::PluginError,
        // The dynamic linker ends a process that it cannot go on with.
        None | Some(127) => End::Died,
        _ => End::Wrong(output.to_string()),
    }
}

fn refusal(message: &Value) -> End {
    let message = message.as_str().unwrap_or_default();
    let known = REASONS.iter().find(|(part, _)| message.contains(part));
    known.map_or_else(|| End::Wrong(message.to_owned()), |(_, about)| End::Refused(about))
}

/// How often each class came to each end, for whoever reads the output.
fn print(damages: &[Damage], ends: &[End]) {
    let mut counts: BTreeMap<(Class, &End), usize> = BTreeMap::new();
    for (damage, end) in damages.iter().zip(ends) {
        *counts.entry((damage.class, end)).or_default() += 1;
    }
    for ((class, end), count) in counts {
        eprintln!("{class:?}: {count} {end}");
    }
}

#[test]
fn a_locked_tree_takes_no_damaged_library() {
    let (library, damages) = library_and_corpus();
    let good = tree_with(&library);
    let lock = good.path().join("plugs.lock");
    let lock = lock.to_str().unwrap();
    Host::shared().run(["lock", "--file", lock]).plugs(&good).output().expect_code(0);
    let listed = ends(&library, &damages, |tree, _| {
        let list = Host::shared().run(["list", "--json", "--lock-file", lock]);
        list.plugs(tree).output().expect_code(1).json()
    });
    for (damage, listed) in damages.iter().zip(listed) {
        assert_eq!(listed["plugs"], json!([]), "{}", damage.name);
        assert_eq!(listed["refused"][0]["kind"], "lock_mismatch", "{}: {listed}", damage.name);
    }
}

#[test]
fn a_damaged_library_with_its_checksum_beside_it_is_not_even_tried() {
    let (library, damages) = library_and_corpus();
    let checksum = checksum_file("libjson_serializer.so", &library);
    let ends = ends(&library, &damages, |tree, _| {
        tree.put(CHECKSUM, &checksum);
        end_of(&run(tree))
    });
    print(&damages, &ends);
    const TRIED: [&str; 3] = ["probe_crashed", "probe_timeout", "linker"];
    for (damage, end) in damages.iter().zip(&ends) {
        let refused = matches!(end, End::Refused(why) if !TRIED.contains(why));
        assert!(refused, "{}: {end}", damage.name);
    }
}

#[test]
fn a_damaged_library_alone_is_refused_or_answers_rightly() {
    let (library, damages) = library_and_corpus();
    let ends = ends(&library, &damages, |tree, _| end_of(&run(tree)));
    print(&damages, &ends);
    for (damage, end) in damages.iter().zip(&ends) {
        let (class, name) = (damage.class, &damage.name);
        match end {
            End::Refused(_) => {}
            End::RightAnswer => assert_ne!(class, Class::Layout, "{name}"),
            // Code that no trial runs shows its damage in a call.
            End::Died | End::PluginError => assert_eq!(class, Class::InnerCode, "{name}: {end}"),
            End::Wrong(_) => panic!("{class:?}, {name}: {end}"),
        }
    }
}
