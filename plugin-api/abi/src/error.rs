//! The error that every entry can answer with.

use crate::doc::Doc;
use abi_stable::StableAbi;
use abi_stable::std_types::RString;

/// What an error makes the engine do.
///
/// A number and not an enum, so that a newer side can add one. An unknown class ends what it was an
/// error of, the call or the stream: nothing is retried for ever, and no record is thrown away for a
/// reason that nobody understands.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorClass(pub u32);

impl ErrorClass {
    /// Keep the record, back off, try again.
    pub const RETRIABLE: Self = Self(1);
    /// This record or document can never succeed; its neighbours can.
    pub const RECORD_FATAL: Self = Self(2);
    /// The plugin's client is broken: rebuild it and send again what is not settled.
    pub const CLIENT_FATAL: Self = Self(3);
    /// The configuration is wrong: stop, a person has to act.
    pub const CONFIG_FATAL: Self = Self(4);
}

/// What kind of fault it was, for programs; the message is for people.
///
/// An unknown code counts as [`ErrorCode::OTHER`].
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// Anything without a code of its own.
    pub const OTHER: Self = Self(0);
    /// The plugin panicked; the panic was contained.
    pub const PANICKED: Self = Self(1);
    /// The input document does not fit the plugin's input schema.
    pub const BAD_INPUT: Self = Self(2);
    /// The configuration does not fit the plugin's configuration schema.
    pub const BAD_CONFIG: Self = Self(3);
    /// The plugin has no such role or operation.
    pub const NOT_SUPPORTED: Self = Self(4);
    /// No plugin of that name and version is installed.
    pub const NO_SUCH_PLUGIN: Self = Self(5);
    /// The plugin is there but could not be loaded or created.
    pub const NOT_LOADED: Self = Self(6);
    /// The time for the call ran out.
    pub const DEADLINE: Self = Self(7);
    /// Plugins called each other in a circle.
    pub const CYCLE: Self = Self(8);
    /// Nobody knows whether the record was stored: sending it again may make a duplicate.
    pub const UNKNOWN_FATE: Self = Self(9);
}

/// An error as it crosses the boundary.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct PErr {
    /// What the engine does about it.
    pub class: ErrorClass,
    /// What kind of fault it was.
    pub code: ErrorCode,
    /// How long to wait before trying again, 0 = the engine chooses.
    pub retry_after_ms: u64,
    message: RString,
    /// More facts as JSON, `null` when there are none.
    pub detail: Doc,
    reserved: [u64; 2],
}

impl PErr {
    /// An error without detail.
    #[must_use]
    pub fn new(class: ErrorClass, code: ErrorCode, message: impl Into<String>) -> Self {
        let message = RString::from(message.into());
        Self { class, code, retry_after_ms: 0, message, detail: Doc::null(), reserved: [0; 2] }
    }

    /// What was expected, what was found, where, and what to do. Never a secret.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_str()
    }
}

/// Why one record of a batch goes no further: a transform refused it, or a sink could not deliver it.
/// Its neighbours go on.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RecordError {
    /// Index into the records of the batch that carries this error: a sink's is the batch it was given,
    /// a transform's the one it gives back.
    pub index: u32,
    /// What the engine does about it.
    pub class: ErrorClass,
    /// What kind of fault it was.
    pub code: ErrorCode,
    message: RString,
    reserved: u64,
}

impl RecordError {
    /// An error of the record at `index`.
    #[must_use]
    pub fn new(index: u32, class: ErrorClass, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { index, class, code, message: RString::from(message.into()), reserved: 0 }
    }

    /// Why, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_words() {
        let error = PErr::new(ErrorClass::RETRIABLE, ErrorCode::DEADLINE, "broker is away");
        assert_eq!(error.message(), "broker is away");
        assert_eq!(error.clone().class, ErrorClass::RETRIABLE);
    }
}
