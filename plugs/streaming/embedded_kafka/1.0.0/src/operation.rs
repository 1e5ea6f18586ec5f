//! Which operation a call asks for, with what it needs.

use crate::change::Change;
use crate::input::Input;
use crate::{fault, topic};
use plugin_api::{Error, Result};

/// What a call does.
#[derive(Clone, PartialEq, Debug)]
pub enum Operation<'a> {
    /// Says where the cluster listens.
    Address,
    /// Says which topics there are.
    Topics,
    /// Makes a topic, breaks something or mends it.
    Change(Change),
    /// Gives what lies in a topic.
    Read {
        /// Its name, checked.
        topic: &'a str,
        /// How many records at most.
        max: usize,
    },
}

const OPERATIONS: [&str; 9] = [
    "address",
    "create_topic",
    "topics",
    "read",
    "broker_down",
    "broker_up",
    "set_leader",
    "request_errors",
    "round_trip_time",
];

/// As many as the cluster gives to a topic that a first write creates.
const PARTITIONS: i32 = 4;

/// Plenty for one process; the cluster sets memory aside for each.
const MOST_PARTITIONS: i32 = 1000;

impl<'a> Operation<'a> {
    /// The operation that `input` asks for.
    pub fn of(input: &'a Input) -> Result<Self> {
        match input.operation.as_deref() {
            None | Some("address") => Ok(Self::Address),
            Some("topics") => Ok(Self::Topics),
            Some("read") => {
                let max = input.max.unwrap_or(usize::MAX);
                Ok(Self::Read { topic: topic::named(input)?, max })
            }
            Some(other) => change(other, input).map(Self::Change),
        }
    }
}

fn change(operation: &str, input: &Input) -> Result<Change> {
    match operation {
        "create_topic" => {
            let partitions = checked(input.partitions.unwrap_or(PARTITIONS))?;
            Ok(Change::Topic { name: topic::named(input)?.to_owned(), partitions })
        }
        "broker_down" => Ok(Change::Down(input.broker)),
        "broker_up" => Ok(Change::Up(input.broker)),
        "set_leader" => fault::leader(input),
        "request_errors" => fault::request_errors(input),
        "round_trip_time" => fault::round_trip_time(input),
        other => Err(Error::unknown_operation(other, &OPERATIONS)),
    }
}

fn checked(partitions: i32) -> Result<i32> {
    if (1..=MOST_PARTITIONS).contains(&partitions) {
        return Ok(partitions);
    }
    Err(Error::input(format!("`partitions`: expected 1 to {MOST_PARTITIONS}, found {partitions}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &str) -> Input {
        serde_json::from_str(input).unwrap()
    }

    #[test]
    fn a_call_that_names_nothing_asks_for_the_address() {
        let cases = [
            ("{}", Operation::Address),
            (
                r#"{"operation":"create_topic","topic":"a"}"#,
                Operation::Change(Change::Topic { name: "a".to_owned(), partitions: 4 }),
            ),
            (r#"{"operation":"topics"}"#, Operation::Topics),
            (r#"{"operation":"broker_down"}"#, Operation::Change(Change::Down(None))),
            (r#"{"operation":"broker_up","broker":2}"#, Operation::Change(Change::Up(Some(2)))),
            (
                r#"{"operation":"read","topic":"a"}"#,
                Operation::Read { topic: "a", max: usize::MAX },
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(Operation::of(&read(input)).unwrap(), expected, "{input}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let cases = [
            (
                r#"{"operation":"adress"}"#,
                "unknown operation \"adress\"; did you mean `address`? (supported: address, \
                 create_topic, topics, read, broker_down, broker_up, set_leader, request_errors, \
                 round_trip_time)",
            ),
            (r#"{"operation":"read"}"#, "`topic` is missing: say which topic"),
            (
                r#"{"operation":"create_topic","topic":"a","partitions":0}"#,
                "`partitions`: expected 1 to 1000, found 0",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(Operation::of(&read(input)).unwrap_err().message, expected, "{input}");
        }
    }
}
