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
    /// With what stands right before it, written without a space: `content-type` for the `type` in
    /// `x.content-type`. Perhaps that is one name.
    pub dashed: Option<String>,
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
            let reference =
                Reference { start: at, dashed: dashed(&tokens[..=at]), ..reference(&tokens[at..]) };
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
        Reference { root: tokens[0].text, segments: Vec::new(), start: 0, length: 1, dashed: None };
    while let Some((segment, length)) = segment(&tokens[reference.length..]) {
        reference.segments.push(segment);
        reference.length += length;
    }
    reference
}

/// The last token with the dashes and names that stand right before it.
fn dashed(tokens: &[Token<'_>]) -> Option<String> {
    let touches = |left: &Token<'_>, right: &Token<'_>| {
        left.text.as_bytes().as_ptr_range().end == right.text.as_ptr()
    };
    let (mut start, last) = (tokens.len().checked_sub(1)?, tokens.last()?);
    let mut written = last.text.to_owned();
    while let Some([name, dash]) = start.checked_sub(2).and_then(|two| tokens.get(two..start)) {
        let is_one = name.kind == TokenKind::Name && dash.is("-");
        if !is_one || !touches(name, dash) || !touches(dash, &tokens[start]) {
            break;
        }
        start -= 2;
        written = format!("{}-{written}", name.text);
    }
    (written.len() > last.text.len()).then_some(written)
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
        let tokens = tokenize("steps['a-b'].rows[0][x].y", |_, _| false).unwrap();
        let names = names(&tokens);
        let segments = vec![key("a-b"), key("rows"), Segment::Index(0)];
        assert_eq!(names.references[0].segments, segments);
        assert_eq!(names.references[1].root, "x");
        assert!(!names.is_plain_path);
    }

    #[test]
    fn a_name_right_behind_a_dash_may_be_the_end_of_another() {
        let tokens = tokenize("x.content-type-x + a -b - c- d-1-e", |_, _| false).unwrap();
        let names = names(&tokens);
        let dashed: Vec<_> =
            names.references.iter().map(|one| (one.root, one.dashed.as_deref())).collect();
        let expected = [
            ("x", None),
            ("type", Some("content-type")),
            ("x", Some("content-type-x")),
            ("a", None),
            ("b", None),
            ("c", None),
            ("d", None),
            ("e", None),
        ];
        assert_eq!(dashed, expected);
    }

    #[test]
    fn every_use_of_a_name_is_told_apart() {
        let text = "a.b | truncate(length=c) is not defined and range(d) in ['e'] or f.g()";
        let tokens = tokenize(text, |_, _| false).unwrap();
        let names = names(&tokens);
        let roots: Vec<_> = names.references.iter().map(|reference| reference.root).collect();
        assert_eq!(roots, ["a", "c", "d", "f"]);
        assert_eq!((names.filters, names.tests), (vec!["truncate"], vec!["defined"]));
        assert_eq!(names.functions, ["range"]);
    }
}
