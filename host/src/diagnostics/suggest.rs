//! The nearest known name.

/// What to do about `word`, which is none of `known`: the nearest of them, or all where they are few.
/// `called` is what the sentence calls them.
pub fn instead(word: &str, called: &str, known: &[&str]) -> Option<String> {
    const LISTED: usize = 12;
    match nearest(word, known.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if (1..=LISTED).contains(&known.len()) => {
            Some(format!("{called} are {}", known.join(", ")))
        }
        None => None,
    }
}

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
        .filter(|name| letters.as_ref().is_none_or(|letters| letters.bound(name) >= ALIKE))
        .map(|name| (alike(name), name))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// How often each letter stands in a short ASCII text, in whatever case.
struct Letters {
    counts: [u8; 128],
    length: usize,
}

impl Letters {
    /// `None` for a text beyond ASCII.
    fn of(text: &str) -> Option<Self> {
        let mut counts = [0_u8; 128];
        for byte in text.bytes() {
            let count = counts.get_mut(usize::from(byte.to_ascii_lowercase()))?;
            *count = count.saturating_add(1);
        }
        Some(Self { counts, length: text.len() })
    }

    /// At most how alike a name is, at little cost: each letter that only one of the two has takes a
    /// change.
    fn bound(&self, name: &str) -> f64 {
        let (mut left, mut shared) = (self.counts, 0);
        for byte in name.bytes() {
            match left.get_mut(usize::from(byte.to_ascii_lowercase())) {
                None => return 1.0,
                Some(0) => {}
                Some(count) => {
                    *count -= 1;
                    shared += 1;
                }
            }
        }
        let longer = self.length.max(name.len());
        1.0 - (longer - shared) as f64 / longer.max(1) as f64
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
            let bound = Letters::of(one).map_or(1.0, |letters| letters.bound(other));
            let (low, small) = (one.to_lowercase(), other.to_lowercase());
            let exact = strsim::normalized_damerau_levenshtein(&low, &small);
            assert!(bound >= exact, "{one} {other}: {bound} < {exact}");
        }
    }
}
