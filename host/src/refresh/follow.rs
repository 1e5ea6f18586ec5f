//! When to look at the trees again.

use super::Refresh;
use super::watches::Watches;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};

/// Nothing has stirred for so long: whoever copied files there is done.
const QUIET: Duration = Duration::from_millis(200);

/// Longer than this it is not waited for quiet.
const PATIENCE: Duration = Duration::from_secs(2);

impl Refresh {
    /// Publishes the trees now, and again after every change, without end. `rescan` is how long a
    /// change can stay unseen where the kernel does not tell: on network file systems, and in trees
    /// that cannot be watched.
    pub async fn follow(&self, rescan: Duration) -> Infallible {
        let stirred = Arc::new(Notify::new());
        // Watched before the first scan: what comes in between is seen twice rather than never.
        let mut watches = renewed(Watches::new(self.paths(), Arc::clone(&stirred))).await;
        self.reload().await;
        loop {
            tokio::select! {
                () = stirred.notified() => {
                    quiet(&stirred).await;
                    self.scan(false).await;
                }
                () = sleep(rescan) => {
                    watches = renewed(watches).await;
                    self.scan(true).await;
                }
            }
        }
    }

    fn paths(&self) -> Vec<PathBuf> {
        let places = &self.shared.places;
        places.trees.iter().chain(&places.folders).cloned().collect()
    }
}

/// Watching a tree reads all its folders, which may take a while.
async fn renewed(mut watches: Watches) -> Watches {
    let renewing = spawn_blocking(move || {
        watches.renew();
        watches
    });
    renewing.await.unwrap_or_else(|_| Watches::none())
}

/// Waits until nothing stirs any more, see [`scan_at`].
async fn quiet(stirred: &Notify) {
    let first = Instant::now();
    let mut last = first;
    while timeout_at(scan_at(first, last), stirred.notified()).await.is_ok() {
        last = Instant::now();
    }
}

/// When to scan after something stirred first and last at these times.
fn scan_at(first: Instant, last: Instant) -> Instant {
    (last + QUIET).min(first + PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Places};
    use crate::loader::{Loader, Probe};
    use crate::registry::Registry;
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_scan_comes_after_the_last_change_and_not_later_than_the_limit() {
        let (first, ms) = (Instant::now(), Duration::from_millis);
        for (last, expected) in [(0, 200), (300, 500), (1799, 1999), (1900, 2000), (5000, 2000)] {
            assert_eq!(scan_at(first, first + ms(last)), first + ms(expected), "{last}");
        }
    }

    fn put(tree: &Path, name: &str) {
        let folder = tree.join(format!("demo/{name}/1.0.0"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("plug.yaml"), format!("name: {name}\nversion: 1.0.0\n")).unwrap();
    }

    /// Follows `tree`, does `act` after the first publish, and waits until `folders` are refused.
    async fn refused_after(tree: &Path, rescan: Duration, act: impl FnOnce(), folders: usize) {
        let registry = Registry::new(Catalog::default(), Loader::new(Probe::Off));
        let refresh = Refresh::new(registry.clone(), Places::trees(vec![tree.to_path_buf()]));
        let following = refresh.clone();
        let following = tokio::spawn(async move { following.follow(rescan).await });
        refresh.published().await;
        act();
        let seen = async {
            while registry.catalog().refused().len() != folders {
                sleep(Duration::from_millis(10)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(20), seen).await;
        following.abort();
        assert!(seen.is_ok(), "{:?}", registry.catalog().refused());
    }

    const NEVER: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn the_kernel_tells_of_a_folder_that_is_dropped_in() {
        let tree = tempfile::tempdir().unwrap();
        put(tree.path(), "one");
        refused_after(tree.path(), NEVER, || put(tree.path(), "two"), 2).await;
    }

    #[tokio::test]
    async fn a_tree_that_comes_later_is_found_by_the_rescan() {
        let above = tempfile::tempdir().unwrap();
        let tree = above.path().join("plugs");
        refused_after(&tree, Duration::from_millis(50), || put(&tree, "one"), 1).await;
    }

    #[tokio::test]
    async fn a_tree_that_goes_and_comes_back_is_found_again() {
        let tree = tempfile::tempdir().unwrap();
        put(tree.path(), "one");
        let again = || {
            fs::remove_dir_all(tree.path()).unwrap();
            put(tree.path(), "two");
            put(tree.path(), "three");
        };
        refused_after(tree.path(), Duration::from_millis(50), again, 2).await;
    }
}
