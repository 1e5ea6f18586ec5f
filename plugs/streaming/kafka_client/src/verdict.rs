//! What a judgement says: valid or not, and every issue as a text that begins with a stable kind.

/// The result of judging one part of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the part may be used. A valid part may still have issues: they are warnings.
    pub is_valid: bool,
    /// `kind: text`, in the order found. Never holds a secret.
    pub issues: Vec<String>,
    refusals: Vec<String>,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { is_valid: true, issues: Vec::new(), refusals: Vec::new() }
    }
}

impl Verdict {
    /// Adds a warning.
    pub fn warn(&mut self, kind: &str, text: impl AsRef<str>) {
        self.issues.push(format!("{kind}: {}", text.as_ref()));
    }

    /// Adds an issue that makes the part invalid.
    pub fn refuse(&mut self, kind: &str, text: impl AsRef<str>) {
        self.is_valid = false;
        self.warn(kind, text);
        self.refusals.extend(self.issues.last().cloned());
    }

    /// The issues that [`refuse`](Self::refuse) added, without the warnings beside them.
    pub fn refusals(&self) -> &[String] {
        &self.refusals
    }

    /// The kinds of the issues: what stands before the first colon of each.
    pub fn kinds(&self) -> Vec<&str> {
        self.issues.iter().map(|issue| issue.split(':').next().unwrap_or(issue)).collect()
    }
}

/// Longest text that is repeated in an issue, in characters.
const SHOWN: usize = 80;

/// A text of the user for an issue: in backticks, escaped, and cut when it is long.
pub fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    let rest = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("`{shown}{rest}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_refuses_is_a_refusal() {
        let mut verdict = Verdict::default();
        verdict.warn("a", "1");
        assert!(verdict.is_valid && verdict.refusals().is_empty());
        verdict.refuse("b", "2");
        verdict.warn("c", "3");
        verdict.refuse("d", "4");
        assert!(!verdict.is_valid);
        assert_eq!(verdict.issues, ["a: 1", "b: 2", "c: 3", "d: 4"]);
        assert_eq!(verdict.refusals(), ["b: 2", "d: 4"]);
    }

    #[test]
    fn what_is_quoted_is_escaped_and_short() {
        assert_eq!(quoted("a\u{1b}[31m\n"), "`a\\u{1b}[31m\\n`");
        assert_eq!(quoted(&"x".repeat(81)), format!("`{}…`", "x".repeat(80)));
    }
}
