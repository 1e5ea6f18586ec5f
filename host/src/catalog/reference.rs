//! References to plugins, in every form that people write them.

use semver::{Version, VersionReq};
use std::fmt;
use std::str::FromStr;

/// A plugin as somebody asked for it: `name`, `category/name`, `category.name`, `name@^1.2`,
/// `name:1.0.0` or `category/name/1.0.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRef {
    /// The category, where it was given.
    pub category: Option<String>,
    /// The plug's name.
    pub name: String,
    /// Which versions will do.
    pub requirement: VersionReq,
}

impl PluginRef {
    /// Whether a plug of that category, name and version is meant.
    #[must_use]
    pub fn matches(&self, category: &str, name: &str, version: &Version) -> bool {
        self.names(category, name) && self.requirement.matches(version)
    }

    /// Whether a plug of that category and name is meant, in whatever version.
    #[must_use]
    pub fn names(&self, category: &str, name: &str) -> bool {
        self.name == name && self.category.as_deref().is_none_or(|wanted| wanted == category)
    }
}

impl FromStr for PluginRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, requirement) = match text.split_once(['@', ':']) {
            Some((path, version)) => (path, Some(requirement(text, version)?)),
            None => (text, None),
        };
        let mut parts: Vec<&str> = path.split('/').collect();
        let exact = parts.last().and_then(|last| Version::parse(last).ok());
        if parts.len() > 1 && exact.is_some() {
            parts.pop();
        }
        let requirement = match (requirement, exact) {
            (Some(_), Some(_)) => return Err(format!("`{text}` gives two versions")),
            (Some(requirement), None) => requirement,
            (None, Some(version)) => exactly(&version),
            (None, None) => VersionReq::STAR,
        };
        let (category, name) = category_and_name(&parts).ok_or_else(|| not_a_name(text))?;
        Ok(Self { category, name, requirement })
    }
}

/// `name:1.0.0` means that version, `name@^1.2` a requirement.
fn requirement(text: &str, version: &str) -> Result<VersionReq, String> {
    let colon = text.as_bytes().get(text.len() - version.len() - 1) == Some(&b':');
    let read = if colon {
        Version::parse(version).map(|version| exactly(&version))
    } else {
        VersionReq::parse(version)
    };
    read.map_err(|error| format!("`{version}` in `{text}` is not a version: {error}"))
}

fn exactly(version: &Version) -> VersionReq {
    VersionReq::parse(&format!("={version}")).unwrap_or(VersionReq::STAR)
}

fn category_and_name(parts: &[&str]) -> Option<(Option<String>, String)> {
    let (category, name) = match parts {
        [name] => {
            name.rsplit_once('.').map_or((None, *name), |(category, name)| (Some(category), name))
        }
        [category, name] => (Some(*category), *name),
        _ => return None,
    };
    let words = category.into_iter().flat_map(|category| category.split('.')).chain([name]);
    let valid = words.into_iter().all(is_word);
    valid.then(|| (category.map(str::to_owned), name.to_owned()))
}

fn is_word(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !word.is_empty() && word.chars().all(letter)
}

fn not_a_name(text: &str) -> String {
    format!("{text:?} is not a plugin: write `name`, `category/name` or `name@^1.2`")
}

impl fmt::Display for PluginRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(category) = &self.category {
            write!(f, "{category}/")?;
        }
        f.write_str(&self.name)?;
        if self.requirement != VersionReq::STAR {
            write!(f, "@{}", self.requirement)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_understood() {
        let forms = [
            ("echo", None, "*"),
            ("demo/echo", Some("demo"), "*"),
            ("demo.echo", Some("demo"), "*"),
            ("echo@^1.2", None, "^1.2"),
            ("echo:1.0.0", None, "=1.0.0"),
            ("demo/echo/1.0.0", Some("demo"), "=1.0.0"),
            ("echo/1.0.0", None, "=1.0.0"),
        ];
        for (text, category, requirement) in forms {
            let read: PluginRef = text.parse().unwrap();
            assert_eq!(read.name, "echo", "{text}");
            assert_eq!(read.category.as_deref(), category, "{text}");
            assert_eq!(read.requirement, VersionReq::parse(requirement).unwrap(), "{text}");
        }
    }

    #[test]
    fn a_path_is_not_a_name() {
        for text in
            ["", "../echo", "/echo", "a/b/c", "echo@", "echo:1", "e cho", "demo/echo/1.0.0@^1"]
        {
            assert!(text.parse::<PluginRef>().is_err(), "{text}");
        }
    }
}
