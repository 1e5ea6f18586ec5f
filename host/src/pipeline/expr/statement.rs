//! What stands between `{%` and `%}`, cut into the expressions in it and the names it makes.

use super::tokens::{Token, TokenKind};

/// Statements of other template languages that texts of a pipeline do not have.
const REFUSED: [&str; 11] = [
    "include",
    "extends",
    "import",
    "from",
    "macro",
    "call",
    "block",
    "filter",
    "autoescape",
    "do",
    "debug",
];

/// What a text can do.
const KNOWN: &str = "a text knows `if`, `elif`, `else`, `for`, `set`, `with` and `raw`";

/// One statement.
#[derive(Debug, PartialEq)]
pub(super) enum Statement<'t> {
    /// `if condition`
    If(&'t [Token<'t>]),
    /// `elif condition`
    Elif(&'t [Token<'t>]),
    /// `else`
    Else,
    /// `for targets in list if filter`
    For {
        /// As written, up to `in`.
        targets: &'t [Token<'t>],
        /// The list.
        list: &'t [Token<'t>],
        /// Which elements are taken.
        filter: Option<&'t [Token<'t>]>,
    },
    /// `set targets = value`
    Set {
        /// As written, up to `=`.
        targets: &'t [Token<'t>],
        /// The value.
        value: &'t [Token<'t>],
    },
    /// `with name = value, …`
    With(Vec<(Token<'t>, &'t [Token<'t>])>),
    /// `endif`, `endfor`, `endwith`
    End(&'t str),
}

impl<'t> Statement<'t> {
    /// Reads a statement. The error says what is wrong.
    pub fn read(tokens: &'t [Token<'t>]) -> Result<Self, String> {
        let Some((first, rest)) = tokens.split_first() else {
            return Err(format!("it says nothing; {KNOWN}"));
        };
        match first.text {
            "if" => Ok(Self::If(filled(first, rest)?)),
            "elif" => Ok(Self::Elif(filled(first, rest)?)),
            "for" => Self::read_for(rest),
            "set" => {
                let Some((targets, value)) = cut(rest, |token| token.is("=")) else {
                    return Err("`set` needs a value: `{% set name = value %}`".to_owned());
                };
                Ok(Self::Set { targets: filled(first, targets)?, value: filled(first, value)? })
            }
            "with" => Self::read_with(rest),
            word @ ("else" | "endif" | "endfor" | "endwith") => match rest {
                [] if word == "else" => Ok(Self::Else),
                [] => Ok(Self::End(word)),
                _ => Err(format!("nothing can stand behind `{word}`")),
            },
            word if REFUSED.contains(&word) => Err(format!("there is no `{word}` here: {KNOWN}")),
            word => Err(format!("there is no statement `{word}`: {KNOWN}")),
        }
    }

    /// The names that a statement makes. A name behind a dot is a field of one that is there.
    pub fn made(targets: &'t [Token<'t>]) -> impl Iterator<Item = String> + 't {
        let is_field = |at: usize| at > 0 && targets[at - 1].is(".");
        targets
            .iter()
            .enumerate()
            .filter(move |(at, token)| token.kind == TokenKind::Name && !is_field(*at))
            .map(|(_, token)| token.text.to_owned())
    }

    /// Targets in minijinja's spelling.
    pub fn spelled(targets: &[Token<'_>]) -> String {
        targets.iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }

    fn read_for(rest: &'t [Token<'t>]) -> Result<Self, String> {
        let form = || "`for` is written `{% for name in list %}`".to_owned();
        let (targets, list) = cut(rest, |token| token.is_name("in")).ok_or_else(form)?;
        if targets.is_empty() || list.is_empty() {
            return Err(form());
        }
        if list.last().is_some_and(|last| last.is_name("recursive")) {
            return Err("there is no `recursive` loop here".to_owned());
        }
        match cut(list, |token| token.is_name("if")) {
            Some((list, filter)) => Ok(Self::For { targets, list, filter: Some(filter) }),
            None => Ok(Self::For { targets, list, filter: None }),
        }
    }

    fn read_with(mut rest: &'t [Token<'t>]) -> Result<Self, String> {
        let mut made = Vec::new();
        while !rest.is_empty() {
            let (one, after) = cut(rest, |token| token.is(",")).unwrap_or((rest, &[]));
            match cut(one, |token| token.is("=")) {
                Some(([name], value)) if !value.is_empty() => made.push((*name, value)),
                _ => return Err("`with` is written `{% with name = value %}`".to_owned()),
            }
            rest = after;
        }
        Ok(Self::With(made))
    }
}

fn filled<'t>(word: &Token<'_>, tokens: &'t [Token<'t>]) -> Result<&'t [Token<'t>], String> {
    match tokens {
        [] => Err(format!("something is missing behind `{}`", word.text)),
        _ => Ok(tokens),
    }
}

/// What stands before and behind the first such token outside brackets.
fn cut<'t>(
    tokens: &'t [Token<'t>],
    is_wanted: impl Fn(&Token<'_>) -> bool,
) -> Option<(&'t [Token<'t>], &'t [Token<'t>])> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        if depth == 0 && is_wanted(token) {
            return Some((&tokens[..at], &tokens[at + 1..]));
        }
        if ["(", "[", "{"].into_iter().any(|open| token.is(open)) {
            depth += 1;
        } else if [")", "]", "}"].into_iter().any(|close| token.is(close)) {
            depth = depth.saturating_sub(1);
        }
    }
    None
}
