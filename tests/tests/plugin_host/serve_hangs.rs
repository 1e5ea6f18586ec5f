//! A server whose plugins hang: a call that hangs costs its caller a timeout and the host a thread.

use std::thread;
use std::time::{Duration, Instant};

use end_to_end::serve::{JSON, Reply, Serve};
use serde_json::{Value, json};

use crate::rogue::tree;
use crate::serve_faults::{assert_echo_answers, serve};

/// Where a call can hang.
const PLACES: [&str; 3] = ["process", "poll", "drop"];
/// So many threads that never come back are lent to one plugin.
const LENT: usize = 64;
const LIMIT: Duration = Duration::from_secs(20);

/// One call that hangs, for a caller who waits that long.
fn hanging(serve: &Serve, at: &str, timeout_ms: u32) -> Reply {
    let headers = format!("{JSON}x-plugpipe-timeout-ms: {timeout_ms}\r\n");
    let mut connection = serve.connect().with_headers(&headers);
    connection.process("rogue", &json!({"at": at, "deed": "hang"}))
}

fn state_of_rogue(serve: &Serve) -> Value {
    serve.get("/v1/plugins/rogue").expect(200)
}

#[test]
fn calls_that_hang_cost_their_callers_a_timeout_and_others_nothing() {
    let tree = tree();
    let serve = serve(&tree, &[]);
    thread::scope(|scope| {
        let calls = PLACES.iter().cycle().take(9);
        let calls: Vec<_> = calls.map(|at| scope.spawn(|| hanging(&serve, at, 1_000))).collect();
        while calls.iter().any(|call| !call.is_finished()) {
            assert_echo_answers(&serve);
        }
        for call in calls {
            let problem = call.join().unwrap().expect(504);
            assert_eq!(problem["kind"], "deadline", "{problem}");
            assert_eq!(problem["plugin"], "faulty/rogue", "{problem}");
        }
    });
    assert_echo_answers(&serve);
    let ended = serve.stop();
    assert_eq!(ended.code, Some(0), "threads that hang keep nobody: {}", ended.said);
}

#[test]
fn a_plugin_that_keeps_threads_is_shown_as_wedged() {
    let tree = tree();
    let serve = serve(&tree, &[]);
    for at in PLACES {
        hanging(&serve, at, 50).expect(504);
    }
    let deadline = Instant::now() + LIMIT;
    let wedged = |state: &Value| {
        let plugin = state.get("plugin").unwrap_or(state);
        plugin["state"] == "wedged" && plugin["wedged_calls"] == PLACES.len()
    };
    while !wedged(&state_of_rogue(&serve)) {
        assert!(Instant::now() < deadline, "{}", state_of_rogue(&serve));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_plugin_that_gives_no_thread_back_gets_no_more() {
    let tree = tree();
    let serve = serve(&tree, &[]);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let calls = (0..LENT).map(|_| scope.spawn(|| hanging(&serve, "process", 500)));
        let calls: Vec<_> = calls.collect();
        calls.into_iter().map(|call| call.join().unwrap().status).collect()
    });
    assert_eq!(statuses, [504; LENT]);
    let begun = Instant::now();
    let problem = hanging(&serve, "process", 20_000).expect(504);
    assert!(begun.elapsed() < LIMIT, "it is refused at once");
    let detail = problem["detail"].as_str().unwrap();
    let expected = "`rogue@1.0.7` is wedged: it has not given back the threads of 64 calls whose time \
                    ran out";
    assert_eq!(detail, expected);
    assert_echo_answers(&serve);
}
