//! Twins whose calls disturb one another, leak, or panic.

use plugin_api::schemars::JsonSchema;
use plugin_api::testing::conformance::Subject;
use plugin_api::{Ctx, Error, Host, Json, NoConfig, Plugin, Result};
use serde::Deserialize;
use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::Poll;
use std::thread::{ThreadId, current};
use std::time::Instant;

pub fn twins() -> Vec<(&'static str, Subject)> {
    vec![
        ("answers_side_by_side", Subject::of::<OneAtATime>().unwrap()),
        ("survives_cancellation", Subject::of::<StaysBusy>().unwrap()),
        ("survives_an_expired_deadline", Subject::of::<GivesUp>().unwrap()),
        ("keeps_its_memory", Subject::of::<Leaks>().unwrap()),
        ("does_not_panic", Subject::of::<Panics>().unwrap()),
    ]
}

/// Any object.
#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Anything {}

/// A plugin made by `Default`, whose `process` is one of its own methods.
macro_rules! twin {
    ($name:literal, $twin:ident) => {
        plugin_api::export_for_test!($name, $twin as process);

        impl Plugin for $twin {
            type Config = NoConfig;
            type Input = Anything;
            type Output = Json;

            fn create(_: Host) -> Result<Self> {
                Ok(Self::default())
            }

            async fn process(&self, ctx: &Ctx, _: Anything, _: &NoConfig) -> Result<Json> {
                self.answer(ctx).await
            }
        }
    };
}

/// Waits once, so that a call can be dropped or overtaken there.
async fn wait_once() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

twin!("one_at_a_time", OneAtATime);

#[derive(Default)]
struct OneAtATime(AtomicU32);

impl OneAtATime {
    async fn answer(&self, _: &Ctx) -> Result<Json> {
        let others = self.0.fetch_add(1, Ordering::SeqCst);
        let since = Instant::now();
        while others == 0 && since.elapsed().as_micros() < 200 {
            std::thread::yield_now();
        }
        self.0.fetch_sub(1, Ordering::SeqCst);
        if others == 0 { Ok(Json::null()) } else { Err(Error::record("busy")) }
    }
}

twin!("stays_busy", StaysBusy);

/// Forgets to leave when a call is dropped, so this thread never gets in again.
#[derive(Default)]
struct StaysBusy(Mutex<HashSet<ThreadId>>);

impl StaysBusy {
    async fn answer(&self, _: &Ctx) -> Result<Json> {
        let thread = current().id();
        if !self.0.lock().unwrap().insert(thread) {
            return Err(Error::record("busy"));
        }
        wait_once().await;
        self.0.lock().unwrap().remove(&thread);
        Ok(Json::null())
    }
}

twin!("gives_up", GivesUp);

#[derive(Default)]
struct GivesUp(AtomicBool);

impl GivesUp {
    async fn answer(&self, ctx: &Ctx) -> Result<Json> {
        if ctx.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
            self.0.store(true, Ordering::Relaxed);
        }
        if self.0.load(Ordering::Relaxed) {
            Err(Error::record("gave up"))
        } else {
            Ok(Json::null())
        }
    }
}

twin!("leaks", Leaks);

#[derive(Default)]
struct Leaks;

impl Leaks {
    async fn answer(&self, _: &Ctx) -> Result<Json> {
        Vec::leak(vec![1_u8; 1024]);
        Ok(Json::null())
    }
}

twin!("panics", Panics);

#[derive(Default)]
struct Panics;

impl Panics {
    async fn answer(&self, ctx: &Ctx) -> Result<Json> {
        // Only the one call that has a deadline, for the panic hook prints each.
        assert!(ctx.deadline().is_none(), "on purpose");
        Ok(Json::null())
    }
}
