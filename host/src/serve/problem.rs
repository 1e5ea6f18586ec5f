//! Answers that are not the wanted one: problem documents of RFC 9457.

use crate::diagnostics::printable;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use std::time::Duration;

/// Why a request has no other answer.
///
/// As JSON: `{type, title, status, detail, kind}`, and `hint`, `plugin`, `version`, `line`, `column`,
/// `diagnostics` where they are known. `type` and `kind` are stable names; `title` and `detail` are for
/// people.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    more: Map<String, Value>,
    retry_after: Option<Duration>,
}

/// What sort of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The body is not JSON.
    MalformedJson,
    /// A header or the path is not readable.
    BadRequest,
    /// The token is missing or wrong.
    Unauthorized,
    /// A page of another site asks, or asks by another name than this machine's.
    Foreign,
    /// There is no such path.
    UnknownPath,
    /// There is no such plugin.
    UnknownPlugin,
    /// There is no such pipeline.
    UnknownPipeline,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// The body did not come in time.
    SlowBody,
    /// The body is too large.
    TooLarge,
    /// The body is not said to be JSON.
    NotJson,
    /// The body is JSON and not what the path takes.
    BadBody,
    /// The plugin says that the input does not fit.
    BadInput,
    /// The plugin says that the configuration does not fit.
    BadConfig,
    /// The plugin does not do that.
    NotSupported,
    /// The pipeline does not run: the file is wrong, or the inputs do not fit.
    BadPipeline,
    /// The file of the pipeline cannot be read.
    Unreadable,
    /// The plugin gave an error.
    PluginFailed,
    /// The plugin panicked.
    PluginPanicked,
    /// The bodies of other requests take the memory there is for bodies.
    TooManyBytes,
    /// The plugin is there and cannot be used.
    PluginRefused,
    /// As many calls are running as may.
    TooManyCalls,
    /// The plugs are still being read.
    NotReady,
    /// The server is stopping.
    Stopping,
    /// The time for the call ran out.
    Deadline,
    /// The host did something wrong.
    Internal,
}

/// Before every kind in `type`.
const TYPE: &str = "urn:plugpipe:problem:";

impl Kind {
    /// Status, stable name, and title.
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedJson => (S::BAD_REQUEST, "malformed_json", "The body is not JSON"),
            Self::BadRequest => (S::BAD_REQUEST, "bad_request", "The request is not readable"),
            Self::Unauthorized => (S::UNAUTHORIZED, "unauthorized", "A token is needed"),
            Self::Foreign => (S::FORBIDDEN, "foreign", "Asked from another site"),
            Self::UnknownPath => (S::NOT_FOUND, "unknown_path", "There is no such path"),
            Self::UnknownPlugin => (S::NOT_FOUND, "unknown_plugin", "There is no such plugin"),
            Self::UnknownPipeline => {
                (S::NOT_FOUND, "unknown_pipeline", "There is no such pipeline")
            }
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method_not_allowed", "The path has no such method")
            }
            Self::SlowBody => (S::REQUEST_TIMEOUT, "slow_body", "The body did not come in time"),
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "too_large", "The body is too large"),
            Self::NotJson => (S::UNSUPPORTED_MEDIA_TYPE, "not_json", "A JSON body is needed"),
            Self::BadBody => (S::UNPROCESSABLE_ENTITY, "bad_body", "The body does not fit"),
            Self::BadInput => (S::UNPROCESSABLE_ENTITY, "bad_input", "The input does not fit"),
            Self::BadConfig => {
                (S::UNPROCESSABLE_ENTITY, "bad_config", "The configuration does not fit")
            }
            Self::NotSupported => {
                (S::UNPROCESSABLE_ENTITY, "not_supported", "The plugin does not do that")
            }
            Self::BadPipeline => {
                (S::UNPROCESSABLE_ENTITY, "bad_pipeline", "The pipeline does not run")
            }
            Self::Unreadable => {
                (S::INTERNAL_SERVER_ERROR, "unreadable", "The pipeline is not readable")
            }
            Self::PluginFailed => (S::BAD_GATEWAY, "plugin_failed", "The plugin failed"),
            Self::PluginPanicked => (S::BAD_GATEWAY, "plugin_panicked", "The plugin panicked"),
            Self::PluginRefused => {
                (S::SERVICE_UNAVAILABLE, "plugin_refused", "The plugin cannot be used")
            }
            Self::TooManyCalls => {
                (S::SERVICE_UNAVAILABLE, "too_many_calls", "Too many calls are running")
            }
            Self::TooManyBytes => {
                (S::SERVICE_UNAVAILABLE, "too_many_bytes", "Too many bytes are being sent")
            }
            Self::NotReady => (S::SERVICE_UNAVAILABLE, "not_ready", "The plugs are being read"),
            Self::Stopping => (S::SERVICE_UNAVAILABLE, "stopping", "The server is stopping"),
            Self::Deadline => (S::GATEWAY_TIMEOUT, "deadline", "The time for the call ran out"),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "A fault of the host"),
        }
    }
}

impl Problem {
    /// A problem of that kind; `detail` may quote what others wrote.
    #[must_use]
    pub fn new(kind: Kind, detail: &str) -> Self {
        Self { kind, detail: printable(detail), more: Map::new(), retry_after: None }
    }

    /// Adds a member; `None` changes nothing.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Option<Value>>) -> Self {
        if let Some(value) = value.into() {
            self.more.insert(key.to_owned(), value);
        }
        self
    }

    /// Adds what to do about it; `None` changes nothing.
    #[must_use]
    pub fn hint(self, hint: Option<&str>) -> Self {
        self.with("hint", hint.map(|hint| Value::from(printable(hint))))
    }

    /// Says when it is worth trying again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// What sort of problem it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its status in HTTP.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind.parts().0
    }

    fn document(&self) -> Value {
        let (status, name, title) = self.kind.parts();
        let mut document = Map::new();
        document.insert("type".to_owned(), format!("{TYPE}{name}").into());
        document.insert("title".to_owned(), title.into());
        document.insert("status".to_owned(), status.as_u16().into());
        document.insert("detail".to_owned(), self.detail.as_str().into());
        document.insert("kind".to_owned(), name.into());
        document.extend(self.more.clone());
        document.into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.document())).into_response();
        let headers = response.headers_mut();
        let media = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, media);
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
        }
        if self.kind == Kind::Unauthorized {
            let scheme = HeaderValue::from_static("Bearer realm=\"plugpipe\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_problem_is_a_document_that_programs_can_read() {
        let problem = Problem::new(Kind::BadConfig, "no \u{1b}[2J topic")
            .with("plugin", Value::from("streaming/kafka_producer"))
            .hint(None)
            .retry_after(Duration::from_millis(20));
        assert_eq!(
            problem.document(),
            json!({
                "type": "urn:plugpipe:problem:bad_config",
                "title": "The configuration does not fit",
                "status": 422,
                "detail": "no \\u{1b}[2J topic",
                "kind": "bad_config",
                "plugin": "streaming/kafka_producer",
            })
        );
        let response = problem.into_response();
        assert_eq!(response.status(), 422);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["retry-after"], "1");
    }
}
