//! The members of an object, each with the bytes it takes.

use super::skip;
use super::text::text;
use std::ops::Range;

/// The members of `object` in the order of the text; none for anything else than an object.
///
/// What is not JSON ends the walk early: [`check`](super::check()) first where that matters.
#[must_use]
pub fn members(object: &[u8]) -> Members<'_> {
    let start = skip::white_space(object, 0);
    let at = (object.get(start) == Some(&b'{')).then_some(start + 1);
    Members { object, at, first: true }
}

/// One member of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member<'a> {
    /// The name as it is written, in its quotes.
    pub name: &'a [u8],
    /// The text of the value.
    pub value: &'a [u8],
    /// The bytes of the object from the name to the value, both included, commas not.
    pub span: Range<usize>,
    escaped: bool,
}

impl Member<'_> {
    /// Whether the name, its escapes resolved, is `name`.
    #[must_use]
    #[inline(always)]
    pub fn is(&self, name: &str) -> bool {
        if self.escaped {
            return text(self.name).is_some_and(|own| own == name);
        }
        self.name.len() == name.len() + 2 && &self.name[1..=name.len()] == name.as_bytes()
    }
}

/// The iterator of [`members()`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    object: &'a [u8],
    /// Behind the brace or the last value; `None` once the walk is over.
    at: Option<usize>,
    first: bool,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Member<'a>> {
        let behind = self.at.take()?;
        let start = self.start_of_next(behind)?;
        let name = skip::string(self.object, start)?;
        let colon = skip::white_space(self.object, name.behind);
        if self.object.get(colon) != Some(&b':') {
            return None;
        }
        let value = skip::white_space(self.object, colon + 1);
        let end = skip::value(self.object, value)?;
        self.at = Some(end);
        Some(Member {
            name: &self.object[start..name.behind],
            value: &self.object[value..end],
            span: start..end,
            escaped: name.escaped,
        })
    }
}

impl Members<'_> {
    /// The quote that opens the next name.
    #[inline(always)]
    fn start_of_next(&mut self, behind: usize) -> Option<usize> {
        let mut start = skip::white_space(self.object, behind);
        if !std::mem::take(&mut self.first) {
            if self.object.get(start) != Some(&b',') {
                return None;
            }
            start = skip::white_space(self.object, start + 1);
        }
        (self.object.get(start) == Some(&b'"')).then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cut_the_object_where_its_members_lie() {
        let object = br#" { "a" : "}" ,"b":[{"c":1},"]"],"":-1.5e3 , "\u0061":null } "#;
        let found: Vec<_> = members(object)
            .map(|member| {
                let [name, value, span] = [member.name, member.value, &object[member.span]]
                    .map(|bytes| std::str::from_utf8(bytes).unwrap());
                (name, value, span)
            })
            .collect();
        assert_eq!(
            found,
            [
                (r#""a""#, r#""}""#, r#""a" : "}""#),
                (r#""b""#, r#"[{"c":1},"]"]"#, r#""b":[{"c":1},"]"]"#),
                (r#""""#, "-1.5e3", r#""":-1.5e3"#),
                (r#""\u0061""#, "null", r#""\u0061":null"#),
            ]
        );
    }

    #[test]
    fn names_are_compared_without_their_escapes() {
        let object = br#"{"\u0061":1,"a\\n":2,"a\n":3,"\"":4,"a":5}"#;
        let named = |name: &str| {
            let values = members(object).filter(|member| member.is(name));
            values.map(|member| char::from(member.value[0])).collect::<String>()
        };
        let cases = [("a", "15"), ("a\\n", "2"), ("a\n", "3"), ("\"", "4"), ("", ""), ("b", "")];
        for (name, expected) in cases {
            assert_eq!(named(name), expected, "{name:?}");
        }
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for json in ["", " ", "{", "{}", "{ }", "[1]", "\"a\"", "1", "{1:2}", "{,}", "{\"a\"}"] {
            assert_eq!(members(json.as_bytes()).next(), None, "{json}");
        }
    }
}
