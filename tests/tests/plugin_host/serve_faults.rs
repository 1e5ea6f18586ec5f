//! A server whose plugins panic, crash and answer nonsense: everybody else is served all the while.

use std::time::{Duration, Instant};

use end_to_end::host::{Host, Tree};
use end_to_end::patch::replaced;
use end_to_end::serve::Serve;
use serde_json::json;

use crate::rogue::{ECHO, ROGUE, tree};

/// What a healthy call may take on a busy machine.
const PROMPT: Duration = Duration::from_secs(5);

pub fn serve(tree: &Tree, more: &[&str]) -> Serve {
    let words = ["serve", "--listen", "127.0.0.1:0"].iter().chain(more);
    Serve::start(Host::shared().run(words.copied()).plugs(tree).env("RUST_BACKTRACE", "0"))
}

pub fn assert_echo_answers(serve: &Serve) {
    let begun = Instant::now();
    let answer = serve.connect().process("echo", &json!({"a": 1})).expect(200);
    assert_eq!(answer, json!({"version": "1.0.0", "input": {"a": 1}}));
    assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
}

#[test]
fn a_plugin_that_panics_again_and_again_is_not_called_any_more() {
    let tree = tree();
    let serve = serve(&tree, &[]);
    let panic = json!({"at": "poll", "deed": "panic"});
    for number in 1..=5 {
        let problem = serve.connect().process("rogue", &panic).expect(502);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("told to panic in poll"), "{number}: {detail}");
    }
    let refused = serve.connect().process("rogue", &json!({})).expect(503);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("it panicked 5 times within 60 s"), "{detail}");
    assert_echo_answers(&serve);
    assert_eq!(serve.stop().code, Some(0));
}

#[test]
fn a_version_that_panics_again_and_again_gives_way_to_the_one_before() {
    let newer = ROGUE.replace("1.0.7", "1.0.8");
    let tree = tree();
    for (file, text) in [("plug.yaml", "version: 1.0."), ("librogue.so", "1.0.")] {
        let content = tree.read(&format!("{ROGUE}/{file}"));
        let content = replaced(&content, &format!("{text}7"), &format!("{text}8"));
        tree.put(&format!("{newer}/{file}"), content);
    }
    let serve = serve(&tree, &[]);
    let panic = json!({"at": "poll", "deed": "panic"});
    for _ in 0..5 {
        assert_eq!(serve.connect().process("rogue", &panic).expect(502)["version"], "1.0.8");
    }
    let reply = serve.connect().process("rogue", &json!({}));
    assert_eq!(reply.header("x-plugpipe-version"), Some("1.0.7"), "{reply:?}");
    assert_eq!(reply.expect(200), json!({"ok": true}));
}

#[test]
fn answers_that_are_no_documents_are_problems() {
    let tree = tree();
    let serve = serve(&tree, &[]);
    for answer in ["garbage", "no_utf8", "large", "deep", "itself"] {
        let reply = serve.connect().process("rogue", &json!({"answer": answer}));
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{answer}");
        let problem = reply.expect(502);
        assert_eq!(problem["plugin"], "faulty/rogue", "{problem}");
        assert_echo_answers(&serve);
    }
}

#[test]
fn a_new_version_that_cannot_be_loaded_leaves_the_old_one_serving() {
    let tree = Tree::empty().with_fixture(ECHO);
    let serve = serve(&tree, &[]);
    assert_echo_answers(&serve);
    let rogue = Tree::empty().with_fixture("versions/echo/1.1.0");
    let mut library = rogue.read("versions/echo/1.1.0/libecho.so");
    let half = library.len() / 2;
    library.truncate(half);
    tree.put("versions/echo/1.1.0/plug.yaml", rogue.read("versions/echo/1.1.0/plug.yaml"));
    tree.put("versions/echo/1.1.0/libecho.so", library);
    let changes = serve.post("/v1/reload", &json!({})).expect(200);
    assert_eq!(changes["added"], json!([]), "{changes}");
    assert_echo_answers(&serve);
    let listed = serve.get("/v1/plugins").expect(200);
    assert_eq!(listed["refused"][0]["kind"], "damaged_library", "{listed}");
}

#[test]
fn a_library_that_ends_its_process_in_a_reload_ends_no_server() {
    let tree = Tree::empty().with_fixture(ECHO);
    let serve = Serve::start(
        Host::shared()
            .run(["serve", "--listen", "127.0.0.1:0"])
            .plugs(&tree)
            .env("ROGUE", "constructor:segfault")
            .trying_again(),
    );
    let rogue = crate::rogue::tree();
    for file in ["plug.yaml", "librogue.so"] {
        let path = format!("{}/{file}", ROGUE);
        tree.put(&path, rogue.read(&path));
    }
    serve.post("/v1/reload", &json!({})).expect(200);
    let problem = serve.connect().process("rogue", &json!({})).expect(503);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("signal 11 (SIGSEGV)"), "{detail}");
    assert_echo_answers(&serve);
    assert_eq!(serve.stop().code, Some(0));
}
