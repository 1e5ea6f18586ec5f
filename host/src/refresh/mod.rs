//! Keeps what is published in step with the trees: they are scanned when something in them stirs, and
//! every so often in case nobody was told.
//!
//! * `follow`: when to look; `watches` is told by the kernel
//! * `footprint`: whether there is anything to see

mod follow;
mod footprint;
mod watches;

use crate::catalog::{Catalog, Places};
use crate::diagnostics::printable;
use crate::registry::{Changes, Registry};
use footprint::Footprint;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;

/// The trees of one host. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Refresh {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Registry,
    places: Places,
    /// How the trees looked when they were published last.
    seen: Mutex<Option<Footprint>>,
    published: watch::Sender<bool>,
}

impl Refresh {
    /// Nothing is scanned yet.
    #[must_use]
    pub fn new(registry: Registry, places: Places) -> Self {
        let (seen, published) = (Mutex::default(), watch::Sender::new(false));
        Self { shared: Arc::new(Shared { registry, places, seen, published }) }
    }

    /// Scans and publishes, and tries again what failed before. Answers what is different then.
    pub async fn reload(&self) -> Changes {
        self.shared.registry.forgive();
        self.scan(false).await.unwrap_or_default()
    }

    /// Whether the trees have been published at least once.
    #[must_use]
    pub fn has_published(&self) -> bool {
        *self.shared.published.borrow()
    }

    /// Waits until the trees have been published at least once.
    pub fn published(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut published = self.shared.published.subscribe();
        async move {
            // The sender lives as long as the host, or nobody waits any more.
            let _ = published.wait_for(|published| *published).await;
        }
    }

    /// Scans and publishes; with `if_changed` only where files look otherwise than the last time.
    async fn scan(&self, if_changed: bool) -> Option<Changes> {
        let shared = &self.shared;
        let mut seen = shared.seen.lock().await;
        let places = shared.places.clone();
        let footprint = spawn_blocking(move || Footprint::of(&places)).await.ok().flatten();
        if if_changed && footprint.is_some() && *seen == footprint {
            return None;
        }
        let places = shared.places.clone();
        // The lock is read anew with the trees that it locks.
        let scanned = spawn_blocking(move || Catalog::scan(&places.renewed()));
        let Ok(catalog) = scanned.await else {
            tracing::error!("the thread that scanned the trees was lost; what is published stays");
            return None;
        };
        let changes = shared.registry.publish(catalog).await;
        *seen = footprint;
        let is_first = !shared.published.send_replace(true);
        tell(&changes, is_first);
        Some(changes)
    }
}

/// One line in the log for each change. That everything is new at first is no news.
fn tell(changes: &Changes, is_first: bool) {
    let nothing = Vec::new();
    let added = if is_first { &nothing } else { &changes.added };
    let listed = [("added", added), ("replaced", &changes.replaced), ("removed", &changes.removed)];
    for (what, plugs) in listed {
        for plug in plugs {
            tracing::info!("{what} {} {}", plug.plugin, plug.version);
        }
    }
    for refused in &changes.refused {
        let (path, reason) = (refused.refusal.path.display(), &refused.refusal.reason);
        let still = if refused.still_serving { "; the one before goes on serving" } else { "" };
        tracing::warn!("refused {path}: {}{still}", printable(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader::{Loader, Probe};
    use std::fs;
    use std::path::Path;

    fn refresh(tree: &Path) -> Refresh {
        Refresh::new(
            Registry::new(Catalog::default(), Loader::new(Probe::Off)),
            Places::trees(vec![tree.to_path_buf()]),
        )
    }

    #[tokio::test]
    async fn it_is_published_after_the_first_scan_and_not_before() {
        let tree = tempfile::tempdir().unwrap();
        let refresh = refresh(tree.path());
        assert!(!refresh.has_published());
        let waiting = tokio::spawn(refresh.published());
        assert!(refresh.reload().await.is_empty());
        waiting.await.unwrap();
        assert!(refresh.has_published());
    }

    #[tokio::test]
    async fn a_folder_that_came_is_reported_once() {
        let tree = tempfile::tempdir().unwrap();
        let refresh = refresh(tree.path());
        refresh.reload().await;
        let folder = tree.path().join("demo/echo/1.0.0");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("plug.yaml"), "name: echo\nversion: 1.0.0\n").unwrap();
        let kinds = |changes: &Changes| {
            changes.refused.iter().map(|one| one.refusal.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&refresh.reload().await), ["no_library"]);
        assert!(refresh.reload().await.is_empty());
    }
}
