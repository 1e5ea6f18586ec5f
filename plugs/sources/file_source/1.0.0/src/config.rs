//! The configuration.

use lines::Format;
use plugin_api::schemars::JsonSchema;
use plugin_api::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which files, from where, and what is a record.
#[derive(Deserialize, Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The files to read: a path or a pattern with `*`, `?`, `[…]` and `**`, or a list of them. They
    /// are read in this order, the matches of a pattern by name; `.gz` and `.zst` are decompressed.
    pub path: Paths,
    /// What a record is: `ndjson` is a line that is not empty, `lines` is any line.
    #[serde(default)]
    pub format: Format,
    /// Where to begin in a file that the checkpoint does not know.
    #[serde(default)]
    pub start: Start,
    /// A file that keeps how far every file was read; absent = each run begins anew.
    #[serde(default)]
    #[schemars(extend("x-plugpipe-writes" = true))]
    pub checkpoint: Option<String>,
    /// Not supported by this version: waiting for more at the end of the files.
    #[serde(default)]
    pub follow: bool,
    /// The longest record; a longer one ends the stream.
    #[serde(default = "lines::format::max_record_bytes")]
    #[schemars(range(min = 1, max = 1_073_741_824))]
    pub max_record_bytes: u32,
}

impl Config {
    /// What a schema cannot say.
    ///
    /// # Errors
    /// `follow` is set, or there is no path.
    pub fn check(&self) -> Result<()> {
        if self.follow {
            return Err(Error::config(
                "`follow`: true is not supported by this version; the source ends with its files",
            ));
        }
        if self.path.all().iter().any(String::is_empty) || self.path.all().is_empty() {
            return Err(Error::config("`path`: expected a path, found an empty one"));
        }
        Ok(())
    }
}

/// One path or several.
#[derive(Deserialize, Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(untagged, expecting = "expected a path or a list of paths")]
pub enum Paths {
    /// One.
    One(String),
    /// Several, read in this order.
    Several(Vec<String>),
}

impl Paths {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }
}

/// Where to begin in a file that the checkpoint does not know.
#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// At its first byte.
    #[default]
    Beginning,
    /// Behind its last byte: what is there now is never read.
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_told_what_is_written() {
        let schema = plugin_api::describe::schema_of::<Config>();
        assert_eq!(schema.as_value()["properties"]["checkpoint"]["x-plugpipe-writes"], true);
    }

    #[test]
    fn one_path_is_enough_and_none_is_not() {
        let cases = [
            (r#"{"path": "a.ndjson"}"#, None),
            (r#"{"path": ["a.ndjson", "b/*.gz"]}"#, None),
            (r#"{"path": []}"#, Some("`path`: expected a path, found an empty one")),
            (r#"{"path": ["a", ""]}"#, Some("`path`: expected a path, found an empty one")),
            (
                r#"{"path": "a", "follow": true}"#,
                Some(
                    "`follow`: true is not supported by this version; the source ends with its files",
                ),
            ),
        ];
        for (text, refused) in cases {
            let config: Config = serde_json::from_str(text).unwrap();
            let found = config.check().err().map(|error| error.message);
            assert_eq!(found.as_deref(), refused, "{text}");
        }
    }
}
