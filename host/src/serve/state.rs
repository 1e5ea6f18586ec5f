//! What all requests share.

use super::admission::Admission;
use super::figures::Figures;
use super::problem::{Kind, Problem};
use super::room::Room;
use super::{Access, Limits, Pipelines};
use crate::refresh::Refresh;
use crate::registry::Registry;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// One server.
pub(super) struct Serving {
    pub(super) registry: Registry,
    pub(super) refresh: Refresh,
    pub(super) access: Access,
    pub(super) pipelines: Option<Pipelines>,
    pub(super) limits: Limits,
    pub(super) admission: Admission,
    pub(super) room: Room,
    pub(super) figures: Figures,
    pub(super) phases: watch::Sender<Phase>,
}

/// Where a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// It takes requests.
    Serving,
    /// What runs may end; streams are asked to.
    Stopping,
    /// Whatever still runs is cut off.
    Over,
}

impl Serving {
    pub(super) fn phase(&self) -> Phase {
        *self.phases.borrow()
    }

    /// Waits until the server has come as far as `phase`.
    pub(super) fn reached(&self, phase: Phase) -> impl Future<Output = ()> + Send + use<> {
        let mut phases = self.phases.subscribe();
        async move {
            if phases.wait_for(|now| *now >= phase).await.is_err() {
                // Without a server there is nobody to say that it stops.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits for the first scan: who asks earlier is early, not wrong.
    pub(super) async fn published(&self, deadline: Instant) -> Result<(), Problem> {
        let waited = tokio::time::timeout_at(deadline.into(), self.refresh.published()).await;
        waited.map_err(|_| {
            let detail = "the plugs are still being read for the first time";
            Problem::new(Kind::NotReady, detail).retry_after(Duration::from_secs(1))
        })
    }
}
