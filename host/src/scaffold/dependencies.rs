//! What stands under `[dependencies]`: `plugin-api`, wherever it lies, and a few others.

use super::{Checkout, Kind, Place, Refused};
use std::fs;
use std::path::{Path, PathBuf};

/// Where `plugin-api` comes from.
pub(super) enum Api {
    /// A folder, and the checkout that it belongs to.
    Folder(PathBuf, Option<Checkout>),
    /// The registry of crates.
    Registry,
}

impl Api {
    /// The folder that was named, else that of the checkout around the new folder, around the working
    /// folder, or of this program; else the registry's.
    pub(super) fn find(named: Option<&Path>, place: &Place) -> Result<Self, Refused> {
        if let Some(named) = named {
            return Self::named(named).ok_or_else(|| Refused::NoApi(named.to_owned()));
        }
        let here = || Checkout::around(&std::env::current_dir().ok()?);
        let found = place.checkout().cloned().or_else(here).or_else(Checkout::of_this_program);
        Ok(found.map_or(Self::Registry, |checkout| {
            Self::Folder(checkout.root().join("plugin-api"), Some(checkout))
        }))
    }

    /// `plugin-api` itself, or the folder above it.
    fn named(named: &Path) -> Option<Self> {
        let is_api = |folder: &PathBuf| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
            manifest.lines().any(|line| line.trim() == r#"name = "plugin-api""#)
        };
        let named = named.canonicalize().ok()?;
        let folder = [named.clone(), named.join("plugin-api")].into_iter().find(is_api)?;
        let checkout = Checkout::around(&folder);
        Some(Self::Folder(folder, checkout))
    }

    pub(super) fn checkout(&self) -> Option<&Path> {
        match self {
            Self::Folder(_, checkout) => checkout.as_ref().map(Checkout::root),
            Self::Registry => None,
        }
    }

    /// The lines under `[dependencies]`. What the workspace says of a crate is said there alone.
    pub(super) fn dependencies(&self, kind: Kind, place: &Place) -> String {
        let crates = kind.crates().iter();
        let lines: Vec<String> = if place.is_member() {
            let member = |name: &str| format!("{name}.workspace = true");
            [member("plugin-api")].into_iter().chain(crates.map(|(name, _)| member(name))).collect()
        } else {
            let own = format!("plugin-api = {}", self.source(place));
            [own].into_iter().chain(crates.map(|(name, own)| format!("{name} = {own}"))).collect()
        };
        lines.join("\n")
    }

    /// Versions of the crates that the host itself was built with, for a crate that stands alone.
    pub(super) fn lock(&self, place: &Place) -> Option<String> {
        let checkout = self.checkout().filter(|_| !place.is_member())?;
        fs::read_to_string(checkout.join("Cargo.lock")).ok()
    }

    /// A path that moves with the checkout, where the new folder does too.
    fn source(&self, place: &Place) -> String {
        let Self::Folder(folder, _) = self else { return r#""0.1""#.to_owned() };
        let inside = place.checkout().and_then(|checkout| {
            let up = place.settled().strip_prefix(checkout.root()).ok()?.iter().map(|_| "..");
            Some(up.collect::<PathBuf>().join(folder.strip_prefix(checkout.root()).ok()?))
        });
        let path = inside.as_ref().unwrap_or(folder).display().to_string();
        format!("{{ path = {} }}", toml_text(&path))
    }
}

/// A text as TOML writes it: its basic strings have the escapes of JSON.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
