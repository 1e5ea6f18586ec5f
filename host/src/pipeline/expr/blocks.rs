//! Compiling a text with `{% %}` in it. Its pieces are spelled as one minijinja template: literal
//! text cannot be taken for a template, and every name is looked up as in other expressions.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Span};

use super::bindings::Bindings;
use super::block::Block;
use super::expression::Spot;
use super::frames::Frames;
use super::references::names;
use super::statement::Statement;
use super::template::Part;
use super::tokens::{Token, tokenize};
use super::{Compiler, Piece, Scope};

/// A text that is being compiled.
struct Text<'s> {
    span: Span,
    scope: &'s Scope<'s>,
    frames: Frames,
    bindings: Bindings,
    out: String,
}

impl Compiler<'_> {
    /// Compiles the parts of `written`, of which at least one is a block.
    pub(super) fn blocks(
        &mut self,
        written: &str,
        parts: &[Part<'_>],
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Piece> {
        let lint = Diagnostic::warning("block_tag", span, "`{% %}` inside a text");
        self.problems.push(lint.hint("an expression does: `{{ a if b else c }}`".to_owned()));
        let before = self.problems.len();
        let mut text = Text {
            span,
            scope,
            frames: Frames::default(),
            bindings: Bindings::default(),
            out: String::new(),
        };
        let whole: Vec<_> = parts.iter().map(|part| self.part(part, &mut text)).collect();
        if let (Some(frame), true) = (text.frames.innermost(), self.problems.len() == before) {
            let reason = format!("`{}` needs its `{{% {} %}}`", frame.word, frame.end);
            return self.bad_block(frame.word, &reason, span);
        }
        whole.into_iter().collect::<Option<()>>()?;
        if parts.iter().any(|part| matches!(part, Part::Block(inner) if asks(inner))) {
            text.bindings.expect_absence();
        }
        match Block::compile(written, text.out, text.bindings) {
            Ok(block) => Some(Piece::Block(block)),
            Err(reason) => self.bad_expression(written, &reason, span),
        }
    }

    fn part(&mut self, part: &Part<'_>, text: &mut Text<'_>) -> Option<()> {
        match part {
            Part::Block(inner) => self.statement(inner, text),
            Part::Expression(inner) => {
                let (left, inner, right) = marks(inner);
                let tokens = match tokenize(inner, |owner, name| text.scope.knows(owner, name)) {
                    Ok(tokens) => tokens,
                    Err(reason) => return self.bad_expression(inner, &reason, text.span),
                };
                let value = self.value(&tokens, inner, text)?;
                text.out.push_str(&format!("{{{{{left} {value} {right}}}}}"));
                Some(())
            }
            _ => {
                match self.piece(part, text.span, text.scope)? {
                    Piece::Literal(literal) => text.out.push_str(&plain(&literal)),
                    Piece::Secret(secret) => {
                        let name = text.bindings.secret(secret);
                        text.out.push_str(&format!("{{{{ {name} }}}}"));
                    }
                    _ => {}
                }
                Some(())
            }
        }
    }

    fn statement(&mut self, inner: &str, text: &mut Text<'_>) -> Option<()> {
        let (left, inner, right) = marks(inner);
        let tokens = match tokenize(inner, |owner, name| text.scope.knows(owner, name)) {
            Ok(tokens) => tokens,
            Err(reason) => return self.bad_block(inner, &reason, text.span),
        };
        let statement = match Statement::read(&tokens) {
            Ok(statement) => statement,
            Err(reason) => return self.bad_block(inner, &reason, text.span),
        };
        let head = self.head(&statement, inner, text)?;
        text.out.push_str(&format!("{{%{left} {head} {right}%}}"));
        Some(())
    }

    /// The statement in minijinja's spelling.
    fn head(
        &mut self,
        statement: &Statement<'_>,
        inner: &str,
        text: &mut Text<'_>,
    ) -> Option<String> {
        match statement {
            Statement::If(condition) => {
                let condition = self.value(condition, inner, text)?;
                text.frames.open("if", "endif", BTreeSet::new());
                Some(format!("if {condition}"))
            }
            Statement::Elif(condition) => {
                self.belongs(&["if"], inner, text)?;
                Some(format!("elif {}", self.value(condition, inner, text)?))
            }
            Statement::Else => {
                self.belongs(&["if", "for"], inner, text)?;
                Some("else".to_owned())
            }
            Statement::For { targets, list, filter } => {
                let list = self.value(list, inner, text)?;
                let variables = Statement::made(targets).chain(["loop".to_owned()]).collect();
                text.frames.open("for", "endfor", variables);
                let mut head = format!("for {} in {list}", Statement::spelled(targets));
                if let Some(filter) = filter {
                    head.push_str(&format!(" if {}", self.value(filter, inner, text)?));
                }
                Some(head)
            }
            Statement::Set { targets, value } => {
                let value = self.value(value, inner, text)?;
                text.frames.make(Statement::made(targets));
                Some(format!("set {} = {value}", Statement::spelled(targets)))
            }
            Statement::With(values) => {
                let (mut heads, mut variables) = (Vec::new(), BTreeSet::new());
                for (name, value) in values {
                    heads.push(format!("{} = {}", name.text, self.value(value, inner, text)?));
                    variables.insert(name.text.to_owned());
                }
                text.frames.open("with", "endwith", variables);
                Some(format!("with {}", heads.join(", ")))
            }
            Statement::End(word) => {
                if !text.frames.close(word) {
                    let reason = "nothing is open that it could end";
                    return self.bad_block(inner, reason, text.span);
                }
                Some((*word).to_owned())
            }
        }
    }

    fn value(&mut self, tokens: &[Token<'_>], inner: &str, text: &mut Text<'_>) -> Option<String> {
        let mut bindings = std::mem::take(&mut text.bindings);
        let spot =
            Spot { span: text.span, scope: text.scope, is_local: &|name| text.frames.has(name) };
        let bound = self.bound(tokens, &names(tokens), spot, &mut bindings);
        text.bindings = bindings;
        match bound? {
            // In brackets, so that nothing in it is taken for a part of the statement.
            Ok(value) => Some(format!("({value})")),
            Err(reason) => self.bad_block(inner, &reason, text.span),
        }
    }

    /// Whether the innermost open statement is one of these.
    fn belongs(&mut self, words: &[&str], inner: &str, text: &Text<'_>) -> Option<()> {
        match text.frames.innermost() {
            Some(frame) if words.contains(&frame.word) => Some(()),
            _ => self.bad_block(inner, "nothing is open that it could belong to", text.span),
        }
    }

    fn bad_block<T>(&mut self, inner: &str, reason: &str, span: Span) -> Option<T> {
        let message = format!("`{{% {} %}}` is no valid statement: {reason}", inner.trim());
        self.report(Diagnostic::error("bad_expression", span, &message))
    }
}

/// The text between the marks that cut the space around a tag, and the marks.
fn marks(inner: &str) -> (&str, &str, &str) {
    let left = inner.len() - inner.strip_prefix(['-', '+']).map_or(inner.len(), str::len);
    let (left, inner) = inner.split_at(left);
    let right = inner.strip_suffix(['-', '+']).map_or(inner.len(), str::len);
    let (inner, right) = inner.split_at(right);
    (left, inner, right)
}

/// Literal text that minijinja takes for nothing else.
fn plain(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut chars = literal.chars().peekable();
    while let Some(c) = chars.next() {
        let opens = c == '{' && chars.peek().is_none_or(|next| matches!(next, '{' | '%' | '#'));
        if opens { out.push_str("{{ '{' }}") } else { out.push(c) }
    }
    out
}

/// Whether a statement asks for something, so that what is absent may be meant.
fn asks(inner: &str) -> bool {
    let word = marks(inner).1.trim_start();
    word.starts_with("if") || word.starts_with("elif")
}
