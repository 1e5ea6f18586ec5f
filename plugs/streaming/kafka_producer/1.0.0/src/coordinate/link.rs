//! One connection to Redis, made when it is needed and made again after it broke.

use super::entry::Entry;
use super::server::Server;
use super::trouble::{Reason, Trouble};
use redis::ServerError;
use redis::{
    Client, Connection, ConnectionAddr, ConnectionInfo, ConnectionLike, ErrorKind, RedisError,
    Value,
};
use std::time::Duration;

/// How long connecting, with TLS and the login, may take.
const CONNECT: Duration = Duration::from_secs(1);

/// How long one reply may take. The client waits for five in turn even if the first is missing.
const REPLY: Duration = Duration::from_millis(500);

/// A connection that comes and goes.
pub struct Link {
    client: Client,
    server: Server,
    database: i64,
    is_tls: bool,
    connection: Option<Connection>,
}

/// Why an entry was not written.
struct Failure {
    trouble: Trouble,
    is_connection_kept: bool,
    /// The other side had closed the connection.
    was_closed: bool,
}

impl Link {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// A place that the client refuses.
    pub fn new(info: ConnectionInfo) -> Result<Self, Trouble> {
        let (server, database) = (Server::of(&info), info.redis_settings().db());
        let is_tls = matches!(info.addr(), ConnectionAddr::TcpTls { .. });
        // The client drops the code of an error from choosing the database, so that is done here.
        let settings = info.redis_settings().clone().set_db(0);
        let client = Client::open(info.set_redis_settings(settings));
        let client = client.map_err(|error| failure_of(&error, &server).trouble)?;
        Ok(Self { client, server, database, is_tls, connection: None })
    }

    /// Whether its connection begins with a TLS handshake.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Whether there is a connection, as far as is known.
    pub fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Writes one entry. A connection that the server closed while nobody used it costs nothing: the
    /// entry is written once more on a new one, and its completion may then stand there twice.
    ///
    /// # Errors
    /// What went wrong; the connection is open still when only the commands were refused.
    pub fn write(&mut self, entry: &Entry) -> Result<(), Trouble> {
        let was_open = self.is_open();
        match self.attempt(entry) {
            Err(failure) if was_open && failure.was_closed => {
                self.attempt(entry).map_err(|failure| failure.trouble)
            }
            other => other.map_err(|failure| failure.trouble),
        }
    }

    fn attempt(&mut self, entry: &Entry) -> Result<(), Failure> {
        let written = self.exchange(entry);
        if written.as_ref().is_err_and(|failure| !failure.is_connection_kept) {
            self.connection = None;
        }
        written
    }

    fn exchange(&mut self, entry: &Entry) -> Result<(), Failure> {
        let failed = |error: &RedisError| failure_of(error, &self.server);
        let connection = match &mut self.connection {
            Some(open) => open,
            closed => {
                self.server.judge_addresses().map_err(not_dialled)?;
                let made = connect(&self.client, self.database).map_err(|error| failed(&error))?;
                closed.insert(made)
            }
        };
        let commands = entry.commands();
        // Not the client's own transactions: they miscount when MULTI itself is refused.
        let replies = connection
            .req_packed_commands(&commands.get_packed_pipeline(), 0, commands.len())
            .map_err(|error| failed(&error))?;
        first_error(&replies).map_or(Ok(()), |error| Err(refusal(error, &self.server)))
    }
}

fn connect(client: &Client, database: i64) -> redis::RedisResult<Connection> {
    let mut connection = client.get_connection_with_timeout(CONNECT)?;
    connection.set_read_timeout(Some(REPLY))?;
    connection.set_write_timeout(Some(REPLY))?;
    if database != 0 {
        redis::cmd("SELECT").arg(database).exec(&mut connection)?;
    }
    Ok(connection)
}

/// The first error among the replies: that of EXEC only repeats an earlier one.
fn first_error(replies: &[Value]) -> Option<&ServerError> {
    replies.iter().find_map(|reply| match reply {
        Value::ServerError(error) => Some(error),
        Value::Array(replies) => first_error(replies),
        _ => None,
    })
}

