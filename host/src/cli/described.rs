//! What plugins say, where nothing of them will be called.

use crate::catalog::Installed;
use crate::pipeline::configured::Descriptions;
use std::sync::Arc;
use std::thread;

/// Asks plugs side by side, without making an instance of any.
pub(super) fn describe(plugs: &[Arc<Installed>]) -> Descriptions {
    let loader = super::loader();
    let open = |plug: &Arc<Installed>| {
        let said = loader.describe(plug);
        let refused =
            |reason| format!("plugin `{}@{}` was refused: {reason}", plug.name, plug.version);
        (Arc::clone(plug), said.map_err(refused))
    };
    thread::scope(|scope| {
        let opening: Vec<_> = plugs.iter().map(|plug| scope.spawn(|| open(plug))).collect();
        opening.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}
