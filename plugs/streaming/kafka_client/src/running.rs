//! The batches that still wait for reports, by deadline: no future waits longer than that.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::flight::{Flight, Landed};

/// Below this many, landed flights are not looked for.
const FEW: usize = 64;

/// Running flights, the nearest deadline first.
#[derive(Debug, Default)]
pub(crate) struct Running {
    flights: BTreeMap<(Instant, u64), Weak<Flight>>,
    /// Tells flights of one deadline apart.
    added: u64,
    /// How many were left when landed ones were last looked for.
    kept: usize,
}

impl Running {
    /// Adds a flight whose future ends at `deadline` at the latest.
    pub fn add(&mut self, deadline: Instant, flight: &Arc<Flight>) {
        self.added += 1;
        self.flights.insert((deadline, self.added), Arc::downgrade(flight));
        // Looking only after the number has doubled keeps the cost of one call constant.
        if self.flights.len() > FEW.max(2 * self.kept) {
            self.flights.retain(|_, flight| flight.upgrade().is_some_and(|one| one.is_running()));
            self.kept = self.flights.len();
        }
    }

    /// Ends the futures that are due at `now`; `None` ends all.
    pub fn expire(&mut self, now: Option<Instant>, landed: &mut Vec<Landed>) {
        while let Some(first) = self.flights.first_entry() {
            if now.is_some_and(|now| now < first.key().0) {
                break;
            }
            landed.extend(first.remove().upgrade().map(|flight| flight.expire()));
        }
    }

    /// The nearest deadline; its flight may have landed already.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.flights.first_key_value().map(|(key, _)| key.0)
    }
}
