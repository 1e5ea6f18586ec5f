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
    let letters = Letters::of(&word);
    let alike = |name: &str| strsim::normalized_damerau_levenshtein(&word, &name.to_lowercase());
    known
        .into_iter()
        .filter(|name| name.len() <= LENGTH)
        .take(NAMES)
        .filter(|name| letters.similarity(&Letters::of(name)) >= ALIKE)
        .map(|name| (alike(name), name))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// How often each letter stands in a short ASCII text, in whatever case; `None` for any other text.
struct Letters(Option<[u8; 128]>);

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0_u8; 128];
        for byte in text.bytes() {
            match counts.get_mut(usize::from(byte.to_ascii_lowercase())) {
                Some(count) => *count = count.saturating_add(1),
                None => return Self(None),
            }
        }
        Self(Some(counts))
    }

    /// An upper bound of how alike two texts are, which costs little: each letter that only one of
    /// them has takes a change.
    fn similarity(&self, other: &Self) -> f64 {
        let (Some(one), Some(other)) = (&self.0, &other.0) else { return 1.0 };
        let (mut ours, mut theirs, mut shared) = (0_u32, 0_u32, 0_u32);
        for (one, other) in one.iter().zip(other) {
            ours += u32::from(*one);
            theirs += u32::from(*other);
            shared += u32::from(*one.min(other));
        }
        let longer = ours.max(theirs);
        1.0 - f64::from(longer - shared) / f64::from(longer.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{Letters, nearest};

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

    #[test]
    fn letters_promise_no_less_than_the_whole_comparison_finds() {
        let words =
            ["", "a", "with", "wiht", "INPUT", "inputs", "step_1", "step_21", "größe", "grosse"];
        for (one, other) in words.iter().flat_map(|one| words.iter().map(move |other| (one, other)))
        {
            let bound = Letters::of(one).similarity(&Letters::of(other));
            let (low, small) = (one.to_lowercase(), other.to_lowercase());
            let exact = strsim::normalized_damerau_levenshtein(&low, &small);
            assert!(bound >= exact, "{one} {other}: {bound} < {exact}");
        }
    }
}
