//! The plugin's last call, and its end.

use super::{Check, Subject, Verdict};
use plugin_abi::plugin::PluginObject_TO;
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub(super) const SHUTDOWN: Check = Check {
    name: "shuts_down_in_time",
    tries: "shutdown with a second's grace, then one more call",
    run: shuts_down_in_time,
};

pub(super) const DROP: Check = Check {
    name: "drops_cleanly",
    tries: "the drop of the instance, which has to return",
    run: drops_cleanly,
};

const GRACE: Duration = Duration::from_secs(1);
/// For the scheduler of a busy machine.
const MARGIN: Duration = Duration::from_secs(1);

fn shuts_down_in_time(subject: &Subject) -> Verdict {
    let Some(plugin) = subject.plugin() else { return ended() };
    let Some(took) = timed(move || PluginObject_TO::shutdown(&plugin, 1000)) else {
        return Verdict::Failed(format!("shutdown did not return within {:?}", GRACE + MARGIN));
    };
    let called = subject.sample();
    match called.is_missing() {
        true => Verdict::Failed("the call after shutdown was never answered".to_owned()),
        false => Verdict::Passed(format!("returned after {took:?}; a later call was answered")),
    }
}

fn drops_cleanly(subject: &Subject) -> Verdict {
    let Some(plugin) = subject.take_plugin() else { return ended() };
    match timed(move || drop(plugin)) {
        Some(took) => Verdict::Passed(format!("returned after {took:?}")),
        None => Verdict::Failed(format!("the drop did not return within {:?}", GRACE + MARGIN)),
    }
}

/// How long `work` took; `None` when it is still at it, on a thread that is left to itself.
fn timed(work: impl FnOnce() + Send + 'static) -> Option<Duration> {
    let (done, over) = mpsc::channel();
    let start = Instant::now();
    std::thread::spawn(move || {
        work();
        let _ = done.send(());
    });
    over.recv_timeout(GRACE + MARGIN).ok().map(|()| start.elapsed())
}

fn ended() -> Verdict {
    Verdict::DoesNotApply("an earlier check has ended the plugin".to_owned())
}
