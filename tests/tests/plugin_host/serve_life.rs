//! A server from its start to its end: plugs that come and go, and calls that are running when it
//! has to stop.

use std::thread;
use std::time::{Duration, Instant};

use end_to_end::doorbell::{reached, silent_listener};
use end_to_end::host::{Host, Tree};
use end_to_end::serve::{Reply, Serve};
use serde_json::{Value, json};

use crate::rogue::{ECHO, ROGUE, tree};

/// How long the watched tree may need until a change is served.
const SEEN: Duration = Duration::from_secs(20);

fn serve(tree: &Tree, more: &[&str]) -> Serve {
    let words = ["serve", "--listen", "127.0.0.1:0"].iter().chain(more);
    Serve::start(Host::shared().run(words.copied()).plugs(tree))
}

/// Adds a built fixture to a tree that is in use: the manifest last, so that nobody sees half a plug.
fn drop_in(tree: &Tree, plug: &str, library: &str) {
    let built = Tree::empty().with_fixture(plug);
    for file in [library, "plug.yaml"] {
        tree.put(&format!("{plug}/{file}"), built.read(&format!("{plug}/{file}")));
    }
}

/// Calls until the answer is the wanted one.
fn wait_for(serve: &Serve, plugin: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
    let deadline = Instant::now() + SEEN;
    loop {
        let reply = serve.connect().process(plugin, &json!({}));
        if wanted(&reply) {
            return reply;
        }
        assert!(Instant::now() < deadline, "{reply:?}\n{}", serve.said());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_plug_that_is_dropped_in_is_served_and_one_that_is_removed_is_not() {
    let tree = Tree::empty().with_fixture(ROGUE);
    let serve = serve(&tree, &[]);
    assert_eq!(serve.connect().process("echo", &json!({})).status, 404);
    drop_in(&tree, ECHO, "libecho.so");
    let answer = wait_for(&serve, "echo", |reply| reply.status == 200).expect(200);
    assert_eq!(answer["version"], "1.0.0");
    drop_in(&tree, "versions/echo/1.1.0", "libecho.so");
    wait_for(&serve, "echo", |reply| reply.header("x-plugpipe-version") == Some("1.1.0"));
    std::fs::remove_dir_all(tree.path().join("versions")).unwrap();
    wait_for(&serve, "echo", |reply| reply.status == 404);
    assert_eq!(serve.connect().process("rogue", &json!({})).status, 200);
}

#[test]
fn a_plug_that_is_dropped_in_is_found_by_a_plugin_that_was_there() {
    let tree = Tree::empty().with_fixture("faulty/circle_a/1.0.0");
    let serve = serve(&tree, &[]);
    let detail = |reply: Reply| reply.expect(502)["detail"].as_str().unwrap().to_owned();
    let alone = detail(serve.connect().process("circle_a", &json!({})));
    assert_eq!(alone, "there is no plug circle_b");
    drop_in(&tree, "faulty/circle_b/1.0.0", "libcircle_b.so");
    serve.post("/v1/reload", &json!({})).expect(200);
    let circle = detail(serve.connect().process("circle_a", &json!({})));
    assert!(circle.starts_with("plugins call each other in a circle: "), "{circle}");
}

#[test]
fn after_a_reload_the_tree_is_served_as_it_is() {
    let tree = Tree::empty().with_fixture(ECHO);
    let serve = serve(&tree, &["--rescan", "3600"]);
    // What it answers is what nobody saw before it; a watched tree may have been seen by then.
    let assert_served = |versions: &[&str]| {
        let changes = serve.post("/v1/reload", &json!({})).expect(200);
        assert_eq!(changes["refused"], json!([]), "{changes}");
        let listed = serve.get("/v1/plugins").expect(200);
        let plugins = listed["plugins"].as_array().unwrap();
        let found: Vec<&Value> = plugins.iter().map(|plugin| &plugin["version"]).collect();
        assert_eq!(found, versions, "{listed}");
    };
    assert_served(&["1.0.0"]);
    drop_in(&tree, "versions/echo/1.1.0", "libecho.so");
    assert_served(&["1.0.0", "1.1.0"]);
    std::fs::remove_dir_all(tree.path().join(ECHO)).unwrap();
    assert_served(&["1.1.0"]);
    let changes = serve.post("/v1/reload", &json!({})).expect(200);
    assert_eq!(changes, json!({"added": [], "replaced": [], "removed": [], "refused": []}));
}

/// Starts a call that answers when the doorbell is let go, runs `meanwhile`, and gives its reply.
fn during_a_call(serve: &Serve, meanwhile: impl FnOnce()) -> Reply {
    let (tell, connected) = silent_listener();
    thread::scope(|scope| {
        let input = json!({"answer": "wait", "tell": tell});
        let mut connection = serve.connect();
        let call = scope.spawn(move || connection.process("rogue", &input));
        let held = reached(&connected);
        meanwhile();
        drop(held);
        call.join().unwrap()
    })
}

#[test]
fn a_call_that_is_running_at_sigterm_gets_its_answer() {
    let tree = tree();
    let serve = serve(&tree, &[]);
    let reply = during_a_call(&serve, || serve.terminate());
    assert_eq!(reply.expect(200), json!({"ok": true}));
    let ended = serve.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
}

#[test]
fn a_call_that_outlasts_the_grace_is_cut_off() {
    let tree = tree();
    let serve = serve(&tree, &["--grace", "1"]);
    let (tell, connected) = silent_listener();
    let mut connection = serve.connect();
    let body = json!({"ctx": {"answer": "wait", "tell": tell}}).to_string();
    let call = thread::spawn(move || {
        connection.attempt("POST", "/v1/plugins/rogue/process", &body).map(|reply| reply.status)
    });
    let _held = reached(&connected);
    let ended = serve.stop();
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    let answered = call.join().unwrap();
    assert!(answered.is_err(), "a call without an answer has no status: {answered:?}");
}

#[test]
fn more_calls_than_are_allowed_are_told_to_come_again() {
    let tree = tree();
    let serve = serve(&tree, &["--max-calls", "1"]);
    let reply = during_a_call(&serve, || {
        let refused = serve.connect().process("echo", &json!({}));
        assert!(refused.header("retry-after").is_some(), "{refused:?}");
        assert_eq!(refused.expect(503)["kind"], "too_many_calls");
        assert_eq!(serve.get("/live").status, 200);
    });
    assert_eq!(reply.status, 200);
    assert_eq!(serve.connect().process("echo", &json!({})).status, 200);
}

#[test]
fn a_plug_that_is_removed_while_it_is_called_answers_that_call() {
    let tree = tree();
    let serve = serve(&tree, &["--rescan", "3600"]);
    let reply = during_a_call(&serve, || {
        std::fs::remove_dir_all(tree.path().join("faulty")).unwrap();
        serve.post("/v1/reload", &json!({})).expect(200);
        assert_eq!(serve.connect().process("rogue", &json!({})).status, 404);
    });
    assert_eq!(reply.expect(200), json!({"ok": true}));
}

#[test]
fn a_client_that_goes_away_during_its_call_gives_its_place_back() {
    let tree = tree();
    let serve = serve(&tree, &["--max-calls", "1"]);
    let (tell, connected) = silent_listener();
    let body = json!({"ctx": {"answer": "wait", "tell": tell}}).to_string();
    let client = serve.connect().send("POST", "/v1/plugins/rogue/process", &body);
    let _held = reached(&connected);
    assert_eq!(serve.connect().process("echo", &json!({})).status, 503);
    drop(client);
    wait_for(&serve, "echo", |reply| reply.status == 200);
}
