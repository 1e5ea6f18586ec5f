//! Filters of the language that minijinja lacks, and the names of all of them.

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind};

/// Names to suggest for an unknown filter.
pub const NAMES: [&str; 47] = [
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "upper",
];

/// Names to suggest for an unknown test.
pub const TESTS: [&str; 25] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
];

/// Adds the filters minijinja lacks.
pub fn add(environment: &mut Environment<'static>) {
    environment.add_filter("truncate", truncate);
}

/// Whether there is a filter of this name.
pub fn exists(environment: &Environment<'static>, name: &str) -> bool {
    let outcome = environment.empty_state().apply_filter(name, &[]);
    !outcome.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
}

/// Whether there is a test of this name.
pub fn test_exists(environment: &Environment<'static>, name: &str) -> bool {
    let outcome = environment.empty_state().perform_test(name, &[]);
    !outcome.is_err_and(|error| error.kind() == ErrorKind::UnknownTest)
}

/// `text | truncate(length=255, killwords=false, end='...')`: at most `length` characters, the end
/// included, cut at a space unless `killwords`.
fn truncate(text: String, length: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let length = length.or(options.get("length")?).unwrap_or(255);
    let cuts_words = options.get::<Option<bool>>("killwords")?.unwrap_or(false);
    let end = options.get::<Option<String>>("end")?.unwrap_or_else(|| "...".to_owned());
    options.assert_all_used()?;
    if text.chars().count() <= length {
        return Ok(text);
    }
    let kept = length.saturating_sub(end.chars().count());
    let cut: String = text.chars().take(kept).collect();
    let whole_words = cut.rfind(' ').filter(|_| !cuts_words).map_or(cut.as_str(), |at| &cut[..at]);
    Ok(format!("{whole_words}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suggested_filter_and_test_exists() {
        let mut environment = Environment::new();
        add(&mut environment);
        let missing: Vec<_> = NAMES.iter().filter(|name| !exists(&environment, name)).collect();
        assert_eq!(missing, [&""; 0]);
        let missing: Vec<_> =
            TESTS.iter().filter(|name| !test_exists(&environment, name)).collect();
        assert_eq!(missing, [&""; 0]);
        assert!(!exists(&environment, "cut") && !test_exists(&environment, "cut"));
    }

    #[test]
    fn truncate_counts_characters_and_keeps_words() {
        let no_options: [(&str, minijinja::Value); 0] = [];
        let cut = |text: &str, length| {
            truncate(text.to_owned(), Some(length), Kwargs::from_iter(no_options.clone())).unwrap()
        };
        assert_eq!(cut("über alles", 10), "über alles");
        assert_eq!(cut("über alles x", 10), "über...");
        assert_eq!(cut("überalles x", 8), "übera...");
    }
}
