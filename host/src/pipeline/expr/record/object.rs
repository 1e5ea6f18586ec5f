//! A record as a minijinja value. Its parts are read when an expression looks at them.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object};
use minijinja::{Error, ErrorKind, Value};
use plugin_abi::{Batch, RecordMeta};
use serde_json::value::RawValue;

use crate::json::{self, Segment};
use crate::pipeline::expr::{bindings, value};

use super::field::{PARTS, Read};
use super::{Field, RecordView};

/// The value of the name `record`. Shares the batch.
#[derive(Debug)]
pub struct RecordObject {
    batch: Batch,
    meta: RecordMeta,
}

impl RecordObject {
    /// The record as a value.
    pub fn of(record: RecordView<'_>) -> Value {
        Value::from_object(Self { batch: record.batch.clone(), meta: *record.meta })
    }

    fn view(&self) -> RecordView<'_> {
        RecordView { batch: &self.batch, meta: &self.meta }
    }
}

impl Object for RecordObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "value" => Some(record_value(self.view())),
            "headers" => Some(Value::from_object(Headers(Arc::clone(self)))),
            part => {
                let field = Field::new(&[Segment::Key(part.to_owned())], String::new())?;
                Some(match field.read(self.view()) {
                    Read::Absent | Read::Broken | Read::Null => Value::from(()),
                    Read::Whole(number) => Value::from(number),
                    Read::Bytes(bytes) | Read::Json(bytes) => from_bytes(bytes),
                })
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&PARTS)
    }
}

/// The value as the JSON it is, else as text or bytes.
fn record_value(record: RecordView<'_>) -> Value {
    let Some(bytes) = record.batch.value(record.meta) else { return Value::from(()) };
    let Ok(raw) = serde_json::from_slice::<&RawValue>(bytes) else { return from_bytes(bytes) };
    if !record.is_known_json() && json::deeper_than(raw, bindings::LEVELS) {
        let message = format!("the value is more than {} levels deep", bindings::LEVELS);
        return Value::from(Error::new(ErrorKind::InvalidOperation, message));
    }
    value::from_json(raw)
}

fn from_bytes(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| Value::from_bytes(bytes.to_vec()), Value::from)
}

#[derive(Debug)]
struct Headers(Arc<RecordObject>);

impl Object for Headers {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?.as_bytes();
        let (_, value) = self.0.view().headers().rev().find(|(known, _)| *known == name)?;
        Some(value.map_or(Value::from(()), from_bytes))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = self.0.view().headers().map(|(name, _)| from_bytes(name));
        let mut known: Vec<Value> = Vec::new();
        for name in names {
            if !known.contains(&name) {
                known.push(name);
            }
        }
        Enumerator::Values(known)
    }
}
