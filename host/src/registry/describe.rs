//! What plugins say about themselves, asked for before a plan is made.

use super::Registry;
use crate::catalog::Installed;
use crate::pipeline::configured::Descriptions;
use futures_util::future::join_all;
use std::sync::Arc;

impl Registry {
    /// Opens plugs side by side and passes on what they say. Nothing of them is called.
    pub async fn describe(&self, plugs: &[Arc<Installed>]) -> Descriptions {
        let describe = |plug: &Arc<Installed>| {
            let plug = Arc::clone(plug);
            async move {
                let opened = self.open(&plug).await;
                let described = opened.map(|live| live.description().clone());
                (plug, described.map_err(|error| error.message))
            }
        };
        join_all(plugs.iter().map(describe)).await.into_iter().collect()
    }
}
