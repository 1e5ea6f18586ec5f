//! The configuration as it is written.

use plugin_api::raw::{members, text};
use plugin_api::{Json, schemars::JsonSchema};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What becomes of the fields. First `remove`, then `rename`, then `set`.
#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SetFields")]
pub struct Written {
    /// Values by the names of their fields; any JSON. A field that is not there is added.
    #[serde(default = "no_values")]
    #[schemars(with = "BTreeMap<String, Json>")]
    pub set: Json,
    /// New names by old names.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Names of fields that go.
    #[serde(default)]
    pub remove: Vec<String>,
}

fn no_values() -> Json {
    Json::from_value(&BTreeMap::<String, String>::new()).unwrap_or_default()
}

impl Written {
    /// The names and values to set, in the order they are written.
    pub fn values(&self) -> Result<Vec<(String, &str)>, String> {
        let set = self.set.get();
        if !set.starts_with('{') {
            return Err("the values to `set` are no object: write `set: {name: value}`".to_owned());
        }
        let values = members(set.as_bytes()).filter_map(|member| {
            let value = std::str::from_utf8(member.value).ok()?;
            Some((text(member.name)?.into_owned(), value))
        });
        Ok(values.collect())
    }

    /// The first field of which two different things are said, or that nothing is said at all.
    pub fn contradiction(&self) -> Result<(), String> {
        let values = self.values()?;
        let set = || values.iter().map(|(name, _)| ("set", name.as_str()));
        let from = || self.rename.keys().map(|old| ("renamed", old.as_str()));
        let to = || self.rename.values().map(|new| ("made by `rename`", new.as_str()));
        let gone = || self.remove.iter().map(|name| ("removed", name.as_str()));
        if set().chain(from()).chain(gone()).next().is_none() {
            return Err("give at least one of `set`, `rename` and `remove`".to_owned());
        }
        let unmoved = self.rename.iter().find(|(old, new)| old == new);
        if let Some((name, _)) = unmoved {
            return Err(format!("the field `{name}` is renamed to what it is called already"));
        }
        once(from().chain(gone()))?;
        once(set().chain(gone()))?;
        once(set().chain(to()))
    }
}

/// That nothing is said twice.
fn once<'a>(said: impl Iterator<Item = (&'static str, &'a str)>) -> Result<(), String> {
    let mut known = BTreeMap::new();
    for (what, name) in said {
        match known.insert(name, what) {
            Some(before) if before != what => {
                return Err(format!("the field `{name}` is both {before} and {what}"));
            }
            Some(_) if what != "removed" => {
                return Err(format!("the field `{name}` is {what} twice"));
            }
            _ => {}
        }
    }
    Ok(())
}
