//! Calls that are running, and who made them: plugins that call each other in a circle are found
//! before they exhaust the stack.

use plugin_api::{Error, ErrorClass, ErrorCode};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Every running call by its id.
#[derive(Default)]
pub(super) struct Calls {
    last: AtomicU64,
    running: Mutex<HashMap<u64, Frame>>,
}

struct Frame {
    plugin: String,
    parent: u64,
}

/// One running call; it ends when this is dropped.
pub(super) struct Call {
    id: u64,
    calls: Arc<Calls>,
}

impl Calls {
    /// Begins a call of `plugin`, `category/name@version`, on behalf of the call `parent`, 0 = of the host.
    ///
    /// # Errors
    /// The chain of names, when the plugin is already in it; a caller that has ended; too many
    /// plugins on top of each other.
    pub(super) fn begin(self: &Arc<Self>, parent: u64, plugin: &str) -> Result<Call, Error> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if parent != 0 && !running.contains_key(&parent) {
            return Err(refused("the call on whose behalf it was made has ended"));
        }
        let chain = chain(&running, parent);
        if chain.contains(&plugin) {
            return Err(circle(&chain, plugin));
        }
        if chain.len() >= DEPTH {
            return Err(refused("too many plugins call one another on its behalf"));
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        running.insert(id, Frame { plugin: plugin.to_owned(), parent });
        Ok(Call { id, calls: Arc::clone(self) })
    }
}

/// More plugins than this do not stand on top of each other.
const DEPTH: usize = 32;

fn refused(why: &str) -> Error {
    Error::new(ErrorClass::ConfigFatal, ErrorCode::CYCLE, format!("the call was refused: {why}"))
}

/// The plugins from the call `id` up to the host's own call.
fn chain(running: &HashMap<u64, Frame>, id: u64) -> Vec<&str> {
    let up = |frame: &&Frame| running.get(&frame.parent);
    std::iter::successors(running.get(&id), up).map(|frame| frame.plugin.as_str()).collect()
}

fn circle(chain: &[&str], plugin: &str) -> Error {
    let names = chain.iter().rev().copied().chain([plugin]);
    let names: Vec<&str> = names.map(|id| id.rsplit('/').next().unwrap_or(id)).collect();
    let message = format!("plugins call each other in a circle: {}", names.join(" → "));
    Error::new(ErrorClass::ConfigFatal, ErrorCode::CYCLE, message)
}

impl Call {
    /// What the plugin hands to `pp`.
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut running = self.calls.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_spelled_out() {
        let calls = Arc::new(Calls::default());
        let a = calls.begin(0, "a@1.0.0").unwrap();
        let b = calls.begin(a.id(), "b@1.0.0").unwrap();
        let error = calls.begin(b.id(), "a@1.0.0").err().unwrap();
        assert_eq!(
            error.message,
            "plugins call each other in a circle: a@1.0.0 → b@1.0.0 → a@1.0.0"
        );
    }

    #[test]
    fn plugins_of_one_name_in_two_categories_are_two() {
        let calls = Arc::new(Calls::default());
        let a = calls.begin(0, "a/echo@1.0.0").unwrap();
        let b = calls.begin(a.id(), "b/echo@1.0.0").unwrap();
        let error = calls.begin(b.id(), "a/echo@1.0.0").err().unwrap();
        assert!(error.message.ends_with("echo@1.0.0 → echo@1.0.0 → echo@1.0.0"));
    }

    #[test]
    fn a_call_on_behalf_of_one_that_has_ended_is_refused() {
        let calls = Arc::new(Calls::default());
        let ended = calls.begin(0, "a@1.0.0").unwrap().id();
        let error = calls.begin(ended, "b@1.0.0").err().unwrap();
        assert!(error.message.contains("has ended"), "{}", error.message);
    }

    #[test]
    fn the_same_plugin_twice_side_by_side_is_no_circle() {
        let calls = Arc::new(Calls::default());
        let a = calls.begin(0, "a@1.0.0").unwrap();
        drop(calls.begin(a.id(), "b@1.0.0").unwrap());
        assert!(calls.begin(a.id(), "b@1.0.0").is_ok());
        assert!(calls.begin(0, "a@1.0.0").is_ok());
    }
}
