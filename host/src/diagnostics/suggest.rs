//! The nearest known name.

/// The one of `known` that resembles `word` most, if any is close enough to be a slip: the same
/// letters in another case, or at least three quarters alike.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    const ALIKE: f64 = 0.75;
    // Comparing costs the product of the lengths, and nobody types names this long or this many.
    const LENGTH: usize = 64;
    const NAMES: usize = 500;
    if word.len() > LENGTH {
        return None;
    }
    let word = word.to_lowercase();
    let alike = |name: &str| strsim::normalized_damerau_levenshtein(&word, &name.to_lowercase());
    known
        .into_iter()
        .filter(|name| name.len() <= LENGTH)
        .take(NAMES)
        .map(|name| (alike(name), name))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = ["with", "inputs", "fetch"];
        let cases = [
            ("whith", Some("with")),
            ("Inputs", Some("inputs")),
            ("fetsh", Some("fetch")),
            ("who", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
