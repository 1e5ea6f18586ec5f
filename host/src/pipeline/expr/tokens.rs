//! Cutting an expression into words.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word: a name, or one of the language's own.
    Name,
    /// A number.
    Number,
    /// A text in quotes, with them.
    Text,
    /// An operator or a bracket.
    Symbol,
}

/// A word of an expression as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: TokenKind,
    /// How it is written.
    pub text: &'t str,
}

impl Token<'_> {
    /// Whether this is the operator or bracket `symbol`.
    pub fn is(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// Whether this is the word `name`.
    pub fn is_name(&self, name: &str) -> bool {
        self.kind == TokenKind::Name && self.text == name
    }

    /// Whether this is the name of a step with `-` in it.
    pub fn is_dashed(&self) -> bool {
        self.kind == TokenKind::Name && self.text.contains('-')
    }

    /// The content of a text in quotes that holds no escapes.
    pub fn unquoted(&self) -> Option<&str> {
        let inner = self.text.get(1..self.text.len().checked_sub(1)?)?;
        (self.kind == TokenKind::Text && !inner.contains('\\')).then_some(inner)
    }
}

/// Tokens of one expression; what works on them takes stack for each.
const TOKENS: usize = 500;

/// Dashes in a name that is found without quotes.
const DASHES: usize = 32;

/// The tokens of an expression. `a-b` is one name where `is_known` says so, which is also told the
/// first name in front of the dot, if one stands there; else it is a difference. The error says what
/// is wrong.
pub fn tokenize(
    expression: &str,
    is_known: impl Fn(Option<&str>, &str) -> bool,
) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '\'' | '"' => (TokenKind::Text, text_length(rest, first)?),
            _ if first.is_ascii_digit() => (TokenKind::Number, number_length(rest)),
            _ if is_name_part(first) => (TokenKind::Name, name_length(rest, &tokens, &is_known)),
            _ => (TokenKind::Symbol, symbol_length(rest)),
        };
        let (text, after) = rest.split_at(length);
        tokens.push(Token { kind, text });
        if tokens.len() > TOKENS {
            return Err(format!("it has more than {TOKENS} parts"));
        }
        rest = after.trim_start();
    }
    if tokens.is_empty() { Err("it is empty".to_owned()) } else { Ok(tokens) }
}

fn is_name_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn span_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The longest known name that starts here, or the name up to the first character that is no part of
/// one.
fn name_length(
    text: &str,
    before: &[Token<'_>],
    is_known: impl Fn(Option<&str>, &str) -> bool,
) -> usize {
    let name = span_of(text, is_name_part);
    if !text[name..].starts_with('-') || !can_be_known(before) {
        return name;
    }
    let owner = match before {
        [.., owner, dot] if dot.is(".") => Some(owner.text),
        _ => None,
    };
    let run = &text[..span_of(text, |c| c == '-' || is_name_part(c))];
    let dashes = run.match_indices('-').map(|(at, _)| at).skip(1);
    let ends: Vec<usize> = dashes.chain([run.len()]).take(DASHES).collect();
    ends.into_iter().rev().find(|&end| is_known(owner, &run[..end])).unwrap_or(name)
}

/// Whether a name behind these tokens can be one of the file's: it is no field deep inside of data and
/// no filter.
fn can_be_known(before: &[Token<'_>]) -> bool {
    match before {
        [.., outer, _, dot] if outer.is(".") && dot.is(".") => false,
        [.., owner, dot] if dot.is(".") => owner.kind == TokenKind::Name,
        [.., last] => !last.is("|"),
        [] => true,
    }
}

fn number_length(text: &str) -> usize {
    let whole = span_of(text, is_name_part);
    match text[whole..].strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            whole + 1 + span_of(fraction, is_name_part)
        }
        _ => whole,
    }
}

fn text_length(text: &str, quote: char) -> Result<usize, String> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return Ok(at + 1);
        }
    }
    Err("a text in quotes does not end".to_owned())
}

fn symbol_length(text: &str) -> usize {
    const LONG: [&str; 8] = ["==", "!=", "<=", ">=", "&&", "||", "//", "**"];
    let long = LONG.into_iter().find(|symbol| text.starts_with(symbol));
    long.map_or_else(|| text.chars().next().map_or(0, char::len_utf8), str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(owner: Option<&str>, name: &str) -> bool {
        match owner {
            None | Some("steps") => ["a-b", "a-b-c-9"].contains(&name),
            owner => owner == Some("inputs") && name == "in-put",
        }
    }

    fn texts(expression: &str) -> Vec<&str> {
        let tokens = tokenize(expression, is_known).unwrap();
        tokens.iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_texts_numbers_and_operators_are_told_apart() {
        let texts = texts("a.b[0]>=1.5 && 'it\\'s'|up(x='&&')");
        let expected = [
            "a", ".", "b", "[", "0", "]", ">=", "1.5", "&&", "'it\\'s'", "|", "up", "(", "x", "=",
            "'&&'", ")",
        ];
        assert_eq!(texts, expected);
        let none = |_: Option<&str>, _: &str| false;
        assert!(tokenize("'open", none).is_err() && tokenize("  ", none).is_err());
    }

    #[test]
    fn a_dash_joins_the_longest_step_and_separates_everything_else() {
        let cases: [(&str, &[&str]); 16] = [
            ("a-b.x", &["a-b", ".", "x"]),
            ("a-b-c-9.x", &["a-b-c-9", ".", "x"]),
            ("a-b-c", &["a-b", "-", "c"]),
            ("z-a-b", &["z", "-", "a-b"]),
            ("a -b", &["a", "-", "b"]),
            ("a- b", &["a", "-", "b"]),
            ("a-", &["a", "-"]),
            ("a-bb", &["a", "-", "bb"]),
            ("'a-b'-a-b", &["'a-b'", "-", "a-b"]),
            ("steps.a-b.a-b", &["steps", ".", "a-b", ".", "a", "-", "b"]),
            ("x.steps.a-b", &["x", ".", "steps", ".", "a", "-", "b"]),
            ("inputs.in-put-1", &["inputs", ".", "in-put", "-", "1"]),
            ("in-put.in-put", &["in", "-", "put", ".", "in", "-", "put"]),
            ("1-a-b", &["1", "-", "a-b"]),
            ("x|a-b", &["x", "|", "a", "-", "b"]),
            ("(a-b[a-b])", &["(", "a-b", "[", "a-b", "]", ")"]),
        ];
        for (text, expected) in cases {
            assert_eq!(texts(text), expected, "{text}");
        }
    }
}