/// The server understood and refused.
fn refusal(error: &ServerError, server: &Server) -> Failure {
    let (code, details) = cause(error.code(), error.details().unwrap_or_default());
    let (reason, is_connection_kept) = match code {
        "READONLY" => (Reason::ReadOnly, false),
        "NOAUTH" | "WRONGPASS" => (Reason::Login, false),
        "NOPERM" => (Reason::Permission, true),
        "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "MOVED" => (Reason::Refused, false),
        _ => (Reason::Refused, true),
    };
    let trouble = server.trouble(reason, answered(server.place(), code, details));
    Failure { trouble, is_connection_kept, was_closed: false }
}

/// What the server said. Its full stop would stand before the advice.
fn answered(place: &str, code: &str, details: &str) -> String {
    let said = format!("{place} answered {code} {}", details.trim_end_matches('.'));
    if details.contains("DB index") {
        format!("{said}: `redis_backend.redis_url` names a database that is not there")
    } else {
        said
    }
}

/// The code and the details of what was refused: EXEC says why it was not run in its details.
fn cause<'a>(code: &'a str, details: &'a str) -> (&'a str, &'a str) {
    let inner = details.split_once("because of: ").filter(|_| code == "EXECABORT");
    inner.map_or((code, details), |(_, inner)| inner.split_once(' ').unwrap_or((inner, "")))
}

fn not_dialled(trouble: Trouble) -> Failure {
    Failure { trouble, is_connection_kept: false, was_closed: false }
}

/// The connection failed, or none was made.
fn failure_of(error: &RedisError, server: &Server) -> Failure {
    let place = server.place();
    let refused = error.clone().into_server_errors();
    if let Some((_, refused)) = refused.as_deref().and_then(<[_]>::first) {
        return Failure { is_connection_kept: false, ..refusal(refused, server) };
    }
    let detail = error.detail();
    let (reason, what) = match error.kind() {
        ErrorKind::AuthenticationFailed => (Reason::Login, format!("{place} refuses the login")),
        ErrorKind::Io if error.is_timeout() => {
            (Reason::Slow, format!("{place} has not answered in time"))
        }
        // The client keeps the text of a failed handshake as a detail, that of a socket as a source.
        ErrorKind::Io if detail.is_some() => {
            (Reason::Tls, format!("no TLS with {place}: {}", detail.unwrap_or_default()))
        }
        ErrorKind::Io => (Reason::Unreachable, format!("no connection to {place}: {error}")),
        ErrorKind::Parse => (Reason::Refused, format!("{place} does not speak as Redis does")),
        _ => (Reason::Refused, format!("{place} refuses the connection: {error}")),
    };
    let was_closed = error.is_connection_dropped();
    Failure { trouble: server.trouble(reason, what), is_connection_kept: false, was_closed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discarded_transaction_is_classed_by_its_cause() {
        let discarded = "Transaction discarded because of: NOPERM no permission for 'exec'";
        let cases = [
            (("EXECABORT", discarded), ("NOPERM", "no permission for 'exec'")),
            (("EXECABORT", "Transaction discarded"), ("EXECABORT", "Transaction discarded")),
            (("ERR", "because of: NOPERM x"), ("ERR", "because of: NOPERM x")),
        ];
        for ((code, details), expected) in cases {
            assert_eq!(cause(code, details), expected);
        }
    }

    #[test]
    fn what_a_server_said_stands_well_before_the_advice() {
        for (code, details, expected) in [
            ("NOAUTH", "Authentication required.", "h:1 answered NOAUTH Authentication required"),
            (
                "ERR",
                "DB index is out of range",
                "h:1 answered ERR DB index is out of range: `redis_backend.redis_url` names a \
                 database that is not there",
            ),
        ] {
            assert_eq!(answered("h:1", code, details), expected);
        }
    }
}
