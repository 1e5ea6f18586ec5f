//! A broker that knows three requests: which versions it speaks, who leads a topic, and what the number
//! of an idempotent producer is. It says of every partition that somebody else leads it, wherever that
//! is, and takes no record.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const METADATA: i16 = 3;
const API_VERSIONS: i16 = 18;
const INIT_PRODUCER_ID: i16 = 22;
/// The versions that are offered, by request: key, least, most. An idempotent client needs to see those
/// of Produce and Fetch.
const OFFERED: [[i16; 3]; 5] =
    [[0, 0, 7], [1, 0, 4], [METADATA, 1, 1], [API_VERSIONS, 0, 0], [INIT_PRODUCER_ID, 0, 0]];
const UNSUPPORTED_VERSION: i16 = 35;

/// A listening broker. It ends with the test process.
pub struct FakeBroker {
    address: String,
    connections: Arc<AtomicUsize>,
}

impl FakeBroker {
    /// Listens on loopback, and names `advertised`, a `host:port`, as the only broker of the cluster.
    ///
    /// # Panics
    /// When there is no port, or `advertised` has none.
    pub fn advertising(advertised: &str) -> Self {
        let (host, port) = advertised.rsplit_once(':').expect("host:port");
        let (host, port) = (host.to_owned(), port.parse().expect("a port"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket").to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let host = host.clone();
                thread::spawn(move || serve(stream, &host, port));
            }
        });
        Self { address, connections }
    }

    /// Where it listens: `127.0.0.1:<port>`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How many connections it has had.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Answers requests until the client goes.
fn serve(mut stream: TcpStream, host: &str, port: i32) {
    while let Some(request) = read_request(&mut stream) {
        let mut answer = request.correlation.to_vec();
        match (request.key, request.version) {
            (API_VERSIONS, version) => api_versions(version, &mut answer),
            (METADATA, _) => metadata(&request.topics(), host, port, &mut answer),
            // No wait, no error, number 1 in its epoch 0.
            (INIT_PRODUCER_ID, _) => answer.extend([&[0; 13], [1].as_slice(), &[0; 2]].concat()),
            _ => return,
        }
        let length = i32::try_from(answer.len()).expect("a short answer").to_be_bytes();
        if stream.write_all(&[length.as_slice(), &answer].concat()).is_err() {
            return;
        }
    }
}

struct Request {
    key: i16,
    version: i16,
    correlation: [u8; 4],
    /// Behind the client's id.
    body: Vec<u8>,
}

impl Request {
    /// The topics of a question of version 1; nothing stands for "all" here.
    fn topics(&self) -> Vec<String> {
        let mut rest = self.body.as_slice();
        let count = take(&mut rest).map_or(0, i32::from_be_bytes);
        let names = (0..count.max(0)).map_while(|_| {
            let length = usize::try_from(i16::from_be_bytes(take(&mut rest)?)).ok()?;
            let (name, after) = rest.split_at_checked(length)?;
            rest = after;
            String::from_utf8(name.to_vec()).ok()
        });
        names.collect()
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut bytes = vec![0; usize::try_from(i32::from_be_bytes(length)).ok()?];
    stream.read_exact(&mut bytes).ok()?;
    let mut rest = bytes.as_slice();
    let (key, version) =
        (i16::from_be_bytes(take(&mut rest)?), i16::from_be_bytes(take(&mut rest)?));
    let correlation = take(&mut rest)?;
    let client_id = usize::try_from(i16::from_be_bytes(take(&mut rest)?)).unwrap_or(0);
    Some(Request { key, version, correlation, body: rest.get(client_id..)?.to_vec() })
}

fn api_versions(version: i16, answer: &mut Vec<u8>) {
    let error = if version == 0 { 0 } else { UNSUPPORTED_VERSION };
    answer.extend(error.to_be_bytes());
    count(OFFERED.len(), answer);
    OFFERED.iter().flatten().for_each(|number| answer.extend(number.to_be_bytes()));
}

/// One broker, which leads the one partition of each topic.
fn metadata(topics: &[String], host: &str, port: i32, answer: &mut Vec<u8>) {
    const BROKER: i32 = 1;
    count(1, answer);
    answer.extend(BROKER.to_be_bytes());
    text(host, answer);
    answer.extend(port.to_be_bytes());
    answer.extend((-1_i16).to_be_bytes());
    answer.extend(BROKER.to_be_bytes());
    count(topics.len(), answer);
    for topic in topics {
        answer.extend(0_i16.to_be_bytes());
        text(topic, answer);
        answer.push(0);
        count(1, answer);
        answer.extend(0_i16.to_be_bytes());
        answer.extend(0_i32.to_be_bytes());
        answer.extend(BROKER.to_be_bytes());
        for _replicas_then_in_sync in 0..2 {
            count(1, answer);
            answer.extend(BROKER.to_be_bytes());
        }
    }
}

fn count(count: usize, answer: &mut Vec<u8>) {
    answer.extend(i32::try_from(count).expect("few").to_be_bytes());
}

fn text(text: &str, answer: &mut Vec<u8>) {
    answer.extend(i16::try_from(text.len()).expect("a short text").to_be_bytes());
    answer.extend(text.as_bytes());
}
