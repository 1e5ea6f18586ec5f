//! `/metrics` over HTTP, for whoever scrapes this process.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{exposition, stream};
use crate::registry::Registry;
use crate::stream::watched::Watched;

/// Serves metrics until it is dropped.
pub struct Server {
    address: SocketAddr,
    shown: Arc<Shown>,
    serving: JoinHandle<()>,
}

/// Where the metrics are taken from.
struct Shown {
    registry: Registry,
    /// Set once the stream runs.
    stream: OnceLock<Watched>,
}

/// An address to serve metrics at, from `127.0.0.1:9464` or `localhost:9464`.
///
/// # Errors
/// It is no address, or one that other machines reach: metrics are not protected by a password.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let local = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let local = local.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let read = local.map_or_else(|| text.parse::<SocketAddr>(), Ok);
    let address =
        read.map_err(|_| "expected an address and a port, as 127.0.0.1:9464".to_owned())?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err("only loopback addresses, as 127.0.0.1:9464: the metrics have no password; let a proxy of \
         yours carry them further"
        .to_owned())
}

impl Server {
    /// Listens, and serves the metrics of the registry. Has to be called in a tokio runtime.
    ///
    /// # Errors
    /// Nothing can listen there.
    pub async fn start(address: SocketAddr, registry: Registry) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shown = Arc::new(Shown { registry, stream: OnceLock::new() });
        let routes = Router::new().route("/metrics", get(metrics)).with_state(Arc::clone(&shown));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::warn!("metrics are no longer served: {error}");
            }
        });
        Ok(Self { address, shown, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves the metrics of this stream too. The first stream stays.
    pub fn watch(&self, stream: Watched) {
        let _ = self.shown.stream.set(stream);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn metrics(State(shown): State<Arc<Shown>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, exposition::CONTENT_TYPE)], shown.text())
}

impl Shown {
    /// Metrics of the stream, then those of plugins. A name that the stream has is not shown twice.
    fn text(&self) -> String {
        let mut families = self.stream.get().map(stream::families).unwrap_or_default();
        let own: Vec<String> = families.iter().map(|family| family.name.clone()).collect();
        let others = self.registry.metrics().families().into_iter();
        families.extend(others.filter(|family| !own.contains(&family.name)));
        exposition::text(&families)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::loader::{Loader, Probe};
    use crate::stream::watched::Role;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::sync::atomic::Ordering;

    #[test]
    fn only_this_machine_can_scrape() {
        let port = |text| address(text).map(|address| address.port());
        for good in ["127.0.0.1:9464", "127.8.8.8:9464", "[::1]:9464", "localhost:9464"] {
            assert_eq!(port(good), Ok(9464), "{good}");
        }
        for (bad, reason) in [
            ("0.0.0.0:9464", "only loopback addresses"),
            ("10.0.0.1:9464", "only loopback addresses"),
            ("[::]:9464", "only loopback addresses"),
            ("127.0.0.1", "expected an address and a port"),
            ("localhost:99999", "expected an address and a port"),
            ("9464", "expected an address and a port"),
        ] {
            let message = address(bad).unwrap_err();
            assert!(message.starts_with(reason), "{bad}: {message}");
        }
    }

    async fn answer(to: SocketAddr, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        let asking = tokio::task::spawn_blocking(move || {
            let mut connection = TcpStream::connect(to).unwrap();
            connection.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            connection.read_to_string(&mut answer).unwrap();
            answer
        });
        asking.await.unwrap()
    }

    #[tokio::test]
    async fn the_stream_and_the_plugins_are_served_and_nothing_else() {
        let registry = Registry::new(Catalog::default(), Loader::new(Probe::Off));
        registry.metrics().counter("hits_total", "", &[]).store(7, Ordering::Relaxed);
        registry
            .metrics()
            .counter("plugpipe_duplicates_total", "", &[])
            .store(9, Ordering::Relaxed);
        let server = Server::start(address("127.0.0.1:0").unwrap(), registry).await.unwrap();
        assert!(answer(server.address(), "/metrics").await.contains("\nhits_total 7\n"));

        let stream = Watched::sample("orders", &[("in", Role::Source)]);
        stream.observed.counters.duplicates(2);
        server.watch(stream);
        let served = answer(server.address(), "/metrics").await;
        assert!(served.starts_with("HTTP/1.1 200 OK\r\n"), "{served}");
        assert!(served.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
        assert!(served.contains("\nhits_total 7\n"), "{served}");
        assert_eq!(served.matches("\nplugpipe_duplicates_total").count(), 1, "{served}");
        assert!(
            served.contains("\nplugpipe_duplicates_total{pipeline=\"orders\"} 2\n"),
            "{served}"
        );
        for path in ["/", "/metrics/", "/metrics2"] {
            assert!(answer(server.address(), path).await.starts_with("HTTP/1.1 404"), "{path}");
        }
    }
}
