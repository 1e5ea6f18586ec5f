//! Numbers as they are written: JSON has no NaN and no infinity, Prometheus has.

use plugin_api::Json;

/// The number that this JSON stands for: a number that a 64-bit float can hold, or one of the texts
/// `NaN`, `+Inf` and `-Inf`.
pub fn read(written: &Json) -> Option<f64> {
    let text = written.get();
    match special(text) {
        Some(number) => Some(number),
        None => serde_json::from_str::<f64>(text).ok().filter(|number| number.is_finite()),
    }
}

fn special(text: &str) -> Option<f64> {
    match text {
        r#""NaN""# => Some(f64::NAN),
        r#""+Inf""# => Some(f64::INFINITY),
        r#""-Inf""# => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// The number as JSON; what JSON has no number for is a text.
pub fn json(number: f64) -> Json {
    let text = match number {
        _ if number.is_nan() => r#""NaN""#.to_owned(),
        f64::INFINITY => r#""+Inf""#.to_owned(),
        f64::NEG_INFINITY => r#""-Inf""#.to_owned(),
        finite => return Json::from_value(&finite).unwrap_or_default(),
    };
    Json::from_text(text).unwrap_or_default()
}

/// The JSON of a number as Prometheus' text has it.
pub fn plain(written: &Json) -> &str {
    written.get().trim_matches('"')
}

/// A bound without needless digits: `1`, `2.5`, `+Inf`. The host writes the same, so that a series
/// has one name wherever it is scraped.
pub fn bound(written: &Json) -> String {
    serde_json::from_str::<f64>(written.get())
        .map_or_else(|_| plain(written).to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for number in [1.5, -0.25, 1e21, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(read(&json(number)), Some(number));
        }
        assert!(read(&json(f64::NAN)).unwrap().is_nan());
        for other in ["1e999", "\"1\"", "\"inf\"", "null", "true", "[1]"] {
            assert_eq!(read(&Json::from_text(other.to_owned()).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn bounds_have_no_needless_digits() {
        for (written, expected) in [("1.0", "1"), ("2.5", "2.5"), ("\"+Inf\"", "+Inf")] {
            assert_eq!(bound(&Json::from_text(written.to_owned()).unwrap()), expected);
        }
    }
}
