//! Refused folders, as clients are told of them: by what they are, never by where they lie.

use crate::catalog::Refusal;
use crate::registry::Changes;
use semver::Version;
use serde_json::{Value, json};

/// `{plugin, version, kind, reason}`: `plugin` is `category/name`, or the last names of a folder whose
/// last one is no version, which then has no `version`.
pub(super) fn folder(refusal: &Refusal) -> Value {
    let names: Vec<_> = refusal.path.iter().map(|name| name.to_string_lossy()).collect();
    let last = &names[names.len().saturating_sub(3)..];
    let (plugin, version) = match last {
        [category, name, version] if Version::parse(version).is_ok() => {
            (format!("{category}/{name}"), Some(version))
        }
        _ => (last.join("/"), None),
    };
    let reason = without_places(&refusal.reason);
    json!({ "plugin": plugin, "version": version, "kind": refusal.kind, "reason": reason })
}

/// What a reload changed: `{added, replaced, removed, refused}`; each refused folder says in
/// `still_serving` whether what it held before goes on.
pub(super) fn changes(changes: &Changes) -> Value {
    let of = |one: &crate::registry::Refused| {
        let mut told = folder(&one.refusal);
        told["still_serving"] = one.still_serving.into();
        told
    };
    let refused: Vec<Value> = changes.refused.iter().map(of).collect();
    let Changes { added, replaced, removed, .. } = changes;
    json!({ "added": added, "replaced": replaced, "removed": removed, "refused": refused })
}

/// The text with only the last name of every absolute path in it.
pub(super) fn without_places(text: &str) -> String {
    let short = |word: &str| {
        let bare = word.trim_start_matches(['`', '\'', '"', '(']);
        let opening = &word[..word.len() - bare.len()];
        let last = bare.strip_prefix('/').and_then(|path| path.rsplit('/').next());
        last.map_or_else(|| word.to_owned(), |last| format!("{opening}…/{last}"))
    };
    text.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Reason;

    #[test]
    fn a_folder_is_named_and_its_place_is_not() {
        for (path, plugin, version) in [
            ("/srv/secret/plugs/demo/echo/1.0.0", "demo/echo", json!("1.0.0")),
            ("/srv/secret/plugs/demo/echo/latest", "demo/echo/latest", json!(null)),
            ("echo", "echo", json!(null)),
        ] {
            let told = folder(&Refusal::new(path, &Reason::EmptyFile));
            let reason = Reason::EmptyFile.to_string();
            let expected = json!({
                "plugin": plugin, "version": version, "kind": "empty_file", "reason": reason
            });
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn a_reason_keeps_the_last_name_of_a_path() {
        for (text, expected) in [
            ("/srv/plugs is not a folder", "…/plugs is not a folder"),
            ("it has a run path (/opt/lib); build it", "it has a run path (…/lib); build it"),
            ("`demo/echo` was refused", "`demo/echo` was refused"),
        ] {
            assert_eq!(without_places(text), expected);
        }
    }
}
