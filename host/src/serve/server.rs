//! From the listening socket to the last answer.

use super::admission::Admission;
use super::figures::Figures;
use super::room::Room;
use super::state::{Phase, Serving};
use super::writes::Writes;
use super::{Access, Limits, Pipelines, routes};
use crate::refresh::Refresh;
use crate::registry::Registry;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// A server that listens and is not yet serving.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    pub(super) serving: Arc<Serving>,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Calls and runs that were still running when their time was over.
    pub cut_off: usize,
}

/// The line and the headers of a request are not larger than this together.
const HEADER: usize = 64 << 10;

/// How long what was cut off may take to say so.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long to wait when no connection can be taken: too many open files, as a rule.
const PAUSE: Duration = Duration::from_millis(100);

impl Server {
    /// Listens at an address. What `refresh` publishes in `registry` is served.
    ///
    /// # Errors
    /// Nothing can listen there.
    pub async fn bind(
        address: SocketAddr,
        registry: Registry,
        refresh: Refresh,
        access: Access,
        pipelines: Option<Pipelines>,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let serving = Serving {
            registry,
            refresh,
            access,
            pipelines,
            limits,
            admission: Admission::new(limits.max_calls),
            // One body of the largest kind always fits.
            room: Room::new(limits.max_bodies.max(limits.max_body)),
            figures: Figures::default(),
            phases: watch::Sender::new(Phase::Serving),
        };
        Ok(Self { listener, address, serving: Arc::new(serving) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready. Then no connection is taken any more, running calls may end
    /// within the grace, and streams are asked to stop.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Ended {
        let Self { listener, serving, .. } = self;
        let mut connections = Connections::new(&serving);
        connections.take(listener, pin!(shutdown)).await;
        serving.phases.send_replace(Phase::Stopping);
        let (calls, grace) = (serving.admission.taken(), serving.limits.grace);
        tracing::info!("stopping: calls that are running: {calls}; they have {grace:?} to end");
        connections.end(&serving).await
    }
}

/// Every open connection, each in a task of its own. Dropping it closes them.
struct Connections {
    http: http1::Builder,
    router: Router,
    places: Arc<Semaphore>,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
    /// How long a peer may take none of its answer.
    patience: Duration,
}

impl Connections {
    fn new(serving: &Arc<Serving>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(serving.limits.read_timeout)
            .max_buf_size(HEADER);
        let places = serving.limits.max_connections.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            http,
            router: routes::router(serving),
            places: Arc::new(Semaphore::new(places)),
            graceful: GracefulShutdown::new(),
            tasks: JoinSet::new(),
            patience: serving.limits.read_timeout,
        }
    }

    /// Takes connections until `shutdown` is ready.
    async fn take(
        &mut self,
        listener: TcpListener,
        mut shutdown: Pin<&mut impl Future<Output = ()>>,
    ) {
        loop {
            let places = Arc::clone(&self.places);
            tokio::select! {
                () = shutdown.as_mut() => return,
                (accepted, place) = accept(&listener, places) => self.open(accepted, place),
                Some(_) = self.tasks.join_next() => {}
            }
        }
    }

    fn open(&mut self, stream: TcpStream, place: OwnedSemaphorePermit) {
        // Answers are small and awaited.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(self.router.clone());
        let stream = TokioIo::new(Writes::within(self.patience, stream));
        let connection = self.http.serve_connection(stream, service);
        let connection = self.graceful.watch(connection);
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(place);
        });
    }

    /// Lets running calls end, then cuts them off.
    async fn end(self, serving: &Serving) -> Ended {
        let Self { graceful, mut tasks, .. } = self;
        let ended = async {
            graceful.shutdown().await;
            // A run may outlive the connection that asked for it.
            while serving.admission.taken() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if timeout(serving.limits.grace, ended).await.is_ok() {
            return Ended { cut_off: 0 };
        }
        let cut_off = serving.admission.taken();
        serving.phases.send_replace(Phase::Over);
        let last = async { while tasks.join_next().await.is_some() {} };
        let _ = timeout(LAST_WORDS, last).await;
        Ended { cut_off }
    }
}

/// A connection and a place for it; who finds none waits in the kernel.
async fn accept(
    listener: &TcpListener,
    places: Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            // The semaphore is never closed.
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!("a connection cannot be taken: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
