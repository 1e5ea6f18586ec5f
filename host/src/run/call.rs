//! One call of a plugin, ended by its answer, a panic or the end of the run.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use plugin_api::{Error, Json};

/// How a call ended.
pub enum Outcome {
    /// With a result.
    Answered(Json),
    /// With an error, or in a panic; the sentence says which.
    Failed(String),
    /// The run was interrupted before the plugin was called.
    NotCalled,
    /// The run was interrupted while the plugin was at work; the call was dropped.
    Interrupted,
}

/// Waits for the call or for `shutdown`, whichever comes first. A panic of the plugin's code ends
/// the call and nothing else.
pub async fn call(
    call: impl Future<Output = Result<Json, Error>>,
    mut shutdown: Pin<&mut impl Future<Output = ()>>,
) -> Outcome {
    let mut call = pin!(call);
    let mut called = false;
    poll_fn(|cx| {
        if shutdown.as_mut().poll(cx).is_ready() {
            return Poll::Ready(if called { Outcome::Interrupted } else { Outcome::NotCalled });
        }
        called = true;
        // The future is not polled again after a panic, so its broken state is never seen.
        match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(json))) => Poll::Ready(Outcome::Answered(json)),
            Ok(Poll::Ready(Err(error))) => Poll::Ready(Outcome::Failed(error.to_string())),
            Err(_) => Poll::Ready(Outcome::Failed("the plugin panicked".to_owned())),
        }
    })
    .await
}
