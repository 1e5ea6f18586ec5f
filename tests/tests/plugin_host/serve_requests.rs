//! Requests over HTTP: what is answered, and what is a problem.

use end_to_end::host::{Host, Tree};
use end_to_end::serve::{JSON, Serve};
use serde_json::json;

use crate::rogue::{ECHO, tree};

fn serve(tree: &Tree) -> Serve {
    Serve::start(Host::shared().run(["serve", "--listen", "127.0.0.1:0"]).plugs(tree))
}

#[test]
fn a_call_answers_with_the_plugin_s_own_document_and_says_whose_it_is() {
    let tree = Tree::empty().with_fixture(ECHO).with_fixture("versions/echo/1.1.0");
    let serve = serve(&tree);
    let mut connection = serve.connect();
    for (name, version) in [("echo", "1.1.0"), ("versions/echo", "1.1.0"), ("echo@%3C1.1", "1.0.0")]
    {
        let reply = connection.process(name, &json!({"n": 1}));
        assert_eq!(reply.header("x-plugpipe-plugin"), Some("versions/echo"), "{name}");
        assert_eq!(reply.header("x-plugpipe-version"), Some(version), "{name}");
        assert_eq!(reply.expect(200), json!({"version": version, "input": {"n": 1}}), "{name}");
    }
}

#[test]
fn a_number_is_answered_digit_for_digit() {
    let tree = tree();
    let body = r#"{"ctx":{"n":123456789012345678901234567890.10}}"#;
    let reply = serve(&tree).connect().request("POST", "/v1/plugins/echo/process", body);
    let expected = r#"{"version":"1.0.0","input":{"n":123456789012345678901234567890.10}}"#;
    assert_eq!((reply.status, reply.body.as_str()), (200, expected));
}

/// Method, path, body, status and kind.
const PROBLEMS: [(&str, &str, &str, u16, &str); 12] = [
    ("GET", "/", "", 404, "unknown_path"),
    ("GET", "/v1/plugins/../live", "", 404, "unknown_path"),
    ("DELETE", "/v1/plugins", "", 405, "method_not_allowed"),
    ("GET", "/v1/plugins/missing", "", 404, "unknown_plugin"),
    ("POST", "/v1/plugins/missing/process", "{}", 404, "unknown_plugin"),
    ("POST", "/v1/plugins/echo@9/process", "{}", 404, "unknown_plugin"),
    ("POST", "/v1/plugins/echo/process", "{", 400, "malformed_json"),
    ("POST", "/v1/plugins/echo/process", "[]", 422, "bad_body"),
    ("POST", "/v1/plugins/echo/process", r#"{"cxt": 1}"#, 422, "bad_body"),
    ("POST", "/v1/plugins/echo/process", r#"{"cfg": {"a": 1}}"#, 422, "bad_config"),
    ("POST", "/v1/plugins/rogue/process", r#"{"ctx": {"at": 1}}"#, 422, "bad_input"),
    ("POST", "/v1/run", r#"{"pipeline": "../x"}"#, 404, "unknown_pipeline"),
];

#[test]
fn what_cannot_be_answered_is_a_problem_of_a_known_kind() {
    let tree = tree();
    let serve = serve(&tree);
    for (method, path, body, status, kind) in PROBLEMS {
        let reply = serve.connect().request(method, path, body);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{reply:?}");
        let problem = reply.expect(status);
        assert_eq!(problem["kind"], kind, "{method} {path}: {problem}");
        assert_eq!(problem["status"], status, "{method} {path}: {problem}");
        assert_eq!(problem["type"], format!("urn:plugpipe:problem:{kind}"), "{problem}");
    }
}

#[test]
fn a_body_that_is_too_large_or_not_json_is_refused_before_it_is_read() {
    let tree = tree();
    let words = ["serve", "--listen", "127.0.0.1:0", "--max-body", "1KiB"];
    let serve = Serve::start(Host::shared().run(words).plugs(&tree));
    let path = "/v1/plugins/echo/process";
    let body = |len: usize| format!(r#"{{"ctx":{{"a":"{}"}}}}"#, "x".repeat(len - 16));
    assert_eq!(serve.connect().request("POST", path, body(1024)).status, 200);
    let large = body(1025);
    let problem = serve.connect().request("POST", path, &large).expect(413);
    assert_eq!(problem["kind"], "too_large", "{problem}");
    let mut text = serve.connect().with_headers("content-type: text/plain\r\n");
    assert_eq!(text.request("POST", path, "{}").expect(415)["kind"], "not_json");
}

#[test]
fn pages_of_other_sites_are_refused() {
    let tree = tree();
    let serve = serve(&tree);
    let foreign = format!("{JSON}origin: http://evil.example\r\n");
    let mut page = serve.connect().with_headers(&foreign);
    assert_eq!(page.process("echo", &json!({})).expect(403)["kind"], "foreign");
}

#[test]
fn a_token_that_is_set_is_asked_for() {
    const TOKEN: &str = "0123456789abcdef";
    let tree = tree();
    let words = ["serve", "--listen", "127.0.0.1:0"];
    let serve = Serve::start(Host::shared().run(words).plugs(&tree).env("PLUGPIPE_TOKEN", TOKEN));
    for headers in [JSON.to_owned(), format!("{JSON}authorization: Bearer {TOKEN}x\r\n")] {
        let mut stranger = serve.connect().with_headers(&headers);
        let problem = stranger.process("echo", &json!({})).expect(401);
        assert_eq!(problem["kind"], "unauthorized", "{problem}");
        assert!(!problem.to_string().contains(TOKEN), "{problem}");
    }
    let mut known =
        serve.connect().with_headers(&format!("{JSON}authorization: Bearer {TOKEN}\r\n"));
    assert_eq!(known.process("echo", &json!({})).status, 200);
    assert_eq!(serve.get("/live").status, 200);
    assert!(!serve.stop().said.contains(TOKEN));
}

#[test]
fn an_address_that_others_reach_needs_a_token_and_a_word() {
    let tree = tree();
    let everywhere = ["serve", "--listen", "0.0.0.0:0"];
    let allowed = ["serve", "--listen", "0.0.0.0:0", "--allow-remote"];
    let short = "0123456789abcde";
    let runs = [(&everywhere[..], None), (&allowed[..], None), (&allowed[..], Some(short))];
    for (words, token) in runs {
        let run = Host::shared().run(words.iter().copied()).plugs(&tree);
        let run = token.into_iter().fold(run, |run, token| run.env("PLUGPIPE_TOKEN", token));
        let output = run.output().expect_code(2);
        assert!(!output.stderr.contains("listening"), "{output}");
        assert!(!output.stderr.contains(short), "{output}");
    }
}
