//! Publishing another snapshot while calls run.

use super::bar::Bar;
use super::slot::Key;
use super::{Changes, Registry};
use crate::catalog::{Catalog, Installed, Reason, Refusal};
use futures_util::StreamExt as _;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// Reasons that say that there is no plug any more, rather than a bad one.
const ABSENT: [&str; 3] = ["no_library", "not_built", "no_manifest"];

/// So many plugs are judged at once: one that hangs in its trial does not hold up the others.
const AT_ONCE: usize = 8;

impl Registry {
    /// Publishes what was found by another scan. What is new is judged first, in a child process where
    /// its library is unknown; what takes the place of a loaded plugin is loaded first. A plug that
    /// fails is refused, and what was loaded from its folder before goes on serving. Then the snapshot
    /// is swapped in one go, and what is not in it any more is shut down once nobody uses it.
    ///
    /// Calls wait for each other.
    pub async fn publish(&self, scanned: Catalog) -> Changes {
        let _one_at_a_time = self.shared.publishing.lock().await;
        let before = self.catalog();
        let judge = |plug| self.clone().judge(Arc::clone(&before), Arc::clone(plug));
        let judged: Vec<_> = scanned.installed().iter().map(judge).collect();
        let verdicts: Vec<_> = futures_util::stream::iter(judged).buffered(AT_ONCE).collect().await;
        let (mut installed, mut refused) = (Vec::new(), scanned.refused().to_vec());
        for (plug, verdict) in scanned.installed().iter().zip(verdicts) {
            match verdict {
                Ok(()) => installed.push(Arc::clone(plug)),
                Err(reason) => {
                    self.bar(plug, &reason);
                    refused.push(Refusal::new(&plug.path, &reason));
                }
            }
        }
        self.barred().retain(|key, _| scanned.installed().iter().any(|plug| *key == Key::of(plug)));
        self.swap(|current| {
            let kept = self.kept(current, &refused);
            installed.retain(|plug| !kept.iter().any(|one| one.is_same_version(plug)));
            installed.extend(kept);
            installed.sort_by(|one, other| one.order().cmp(&other.order()));
            scanned.judged(installed, refused)
        })
    }

    /// Tries again what failed, with the next snapshot or call, although its files are the same.
    pub fn forgive(&self) {
        self.barred().retain(|_, bar| bar.is_quarantine());
        self.slots().retain(|_, slot| !slot.has_failed());
    }

    /// Takes a plugin out of use; an older version takes its place, where there is one.
    pub(super) fn quarantine(&self, plug: &Arc<Installed>, why: &str) {
        self.barred().insert(Key::of(plug), Bar::quarantine(why));
        if self.catalog().holds(plug) {
            tracing::error!(plugin = super::label(plug), "taken out of use: {why}");
            self.swap(|current| {
                current.judged(current.installed().to_vec(), current.refused().to_vec())
            });
        }
    }

    /// Whether a plug may be published. One that was published already is not judged again.
    async fn judge(self, before: Arc<Catalog>, plug: Arc<Installed>) -> Result<(), Reason> {
        if let Some(reason) = self.bar_of(&plug) {
            return Err(reason);
        }
        if before.holds(&plug) {
            return Ok(());
        }
        let (loader, judged) = (Arc::clone(&self.shared.loader), Arc::clone(&plug));
        let admitted = tokio::task::spawn_blocking(move || loader.admit(&judged)).await;
        admitted.unwrap_or_else(|_| Err(Reason::NotCreated("a thread was lost".to_owned())))?;
        if self.has_live(&plug) {
            let opened = self.open_as_it_is(&plug).await;
            opened.map_err(|error| {
                self.retire(&plug);
                Reason::NotCreated(error.message)
            })?;
        }
        Ok(())
    }

    fn bar(&self, plug: &Installed, reason: &Reason) {
        // A bar that holds already goes on from when it began.
        if self.bar_of(plug).is_none()
            && let Some(bar) = Bar::after(reason, Instant::now())
        {
            self.barred().insert(Key::of(plug), bar);
        }
    }

    fn bar_of(&self, plug: &Installed) -> Option<Reason> {
        let barred = self.barred();
        let bar = barred.get(&Key::of(plug)).filter(|bar| bar.holds(Instant::now()))?;
        Some(bar.reason.clone())
    }

    /// Whether any version of a plug is loaded.
    fn has_live(&self, plug: &Installed) -> bool {
        let live: Vec<_> = self.slots().values().filter_map(|slot| slot.live()).collect();
        let same =
            |other: &Installed| (&other.category, &other.name) == (&plug.category, &plug.name);
        live.iter().any(|live| same(live.plug()))
    }

    /// What is loaded from folders that are refused now, and goes on serving.
    fn kept(&self, current: &Catalog, refused: &[Refusal]) -> Vec<Arc<Installed>> {
        let gone_bad = refused.iter().filter(|refusal| !ABSENT.contains(&refusal.kind));
        let serving = gone_bad.filter_map(|refusal| {
            let plug = current.installed().iter().find(|plug| plug.path == refusal.path)?;
            let live = self.slots().get(&Key::of(plug)).and_then(|slot| slot.live());
            live.map(|_| Arc::clone(plug))
        });
        serving.collect()
    }

    /// Swaps the snapshot for the one that `next` makes of it, without what is barred, and retires what
    /// is gone. Nobody swaps in between.
    fn swap(&self, next: impl FnOnce(&Catalog) -> Catalog) -> Changes {
        let _alone = self.shared.swapping.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.catalog();
        let next = Arc::new(self.without_barred(next(&old)));
        *self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&next);
        let gone = old.installed().iter().filter(|plug| !next.holds(plug));
        gone.for_each(|plug| self.retire(plug));
        Changes::between(&old, &next)
    }

    fn without_barred(&self, next: Catalog) -> Catalog {
        let mut refused = next.refused().to_vec();
        let mut installed = Vec::new();
        for plug in next.installed() {
            match self.bar_of(plug) {
                Some(reason) => refused.push(Refusal::new(&plug.path, &reason)),
                None => installed.push(Arc::clone(plug)),
            }
        }
        next.judged(installed, refused)
    }
}
