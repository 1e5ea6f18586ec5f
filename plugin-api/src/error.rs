//! Errors that make someone act: the engine by their class, a person by their message.

use crate::json::Json;
use crate::typed::nearest;
pub use plugin_abi::ErrorCode;
use plugin_abi::{Doc, PErr, RecordError};
use std::fmt;
use std::time::Duration;

/// What every fallible call of this crate answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What an error makes the engine do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorClass {
    /// Keep the record, back off, try again.
    Retriable,
    /// This record or document can never succeed; its neighbours can.
    RecordFatal,
    /// The plugin's client is broken: rebuild it and send again what is not settled.
    ClientFatal,
    /// The configuration is wrong: stop, a person has to act.
    ConfigFatal,
}

impl ErrorClass {
    /// Every class, for tests and tables.
    pub const EVERY: [Self; 4] =
        [Self::Retriable, Self::RecordFatal, Self::ClientFatal, Self::ConfigFatal];
}

impl From<ErrorClass> for plugin_abi::ErrorClass {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Retriable => Self::RETRIABLE,
            ErrorClass::RecordFatal => Self::RECORD_FATAL,
            ErrorClass::ClientFatal => Self::CLIENT_FATAL,
            ErrorClass::ConfigFatal => Self::CONFIG_FATAL,
        }
    }
}

impl From<plugin_abi::ErrorClass> for ErrorClass {
    /// A class that this version does not know counts as [`ErrorClass::RecordFatal`] here: the call
    /// fails and is not made again.
    fn from(class: plugin_abi::ErrorClass) -> Self {
        let known =
            Self::EVERY.into_iter().find(|known| plugin_abi::ErrorClass::from(*known) == class);
        known.unwrap_or(Self::RecordFatal)
    }
}

/// An error of a plugin or of the host on a plugin's behalf.
///
/// The message says what was expected, what was found, where, and what to do. It never holds a
/// secret.
#[derive(Clone, Debug)]
pub struct Error {
    /// What the engine does about it.
    pub class: ErrorClass,
    /// What kind of fault it was, for programs.
    pub code: ErrorCode,
    /// How long to wait before trying again; `None` = the engine chooses.
    pub retry_after: Option<Duration>,
    /// For people.
    pub message: String,
    /// More facts; `null` when there are none.
    pub detail: Json,
}

impl Error {
    /// An error of `class`.
    #[must_use]
    pub fn new(class: ErrorClass, code: ErrorCode, message: impl Into<String>) -> Self {
        let (message, detail) = (message.into(), Json::null());
        Self { class, code, retry_after: None, message, detail }
    }

    /// This record or document can never succeed.
    #[must_use]
    pub fn record(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::RecordFatal, ErrorCode::OTHER, message)
    }

    /// The input does not fit.
    #[must_use]
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::RecordFatal, ErrorCode::BAD_INPUT, message)
    }

    /// The input asks for an operation that the plugin does not have.
    #[must_use]
    pub fn unknown_operation(asked: &str, supported: &[&str]) -> Self {
        let near = nearest(asked, supported.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let supported = supported.join(", ");
        Self::input(format!("unknown operation {asked:?}{near} (supported: {supported})"))
    }

    /// The configuration is wrong. Name the key, not the value.
    #[must_use]
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::ConfigFatal, ErrorCode::BAD_CONFIG, message)
    }

    /// The same as the error of one record of a batch, by its index: what a transform refuses with
    /// [`Batch::refuse`](crate::Batch::refuse), and what a sink's report lists.
    #[must_use]
    pub fn of_record(self, index: u32) -> RecordError {
        RecordError::new(index, self.class.into(), self.code, self.message)
    }

    /// It may work later.
    #[must_use]
    pub fn retriable(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Retriable, ErrorCode::OTHER, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Error> for PErr {
    fn from(error: Error) -> Self {
        let mut crossing = Self::new(error.class.into(), error.code, error.message);
        let wait = error.retry_after.unwrap_or_default().as_millis();
        crossing.retry_after_ms = u64::try_from(wait).unwrap_or(u64::MAX);
        crossing.detail = Doc::from(error.detail);
        crossing
    }
}

impl From<PErr> for Error {
    fn from(crossing: PErr) -> Self {
        let wait = crossing.retry_after_ms;
        Self {
            class: crossing.class.into(),
            code: crossing.code,
            retry_after: (wait > 0).then(|| Duration::from_millis(wait)),
            message: crossing.message().to_owned(),
            detail: Json::try_from(&crossing.detail).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_survives_the_crossing() {
        for class in ErrorClass::EVERY {
            let mut sent = Error::new(class, ErrorCode::DEADLINE, "topic orders is not authorised");
            sent.retry_after = Some(Duration::from_millis(250));
            let received = Error::from(PErr::from(sent.clone()));
            assert_eq!(received.class, sent.class);
            assert_eq!(received.code, sent.code);
            assert_eq!(received.retry_after, sent.retry_after);
            assert_eq!(received.message, sent.message);
        }
    }

    #[test]
    fn a_class_from_the_future_is_fatal_for_its_record_only() {
        assert_eq!(ErrorClass::from(plugin_abi::ErrorClass(99)), ErrorClass::RecordFatal);
    }
}
