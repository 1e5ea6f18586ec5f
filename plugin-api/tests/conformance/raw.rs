//! Twins below the typed traits, which would not let them misbehave: each is one function from a call
//! to an answer, behind a description that promises more than it keeps.

use plugin_abi::{Call, Doc, Entry, ErrorClass, ErrorCode, HostSvc, Instance, PErr};
use serde_json::{Value, json};
use std::future::{Future, ready};
use std::marker::PhantomData;
use std::sync::Arc;

/// What such a twin does.
pub trait Behaviour: Send + Sync + 'static {
    /// Its description; by default that of a plugin with one text as input and no configuration.
    fn description() -> Value {
        let closed = json!({"type": "object", "properties": {}, "additionalProperties": false});
        let input = json!({
            "type": "object",
            "properties": {"who": {"type": "string"}},
            "examples": [{"who": "Ada"}],
        });
        json!({
            "name": "raw", "version": "1.0.0", "roles": ["process"],
            "config": {"process": closed}, "input": input, "output": {"type": "object"},
        })
    }

    /// The answer to a well-formed call.
    fn answer() -> Value {
        json!({"greeting": "hello"})
    }

    /// Why it refuses an input.
    fn refuse_input(input: &[u8]) -> Option<PErr> {
        let read: Option<Value> = serde_json::from_slice(input).ok();
        let fits = read.is_some_and(|input| input["who"].is_string());
        (!fits).then(|| refusal(ErrorCode::BAD_INPUT, "`who`: a text was expected".to_owned()))
    }

    /// Why it refuses a configuration.
    fn refuse_config(config: &[u8]) -> Option<PErr> {
        let read: Option<Value> = serde_json::from_slice(config).ok();
        let object = read.as_ref().and_then(Value::as_object);
        let problem = match object.map(|object| object.keys().next()) {
            None => "an object was expected".to_owned(),
            Some(None) => return None,
            Some(Some(key)) => format!("unknown key `{key}`"),
        };
        Some(refusal(ErrorCode::BAD_CONFIG, problem))
    }
}

/// An error with this code.
pub fn refusal(code: ErrorCode, message: String) -> PErr {
    PErr::new(ErrorClass::RECORD_FATAL, code, message)
}

/// A behaviour as a plugin.
pub struct Raw<B>(PhantomData<B>);

impl<B: Behaviour> Instance for Raw<B> {
    fn process(self: Arc<Self>, call: Call) -> impl Future<Output = Result<Doc, PErr>> + Send {
        let refused = B::refuse_config(call.cfg.as_bytes());
        let refused = refused.or_else(|| B::refuse_input(call.ctx.as_bytes()));
        ready(refused.map_or_else(|| Ok(Doc::from(B::answer().to_string())), Err))
    }
}

impl<B: Behaviour> Entry for Raw<B> {
    fn describe() -> Result<Doc, PErr> {
        Ok(Doc::from(B::description().to_string()))
    }

    fn create(_: HostSvc, _: Doc) -> Result<Self, PErr> {
        Ok(Self(PhantomData))
    }
}
