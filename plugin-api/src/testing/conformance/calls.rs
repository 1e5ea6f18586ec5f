//! Many calls, calls that nobody waits for, calls that panic.

use super::{Check, Subject, Verdict, judged};
use crate::testing::wait::abandon;
use plugin_abi::plugin::PluginObject_TO;
use plugin_abi::{Call, Doc};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(super) const SIDE_BY_SIDE: Check = Check {
    name: "answers_side_by_side",
    tries: "the sample call from 8 threads, 200 times each",
    run: answers_side_by_side,
};

pub(super) const CANCELLED: Check = Check {
    name: "survives_cancellation",
    tries: "a call that is dropped after its first poll, then another",
    run: survives_cancellation,
};

pub(super) const EXPIRED: Check = Check {
    name: "survives_an_expired_deadline",
    tries: "a call with one nanosecond left, then another",
    run: survives_an_expired_deadline,
};

pub(super) const MEMORY: Check = Check {
    name: "keeps_its_memory",
    tries: "10 000 calls after 1000 to warm up, at most 4 MiB more resident memory",
    run: keeps_its_memory,
};

pub(super) const PANICS: Check = Check {
    name: "does_not_panic",
    tries: "every answer to the checks before this one",
    run: does_not_panic,
};

/// A check that is not over by then is cut short, and says after how many calls.
const ENOUGH: Duration = Duration::from_secs(20);

fn answers_side_by_side(subject: &Subject) -> Verdict {
    const THREADS: usize = 8;
    const CALLS: usize = 200;
    let (first, second) = (subject.sample().words(), subject.sample().words());
    let (until, same) = (Instant::now() + ENOUGH, first == second);
    let (made, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in (0..CALLS).take_while(|_| Instant::now() < until) {
                    let called = subject.sample();
                    made.fetch_add(1, Ordering::Relaxed);
                    let differs = same && called.words() != first;
                    wrong.fetch_add((called.is_missing() || differs).into(), Ordering::Relaxed);
                }
            });
        }
    });
    let (made, wrong) = (made.into_inner(), wrong.into_inner());
    let equal = if same { "equal answers" } else { "answers, which differ from call to call" };
    let problem = format!("{wrong} of {made} calls had no answer, or another than a call alone");
    judged(&Vec::from_iter((wrong > 0).then_some(problem)), format!("{made} {equal}"))
}

/// Judges the call after something was done to the plugin by the call before it.
fn next_call(subject: &Subject, done: impl FnOnce() -> Option<String>) -> Verdict {
    let (first, second) = (subject.sample().words(), subject.sample().words());
    let Some(done) = done() else {
        return Verdict::DoesNotApply("an earlier check has ended the plugin".to_owned());
    };
    let after = subject.sample();
    let differs = first == second && after.words() != first;
    let problem = format!("{done}; then {} in place of {first}", after.line());
    let problem = (after.is_missing() || differs).then_some(problem);
    judged(&Vec::from_iter(problem), format!("{done}, and the next one was answered"))
}

fn survives_cancellation(subject: &Subject) -> Verdict {
    next_call(subject, || {
        let plugin = subject.plugin()?;
        let (ctx, cfg) = (subject.sample_input(), subject.sample_config("process"));
        let doc = |text: String| Doc::from(text);
        let call = Call::new(1, doc(ctx.to_string()), doc(cfg.to_string()), doc("{}".to_owned()));
        let _calling = subject.host.calling();
        let ready = abandon(PluginObject_TO::process(&plugin, call));
        let how = if ready { "which its first poll answered" } else { "which was waiting" };
        Some(format!("a call was dropped, {how}"))
    })
}

fn survives_an_expired_deadline(subject: &Subject) -> Verdict {
    next_call(subject, || {
        let (ctx, cfg) = (subject.sample_input(), subject.sample_config("process"));
        let limit = Some(Duration::from_nanos(1));
        let called = subject.call_within(&ctx.to_string(), &cfg.to_string(), limit);
        let how = if called.is_missing() { "dropped" } else { "answered" };
        Some(format!("a call without time was {how}"))
    })
}

fn keeps_its_memory(subject: &Subject) -> Verdict {
    const WARM: usize = 1000;
    const CALLS: usize = 10_000;
    const BOUND_KIB: u64 = 4096;
    let until = Instant::now() + ENOUGH;
    let repeat = |calls: usize| {
        let in_time = (0..calls).take_while(|_| Instant::now() < until);
        in_time.inspect(|_| drop(subject.sample())).count()
    };
    let warm = repeat(WARM);
    let before = resident_kib();
    let made = repeat(CALLS);
    let (Some(before), Some(after)) = (before, resident_kib()) else {
        return Verdict::DoesNotApply("this system does not say how much is resident".to_owned());
    };
    let grown = after.saturating_sub(before);
    let seen = format!("{grown} KiB more after {made} calls, {warm} to warm up");
    judged(&Vec::from_iter((grown > BOUND_KIB).then(|| seen.clone())), seen)
}

/// What the process holds in memory, its libraries included.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn does_not_panic(subject: &Subject) -> Verdict {
    let panics = subject.panics();
    let problem =
        panics.first().map(|first| format!("{} panics, the first: {first}", panics.len()));
    judged(&Vec::from_iter(problem), "no answer was a panic".to_owned())
}
