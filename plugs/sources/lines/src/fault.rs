//! Why bytes could not be split.

use plugin_api::{Error, ErrorClass, ErrorCode};
use std::fmt;
use std::io;

/// Why there is no next batch.
#[derive(Debug)]
pub enum Fault {
    /// A record is longer than `limit` bytes.
    TooLong {
        /// Where the record begins, in bytes from the start of the input.
        position: u64,
        /// The limit that was set.
        limit: u32,
    },
    /// The input could not be read.
    Read {
        /// Behind the last byte that was read.
        position: u64,
        /// What the system or the decompression says.
        error: io::Error,
    },
}

impl Fault {
    /// The error of the source that reads `place`. It ends the stream: leaving a record out would
    /// lose it without a trace.
    #[must_use]
    pub fn at(&self, place: &str) -> Error {
        Error::new(ErrorClass::ConfigFatal, ErrorCode::OTHER, format!("{place}: {self}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { position, limit } => write!(
                f,
                "the record at byte {position} is longer than {limit} bytes; raise \
                 `max_record_bytes` or mend the input"
            ),
            Self::Read { position, error } => {
                write!(f, "cannot be read behind byte {position}: {error}")
            }
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::TooLong { .. } => None,
            Self::Read { error, .. } => Some(error),
        }
    }
}
