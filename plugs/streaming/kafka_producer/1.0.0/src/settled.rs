//! The one final state of a record.

use crate::answer::Status;
use crate::fault::{ErrorType, Fault};
use serde_json::{Value, json};

/// What became of one record.
#[derive(Clone, Debug)]
pub enum Settled {
    /// The broker confirmed it.
    Delivered {
        /// Where it went.
        topic: String,
        /// Its partition.
        partition: i32,
        /// Its offset; `None` where no broker says.
        offset: Option<i64>,
        /// Milliseconds since 1970.
        timestamp: Option<i64>,
        /// Its size with key and headers.
        bytes: u64,
    },
    /// It is not in the topic.
    Failed(Fault),
    /// It may be in the topic.
    Unknown {
        /// Where it was sent.
        topic: String,
        /// Why nobody knows.
        text: String,
    },
}

impl Settled {
    /// Why it failed, if it did.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Failed(fault) => Some(fault),
            Self::Delivered { .. } | Self::Unknown { .. } => None,
        }
    }

    /// What went wrong; `None` for a record that was delivered.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Delivered { .. } => None,
            Self::Failed(fault) => Some(&fault.text),
            Self::Unknown { text, .. } => Some(text),
        }
    }

    /// Its entry in the answer.
    pub fn detail(&self) -> Value {
        match self {
            Self::Delivered { topic, partition, offset, timestamp, .. } => json!({
                "status": Status::Success,
                "topic": topic,
                "partition": partition,
                "offset": offset,
                "timestamp": timestamp,
            }),
            Self::Failed(fault) => {
                let error_type: ErrorType = fault.error_type;
                json!({ "status": Status::Error, "error": fault.text, "error_type": error_type })
            }
            Self::Unknown { topic, text } => {
                json!({ "status": Status::Unknown, "topic": topic, "error": text })
            }
        }
    }
}
