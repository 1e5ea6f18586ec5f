//! What plugins did, as problems.

use super::problem::{Kind, Problem};
use super::refused::without_places;
use crate::catalog::{Installed, Missing, NotFound};
use crate::registry::CallError;
use plugin_api::{Error, ErrorClass, ErrorCode};
use serde_json::Value;

/// Why a call has no answer.
pub(super) fn of_call(error: CallError) -> Problem {
    match error {
        CallError::NotFound(missing) => not_found(&missing),
        CallError::Refused(error) => refused(&error),
        CallError::Failed { error, plug } => failed(&error, &plug),
    }
}

/// No plug fits. One that is there but was refused is not absent; where it lies is nobody's business
/// here.
pub(super) fn not_found(found: &NotFound) -> Problem {
    match found.missing {
        Missing::Usable => Problem::new(Kind::PluginRefused, &without_places(&found.message)),
        Missing::Plug | Missing::Version | Missing::Category => {
            let hint = found.hint.as_deref().map(without_places);
            Problem::new(Kind::UnknownPlugin, &found.message).hint(hint.as_deref())
        }
    }
}

/// The plug is there and cannot be loaded. A deadline there is one of the call.
pub(super) fn refused(error: &Error) -> Problem {
    Problem::new(Kind::PluginRefused, &without_places(&error.message))
}

fn failed(error: &Error, plug: &Installed) -> Problem {
    let problem = Problem::new(kind(error.code), &error.message)
        .with("plugin", Value::from(format!("{}/{}", plug.category, plug.name)))
        .with("version", Value::from(plug.version.to_string()))
        .with("retriable", Value::from(error.class == ErrorClass::Retriable));
    match error.retry_after {
        Some(wait) => problem.retry_after(wait),
        None => problem,
    }
}

/// The plugin is the server behind this one: what is no fault of the request is one of it.
fn kind(code: ErrorCode) -> Kind {
    match code {
        ErrorCode::BAD_INPUT => Kind::BadInput,
        ErrorCode::BAD_CONFIG => Kind::BadConfig,
        ErrorCode::NOT_SUPPORTED => Kind::NotSupported,
        ErrorCode::DEADLINE => Kind::Deadline,
        ErrorCode::PANICKED => Kind::PluginPanicked,
        _ => Kind::PluginFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn each_fault_has_its_status() {
        for (code, status) in [
            (ErrorCode::BAD_INPUT, 422),
            (ErrorCode::BAD_CONFIG, 422),
            (ErrorCode::NOT_SUPPORTED, 422),
            (ErrorCode::DEADLINE, 504),
            (ErrorCode::PANICKED, 502),
            (ErrorCode::OTHER, 502),
            (ErrorCode::NO_SUCH_PLUGIN, 502),
            (ErrorCode::CYCLE, 502),
            (ErrorCode(4711), 502),
        ] {
            let error = Error::new(ErrorClass::RecordFatal, code, "no");
            let plug = Arc::new(Installed::named("echo"));
            let problem = of_call(CallError::Failed { error, plug });
            assert_eq!(problem.status(), status, "{code:?}");
        }
        let error = Error::new(ErrorClass::ConfigFatal, ErrorCode::NOT_LOADED, "no");
        assert_eq!(of_call(CallError::Refused(error)).status(), 503);
        for (missing, status) in [
            (Missing::Plug, 404),
            (Missing::Version, 404),
            (Missing::Category, 404),
            (Missing::Usable, 503),
        ] {
            let found = NotFound { message: "no".to_owned(), hint: None, missing };
            assert_eq!(of_call(CallError::NotFound(found)).status(), status, "{missing:?}");
        }
    }
}
