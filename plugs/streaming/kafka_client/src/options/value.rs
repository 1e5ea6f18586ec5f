//! The one spelling each value has. librdkafka alone reads `0x10`, `010`, `10ms`, `nan` and numbers
//! beyond 32 bits, and makes something else of them.

use serde_json::{Number, Value};

use super::table::Kind;

/// Longest path, in bytes.
const LONGEST_PATH: usize = 4096;

impl Kind {
    /// The value as librdkafka takes it; `None` when it is not of this kind.
    pub(super) fn text_of(self, value: &Value, insecure: bool) -> Option<String> {
        let text = match value {
            Value::Bool(flag) => return self.takes_flag(*flag, insecure).then(|| flag.to_string()),
            Value::Number(number) => return self.text_of_number(number),
            Value::String(text) => text,
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        let fits = match self {
            Self::Acks => matches!(text.as_str(), "-1" | "0" | "1" | "all"),
            Self::Boolean => matches!(text.as_str(), "true" | "false"),
            Self::Integer(low, high) => integer(text).is_some_and(|n| (low..=high).contains(&n)),
            Self::Decimal(low, high) => decimal(text).is_some_and(|n| lies_in(n, low, high)),
            Self::Word(words) => words.contains(&text.as_str()),
            Self::Checked(safe, unsafe_word) => text == safe || insecure && text == unsafe_word,
            Self::Path => is_path(text),
            Self::ClientId => is_client_id(text),
        };
        fits.then(|| text.clone())
    }

    fn takes_flag(self, flag: bool, insecure: bool) -> bool {
        match self {
            Self::Boolean => true,
            Self::Checked("true", _) => flag || insecure,
            _ => false,
        }
    }

    fn text_of_number(self, number: &Number) -> Option<String> {
        match self {
            Self::Decimal(low, high) => {
                let number = number.as_f64().filter(|number| lies_in(*number, low, high))?;
                // Never with an exponent; adding 0 turns -0 into 0.
                Some((number + 0.0).to_string())
            }
            Self::Acks => number.as_i64().filter(|n| (-1..=1).contains(n)).map(|n| n.to_string()),
            Self::Integer(low, high) => {
                let number = number.as_i64().filter(|number| (low..=high).contains(number))?;
                Some(number.to_string())
            }
            _ => None,
        }
    }

    /// What it takes, for an error.
    pub(super) fn expected(self) -> String {
        match self {
            Self::Acks => "0, 1, all or -1".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Integer(low, high) => format!("a whole number from {low} to {high}"),
            Self::Decimal(low, high) => format!("a number from {low} to {high}"),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Checked(safe, other) => {
                format!("{safe}, or {other} beside `security.insecure: true`")
            }
            Self::Path => "an absolute path without `..`, up to 4096 bytes".to_owned(),
            Self::ClientId => "1 to 255 letters, digits, `.`, `_` and `-`".to_owned(),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'))
}

fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').filter(|rest| *rest != "0").unwrap_or(text);
    text.parse().ok().filter(|_| is_digits(digits))
}

fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits(whole) && is_fraction)
}

fn lies_in(number: f64, low: i64, high: i64) -> bool {
    (low as f64..=high as f64).contains(&number)
}

fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && text.len() <= LONGEST_PATH
        && !text.chars().any(char::is_control)
        && !text.split('/').any(|part| part == "..")
}

fn is_client_id(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=255).contains(&text.len()) && text.bytes().all(legal)
}
