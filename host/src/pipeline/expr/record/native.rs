//! Frequent conditions, decided on the bytes of the record.
//!
//! Every answer is the one minijinja would give. Where that takes its rules about unlike kinds,
//! there is no answer, and minijinja is asked.

use std::cmp::Ordering;

use plugin_api::raw;

use crate::pipeline::expr::Warnings;

use super::field::Read;
use super::test::is_true;
use super::{Field, RecordView};

/// A condition made of comparisons of a field with a literal.
#[derive(Debug, PartialEq)]
pub enum Native {
    /// `record.value.n >= 5`
    Compare {
        /// The left side.
        field: Field,
        /// The operator.
        operator: Operator,
        /// The right side.
        literal: Literal,
    },
    /// `record.value.active`
    Truth(Field),
    /// `not a`
    Not(Box<Native>),
    /// `a and b`
    All(Vec<Native>),
    /// `a or b`
    Any(Vec<Native>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text without escapes.
    Text(String),
    /// An integer.
    Whole(i64),
    /// A number with a fraction or exponent.
    Real(f64),
    /// `true` or `false`
    Bool(bool),
}

/// How a field stands to a literal.
enum Relation {
    /// Of the same kind: everything is known.
    Ordered(Ordering),
    /// Certainly not equal; which is greater is minijinja's to say.
    Unequal,
    /// Minijinja's to say.
    Unknown,
}

impl Native {
    /// Whether it holds; `None` when minijinja must decide.
    pub fn holds(&self, record: RecordView<'_>, warnings: &mut Warnings) -> Option<bool> {
        match self {
            Self::Compare { field, operator, literal } => {
                let read = field.read(record);
                let answer = operator.decide(relation(read, literal))?;
                if read == Read::Absent {
                    warnings.absent(&field.written);
                }
                Some(answer)
            }
            Self::Truth(field) => is_true(field.read(record), field, warnings),
            Self::Not(inner) => inner.holds(record, warnings).map(|yes| !yes),
            Self::All(parts) => until(parts, false, record, warnings),
            Self::Any(parts) => until(parts, true, record, warnings),
        }
    }
}

/// `stop` as soon as one part says so, else the opposite.
fn until(
    parts: &[Native],
    stop: bool,
    record: RecordView<'_>,
    warnings: &mut Warnings,
) -> Option<bool> {
    for part in parts {
        if part.holds(record, warnings)? == stop {
            return Some(stop);
        }
    }
    Some(!stop)
}

impl Operator {
    /// The operator written as `symbol`.
    pub fn written(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The same comparison with its sides exchanged.
    pub fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }

    fn decide(self, relation: Relation) -> Option<bool> {
        match (self, relation) {
            (_, Relation::Unknown) => None,
            (Self::Equal, Relation::Unequal) => Some(false),
            (Self::NotEqual, Relation::Unequal) => Some(true),
            (_, Relation::Unequal) => None,
            (operator, Relation::Ordered(order)) => Some(match operator {
                Self::Equal => order.is_eq(),
                Self::NotEqual => order.is_ne(),
                Self::Less => order.is_lt(),
                Self::LessOrEqual => order.is_le(),
                Self::Greater => order.is_gt(),
                Self::GreaterOrEqual => order.is_ge(),
            }),
        }
    }
}

fn relation(read: Read<'_>, literal: &Literal) -> Relation {
    match read {
        Read::Absent | Read::Null => Relation::Unequal,
        Read::Broken => Relation::Unknown,
        Read::Whole(number) => number_to(literal, Number::Whole(number)),
        Read::Bytes(bytes) => text_to(literal, std::str::from_utf8(bytes).ok()),
        Read::Json(json) => match json.first() {
            Some(b'"') => match (raw::text(json), literal) {
                (Some(text), _) => text_to(literal, Some(&text)),
                (None, _) => Relation::Unknown,
            },
            Some(b't' | b'f') => match literal {
                Literal::Bool(yes) if (json == b"true") == *yes => {
                    Relation::Ordered(Ordering::Equal)
                }
                Literal::Bool(_) | Literal::Text(_) => Relation::Unequal,
                // minijinja takes a boolean for 0 or 1 beside a number.
                Literal::Whole(_) | Literal::Real(_) => Relation::Unknown,
            },
            Some(b'n' | b'{' | b'[') => Relation::Unequal,
            _ => number_to(literal, Number::read(json)),
        },
    }
}

fn text_to(literal: &Literal, text: Option<&str>) -> Relation {
    match (literal, text) {
        (Literal::Text(literal), Some(text)) => Relation::Ordered(text.cmp(literal)),
        _ => Relation::Unequal,
    }
}

/// A number as far as it is compared here.
enum Number {
    Whole(i64),
    Real(f64),
    /// An integer of more than 64 bits, or no number.
    Other,
}

impl Number {
    fn read(json: &[u8]) -> Self {
        let text = std::str::from_utf8(json).unwrap_or_default();
        match (text.parse(), text.parse()) {
            (Ok(whole), _) => Self::Whole(whole),
            (_, Ok(real)) if text.contains(['.', 'e', 'E']) => Self::Real(real),
            _ => Self::Other,
        }
    }
}

fn number_to(literal: &Literal, number: Number) -> Relation {
    let order = match (number, literal) {
        (_, Literal::Text(_)) => return Relation::Unequal,
        (Number::Whole(number), Literal::Whole(literal)) => Some(number.cmp(literal)),
        (Number::Real(number), Literal::Real(literal)) => number.partial_cmp(literal),
        (Number::Real(number), Literal::Whole(literal)) => {
            exact(*literal).and_then(|literal| number.partial_cmp(&literal))
        }
        (Number::Whole(number), Literal::Real(literal)) => {
            exact(number).and_then(|number| number.partial_cmp(literal))
        }
        (Number::Other, _) | (_, Literal::Bool(_)) => None,
    };
    order.map_or(Relation::Unknown, Relation::Ordered)
}

/// The float that is this very integer.
fn exact(whole: i64) -> Option<f64> {
    const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
    #[expect(clippy::cast_precision_loss, reason = "integers up to 2^53 are floats")]
    (whole.unsigned_abs() <= EXACT).then_some(whole as f64)
}
