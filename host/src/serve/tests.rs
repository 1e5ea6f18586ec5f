//! A server on a free port, and clients that write their requests by hand.

use super::*;
use crate::catalog::{Catalog, Places};
use crate::loader::{Loader, Probe};
use crate::refresh::Refresh;
use crate::registry::Registry;
use server::Ended;
use state::Serving;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

/// A server over an empty tree, with a folder of pipelines.
struct Running {
    address: SocketAddr,
    serving: Arc<Serving>,
    refresh: Refresh,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Ended>,
    folders: [TempDir; 2],
}

impl Running {
    async fn start(limits: Limits, token: Option<&str>) -> Self {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [tree, pipelines] = &folders;
        for (name, text) in PIPELINES {
            std::fs::write(pipelines.path().join(name), text).unwrap();
        }
        let registry = Registry::new(Catalog::default(), Loader::new(Probe::Off));
        let places = Places::trees(vec![tree.path().to_path_buf()]);
        let refresh = Refresh::new(registry.clone(), places);
        let address = "127.0.0.1:0".parse().unwrap();
        let access = Access::choose(address, false, token).unwrap();
        let pipelines = Some(Pipelines::new(pipelines.path()).unwrap());
        let server = Server::bind(address, registry, refresh.clone(), access, pipelines, limits);
        let server = server.await.unwrap();
        let (address, serving) = (server.address(), Arc::clone(&server.serving));
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self { address, serving, refresh, stop, ended, folders }
    }

    /// One that has published its tree, with the usual limits and without a token.
    async fn ready() -> Self {
        let running = Self::start(Limits::default(), None).await;
        running.refresh.reload().await;
        running
    }

    async fn answer(&self, request: String) -> Answer {
        Client::open(self.address).send(&request).answer().await
    }

    async fn taken(&self, calls: usize) {
        until(|| self.serving.admission.taken() == calls).await;
    }
}

const PIPELINES: [(&str, &str); 2] = [
    ("unplugged.yaml", "pipeline:\n  - id: one\n    uses: nobody\n"),
    (
        "inputs.yaml",
        "inputs:\n  who: {type: string, required: true}\npipeline:\n  - id: one\n    uses: nobody\n",
    ),
];

async fn until(happened: impl Fn() -> bool) {
    let waiting = async {
        while !happened() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
}

struct Client(TcpStream);

/// What came back: everything until the server closed the connection.
struct Answer(String);

impl Client {
    fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).unwrap())
    }

    fn send(mut self, text: &str) -> Self {
        // A server that has given up does not read the rest.
        let _ = self.0.write_all(text.as_bytes());
        self
    }

    /// A request on a connection that stays open.
    fn ask(&mut self, request: &str) {
        self.0.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let mut part = [0; 1024];
        while !answer.contains("\r\n\r\n") {
            let length = self.0.read(&mut part).unwrap();
            assert_ne!(length, 0, "{answer}");
            answer.push_str(std::str::from_utf8(&part[..length]).unwrap());
        }
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    async fn answer(mut self) -> Answer {
        let reading = spawn_blocking(move || {
            let mut answer = Vec::new();
            let _ = self.0.read_to_end(&mut answer);
            String::from_utf8(answer).unwrap()
        });
        Answer(reading.await.unwrap())
    }
}

impl Answer {
    fn status(&self) -> u16 {
        self.0.get(9..12).unwrap_or_default().parse().unwrap_or(0)
    }

    fn body(&self) -> serde_json::Value {
        let body = self.0.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        serde_json::from_str(body).unwrap_or_default()
    }

