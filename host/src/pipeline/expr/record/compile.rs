//! Compiling expressions on records.

use crate::diagnostics::Diagnostic;
use crate::pipeline::expr::template::{Part, split};
use crate::pipeline::expr::{Compiler, Path, Piece, Root, Scope, Template, Tree};
use crate::yaml::{Node, Value};

use super::produce::Kind;
use super::test::Decision;
use super::{Field, RecordExpr, RecordTest, native_parse};

impl Compiler<'_> {
    /// Compiles a value of `with`: a text, a number, a boolean or nothing. `name` says what it is
    /// for. `scope` must let records be read.
    pub fn record_expr(
        &mut self,
        name: &str,
        node: &Node,
        scope: &Scope<'_>,
    ) -> Option<RecordExpr> {
        let literal = |text: String| {
            Some(RecordExpr { kind: Kind::Literal(text.clone().into_bytes()), written: text })
        };
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Null => return Some(RecordExpr { kind: Kind::Null, written: String::new() }),
            Value::Number(digits) => return literal(digits.clone()),
            Value::Bool(yes) => return literal(yes.to_string()),
            Value::List(_) | Value::Mapping(_) => {
                let message = format!("`{name}` should be a text, but is {}", node.kind());
                return self.report(Diagnostic::error("bad_type", node.span, &message));
            }
        };
        match self.tree(node, scope)? {
            Tree::Template(template) => self.template(text, template, node),
            // Without a template left in it, the text is what its parts say.
            tree => literal(match tree {
                Tree::Literal(raw) => crate::json::text_of(&raw).unwrap_or_else(|| text.clone()),
                _ => text.clone(),
            }),
        }
    }

    /// Compiles a condition on records: an expression with or without braces, or a boolean.
    pub fn record_test(&mut self, node: &Node, scope: &Scope<'_>) -> Option<RecordTest> {
        let decision = match self.condition(node, scope)? {
            Piece::Literal(text) => Decision::Fixed(Piece::literal_is_true(&text)),
            Piece::Path(path) if path.root == Root::Record => {
                Decision::Field(self.single_field(path, node)?)
            }
            Piece::Path(path) => Decision::Constant(path),
            Piece::Computed(computed) => {
                let native = node.text().and_then(bare).and_then(|text| native_parse::parse(&text));
                Decision::Computed { native, computed }
            }
            Piece::Secret(_) | Piece::Block(_) => return self.no_part_of_a_record(node),
        };
        Some(RecordTest(decision))
    }

    fn template(&mut self, text: &str, template: Template, node: &Node) -> Option<RecordExpr> {
        let pieces: Vec<_> =
            template.pieces.into_iter().map(|piece| self.piece_expr(text, piece, node)).collect();
        let mut pieces = pieces.into_iter().collect::<Option<Vec<_>>>()?;
        if template.keeps_type {
            return pieces.pop();
        }
        Some(RecordExpr { kind: Kind::Template(pieces), written: text.to_owned() })
    }

    fn piece_expr(&mut self, text: &str, piece: Piece, node: &Node) -> Option<RecordExpr> {
        let (written, kind) = match piece {
            Piece::Literal(literal) => (literal.clone(), Kind::Literal(literal.into_bytes())),
            Piece::Path(path) if path.root == Root::Record => {
                let field = self.single_field(path, node)?;
                (field.written.clone(), Kind::Field(field))
            }
            Piece::Path(path) => (path.written.clone(), Kind::Fixed(path)),
            Piece::Computed(computed) => (text.to_owned(), Kind::Computed(computed)),
            Piece::Block(block) => (text.to_owned(), Kind::Block(block)),
            Piece::Secret(_) => return self.no_part_of_a_record(node),
        };
        Some(RecordExpr { written, kind })
    }

    fn no_part_of_a_record<T>(&mut self, node: &Node) -> Option<T> {
        let message = "a record is not sent with a secret, and a condition on it reads none";
        self.report(Diagnostic::error("secret_not_allowed", node.span, message))
    }

    fn single_field(&mut self, path: Path, node: &Node) -> Option<Field> {
        Field::new(&path.segments, path.written.clone()).or_else(|| {
            let message = format!("`{}` is no single value", path.written);
            let problem = Diagnostic::error("bad_expression", node.span, &message);
            self.report(problem.hint(format!("name one of them: `{}.name`", path.written)))
        })
    }
}

/// The expression of a condition without its braces.
fn bare(text: &str) -> Option<String> {
    let parts = split(text).ok()?;
    let is_space = |part: &&Part<'_>| matches!(part, Part::Literal(text) if text.trim().is_empty());
    match parts.iter().filter(|part| !is_space(part)).collect::<Vec<_>>()[..] {
        [Part::Expression(expression)] => Some((*expression).to_owned()),
        [Part::Literal(text)] => Some(text.clone()),
        _ => None,
    }
}
