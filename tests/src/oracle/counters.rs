//! The counters of a run document, which add up.

use serde_json::Value;

/// What became of the records of a stream, as its run document says.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Records that entered the host.
    pub read: u64,
    /// Stored by every sink that took them.
    pub delivered: u64,
    /// Refused, and kept as a dead letter.
    pub dead_lettered: u64,
    /// Refused.
    pub rejected: u64,
    /// Dropped on purpose.
    pub filtered: u64,
    /// Without a final state.
    pub in_flight: u64,
    /// Written again although they may have been stored.
    pub duplicates: u64,
    /// How often a sink was closed and opened again.
    pub producer_rebuilt: u64,
}

impl Counters {
    /// The counters of a run document.
    ///
    /// # Panics
    /// When it has none, has others, or they do not add up.
    pub fn of(document: &Value) -> Self {
        let said = document["stream"]["counters"].as_object();
        let said = said.unwrap_or_else(|| panic!("no counters in {document}"));
        assert_eq!(said.len(), 8, "{said:?}");
        let number = |name: &str| said[name].as_u64().unwrap_or_else(|| panic!("{name}: {said:?}"));
        let counters = Self {
            read: number("read"),
            delivered: number("delivered"),
            dead_lettered: number("dead_lettered"),
            rejected: number("rejected"),
            filtered: number("filtered"),
            in_flight: number("in_flight"),
            duplicates: number("duplicates"),
            producer_rebuilt: number("producer_rebuilt"),
        };
        assert_eq!(counters.read, counters.settled() + counters.in_flight, "{counters:?}");
        counters
    }

    /// Every record was read and stored, each once.
    pub fn all_delivered(records: u64) -> Self {
        Self { read: records, delivered: records, ..Self::default() }
    }

    /// Records with a final state.
    pub fn settled(&self) -> u64 {
        self.delivered + self.dead_lettered + self.rejected + self.filtered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(read: u64, in_flight: u64) -> Value {
        json!({"stream": {"counters": {
            "read": read, "delivered": 4, "dead_lettered": 3, "rejected": 2, "filtered": 1,
            "in_flight": in_flight, "duplicates": 5, "producer_rebuilt": 6,
        }}})
    }

    #[test]
    fn every_counter_is_found() {
        let expected = Counters {
            read: 17,
            delivered: 4,
            dead_lettered: 3,
            rejected: 2,
            filtered: 1,
            in_flight: 7,
            duplicates: 5,
            producer_rebuilt: 6,
        };
        assert_eq!(Counters::of(&document(17, 7)), expected);
    }

    #[test]
    #[should_panic(expected = "in_flight: 6")]
    fn counters_that_do_not_add_up_fail_the_test() {
        Counters::of(&document(17, 6));
    }
}
