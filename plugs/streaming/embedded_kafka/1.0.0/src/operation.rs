//! Which operation a call asks for, with what it needs.

use crate::input::Input;
use crate::topic;
use plugin_api::{Error, Result};

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation<'a> {
    /// Says where the cluster listens.
    Address,
    /// Makes a topic.
    CreateTopic {
        /// Its name, checked.
        topic: &'a str,
        /// How many partitions, checked.
        partitions: i32,
    },
    /// Gives what lies in a topic.
    Read {
        /// Its name, checked.
        topic: &'a str,
        /// How many records at most.
        max: usize,
    },
}

const OPERATIONS: [&str; 3] = ["address", "create_topic", "read"];

/// As many as the cluster gives to a topic that a first write creates.
const PARTITIONS: i32 = 4;

/// Plenty for one process; the cluster sets memory aside for each.
const MOST_PARTITIONS: i32 = 1000;

impl<'a> Operation<'a> {
    /// The operation that `input` asks for.
    pub fn of(input: &'a Input) -> Result<Self> {
        match input.operation.as_deref() {
            None | Some("address") => Ok(Self::Address),
            Some("create_topic") => {
                let partitions = input.partitions.unwrap_or(PARTITIONS);
                Ok(Self::CreateTopic { topic: named(input)?, partitions: checked(partitions)? })
            }
            Some("read") => {
                Ok(Self::Read { topic: named(input)?, max: input.max.unwrap_or(usize::MAX) })
            }
            Some(other) => Err(Error::unknown_operation(other, &OPERATIONS)),
        }
    }
}

fn named(input: &Input) -> Result<&str> {
    let name = input.topic.as_deref();
    let name = name.ok_or_else(|| Error::input("`topic` is missing: say which topic"))?;
    topic::check(name).map(|()| name)
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
                Operation::CreateTopic { topic: "a", partitions: 4 },
            ),
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
                 create_topic, read)",
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
