//! An answer against the expected one: exact, but for what no two runs have in common.

use plugin_api::testing::exact_json::Exact;

/// Keys that differ from run to run. They are compared where they are expected.
const VOLATILE: [&str; 6] =
    ["execution_id", "trace_id", "timestamp", "duration_ms", "rates", "latency_ms"];

/// What differs, one line a place. The order of keys does not count; in an expected text `…` stands for
/// any text.
pub fn differences(expected: &Exact, actual: &Exact) -> Vec<String> {
    let mut found = Vec::new();
    compare("$", expected, actual, &mut found);
    found
}

fn compare(place: &str, expected: &Exact, actual: &Exact, found: &mut Vec<String>) {
    match (expected, actual) {
        (Exact::Object(expected), Exact::Object(actual)) => {
            for (key, wanted) in expected {
                match actual.get(key) {
                    Some(got) => compare(&format!("{place}.{key}"), wanted, got, found),
                    None => found.push(format!("{place}.{key}: missing, expected {wanted:?}")),
                }
            }
            for (key, got) in actual {
                if !expected.contains_key(key) && !VOLATILE.contains(&key.as_str()) {
                    found.push(format!("{place}.{key}: not expected, found {got:?}"));
                }
            }
        }
        (Exact::Array(expected), Exact::Array(actual)) if expected.len() == actual.len() => {
            for (index, (wanted, got)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{place}[{index}]"), wanted, got, found);
            }
        }
        (Exact::Text(expected), Exact::Text(actual)) if fits(expected, actual) => {}
        _ if expected == actual => {}
        _ => found.push(format!("{place}: expected {expected:?}, found {actual:?}")),
    }
}

/// Whether a text is as expected, where `…` stands for any text.
pub fn fits(expected: &str, actual: &str) -> bool {
    let parts: Vec<&str> = expected.split('…').collect();
    let [first, between @ .., last] = parts.as_slice() else { return expected == actual };
    let Some(mut rest) = actual.strip_prefix(first) else { return false };
    for part in between {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ellipsis_stands_for_any_text() {
        for (expected, actual, does) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a…", "ab", true),
            ("…b", "ab", true),
            ("a…c…e", "abcde", true),
            ("a…e…c", "abcde", false),
            ("a…a", "a", false),
            ("", "a", false),
        ] {
            assert_eq!(fits(expected, actual), does, "{expected} {actual}");
        }
    }

    #[test]
    fn what_is_too_much_is_found_like_what_is_missing() {
        let exact = |text: &str| Exact::parse(text).unwrap();
        let expected = exact(r#"{"a":[1,{"b":"x…"}],"c":1.0,"n":12345678901234567890123}"#);
        for (actual, count) in [
            (r#"{"n":12345678901234567890123,"c":1.0,"a":[1,{"b":"xy","trace_id":1}]}"#, 0),
            (r#"{"n":12345678901234567890124,"c":1,"a":[1,{"b":"y"}]}"#, 3),
            (r#"{"a":[1],"c":1.0,"n":12345678901234567890123,"d":null}"#, 2),
            (r#"{"a":[1,{}],"c":1.0}"#, 2),
        ] {
            assert_eq!(differences(&expected, &exact(actual)).len(), count, "{actual}");
        }
    }
}
