//! JSON text as a minijinja value. Objects and lists are read one level at a time, when an
//! expression looks at them.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use serde_json::value::RawValue;

use crate::json::{self, Kind};

/// The value of a JSON text. Integers are exact up to 38 digits, longer ones become floats.
pub fn from_json(raw: &RawValue) -> Value {
    match json::kind(raw) {
        Kind::Null => Value::from(()),
        Kind::Bool => Value::from(raw.get() == "true"),
        Kind::Number => number(raw.get()),
        Kind::Text => Value::from(json::text_of(raw).unwrap_or_default()),
        Kind::List => {
            Value::from_object(List(json::items(raw).into_iter().map(ToOwned::to_owned).collect()))
        }
        Kind::Mapping => Value::from_object(Mapping::new(raw)),
    }
}

/// The content of a text or of bytes, the JSON text of anything else; `None` for nothing. The
/// error says what is wrong with the value.
pub fn to_bytes(value: &Value) -> Result<Option<Vec<u8>>, String> {
    if value.is_undefined() || value.is_none() {
        return Ok(None);
    }
    let plain = value.as_str().map(str::as_bytes).or_else(|| value.as_bytes());
    match plain {
        Some(bytes) => Ok(Some(bytes.to_vec())),
        None => serde_json::to_vec(value).map(Some).map_err(|error| error.to_string()),
    }
}

fn number(digits: &str) -> Value {
    let whole = digits.parse::<i64>().map(Value::from);
    let long = || digits.parse::<i128>().map(Value::from);
    whole.or_else(|_| long()).unwrap_or_else(|_| Value::from(digits.parse().unwrap_or(f64::NAN)))
}

#[derive(Debug)]
struct List(Vec<Box<RawValue>>);

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).map(|raw| from_json(raw))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

#[derive(Debug)]
struct Mapping {
    keys: Vec<Value>,
    fields: HashMap<String, Box<RawValue>>,
}

impl Mapping {
    fn new(raw: &RawValue) -> Self {
        let mut mapping = Self { keys: Vec::new(), fields: HashMap::new() };
        for (key, value) in json::entries(raw) {
            let key = key.into_owned();
            if mapping.fields.insert(key.clone(), value.to_owned()).is_none() {
                mapping.keys.push(Value::from(key));
            }
        }
        mapping
    }
}

impl Object for Mapping {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).map(|raw| from_json(raw))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.keys.clone())
    }
}
