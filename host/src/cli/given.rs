//! What the user hands in: `--input` and `--set`.

use crate::json::{self, Kind, ObjectText};
use crate::pipeline::GivenInput;
use clap::Args;
use plugin_api::Json;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// Inputs of a pipeline, or of one plugin.
#[derive(Args, Debug)]
pub(super) struct GivenArguments {
    /// The input: a JSON object, `@FILE` that holds one, or `-` for stdin
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
    /// One input, again for more: `k=v` (JSON or text) or `k=@FILE` (the value of a .json file, the
    /// list of an .ndjson file's lines, else text)
    #[arg(long = "set", value_name = "K=V")]
    set: Vec<String>,
}

/// The value when no type is declared: JSON where it parses, else text.
fn undeclared(given: GivenInput) -> Result<Json, String> {
    match given {
        GivenInput::Json(json) => Ok(json),
        GivenInput::Text(text) => match Json::from_text(text.clone()) {
            Ok(json) => Ok(json),
            Err(_) => Json::from_value(&text).map_err(|error| error.message),
        },
    }
}

impl GivenArguments {
    /// The inputs by name, `--set` over `--input`.
    pub(super) fn read(&self) -> Result<Vec<(String, GivenInput)>, String> {
        let mut given = match &self.input {
            None => Vec::new(),
            Some(text) => object(&document(text, "--input")?)?,
        };
        for setting in &self.set {
            let (key, value) = one(setting)?;
            given.retain(|(known, _)| *known != key);
            given.push((key, value));
        }
        Ok(given)
    }

    /// Whether stdin is taken.
    pub(super) fn reads_stdin(&self) -> bool {
        self.input.as_deref() == Some("-")
    }

    /// The same arguments for another process.
    pub(super) fn again(&self) -> Vec<String> {
        let input = self.input.iter().map(|input| format!("--input={input}"));
        input.chain(self.set.iter().map(|setting| format!("--set={setting}"))).collect()
    }

    /// The input as one document, for a plugin that is called with `--config`.
    pub(super) fn whole(&self) -> Result<Json, String> {
        match &self.input {
            Some(text) if self.set.is_empty() => document(text, "--input"),
            _ => flat(self.read()?),
        }
    }
}

/// The given inputs as one object.
pub(super) fn flat(given: Vec<(String, GivenInput)>) -> Result<Json, String> {
    let mut object = ObjectText::new();
    for (key, value) in given {
        let json: Box<RawValue> = undeclared(value)?.into();
        object.raw(&key, &json);
    }
    Ok(object.finish().into())
}

/// A JSON document as an argument: the text itself, `@FILE` or `-`.
pub(super) fn document(argument: &str, option: &str) -> Result<Json, String> {
    let (text, from) = match argument.strip_prefix('@') {
        Some(path) => (read_file(Path::new(path))?, path),
        None if argument == "-" => (read_stdin()?, "stdin"),
        None => (argument.to_owned(), option),
    };
    Json::from_text(text).map_err(|error| format!("{from} is not JSON: {error}"))
}

fn object(document: &Json) -> Result<Vec<(String, GivenInput)>, String> {
    let raw: &RawValue = document.as_raw();
    if json::kind(raw) != Kind::Mapping {
        return Err("--input: a JSON object was expected".to_owned());
    }
    let entries = json::entries(raw).into_iter();
    let given = |value: &RawValue| GivenInput::Json(value.to_owned().into());
    let mut read: Vec<(String, GivenInput)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (key, value) in entries {
        let key = key.into_owned();
        match places.get(&key).and_then(|place| read.get_mut(*place)) {
            // Of equal keys the last counts, as everywhere in JSON.
            Some((_, earlier)) => *earlier = given(value),
            None => {
                places.insert(key.clone(), read.len());
                read.push((key, given(value)));
            }
        }
    }
    Ok(read)
}

fn one(setting: &str) -> Result<(String, GivenInput), String> {
    let (key, value) = setting
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| format!("--set {setting}: `k=v` was expected"))?;
    let given = match value.strip_prefix('@') {
        Some(path) => file(Path::new(path)).map_err(|error| format!("--set {key}: {error}"))?,
        None => GivenInput::Text(value.to_owned()),
    };
    Ok((key.to_owned(), given))
}

fn file(path: &Path) -> Result<GivenInput, String> {
    let text = read_file(path)?;
    let not_json = |error: serde_json::Error| format!("{} is not JSON: {error}", path.display());
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Json::from_text(text).map(GivenInput::Json).map_err(not_json),
        Some("ndjson") => lines(&text)
            .map(GivenInput::Json)
            .map_err(|(line, error)| format!("{}, line {line}: not JSON: {error}", path.display())),
        _ => Ok(GivenInput::Text(text)),
    }
}

/// The list of a file's lines; empty lines count for nothing.
fn lines(text: &str) -> Result<Json, (usize, serde_json::Error)> {
    let mut list = String::with_capacity(text.len() + 2);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let checked: &RawValue = serde_json::from_str(line).map_err(|error| (number + 1, error))?;
        list.push(if list.is_empty() { '[' } else { ',' });
        list.push_str(checked.get());
    }
    if list.is_empty() {
        list.push('[');
    }
    list.push(']');
    Json::from_text(list).map_err(|error| (0, error))
}

/// Larger inputs belong into a stream.
const LIMIT: u64 = 1 << 30;

fn read_file(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    read_text(file, &path.display().to_string())
}

fn read_stdin() -> Result<String, String> {
    read_text(std::io::stdin(), "stdin")
}

fn read_text(from: impl Read, name: &str) -> Result<String, String> {
    let mut text = String::new();
    let read = from.take(LIMIT + 1).read_to_string(&mut text);
    match read.map_err(|error| format!("{name}: {error}"))? as u64 {
        0..=LIMIT => Ok(text),
        _ => Err(format!("{name} is larger than {} MiB", LIMIT >> 20)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_a_list_and_keep_their_text() {
        let list = lines("{\"a\":12345678901234567890123}\n\n[1, 2]\n").unwrap();
        assert_eq!(list.get(), r#"[{"a":12345678901234567890123},[1, 2]]"#);
        assert_eq!(lines("").unwrap().get(), "[]");
        assert_eq!(lines("1\n{\n").unwrap_err().0, 2);
    }

    #[test]
    fn a_setting_beats_the_input() {
        let arguments = GivenArguments {
            input: Some(r#"{"a":1,"b":2}"#.to_owned()),
            set: vec!["a=x=y".to_owned()],
        };
        let given = arguments.read().unwrap();
        assert_eq!(flat(given).unwrap().get(), r#"{"b":2,"a":"x=y"}"#);
    }
}
