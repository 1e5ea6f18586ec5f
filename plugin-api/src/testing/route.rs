//! Which test a log event belongs to.
//!
//! A library has one bridge for its logs, made by the first instance, while tests run side by side. An
//! event therefore goes to the host whose call runs on the same thread, and one from a thread of the
//! plugin's own to every host there is.

use super::host::{LogEvent, Records};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError, Weak};

thread_local! {
    static CALLING: RefCell<Vec<Arc<Records>>> = const { RefCell::new(Vec::new()) };
}

static LIVING: Mutex<Vec<Weak<Records>>> = Mutex::new(Vec::new());

/// While it lives, events of this thread belong to its host.
pub(super) struct Calling;

impl Calling {
    pub(super) fn on(records: &Arc<Records>) -> Self {
        CALLING.with_borrow_mut(|calling| calling.push(Arc::clone(records)));
        Self
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        CALLING.with_borrow_mut(Vec::pop);
    }
}

pub(super) fn join(records: &Arc<Records>) {
    let mut living = LIVING.lock().unwrap_or_else(PoisonError::into_inner);
    living.retain(|one| one.strong_count() > 0);
    living.push(Arc::downgrade(records));
}

pub(super) fn log(event: &LogEvent) {
    let calling = CALLING.with_borrow(|calling| calling.last().cloned());
    if let Some(records) = calling {
        return records.log(event.clone());
    }
    living().iter().for_each(|records| records.log(event.clone()));
}

/// Every host there is. The lock is free again when they are given out: who holds one last drops the
/// plugins it lent, and those may log while they are dropped.
fn living() -> Vec<Arc<Records>> {
    let living = LIVING.lock().unwrap_or_else(PoisonError::into_inner);
    living.iter().filter_map(Weak::upgrade).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestHost;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    struct LogsAtItsEnd;

    impl Drop for LogsAtItsEnd {
        fn drop(&mut self) {
            let (target, message) = (String::new(), "the end".to_owned());
            log(&LogEvent { level: "info", target, message, fields: serde_json::Value::Null });
        }
    }

    #[test]
    fn whoever_holds_a_host_last_may_drop_a_plugin_that_logs() {
        let (say, ended) = channel();
        std::thread::spawn(move || {
            let at_its_end = LogsAtItsEnd;
            let host = TestHost::new().lend("last", move |ctx, _| {
                let _held = &at_its_end;
                Ok(ctx)
            });
            let held = living();
            drop(host);
            drop(held);
            say.send(()).unwrap();
        });
        assert!(ended.recv_timeout(Duration::from_secs(60)).is_ok(), "it waits for itself");
    }
}
