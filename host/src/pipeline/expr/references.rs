//! The names in an expression and what they are used as.

use crate::json::Segment;

use super::tokens::{Token, TokenKind};

/// A name with the fixed path behind it: `steps['a-b'].rows[0]`.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// The first name.
    pub root: &'t str,
    /// What follows it, up to the first part that is computed.
    pub segments: Vec<Segment>,
    /// The token it starts with.
    pub start: usize,
    /// How many tokens it takes.
    pub length: usize,
}

impl Reference<'_> {
    /// The reference in one spelling: `fetch.rows[0]`.
    pub fn written(&self) -> String {
        let mut written = self.root.to_owned();
        for segment in &self.segments {
            match segment {
                Segment::Key(key) => written.extend([".", key]),
                Segment::Index(index) => written.push_str(&format!("[{index}]")),
            }
        }
        written
    }
}

/// Everything an expression names.
#[derive(Debug, Default)]
pub struct Names<'t> {
    /// Data that is read.
    pub references: Vec<Reference<'t>>,
    /// Names behind `|`.
    pub filters: Vec<&'t str>,
    /// Names behind `is`.
    pub tests: Vec<&'t str>,
    /// Names in front of a bracket.
    pub functions: Vec<&'t str>,
    /// The expression is one reference and nothing else.
    pub is_plain_path: bool,
}

const WORDS: [&str; 13] = [
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
];

/// Finds the names of an expression.
pub fn names<'t>(tokens: &[Token<'t>]) -> Names<'t> {
    let mut names = Names::default();
    let mut at = 0;
    while at < tokens.len() {
        at += names.take(tokens, at);
    }
    names.is_plain_path = matches!(&names.references[..], [only] if only.length == tokens.len());
    names
}

impl<'t> Names<'t> {
    /// Takes the name at `at`, if there is one; says how many tokens are done with.
    fn take(&mut self, tokens: &[Token<'t>], at: usize) -> usize {
        let token = tokens[at];
        let before = |distance: usize| at.checked_sub(distance).map(|at| tokens[at]);
        let follows = |symbol: &str| before(1).is_some_and(|token| token.is(symbol));
        let tested = before(1).is_some_and(|token| token.is_name("is"))
            || before(1).is_some_and(|token| token.is_name("not"))
                && before(2).is_some_and(|token| token.is_name("is"));
        let called = tokens.get(at + 1).is_some_and(|next| next.is("("));
        let is_argument = tokens.get(at + 1).is_some_and(|next| next.is("="));
        if token.kind != TokenKind::Name || follows(".") {
        } else if follows("|") {
            self.filters.push(token.text);
        } else if tested && token.text != "not" {
            self.tests.push(token.text);
        } else if is_argument || WORDS.contains(&token.text) {
        } else if called {
            self.functions.push(token.text);
        } else {
            let reference = Reference { start: at, ..reference(&tokens[at..]) };
            let length = reference.length;
            self.references.push(reference);
            return length;
        }
        1
    }
}

/// The reference that starts with the first token, a name.
pub fn reference<'t>(tokens: &[Token<'t>]) -> Reference<'t> {
    let mut reference =
        Reference { root: tokens[0].text, segments: Vec::new(), start: 0, length: 1 };
    while let Some((segment, length)) = segment(&tokens[reference.length..]) {
        reference.segments.push(segment);
        reference.length += length;
    }
    reference
}

fn segment(tokens: &[Token<'_>]) -> Option<(Segment, usize)> {
    match tokens {
        // `a.b(` calls a method: the path ends before it.
        [_, name, open, ..] if name.kind == TokenKind::Name && open.is("(") => None,
        [dot, name, ..] if dot.is(".") && name.kind == TokenKind::Name => {
            Some((Segment::Key(name.text.to_owned()), 2))
        }
        [open, inner, close, ..] if open.is("[") && close.is("]") => {
            let segment = match inner.kind {
                TokenKind::Number => Segment::Index(inner.text.parse().ok()?),
                _ => Segment::Key(inner.unquoted()?.to_owned()),
            };
            Some((segment, 3))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokenize;
    use super::*;

    fn key(name: &str) -> Segment {
        Segment::Key(name.to_owned())
    }

    #[test]
    fn a_path_ends_where_it_stops_being_fixed() {
        let tokens = tokenize("steps['a-b'].rows[0][x].y", |_| false).unwrap();
        let names = names(&tokens);
        let segments = vec![key("a-b"), key("rows"), Segment::Index(0)];
        assert_eq!(names.references[0].segments, segments);
        assert_eq!(names.references[1].root, "x");
        assert!(!names.is_plain_path);
    }

    #[test]
    fn every_use_of_a_name_is_told_apart() {
        let text = "a.b | truncate(length=c) is not defined and range(d) in ['e'] or f.g()";
        let tokens = tokenize(text, |_| false).unwrap();
        let names = names(&tokens);
        let roots: Vec<_> = names.references.iter().map(|reference| reference.root).collect();
        assert_eq!(roots, ["a", "c", "d", "f"]);
        assert_eq!((names.filters, names.tests), (vec!["truncate"], vec!["defined"]));
        assert_eq!(names.functions, ["range"]);
    }
}
