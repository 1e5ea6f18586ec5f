//! Templates with their gaps filled: `@name@`, `@format@`, `@Type@` and so on.

use super::Kind;

/// What stands in the gaps.
pub(super) struct Words<'a> {
    pub(super) name: &'a str,
    pub(super) format: &'a str,
    pub(super) type_name: &'a str,
    pub(super) category: &'a str,
    pub(super) kind: Kind,
    pub(super) dependencies: &'a str,
}

impl Words<'_> {
    /// The template without gaps. What is filled in is not looked at again.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut parts = template.split('@');
        filled.push_str(parts.next().unwrap_or_default());
        let mut is_gap = true;
        for part in parts {
            match self.word(part).filter(|_| is_gap) {
                Some(word) => {
                    filled.push_str(word);
                    is_gap = false;
                }
                None => {
                    if is_gap {
                        filled.push('@');
                    }
                    filled.push_str(part);
                    is_gap = true;
                }
            }
        }
        filled
    }

    fn word(&self, gap: &str) -> Option<&str> {
        Some(match gap {
            "name" => self.name,
            "format" => self.format,
            "Type" => self.type_name,
            "category" => self.category,
            "description" => self.kind.description(),
            "roles" => self.kind.roles(),
            "dependencies" => self.dependencies,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gaps_are_filled_and_only_once() {
        let words = Words {
            name: "@format@",
            format: "f",
            type_name: "T",
            category: "c",
            kind: Kind::Sink,
            dependencies: "d",
        };
        let cases = [
            ("@name@", "@format@"),
            ("@format@@Type@", "fT"),
            ("a@b.c @roles@", "a@b.c sink"),
            ("@other@ @category@", "@other@ c"),
            ("no gap", "no gap"),
        ];
        for (template, expected) in cases {
            assert_eq!(words.fill(template), expected, "{template}");
        }
    }
}
