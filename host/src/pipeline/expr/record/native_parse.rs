//! Recognising the conditions that need no minijinja.

use crate::pipeline::expr::references::reference;
use crate::pipeline::expr::tokens::{Token, TokenKind, tokenize};

use super::Field;
use super::native::{Literal, Native, Operator};

/// `not`s and brackets in each other.
const LEVELS: usize = 16;

/// The condition, if it holds nothing but comparisons of fields of the record with literals,
/// joined by `and`, `or`, `not` and brackets.
pub fn parse(expression: &str) -> Option<Native> {
    let tokens = tokenize(expression, |_, _| false).ok()?;
    let mut parser = Parser { rest: &tokens, levels: LEVELS };
    let native = parser.any()?;
    parser.rest.is_empty().then_some(native)
}

struct Parser<'t> {
    rest: &'t [Token<'t>],
    levels: usize,
}

enum Operand {
    Field(Field),
    Literal(Literal),
}

impl Parser<'_> {
    fn any(&mut self) -> Option<Native> {
        let parts = self.joined(&["or", "||"], Self::all)?;
        one_or(parts, Native::Any)
    }

    fn all(&mut self) -> Option<Native> {
        let parts = self.joined(&["and", "&&"], Self::not)?;
        one_or(parts, Native::All)
    }

    fn joined(
        &mut self,
        words: &[&str],
        part: fn(&mut Self) -> Option<Native>,
    ) -> Option<Vec<Native>> {
        let mut parts = vec![part(self)?];
        while words.iter().any(|word| self.take(word)) {
            parts.push(part(self)?);
        }
        Some(parts)
    }

    fn not(&mut self) -> Option<Native> {
        if !self.take("not") {
            return self.comparison();
        }
        self.deeper(|parser| Some(Native::Not(Box::new(parser.not()?))))
    }

    fn comparison(&mut self) -> Option<Native> {
        if self.take("(") {
            let inner = self.deeper(Self::any)?;
            return self.take(")").then_some(inner);
        }
        let left = self.operand()?;
        let operator = self.rest.first().and_then(|token| Operator::written(token.text));
        let Some(operator) = operator else {
            let Operand::Field(field) = left else { return None };
            return self.membership(field);
        };
        self.rest = &self.rest[1..];
        match (left, self.operand()?) {
            (Operand::Field(field), Operand::Literal(literal)) => {
                Some(Native::Compare { field, operator, literal })
            }
            (Operand::Literal(literal), Operand::Field(field)) => {
                Some(Native::Compare { field, operator: operator.turned(), literal })
            }
            _ => None,
        }
    }

    /// `in [a, b]`, `not in [a, b]`, or the field alone.
    fn membership(&mut self, field: Field) -> Option<Native> {
        let denied = self.take("not");
        if !self.take("in") {
            return (!denied).then_some(Native::Truth(field));
        }
        if !self.take("[") {
            return None;
        }
        let mut parts = Vec::new();
        while let Operand::Literal(literal) = self.operand()? {
            parts.push(Native::Compare {
                field: field.clone(),
                operator: Operator::Equal,
                literal,
            });
            if self.take("]") {
                let found = Native::Any(parts);
                return Some(if denied { Native::Not(Box::new(found)) } else { found });
            }
            if !self.take(",") {
                return None;
            }
        }
        None
    }

    fn operand(&mut self) -> Option<Operand> {
        let negative = self.take("-");
        let token = *self.rest.first()?;
        let literal = match token.kind {
            TokenKind::Number => number(token.text, negative)?,
            _ if negative => return None,
            TokenKind::Text => Literal::Text(token.unquoted()?.to_owned()),
            _ if token.text == "true" || token.text == "True" => Literal::Bool(true),
            _ if token.text == "false" || token.text == "False" => Literal::Bool(false),
            _ => return self.field().map(Operand::Field),
        };
        self.rest = &self.rest[1..];
        Some(Operand::Literal(literal))
    }

    fn field(&mut self) -> Option<Field> {
        if !self.rest.first()?.is_name("record") {
            return None;
        }
        let reference = reference(self.rest);
        self.rest = &self.rest[reference.length..];
        Field::new(&reference.segments, reference.written())
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest.first().is_some_and(|next| next.is(word) || next.is_name(word));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.levels = self.levels.checked_sub(1)?;
        let parsed = inner(self);
        self.levels += 1;
        parsed
    }
}

fn one_or(mut parts: Vec<Native>, join: fn(Vec<Native>) -> Native) -> Option<Native> {
    if parts.len() == 1 { parts.pop() } else { Some(join(parts)) }
}

/// Plain digits, with a fraction or without: other spellings are minijinja's to read.
fn number(text: &str, negative: bool) -> Option<Literal> {
    let signed = format!("{}{text}", if negative { "-" } else { "" });
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    match text.contains('.') {
        true => signed.parse().ok().map(Literal::Real),
        false => signed.parse().ok().map(Literal::Whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_with_literals_are_native_and_the_rest_is_not() {
        let native = [
            "record.value.a == 'x'",
            "record.value.a.b[0]['c-d'] != \"x\"",
            "-1.5 <= record.value.n",
            "record.value.a == 'x' and (record.key == 'k' || not record.value.on)",
            "record.offset > 5 && record.headers.kind == 'x'",
            "not not record.value.a == true",
            "record.value.a in ['x', 5]",
            "record.value.a not in ['x']",
        ];
        let left_to_minijinja = [
            "record.value.a == record.value.b",
            "record.value.a == 'it\\'s'",
            "record.value.a == none",
            "record.value.a in record.value.b",
            "record.value.a in ['x', inputs.a]",
            "record.value.a in []",
            "record.value.a + 1 > 2",
            "1 < record.value.a < 5",
            "record.value.a | length > 2",
            "record.value.a.lower() == 'x'",
            "record.value.a == inputs.a",
            "record.value.a == 1_000",
            "record.headers == 'x'",
            "true",
            "(record.value.a == 1",
        ];
        for text in native {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in left_to_minijinja {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn and_binds_tighter_than_or_and_not_tighter_than_both() {
        let field = |name: &str| format!("record.value.{name}");
        let truth = |name: &str| {
            let path = ["value", name].map(|key| crate::json::Segment::Key(key.to_owned()));
            Native::Truth(Field::new(&path, field(name)).unwrap())
        };
        let text = format!("{} or not {} and {}", field("a"), field("b"), field("c"));
        let not = Native::Not(Box::new(truth("b")));
        let expected = Native::Any(vec![truth("a"), Native::All(vec![not, truth("c")])]);
        assert_eq!(parse(&text), Some(expected));
    }

    #[test]
    fn a_bottomless_condition_is_left_to_minijinja() {
        let text = format!("{}record.value.a", "not ".repeat(400));
        assert_eq!(parse(&text), None);
    }
}
