//! The manifest of a plug: `plug.yaml`.

use super::reason::Reason;
use crate::json::{self, ObjectText};
use crate::yaml;
use semver::Version;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// What `plug.yaml` says. Keys that it does not know are left alone: manifests carry licences.
#[derive(Clone, Deserialize)]
pub struct Manifest {
    /// The plug's name, the same as the folder's and the library's.
    pub name: String,
    /// The plug's version, the same as the folder's and the library's.
    pub version: Version,
    /// One line for lists.
    #[serde(default)]
    pub description: String,
    /// What it can be: `process`, `source`, `transform`, `sink`, `secrets`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Words to find it by.
    #[serde(default, deserialize_with = "words")]
    pub tags: Vec<String>,
    /// The library's file, if it is not `lib<name>.so`.
    #[serde(default)]
    pub entrypoint: Option<String>,
    /// What more of the run it wants in its ctx: `inputs`, `step_outputs`, `with`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Merged under the configuration of every call.
    #[serde(default)]
    pub config_defaults: Map<String, Value>,
    /// What the owner of this host puts over them. May hold secrets, so it is shown nowhere.
    #[serde(skip)]
    pub host_defaults: Map<String, Value>,
}

/// What the host configures may be secret and stays out of logs.
impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manifest")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

impl Manifest {
    /// The file that makes a folder a plug.
    pub const FILE: &'static str = "plug.yaml";

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it, with line and column where the YAML itself is.
    pub fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let loaded = yaml::load(bytes);
        let problems = &mut loaded.diagnostics.iter();
        if let Some(problem) = problems.find(|one| one.kind != "empty_document") {
            let at = problem.span.map(|span| span.start);
            let place = at.map(|at| format!("line {}, column {}: ", at.line, at.column));
            let place = place.unwrap_or_default();
            return Err(Reason::Manifest(format!("{place}{}", problem.message)));
        }
        let empty = || Reason::Manifest("it is empty".to_owned());
        let text = loaded.root.ok_or_else(empty)?.to_json();
        let manifest: Self = serde_json::from_str(text.get()).map_err(without_position)?;
        manifest.checked()
    }

    /// The name of the library file beside the manifest.
    #[must_use]
    pub fn library_file(&self) -> String {
        self.entrypoint.clone().unwrap_or_else(|| format!("lib{}.so", self.name))
    }

    /// The defaults of this host over the plug's own, key by key.
    #[must_use]
    pub fn defaults(&self) -> Map<String, Value> {
        let mut defaults = self.config_defaults.clone();
        defaults.extend(self.host_defaults.clone());
        defaults
    }

    /// A configuration over the defaults, key by key.
    #[must_use]
    pub fn with_defaults(&self, config: &RawValue) -> Box<RawValue> {
        let given = json::entries(config);
        let mut merged = ObjectText::new();
        let weaker = self.config_defaults.iter();
        let weaker = weaker.filter(|(key, _)| !self.host_defaults.contains_key(*key));
        for (key, default) in weaker.chain(&self.host_defaults) {
            if given.iter().all(|(taken, _)| taken != key) {
                merged.value(key, default);
            }
        }
        for (key, value) in given {
            merged.raw(&key, value);
        }
        merged.finish()
    }

    fn checked(self) -> Result<Self, Reason> {
        if self.library_file().contains(['/', '\0']) || self.library_file().starts_with('.') {
            return Err(Reason::Manifest(
                "`entrypoint` must be a file name, not a path".to_owned(),
            ));
        }
        Ok(self)
    }
}

/// The texts of a list. Anything else is a foreign manifest's own business and no word to find it by.
fn words<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let value = Value::deserialize(from)?;
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(texts.map(str::to_owned).collect())
}

/// serde counts lines in our JSON, which nobody has seen.
fn without_position(error: serde_json::Error) -> Reason {
    let message = error.to_string();
    if message.contains("semver") {
        return Reason::Manifest("`version` must be three numbers, such as 1.0.0".to_owned());
    }
    Reason::Manifest(message.split(" at line ").next().unwrap_or(&message).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_version_are_enough() {
        let manifest = Manifest::parse(b"name: echo\nversion: 1.0.0\nlicence: whatever\n").unwrap();
        assert_eq!(manifest.library_file(), "libecho.so");
        assert_eq!(manifest.version, Version::new(1, 0, 0));
    }

    #[test]
    fn tags_that_are_no_list_of_texts_are_no_reason_to_refuse() {
        for (tags, expected) in
            [("[kafka, 1, fast]", vec!["kafka", "fast"]), ("kafka", vec![]), ("{a: b}", vec![])]
        {
            let text = format!("name: echo\nversion: 1.0.0\ntags: {tags}\n");
            assert_eq!(Manifest::parse(text.as_bytes()).unwrap().tags, expected, "{tags}");
        }
    }

    #[test]
    fn an_entrypoint_cannot_leave_the_folder() {
        let text = b"name: echo\nversion: 1.0.0\nentrypoint: ../other/libecho.so\n";
        assert!(matches!(Manifest::parse(text), Err(Reason::Manifest(_))));
    }

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_the_file() {
        let cases = [
            ("", "it is empty"),
            ("name: echo\nversion: 1.0\n", "`version` must be three numbers, such as 1.0.0"),
            ("name: [", "line 2, column 1: "),
        ];
        for (text, expected) in cases {
            let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("plug.yaml is not usable: {expected}")), "{error}");
        }
    }

    #[test]
    fn a_missing_version_is_named() {
        let error = Manifest::parse(b"name: echo\n").unwrap_err();
        assert_eq!(error.to_string(), "plug.yaml is not usable: missing field `version`");
    }
}
