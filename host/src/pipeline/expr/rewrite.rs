//! The spellings `&&`, `||`, `c ? a : b` and names with `-`, turned into minijinja's own. Works on
//! tokens, so texts in quotes stay as they are.

use std::borrow::Cow;

use super::tokens::{Token, TokenKind};

/// Brackets in each other.
const LEVELS: usize = 64;

/// The expression in minijinja's spelling. The error says what is wrong.
pub fn rewrite(tokens: &[Token<'_>]) -> Result<String, String> {
    let mut out = String::new();
    list(tokens, LEVELS, &mut out)?;
    Ok(out)
}

/// Parts between commas.
fn list(tokens: &[Token<'_>], levels: usize, out: &mut String) -> Result<(), String> {
    let mut rest = tokens;
    while let Some(comma) = find(rest, ",")? {
        choice(&rest[..comma], levels, out)?;
        out.push(',');
        rest = &rest[comma + 1..];
    }
    choice(rest, levels, out)
}

/// `c ? a : b`, or anything without a choice in it. A key or an argument name may stand in front.
fn choice(tokens: &[Token<'_>], levels: usize, out: &mut String) -> Result<(), String> {
    let Some(question) = find(tokens, "?")? else { return plain(tokens, levels, out) };
    let levels = levels.checked_sub(1).ok_or("the expression is nested too deeply")?;
    let front = &tokens[..question];
    let start = match (find(front, ":")?, find(front, "=")?) {
        (Some(at), _) | (None, Some(at)) => at + 1,
        (None, None) => 0,
    };
    plain(&front[..start], levels, out)?;
    let answers = &tokens[question + 1..];
    let colon = matching_colon(answers)?;
    out.push_str("((");
    choice(&answers[..colon], levels, out)?;
    out.push_str(") if (");
    choice(&front[start..], levels, out)?;
    out.push_str(") else (");
    choice(&answers[colon + 1..], levels, out)?;
    out.push_str("))");
    Ok(())
}

fn plain(tokens: &[Token<'_>], levels: usize, out: &mut String) -> Result<(), String> {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let end = match is_opening(token) {
            true => {
                let levels = levels.checked_sub(1).ok_or("the expression is nested too deeply")?;
                let end = at + closing(&tokens[at..])?;
                out.push_str(token.text);
                list(&tokens[at + 1..end], levels, out)?;
                end
            }
            false => at,
        };
        let is_dot = tokens[end].is(".");
        let dashed = tokens.get(end + 1).filter(|next| is_dot && next.is_dashed());
        match dashed {
            Some(field) => out.push_str(&format!("['{}']", field.text)),
            None => out.push_str(&spelling(&tokens[end])),
        }
        out.push(' ');
        at = end + 1 + usize::from(dashed.is_some());
    }
    Ok(())
}

fn spelling<'t>(token: &Token<'t>) -> Cow<'t, str> {
    match (token.kind, token.text) {
        (_, "&&") => Cow::Borrowed("and"),
        (_, "||") => Cow::Borrowed("or"),
        (TokenKind::Name, name) => identifier(name),
        (_, text) => Cow::Borrowed(text),
    }
}

/// A name as minijinja reads it: no name of an expression holds a middle dot, so each stays apart.
pub fn identifier(name: &str) -> Cow<'_, str> {
    if name.contains('-') { name.replace('-', "·").into() } else { name.into() }
}

/// The first `symbol` outside brackets.
fn find(tokens: &[Token<'_>], symbol: &str) -> Result<Option<usize>, String> {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.is(symbol) {
            return Ok(Some(at));
        }
        at += if is_opening(token) { closing(&tokens[at..])? } else { 0 } + 1;
    }
    Ok(None)
}

/// The colon that belongs to a `?` before these tokens.
fn matching_colon(tokens: &[Token<'_>]) -> Result<usize, String> {
    let (mut at, mut open) = (0, 1);
    while let Some(token) = tokens.get(at) {
        open += usize::from(token.is("?"));
        open -= usize::from(token.is(":"));
        if open == 0 {
            return Ok(at);
        }
        at += if is_opening(token) { closing(&tokens[at..])? } else { 0 } + 1;
    }
    Err("a `?` has no `:`".to_owned())
}

fn is_opening(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Symbol && matches!(token.text, "(" | "[" | "{")
}

/// Where the bracket that the first token opens is closed.
fn closing(tokens: &[Token<'_>]) -> Result<usize, String> {
    let mut expected = Vec::new();
    for (at, token) in
        tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Symbol)
    {
        match token.text {
            "(" => expected.push(")"),
            "[" => expected.push("]"),
            "{" => expected.push("}"),
            ")" | "]" | "}" if expected.pop() != Some(token.text) => break,
            _ => {}
        }
        if expected.is_empty() {
            return Ok(at);
        }
    }
    Err(format!("`{}` is not closed", tokens[0].text))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokenize;
    use super::*;

    fn rewritten(text: &str) -> Result<String, String> {
        rewrite(&tokenize(text, |owner, name| owner != Some("x") && name == "a-b").unwrap())
            .map(|out| out.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn spellings_change_and_texts_do_not() {
        let cases = [
            ("a && b || '&& ?'", "a and b or '&& ?'"),
            ("a ? b : c", "((b ) if (a ) else (c ))"),
            ("a ? b ? 1 : 2 : 3", "((((1 ) if (b ) else (2 )) ) if (a ) else (3 ))"),
            ("f(x=a ? 1 : 2, y[1:2])", "f (x = ((1 ) if (a ) else (2 )),y [1 : 2 ] )"),
            ("a-b.x + steps.a-b.y - 'a-b'", "a·b . x + steps ['a-b'] . y - 'a-b'"),
            ("{'k': a ? 1 : 2}", "{'k' : ((1 ) if (a ) else (2 ))}"),
        ];
        let squeeze = |text: &str| text.replace(' ', "");
        for (text, expected) in cases {
            assert_eq!(rewritten(text).map(|out| squeeze(&out)), Ok(squeeze(expected)), "{text}");
        }
    }

    #[test]
    fn what_is_open_or_bottomless_is_refused() {
        let deep = "(".repeat(100) + "1" + &")".repeat(100);
        for text in ["(a", "a ? b", "[a)", deep.as_str()] {
            assert!(rewritten(text).is_err(), "{text}");
        }
    }
}
