//! Opening the plugins of a plan, before any of them is called.

use std::future::Future;
use std::pin::Pin;

use plugin_api::Error;

use crate::pipeline::Plan;

use super::plugins::Plugins;

/// Why not all plugins are open.
pub enum NotOpen {
    /// That of this step is refused.
    Refused(usize, Error),
    /// The run was interrupted at this step.
    Interrupted(usize),
}

/// The plugins of all steps, in the order of the file.
///
/// # Errors
/// The first step whose plugin is not open.
pub async fn open<P: Plugins>(
    plan: &Plan,
    plugins: &P,
    mut shutdown: Pin<&mut impl Future<Output = ()>>,
) -> Result<Vec<P::Live>, NotOpen> {
    let mut live = Vec::with_capacity(plan.steps.len());
    for (position, step) in plan.steps.iter().enumerate() {
        let opened = tokio::select! {
            biased;
            opened = plugins.open(&step.installed) => opened,
            () = shutdown.as_mut() => return Err(NotOpen::Interrupted(position)),
        };
        live.push(opened.map_err(|error| NotOpen::Refused(position, error))?);
    }
    Ok(live)
}
