//! One call of a plugin, ended by its answer, a panic or the end of its time.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use plugin_api::{Error, Json};
use tokio::time::{Instant, sleep_until};

/// How a call ended.
pub enum CallEnd {
    /// With a result.
    Answered(Json),
    /// With an error.
    Failed(Error),
    /// In a panic of the plugin's code.
    Panicked,
    /// Not before the deadline; the call was dropped.
    Late,
}

/// Waits for the call, but not beyond `deadline`, whatever the plugin makes of it. A panic of the
/// plugin's code ends the call and nothing else.
pub async fn call(
    call: impl Future<Output = Result<Json, Error>>,
    deadline: Option<Instant>,
) -> CallEnd {
    let answered = unpanicked(call);
    let Some(deadline) = deadline else { return answered.await };
    // The deadline is looked at first, so that it is this sentence that is told and not the one of
    // whoever else watches the same deadline.
    tokio::select! {
        biased;
        () = sleep_until(deadline) => CallEnd::Late,
        end = answered => end,
    }
}

async fn unpanicked(call: impl Future<Output = Result<Json, Error>>) -> CallEnd {
    let mut call = pin!(call);
    poll_fn(|cx| {
        // The future is not polled again after a panic, so its broken state is never seen.
        match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(json))) => Poll::Ready(CallEnd::Answered(json)),
            Ok(Poll::Ready(Err(error))) => Poll::Ready(CallEnd::Failed(error)),
            Err(_) => Poll::Ready(CallEnd::Panicked),
        }
    })
    .await
}
