//! A hundred new builds under load: no call is lost, and none gets an answer of a build that was
//! replaced before it was made.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use end_to_end::host::{Host, Tree};
use end_to_end::patch::{checksum_file, replaced};
use end_to_end::serve::{Connection, Serve};
use end_to_end::stub::stripped;
use serde_json::{Value, json};

const SWAPS: u64 = 100;
const CALLERS: usize = 4;
/// Every version that was loaded stays mapped, and may keep this much.
const KEPT_KIB: u64 = 4 << 10;
const VERSION: &str = "1.0.100";
const STAMP: &str = "BUILD-000000";

/// One build: a version, and the stamp in it.
struct Build {
    number: u64,
    version: String,
}

impl Build {
    /// Even builds come as a new version, odd ones in the place of the one before.
    fn number(number: u64) -> Self {
        Self { number, version: format!("1.0.{}", 100 + number / 2) }
    }

    fn put(&self, tree: &Tree, built: &[u8]) {
        let mut library = replaced(built, STAMP, &format!("BUILD-{:06}", self.number));
        if self.version != VERSION {
            library = replaced(&library, VERSION, &self.version);
        }
        let folder = format!("versions/stamped/{}", self.version);
        let manifest = format!("name: stamped\nversion: {}\nroles: [process]\n", self.version);
        tree.put(&format!("{folder}/libstamped.so"), &library);
        let checksum = checksum_file("libstamped.so", &library);
        tree.put(&format!("{folder}/libstamped.so.sha256"), checksum);
        tree.put(&format!("{folder}/plug.yaml"), manifest);
    }
}

fn stamp_of(answer: &Value) -> u64 {
    let stamp = answer["stamp"].as_str().unwrap();
    stamp.strip_prefix("BUILD-").unwrap().parse().unwrap()
}

/// One call; its answer is of a build that was published before it was made, or later.
fn call(connection: &mut Connection, published: &AtomicU64, number: u64) {
    let at_least = published.load(Ordering::SeqCst);
    let answer = connection.process("stamped", &json!({"number": number})).expect(200);
    assert_eq!(answer["input"], json!({"number": number}));
    let stamp = stamp_of(&answer);
    assert!(stamp >= at_least, "build {stamp} answered after build {at_least} was published");
    assert_eq!(answer["version"], Build::number(stamp).version.as_str(), "{answer}");
}

#[test]
fn a_hundred_swaps_under_load_lose_no_call_and_serve_no_old_build() {
    let fixture = Tree::empty().with_fixture("versions/stamped/1.0.100");
    let built = stripped(&fixture.read("versions/stamped/1.0.100/libstamped.so"));
    let tree = Tree::empty();
    Build::number(0).put(&tree, &built);
    let words = ["serve", "--listen", "127.0.0.1:0", "--rescan", "3600"];
    let serve = Serve::start(Host::shared().run(words).plugs(&tree));
    // A plug that nobody has called is loaded by its first call, and not by a swap.
    assert_eq!(stamp_of(&serve.connect().process("stamped", &json!({})).expect(200)), 0);
    let (published, done, calls) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
    let mut report = String::new();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let mut connection = serve.connect();
                while !done.load(Ordering::SeqCst) {
                    let number = calls.fetch_add(1, Ordering::SeqCst);
                    call(&mut connection, &published, number);
                }
            });
        }
        // Whatever fails here must not leave the callers calling for ever.
        let _ended = EndsCalls(&done);
        let before = serve.resident_kib();
        for number in 1..=SWAPS {
            Build::number(number).put(&tree, &built);
            serve.post("/v1/reload", &json!({})).expect(200);
            published.store(number, Ordering::SeqCst);
        }
        let grown = serve.resident_kib().saturating_sub(before);
        assert!(grown / SWAPS <= KEPT_KIB, "{} KiB for each swap", grown / SWAPS);
        let _ = write!(report, "{} KiB for each swap", grown / SWAPS);
    });
    assert!(calls.load(Ordering::SeqCst) > 0, "nobody called");
    eprintln!("{report}, {} calls", calls.load(Ordering::SeqCst));
    let answer = serve.connect().process("stamped", &json!({})).expect(200);
    assert_eq!(stamp_of(&answer), SWAPS);
    let ended = serve.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
}

/// Tells the callers to stop when it is dropped.
struct EndsCalls<'a>(&'a AtomicBool);

impl Drop for EndsCalls<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
