//! The one place where a panic becomes an error instead of crossing the boundary.

use crate::Pending;
use crate::error::{ErrorClass, ErrorCode, PErr};
use abi_stable::std_types::RResult;
use async_ffi::FutureExt;
use std::any::Any;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Runs `entry`; a panic in it is the error.
///
/// # Errors
/// The entry's own error, or [`ErrorCode::PANICKED`] with the place and the panic's text.
pub fn contain<T>(place: &str, entry: impl FnOnce() -> Result<T, PErr>) -> Result<T, PErr> {
    catch_unwind(AssertUnwindSafe(entry)).unwrap_or_else(|panic| Err(panicked(place, panic)))
}

/// A future whose panics, in poll and in drop, are answers.
pub struct Fenced<F> {
    place: &'static str,
    inner: Option<Pin<Box<F>>>,
}

impl<F> Fenced<F> {
    /// Fences `future`; `place` names the entry in the error.
    pub fn new(place: &'static str, future: F) -> Self {
        Self { place, inner: Some(Box::pin(future)) }
    }

    fn drop_inner(&mut self) -> Result<(), PErr> {
        let inner = self.inner.take();
        contain("the drop of its future", || {
            drop(inner);
            Ok(())
        })
    }
}

impl<T, F: Future<Output = Result<T, PErr>>> Future for Fenced<F> {
    type Output = Result<T, PErr>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let place = self.place;
        let Some(inner) = self.inner.as_mut() else {
            return Poll::Ready(Err(polled_again(place)));
        };
        match contain(place, || Ok(inner.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(answer)) => Poll::Ready(self.drop_inner().and(answer)),
            Err(panic) => {
                let _ = self.drop_inner();
                Poll::Ready(Err(panic))
            }
        }
    }
}

impl<F> Drop for Fenced<F> {
    fn drop(&mut self) {
        // A cancelled call has nobody to answer to; the panic hook has printed the panic.
        let _ = self.drop_inner();
    }
}

/// Begins an entry that may take time and fences everything it does.
pub(crate) fn pending<E, T, F>(
    place: &'static str,
    shared: &Arc<E>,
    begin: impl FnOnce(Arc<E>) -> F,
) -> Pending<T>
where
    F: Future<Output = Result<T, PErr>> + Send + 'static,
    T: Send + 'static,
{
    let shared = Arc::clone(shared);
    let begun = contain(place, || Ok(Fenced::new(place, begin(shared))));
    async move {
        match begun {
            Ok(future) => RResult::from(future.await),
            Err(error) => RResult::RErr(error),
        }
    }
    .into_ffi()
}

/// A value whose drop may panic without unwinding any further: it is dropped by code that was made
/// elsewhere and cannot unwind.
pub struct Contained<T>(ManuallyDrop<T>);

impl<T> Contained<T> {
    /// Takes the value over.
    pub fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T> Deref for Contained<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        let _ = contain("a drop", || {
            // SAFETY: this is the only place that drops the value, and it runs once.
            unsafe { ManuallyDrop::drop(&mut self.0) };
            Ok(())
        });
    }
}

fn polled_again(place: &str) -> PErr {
    let message = format!("{place} was polled after its answer");
    PErr::new(ErrorClass::RECORD_FATAL, ErrorCode::OTHER, message)
}

fn panicked(place: &str, panic: Box<dyn Any + Send>) -> PErr {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".to_owned());
    // A payload may panic in its own drop, where nothing could contain it any more.
    std::mem::forget(panic);
    let message = format!("the plugin panicked in {place}: {text}");
    PErr::new(ErrorClass::RECORD_FATAL, ErrorCode::PANICKED, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("no rest");
        }
    }

    fn poll<T>(future: impl Future<Output = Result<T, PErr>>) -> Result<T, PErr> {
        match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("these futures never wait"),
        }
    }

    #[test]
    fn a_panic_in_poll_is_an_answer() {
        let fenced = Fenced::new("process", async { panic!("poll {}", 1) });
        let error = poll::<()>(fenced).unwrap_err();
        assert_eq!(error.code, ErrorCode::PANICKED);
        assert_eq!(error.message(), "the plugin panicked in process: poll 1");
    }

    #[test]
    fn a_panic_in_drop_is_an_answer() {
        struct Ready(PanicsOnDrop);
        impl Future for Ready {
            type Output = Result<(), PErr>;
            fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
                Poll::Ready(Ok(()))
            }
        }
        let error = poll(Fenced::new("process", Ready(PanicsOnDrop))).unwrap_err();
        assert_eq!(error.message(), "the plugin panicked in the drop of its future: no rest");
    }

    #[test]
    fn a_payload_that_panics_in_its_drop_is_contained_too() {
        let error = contain::<()>("create", || std::panic::panic_any(PanicsOnDrop)).unwrap_err();
        assert_eq!(error.message(), "the plugin panicked in create: no text");
    }

    #[test]
    fn a_contained_value_that_panics_in_its_drop_does_not_unwind() {
        drop(Contained::new(PanicsOnDrop));
    }

    #[test]
    fn a_cancelled_future_that_panics_in_its_drop_does_not_unwind() {
        let held = PanicsOnDrop;
        drop(Fenced::new("process", async move {
            let _held = held;
            std::future::pending::<Result<(), PErr>>().await
        }));
    }
}
