//! Words for `sh`.

use std::path::Path;

/// A path as one word of a command line.
pub(crate) fn word(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// A text as one word of a command line: in quotes where it needs them.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn only_what_the_shell_would_change_is_quoted() {
        let cases = [
            ("plugs/a/b/0.1.0", "plugs/a/b/0.1.0"),
            ("my plugs", "'my plugs'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ];
        for (text, expected) in cases {
            assert_eq!(quoted(text), expected);
        }
    }
}