    /// Status and the `kind` of the problem.
    fn problem(&self) -> (u16, String) {
        (self.status(), self.body()["kind"].as_str().unwrap_or_default().to_owned())
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
}

fn post(path: &str, body: &str) -> String {
    let head = head(path, body.len());
    format!("{head}{body}")
}

/// Everything of a request but its body.
fn head(path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

const LIVE: &str = "GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n";
const ECHO: &str = "/v1/plugins/echo/process";

#[tokio::test]
async fn each_path_answers_or_says_what_is_wrong() {
    let running = Running::ready().await;
    for (request, status, kind) in [
        (get("/live"), 200, ""),
        (get("/ready"), 200, ""),
        (get("/metrics"), 200, ""),
        (get("/v1/plugins"), 200, ""),
        (post("/v1/reload", ""), 200, ""),
        (get("/"), 404, "unknown_path"),
        (get("/v1/plugins/"), 404, "unknown_path"),
        (get("/v1/plugins/echo"), 404, "unknown_plugin"),
        (get("/v1/plugins/demo%2Fecho"), 404, "unknown_plugin"),
        (get("/v1/plugins/echo%40%5E1"), 404, "unknown_plugin"),
        (get("/v1/plugins/..%2F..%2Fecho"), 400, "bad_request"),
        (get("/v1/plugins/%FF"), 400, "bad_request"),
        (get(ECHO), 405, "method_not_allowed"),
        (post("/v1/plugins", "{}"), 405, "method_not_allowed"),
        (post(ECHO, "{}"), 404, "unknown_plugin"),
        (post(ECHO, "{"), 400, "malformed_json"),
        (post(ECHO, "{\"context\": {}}"), 422, "bad_body"),
        (post(ECHO, "{\"ctx\": 1}"), 422, "bad_body"),
        (post(ECHO, "{\"version\": \"one\"}"), 422, "bad_body"),
        (post("/v1/plugins/echo%40%5E1/process", "{\"version\": \"1\"}"), 422, "bad_body"),
        (head(ECHO, 17 << 20), 413, "too_large"),
        (post(ECHO, "{}").replace("application/json", "text/plain"), 415, "not_json"),
        (post(ECHO, "{}").replace("host: localhost", "host: example.com"), 403, "foreign"),
        (post(ECHO, "{}").replace("host:", "origin: http://example.com\r\nhost:"), 403, "foreign"),
        (
            get("/v1/plugins/echo").replace("host:", "sec-fetch-site: cross-site\r\nhost:"),
            403,
            "foreign",
        ),
        (get("/live").replace("host:", "sec-fetch-site: cross-site\r\nhost:"), 200, ""),
        (
            post(ECHO, "{}").replace("host:", "x-plugpipe-timeout-ms: 0\r\nhost:"),
            400,
            "bad_request",
        ),
    ] {
        let shown: String = request.chars().take(200).collect();
        let answer = running.answer(request).await;
        assert_eq!(answer.problem(), (status, kind.to_owned()), "{shown}{}", answer.0);
        let is_problem = answer.0.contains("\r\ncontent-type: application/problem+json\r\n");
        assert_eq!(is_problem, status >= 400, "{}", answer.0);
    }
}

#[tokio::test]
async fn a_pipeline_that_does_not_run_is_told_with_its_problems() {
    let running = Running::ready().await;
    for (body, status, kind, diagnostic) in [
        ("{}", 422, "bad_body", None),
        (r#"{"pipeline": "../unplugged"}"#, 422, "bad_body", None),
        (r#"{"pipeline": "nowhere"}"#, 404, "unknown_pipeline", None),
        (r#"{"pipeline": "unplugged", "inputs": []}"#, 422, "bad_body", None),
        (r#"{"pipeline": "unplugged"}"#, 422, "bad_pipeline", Some("unknown_plugin")),
        (r#"{"pipeline": "inputs.yaml"}"#, 422, "bad_pipeline", Some("missing_input")),
        (r#"{"pipeline": "inputs", "inputs": {"who": 1}}"#, 422, "bad_pipeline", Some("bad_input")),
    ] {
        let answer = running.answer(post("/v1/run", body)).await;
        assert_eq!(answer.problem(), (status, kind.to_owned()), "{body}");
        let problems = answer.body()["diagnostics"].as_array().cloned().unwrap_or_default();
        let told = problems.iter().any(|one| diagnostic.is_some_and(|kind| one["kind"] == kind));
        assert_eq!(told, diagnostic.is_some(), "{body}: {problems:?}");
    }
}

#[tokio::test]
async fn before_the_first_scan_nobody_is_told_that_a_plugin_is_unknown() {
    let running = Running::start(Limits::default(), None).await;
    assert_eq!(running.answer(get("/live")).await.status(), 200);
    assert_eq!(running.answer(get("/ready")).await.problem(), (503, "not_ready".to_owned()));
    let hasty = post(ECHO, "{}").replace("host:", "x-plugpipe-timeout-ms: 20\r\nhost:");
    assert_eq!(running.answer(hasty).await.problem(), (503, "not_ready".to_owned()));
    let patient = Client::open(running.address).send(&post(ECHO, "{}"));
    running.taken(1).await;
    running.refresh.reload().await;
    assert_eq!(patient.answer().await.problem(), (404, "unknown_plugin".to_owned()));
    assert_eq!(running.answer(get("/ready")).await.status(), 200);
}

#[tokio::test]
async fn a_token_opens_everything_and_nothing_else_does() {
    let running = Running::start(Limits::default(), Some("a-long-enough-token")).await;
    running.refresh.reload().await;
    let with = |request: String, token: &str| {
        request.replace("host:", &format!("authorization: Bearer {token}\r\nhost:"))
    };
    assert_eq!(running.answer(get("/live")).await.status(), 200);
    for path in ["/ready", "/metrics", "/v1/plugins", "/nowhere"] {
        let refused = (401, "unauthorized".to_owned());
        assert_eq!(running.answer(get(path)).await.problem(), refused, "{path}");
        let wrong = with(get(path), "a-long-enough-tokeN");
        assert_eq!(running.answer(wrong).await.problem(), refused, "{path}");
        let right = running.answer(with(get(path), "a-long-enough-token")).await;
        assert_ne!(right.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn nobody_is_told_where_the_trees_lie() {
    let running = Running::ready().await;
    let [tree, _] = &running.folders;
    let folder = tree.path().join("demo/odd/1.0.0");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("plug.yaml"), "name: odd\nversion: 1.0.0\n").unwrap();
    let place = tree.path().to_str().unwrap();
    for (request, told) in [
        (post("/v1/reload", ""), "demo/odd"),
        (get("/v1/plugins"), "demo/odd"),
        (get("/v1/plugins/odd"), "plugin_refused"),
        (get("/v1/plugins/echo"), "unknown_plugin"),
        (post(ECHO, "{}"), "unknown_plugin"),
        (post("/v1/run", r#"{"pipeline": "unplugged"}"#), "unknown_plugin"),
    ] {
        let answer = running.answer(request.clone()).await.0;
        assert!(answer.contains(told), "{request}{answer}");
        assert!(!answer.contains(place), "{request}{answer}");
    }
}

#[tokio::test]
async fn one_call_too_many_is_refused_at_once() {
    let running = Running::start(Limits { max_calls: 1, ..Limits::default() }, None).await;
    running.refresh.reload().await;
    let first = Client::open(running.address).send(&head(ECHO, 2));
    running.taken(1).await;
    let asked = running.answer(get("/v1/plugins/echo")).await;
    assert_eq!(asked.problem(), (503, "too_many_calls".to_owned()));
    let second = running.answer(post(ECHO, "{}")).await;
    assert_eq!(second.problem(), (503, "too_many_calls".to_owned()));
    assert!(second.0.contains("\r\nretry-after: 1\r\n"), "{}", second.0);
    assert_eq!(running.answer(get("/live")).await.status(), 200);
    assert_eq!(first.send("{}").answer().await.status(), 404);
    running.taken(0).await;
}

#[tokio::test]
async fn bodies_share_their_memory() {
    let limits = Limits { max_body: 4096, max_bodies: 4096, ..Limits::default() };
    let running = Running::start(limits, None).await;
    running.refresh.reload().await;
    let first = Client::open(running.address).send(&head(ECHO, 4096));
    running.taken(1).await;
    until(|| running.serving.room.hold(1).is_err()).await;
    let second = running.answer(post(ECHO, "{}")).await;
    assert_eq!(second.problem(), (503, "too_many_bytes".to_owned()));
    drop(first);
    until(|| running.serving.room.hold(4096).is_ok()).await;
    assert_eq!(running.answer(post(ECHO, "{}")).await.status(), 404);
}

#[tokio::test]
async fn a_client_that_goes_away_gives_its_place_back() {
    let running = Running::ready().await;
    let client = Client::open(running.address).send(&head(ECHO, 2));
    running.taken(1).await;
    drop(client);
    running.taken(0).await;
}

#[tokio::test]
async fn slow_clients_are_sent_away() {
    let read_timeout = Duration::from_millis(50);
    let running = Running::start(Limits { read_timeout, ..Limits::default() }, None).await;
    running.refresh.reload().await;
    let body = Client::open(running.address).send(&head(ECHO, 2));
    assert_eq!(body.answer().await.problem(), (408, "slow_body".to_owned()));
    for begun in ["", "GET /live HTTP/1.1\r\nhost: local"] {
        let header = Client::open(running.address).send(begun).answer().await;
        assert_eq!(header.0, "", "{begun}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_too_many_waits_for_another_to_end() {
    let running = Running::start(Limits { max_connections: 1, ..Limits::default() }, None).await;
    let mut first = Client::open(running.address);
    first.ask(LIVE);
    let second = Client::open(running.address).send(&get("/live"));
    // Time enough for a server that takes the second connection to count its request.
    for _ in 0..100 {
        first.ask(LIVE);
    }
    let metrics = first.send(&get("/metrics")).answer().await.0;
    let answered = "plugpipe_http_requests_total{route=\"/live\",status=\"200\"} 101\n";
    assert!(metrics.contains(answered), "{metrics}");
    assert_eq!(second.answer().await.status(), 200);
}

#[tokio::test]
async fn who_is_being_answered_is_answered_before_the_server_ends() {
    let running = Running::ready().await;
    let client = Client::open(running.address).send(&head(ECHO, 2));
    running.taken(1).await;
    running.stop.send(()).unwrap();
    until(|| running.serving.phase() == state::Phase::Stopping).await;
    assert_eq!(client.send("{}").answer().await.status(), 404);
    assert_eq!(running.ended.await.unwrap(), Ended { cut_off: 0 });
    assert!(TcpStream::connect(running.address).is_err());
}

#[tokio::test]
async fn who_takes_longer_than_the_grace_is_cut_off_and_counted() {
    let grace = Duration::from_millis(50);
    let running = Running::start(Limits { grace, ..Limits::default() }, None).await;
    let _client = Client::open(running.address).send(&head(ECHO, 2));
    running.taken(1).await;
    running.stop.send(()).unwrap();
    assert_eq!(running.ended.await.unwrap(), Ended { cut_off: 1 });
}

#[tokio::test]
async fn requests_are_counted() {
    let running = Running::ready().await;
    running.answer(get("/nowhere")).await;
    running.answer(get("/live")).await;
    let metrics = running.answer(get("/metrics")).await.0;
    for line in [
        "\nplugpipe_http_requests_total{route=\"/live\",status=\"200\"} 1\n",
        "\nplugpipe_http_requests_total{route=\"other\",status=\"404\"} 1\n",
        "\nplugpipe_http_request_seconds_count{route=\"/live\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{line} is missing in {metrics}");
    }
}
