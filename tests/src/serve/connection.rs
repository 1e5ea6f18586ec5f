//! A connection to a server, which speaks just enough HTTP/1.1 for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::LIMIT;
use crate::Result;

/// Says that a body is JSON.
pub const JSON: &str = "content-type: application/json\r\n";

/// One connection, kept open between requests.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
    headers: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Connection {
    pub(super) fn open(host: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host, headers: JSON.to_owned() })
    }

    /// The same connection with this in place of its headers, each line with its end; at first the
    /// one that says that bodies are JSON.
    #[must_use]
    pub fn with_headers(mut self, headers: &str) -> Self {
        headers.clone_into(&mut self.headers);
        self
    }

    /// Reads a resource.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn get(&mut self, path: &str) -> Reply {
        self.request("GET", path, "")
    }

    /// Sends a document.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.request("POST", path, body.to_string())
    }

    /// Calls a plugin with this `ctx`.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn process(&mut self, plugin: &str, ctx: &Value) -> Reply {
        let path = format!("/v1/plugins/{}/process", plugin.replace('/', "%2F"));
        self.post(&path, &serde_json::json!({"ctx": ctx, "cfg": {}}))
    }

    /// Any request.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn request(&mut self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.attempt(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Any request, to a server that may end before it replies.
    ///
    /// # Errors
    /// That the connection was closed, or what came back is no reply.
    pub fn attempt(&mut self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Result<Reply> {
        self.write(method, path, body.as_ref())?;
        let status = self.line()?.split(' ').nth(1).ok_or("no status line")?.parse()?;
        let headers = self.headers()?;
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(Ok(0), |(_, value)| value.parse())?];
        self.stream.read_exact(&mut body)?;
        Ok(Reply { status, headers, body: String::from_utf8(body)? })
    }

    /// The connection with a request on it that nobody waits for.
    ///
    /// # Panics
    /// When it is closed.
    #[must_use]
    pub fn send(mut self, method: &str, path: &str, body: &str) -> Self {
        self.write(method, path, body.as_bytes())
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        self
    }

    fn write(&mut self, method: &str, path: &str, body: &[u8]) -> Result<()> {
        let (host, headers, length) = (self.host, &self.headers, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {length}\r\n\r\n"
        );
        self.stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        Ok(())
    }

    fn headers(&mut self) -> Result<Vec<(String, String)>> {
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { return Ok(headers) };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line)
    }
}

impl Reply {
    /// The body, when the status is `status`.
    ///
    /// # Panics
    /// When it is another one, or the body is not JSON.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}\n{self:?}"))
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
