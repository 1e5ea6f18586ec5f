//! Trees that the kernel watches for us.

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Notify;

/// The watched places. Dropping it ends watching.
pub(super) struct Watches {
    watcher: Option<RecommendedWatcher>,
    places: Vec<Place>,
}

struct Place {
    path: PathBuf,
    state: State,
}

/// Device, inode and birth: a folder that was removed and made again is another one, and not watched.
type Identity = (u64, u64, Option<SystemTime>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not there, which may be as it should be.
    Absent,
    Watched(Identity),
    /// It is there, but the kernel does not watch it. Said once.
    Unwatched,
}

impl Watches {
    /// Nothing is watched before [`Watches::renew`]. `stirred` is told of every change.
    pub(super) fn new(paths: Vec<PathBuf>, stirred: Arc<Notify>) -> Self {
        let tell = move |event: notify::Result<Event>| {
            if event.map_or(true, |event| matters(event.kind)) {
                stirred.notify_one();
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(tell, config);
        if let Err(error) = &watcher {
            tracing::warn!("trees cannot be watched, changes are found by rescans: {error}");
        }
        let absent = |path| Place { path, state: State::Absent };
        let places = paths.into_iter().map(absent).collect();
        Self { watcher: watcher.ok(), places }
    }

    /// Watches nothing.
    pub(super) fn none() -> Self {
        Self { watcher: None, places: Vec::new() }
    }

    /// Watches what has appeared since, and says what has vanished.
    pub(super) fn renew(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        for place in &mut self.places {
            place.state = place.renewed(watcher);
        }
    }
}

impl Place {
    fn renewed(&self, watcher: &mut RecommendedWatcher) -> State {
        let path = self.path.as_path();
        match (self.state, identity(path)) {
            (State::Watched(known), Some(found)) if known == found => self.state,
            (State::Watched(_), None) => {
                let _ = watcher.unwatch(path);
                tracing::warn!("{} has vanished, and its plugs with it", path.display());
                State::Absent
            }
            (_, None) => State::Absent,
            (before, Some(found)) => {
                let _ = watcher.unwatch(path);
                match watcher.watch(path, RecursiveMode::Recursive) {
                    Ok(()) => State::Watched(found),
                    Err(error) => {
                        if before != State::Unwatched {
                            not_watched(path, &error);
                        }
                        State::Unwatched
                    }
                }
            }
        }
    }
}

fn not_watched(path: &Path, error: &notify::Error) {
    let limit = matches!(error.kind, notify::ErrorKind::MaxFilesWatch);
    let hint = if limit { " (raise fs.inotify.max_user_watches)" } else { "" };
    let path = path.display();
    tracing::warn!("{path} cannot be watched, changes are found by rescans: {error}{hint}");
}

fn identity(path: &Path) -> Option<Identity> {
    let about = path.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    Some((about.dev(), about.ino(), about.created().ok()))
}

/// Scanning opens files, which the kernel tells too.
fn matters(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, ModifyKind, RemoveKind};

    #[test]
    fn reading_a_tree_is_no_change_of_it() {
        let cases = [
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), false),
            (EventKind::Access(AccessKind::Close(AccessMode::Read)), false),
            (EventKind::Access(AccessKind::Close(AccessMode::Write)), true),
            (EventKind::Create(CreateKind::File), true),
            (EventKind::Modify(ModifyKind::Any), true),
            (EventKind::Remove(RemoveKind::Folder), true),
            (EventKind::Other, true),
        ];
        for (kind, expected) in cases {
            assert_eq!(matters(kind), expected, "{kind:?}");
        }
    }
}
