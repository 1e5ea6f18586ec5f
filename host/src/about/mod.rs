//! What a plug is, for people: its manifest, its library and its own description in one document.
//!
//! [`About`] is that document; [`text`] and [`markdown`] write it.

mod further;
mod key;
mod library;
pub mod markdown;
pub(crate) mod schema;
pub mod text;

pub(crate) use further::Further;
pub use key::Key;

use crate::catalog::Installed;
use plugin_api::Description;
use plugin_api::schemars::Schema;
use serde::Serialize;
use std::path::PathBuf;

/// All that is known of one plug.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line of its manifest.
    pub description: String,
    /// What it can be.
    pub roles: Vec<String>,
    /// What it writes, if it is a serializer.
    pub formats: Vec<String>,
    /// The configuration of each role.
    pub configuration: Vec<Configuration>,
    /// What `process` takes.
    pub input: Vec<Key>,
    /// What `process` answers.
    pub output: Vec<Key>,
    /// The plugs that it needs beside it, as its manifest lists them.
    pub requires: Vec<String>,
    /// The version of the binary surface it was built for.
    pub abi: String,
    /// The compiler that built it.
    pub rustc: String,
    /// The build id of the library, in hexadecimal digits.
    pub build: Option<String>,
    /// The SHA-256 of the library as the file beside it says; nobody has compared it here.
    pub sha256: Option<String>,
    /// Its folder.
    pub path: PathBuf,
}

/// The configuration of one role, or of several that are configured alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Configuration {
    /// The roles.
    pub roles: Vec<String>,
    /// Its keys; those of an inner object stand behind it, with the whole path as name.
    pub keys: Vec<Key>,
}

impl From<(&Installed, &Description)> for About {
    fn from((plug, said): (&Installed, &Description)) -> Self {
        let further = Further::read(&plug.path).unwrap_or_default();
        Self {
            category: plug.category.clone(),
            name: plug.name.clone(),
            version: plug.version.to_string(),
            description: plug.manifest.description.clone(),
            roles: said.roles.clone(),
            formats: said.formats.clone(),
            configuration: configurations(said, plug),
            input: key::keys(said.input.as_value()),
            output: key::keys(said.output.as_value()),
            requires: further.requires,
            abi: said.abi.clone(),
            rustc: said.rustc.clone(),
            build: library::build_id(&plug.library),
            sha256: library::checksum(&plug.library),
            path: plug.path.clone(),
        }
    }
}

impl About {
    /// `category/name version`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}/{} {}", self.category, self.name, self.version)
    }
}

/// The roles in their order; those whose keys are the same stand together.
fn configurations(said: &Description, plug: &Installed) -> Vec<Configuration> {
    let mut found: Vec<Configuration> = Vec::new();
    for role in &said.roles {
        let schema = said.config.get(role).map_or(&serde_json::Value::Null, Schema::as_value);
        let mut keys = key::keys(schema);
        for key in &mut keys {
            key.default_of_the_manifest(&plug.manifest.config_defaults);
        }
        match found.iter_mut().find(|other| other.keys == keys) {
            Some(other) => other.roles.push(role.clone()),
            None => found.push(Configuration { roles: vec![role.clone()], keys }),
        }
    }
    found
}

#[cfg(test)]
mod tests;
