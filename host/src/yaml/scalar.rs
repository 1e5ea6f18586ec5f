//! What a plain scalar means.

use super::Value;

/// The value of an untagged plain scalar; `None` for the floats JSON has no number for (`.inf`,
/// `.nan`).
///
/// An integer with a leading zero stays a text: it is a code or an identifier far more often than a
/// count.
pub fn resolve(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_infinite_or_nan(text) => return None,
        _ => match number(text) {
            Some(digits) => Value::Number(digits),
            None => Value::Text(text.to_owned()),
        },
    })
}

/// The scalar as a JSON number with the digits it was written with.
pub fn number(text: &str) -> Option<String> {
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        _ => return decimal(text),
    };
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let value = u128::from_str_radix(digits, radix).ok().filter(|_| plain);
    value.map(|value| value.to_string())
}

/// `+1`, `.5` and `5.` are numbers in YAML but not in JSON: the sign goes, zeros come.
fn decimal(text: &str) -> Option<String> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || !all_digits(fraction) || leading_zero || !is_exponent(exponent) {
        return None;
    }
    match (whole, fraction) {
        ("", "") => None,
        ("", _) => Some(format!("{sign}0.{fraction}{exponent}")),
        (_, "") => Some(format!("{sign}{whole}{exponent}")),
        _ => Some(format!("{sign}{whole}.{fraction}{exponent}")),
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_exponent(text: &str) -> bool {
    let Some(digits) = text.get(1..) else { return true };
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    !digits.is_empty() && all_digits(digits)
}

fn is_infinite_or_nan(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_like_something_else_stay_texts() {
        let texts = [
            "no",
            "on",
            "yes",
            "y",
            "off",
            "012",
            "-012",
            "00.5",
            "1_000",
            "1:30",
            "2025-01-01",
            "1.0.0",
            "0x",
            "0o9",
            "0x+1",
            "1e",
            "e1",
            "-",
            ".",
            "+",
            "+-1",
            "1.2.3",
            "nULL",
            "inf",
            "NaN",
            "é2",
            "12a",
        ];
        for text in texts {
            assert_eq!(resolve(text), Some(Value::Text(text.to_owned())));
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let thirty = "123456789012345678901234567890";
        let cases = [
            ("0", "0"),
            ("-7", "-7"),
            ("+12", "12"),
            ("1.50", "1.50"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-.5e3", "-0.5e3"),
            ("1E-400", "1E-400"),
            ("0x1F", "31"),
            ("0o17", "15"),
            (thirty, thirty),
        ];
        for (text, digits) in cases {
            assert_eq!(resolve(text), Some(Value::Number(digits.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        assert_eq!((resolve(".inf"), resolve("-.INF"), resolve(".nan")), (None, None, None));
    }
}
