//! The URL of a Redis: what it may say, and where it leads.

use kafka_client::Secret;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use std::time::Duration;

/// A connection on which nothing is heard for this long is asked whether it still lives.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// What is sent and not acknowledged for this long ends the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);

/// Where a URL leads: `redis://` or `rediss://`, with user, password and database.
///
/// # Errors
/// What is wrong with it, without any part of it.
pub fn connection_info(url: &Secret) -> Result<ConnectionInfo, &'static str> {
    const SHAPE: &str = "it must look like redis://user:password@host:6379/0, or rediss:// for TLS, with special characters of user and password percent-encoded";
    let parsed = redis::parse_redis_url(url.reveal()).ok_or(SHAPE)?;
    if !matches!(parsed.scheme(), "redis" | "rediss") {
        return Err(SHAPE);
    }
    // The client would read `#insecure` as an order to trust any certificate.
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("it takes nothing behind `?` or `#`; certificates are always verified");
    }
    if !parsed.username().is_empty() && parsed.password().is_none() {
        return Err("it has a user and no password");
    }
    let info = parsed.into_connection_info();
    let info =
        info.map_err(|_| "its host is missing or a wildcard, or its database is not a number")?;
    if info.redis_settings().db() < 0 {
        return Err("its database is below 0");
    }
    Ok(tuned(info))
}

/// Named in Redis' list of clients, and not kept alive by a server that is gone.
fn tuned(info: ConnectionInfo) -> ConnectionInfo {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE / 2);
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    let named = info.redis_settings().clone().set_lib_name("plugpipe", env!("CARGO_PKG_VERSION"));
    info.set_tcp_settings(tcp.set_user_timeout(UNACKNOWLEDGED)).set_redis_settings(named)
}

/// `host:port`, which may be printed.
pub fn place(info: &ConnectionInfo) -> String {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            let host = host.escape_debug();
            if host.to_string().contains(':') {
                format!("[{host}]:{port}")
            } else {
                format!("{host}:{port}")
            }
        }
        _ => "Redis".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of(url: &str) -> Result<String, &'static str> {
        connection_info(&Secret::new(url)).map(|info| place(&info))
    }

    #[test]
    fn the_place_has_host_and_port_and_no_login() {
        let cases = [
            ("redis://localhost:6379/2", "localhost:6379"),
            ("redis://localhost", "localhost:6379"),
            ("rediss://user:p%40ss@redis.example:7000/0", "redis.example:7000"),
            ("redis://:only@[::1]:1/", "[::1]:1"),
        ];
        for (url, expected) in cases {
            assert_eq!(place_of(url), Ok(expected.to_owned()), "{url}");
        }
    }

    #[test]
    fn what_redis_is_told_is_decoded() {
        let info = connection_info(&Secret::new("redis://us%3Aer:p%40ss@h/3")).unwrap();
        let settings = info.redis_settings();
        let told = (settings.username(), settings.password(), settings.db());
        assert_eq!(told, (Some("us:er"), Some("p@ss"), 3));
    }

    #[test]
    fn what_would_be_misread_is_refused() {
        let refused = [
            "",
            "localhost:6379",
            "http://localhost",
            "valkey://localhost",
            "unix:///run/redis.sock",
            "redis+unix:///run/redis.sock",
            "redis://",
            "redis://0.0.0.0",
            "redis://h/x",
            "redis://h/-1",
            "redis://user@h",
            "redis://:pa#ss@h",
            "redis://h?protocol=resp3",
            "rediss://h/#insecure",
            "rediss://h/?ssl_cert_reqs=none",
        ];
        for url in refused {
            assert!(place_of(url).is_err(), "{url}");
        }
    }
}
