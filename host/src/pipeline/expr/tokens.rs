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

    /// The content of a text in quotes that holds no escapes.
    pub fn unquoted(&self) -> Option<&str> {
        let inner = self.text.get(1..self.text.len().checked_sub(1)?)?;
        (self.kind == TokenKind::Text && !inner.contains('\\')).then_some(inner)
    }
}

/// Tokens of one expression; what works on them takes stack for each.
const TOKENS: usize = 500;

/// The tokens of an expression. The error says what is wrong.
pub fn tokenize(expression: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '\'' | '"' => (TokenKind::Text, text_length(rest, first)?),
            _ if first.is_ascii_digit() => (TokenKind::Number, number_length(rest)),
            _ if is_name_part(first) => (TokenKind::Name, span_of(rest, is_name_part)),
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

    #[test]
    fn words_texts_numbers_and_operators_are_told_apart() {
        let texts: Vec<_> = tokenize("a.b[0]>=1.5 && 'it\\'s'|up(x='&&')")
            .unwrap()
            .iter()
            .map(|token| token.text)
            .collect();
        let expected = [
            "a", ".", "b", "[", "0", "]", ">=", "1.5", "&&", "'it\\'s'", "|", "up", "(", "x", "=",
            "'&&'", ")",
        ];
        assert_eq!(texts, expected);
        assert!(tokenize("'open").is_err() && tokenize("  ").is_err());
    }
}
