//! What the lanes of one step share: made by the first lane that opens.

use plugin_api::{Ctx, Lane, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// Values by the step of the run that they were made for. A value is kept until the last lane has
/// come for it, even where the first lane has ended by then.
pub struct OpenedByStep<T> {
    opening: Mutex<Vec<Opening<T>>>,
}

struct Opening<T> {
    run: Option<String>,
    step: u32,
    /// Lanes that have not come yet.
    missing: u32,
    value: Arc<T>,
}

impl<T> Default for OpenedByStep<T> {
    fn default() -> Self {
        Self { opening: Mutex::default() }
    }
}

impl<T> OpenedByStep<T> {
    /// The value of the step that `lane` belongs to; `make` is called for the first of its lanes.
    ///
    /// # Errors
    /// The error of `make`.
    pub fn get(&self, ctx: &Ctx, lane: Lane, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        self.of_run(ctx.run().execution_id, lane, make)
    }

    fn of_run(
        &self,
        run: Option<String>,
        lane: Lane,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let known = opening.iter().position(|one| one.run == run && one.step == lane.step);
        let at = if let Some(at) = known {
            at
        } else {
            let value = Arc::new(make()?);
            opening.push(Opening { run, step: lane.step, missing: lane.count, value });
            opening.len() - 1
        };
        opening[at].missing = opening[at].missing.saturating_sub(1);
        let value = Arc::clone(&opening[at].value);
        if opening[at].missing == 0 {
            opening.remove(at);
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Error;
    use std::time::Duration;

    fn lane(number: u32, count: u32) -> Lane {
        Lane { step: 0, number, count, batch_bytes: 1, linger: Duration::ZERO }
    }

    fn run(id: &str) -> Option<String> {
        Some(id.to_owned())
    }

    #[test]
    fn lanes_share_a_value_also_when_the_first_has_ended() {
        let opened = OpenedByStep::default();
        drop(opened.of_run(run("a"), lane(0, 2), || Ok(1)).unwrap());
        assert_eq!(*opened.of_run(run("a"), lane(1, 2), || Ok(2)).unwrap(), 1);
        assert_eq!(*opened.of_run(run("a"), lane(0, 2), || Ok(3)).unwrap(), 3);
    }

    #[test]
    fn another_run_and_another_step_have_values_of_their_own() {
        let opened = OpenedByStep::default();
        let other = Lane { step: 1, ..lane(1, 2) };
        assert_eq!(*opened.of_run(run("a"), lane(0, 2), || Ok(1)).unwrap(), 1);
        assert_eq!(*opened.of_run(run("b"), lane(1, 2), || Ok(2)).unwrap(), 2);
        assert_eq!(*opened.of_run(run("a"), other, || Ok(3)).unwrap(), 3);
    }

    #[test]
    fn a_value_that_could_not_be_made_is_made_by_the_next_lane() {
        let opened = OpenedByStep::default();
        let failed = opened.of_run(run("a"), lane(0, 2), || Err(Error::config("no file")));
        assert_eq!(failed.unwrap_err().message, "no file");
        assert_eq!(*opened.of_run(run("a"), lane(1, 2), || Ok(2)).unwrap(), 2);
    }
}
