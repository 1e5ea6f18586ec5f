//! Whether the brokers left a question unanswered.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// From a question without an answer until something is heard: an answer, or a delivery.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    /// When the latest question was given up.
    noted: Mutex<Option<Instant>>,
}

impl Silence {
    /// A question got no answer.
    pub fn note(&self) {
        self.set(Some(Instant::now()));
    }

    /// A broker was heard.
    pub fn end(&self) {
        self.set(None);
    }

    /// How long ago the latest question was given up, if nothing was heard since.
    pub fn age(&self) -> Option<Duration> {
        let noted = *self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.map(|noted| noted.elapsed())
    }

    fn set(&self, noted: Option<Instant>) {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = noted;
    }

    /// Makes a silence look old.
    #[cfg(test)]
    pub fn note_at(&self, noted: Instant) {
        self.set(Some(noted));
    }
}
