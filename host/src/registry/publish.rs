//! Publishing another snapshot while calls run.

use super::slot::Key;
use super::{Changes, Registry, not_loaded};
use crate::catalog::{Catalog, Installed, Reason, Refusal};
use std::sync::{Arc, PoisonError};

/// Reasons that say that there is no plug any more, rather than a bad one.
const ABSENT: [&str; 3] = ["no_library", "not_built", "no_manifest"];

impl Registry {
    /// Publishes what was found by another scan. What is new is judged first, in a child process where
    /// its library is unknown; what takes the place of a loaded plugin is loaded first. A plug that
    /// fails is refused, and what was loaded from its folder before goes on serving. Then the snapshot
    /// is swapped in one go, and what is not in it any more is shut down once nobody uses it.
    ///
    /// Calls wait for each other.
    pub async fn publish(&self, scanned: Catalog) -> Changes {
        let _one_at_a_time = self.shared.publishing.lock().await;
        let old = self.catalog();
        self.forget_failed_slots();
        let mut installed = Vec::new();
        let mut refused = scanned.refused().to_vec();
        let gone_bad = refused.iter().filter(|refusal| !ABSENT.contains(&refusal.kind));
        installed.extend(gone_bad.filter_map(|refusal| self.serving(&old, refusal)));
        for plug in scanned.installed() {
            match self.judge(&old, plug).await {
                Ok(()) => installed.push(Arc::clone(plug)),
                Err(reason) => {
                    let refusal = Refusal::new(&plug.path, &reason);
                    installed.extend(self.serving(&old, &refusal));
                    refused.push(refusal);
                    self.barred().insert(Key::of(plug), reason);
                }
            }
        }
        self.swap(&old, scanned.judged(installed, refused))
    }

    /// Tries again what failed, with the next snapshot, although its files are the same.
    pub fn forgive(&self) {
        self.barred().retain(|_, reason| matches!(reason, Reason::Quarantined(_)));
    }

    /// Takes a plugin out of use; an older version takes its place, where there is one.
    pub(super) fn quarantine(&self, plug: &Arc<Installed>, why: &str) {
        let reason = Reason::Quarantined(why.to_owned());
        if self.barred().insert(Key::of(plug), reason).is_some() {
            return;
        }
        tracing::error!(plugin = super::label(plug), "taken out of use: {why}");
        let old = self.catalog();
        self.swap(&old, old.judged(old.installed().to_vec(), old.refused().to_vec()));
    }

    /// Whether a plug may be published. One that was published already is not judged again.
    async fn judge(&self, old: &Catalog, plug: &Arc<Installed>) -> Result<(), Reason> {
        if let Some(reason) = self.barred().get(&Key::of(plug)) {
            return Err(reason.clone());
        }
        if old.holds(plug) {
            return Ok(());
        }
        let (registry, judged) = (self.clone(), Arc::clone(plug));
        let replaces = self.has_live(plug);
        let judging = tokio::task::spawn_blocking(move || match replaces {
            true => registry
                .open_as_it_is(&judged)
                .map(drop)
                .map_err(|error| Reason::NotCreated(error.message)),
            false => registry.shared.loader.admit(&judged).map(drop),
        });
        let lost = |_| Err(Reason::NotCreated(not_loaded("a thread was lost".to_owned()).message));
        judging.await.unwrap_or_else(lost)
    }

    /// Whether any version of a plug is loaded.
    fn has_live(&self, plug: &Installed) -> bool {
        let live = self.slots().values().filter_map(|slot| slot.live()).collect::<Vec<_>>();
        let same =
            |other: &Installed| (&other.category, &other.name) == (&plug.category, &plug.name);
        live.iter().any(|live| same(live.plug()))
    }

    /// What is loaded from a folder that is refused now.
    fn serving(&self, old: &Catalog, refusal: &Refusal) -> Option<Arc<Installed>> {
        let plug = old.installed().iter().find(|plug| plug.path == refusal.path)?;
        let live = self.slots().get(&Key::of(plug)).and_then(|slot| slot.live());
        live.map(|_| Arc::clone(plug))
    }

    /// Swaps the snapshot, without what has been barred meanwhile, and retires what is gone.
    fn swap(&self, old: &Catalog, next: Catalog) -> Changes {
        let next = Arc::new(self.without_barred(next));
        *self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&next);
        let gone = old.installed().iter().filter(|plug| !next.holds(plug));
        gone.for_each(|plug| self.retire(plug));
        Changes::between(old, &next)
    }

    fn without_barred(&self, next: Catalog) -> Catalog {
        let barred = self.barred();
        let reason = |plug: &Arc<Installed>| barred.get(&Key::of(plug));
        let mut refused = next.refused().to_vec();
        let mut installed = Vec::new();
        for plug in next.installed() {
            match reason(plug) {
                Some(reason) => refused.push(Refusal::new(&plug.path, reason)),
                None => installed.push(Arc::clone(plug)),
            }
        }
        next.judged(installed, refused)
    }

    fn forget_failed_slots(&self) {
        self.slots().retain(|_, slot| !slot.has_failed());
    }
}
