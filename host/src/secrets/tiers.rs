//! A search for many texts that grows. Texts that come later are searched for beside the earlier
//! ones, and groups of like size are joined, so that n texts added one by one cost n log n.

use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};

/// Groups of texts, the largest first.
#[derive(Clone, Default)]
pub(super) struct Tiers(Vec<Arc<Tier>>);

struct Tier {
    texts: Vec<String>,
    search: AhoCorasick,
}

impl Tier {
    fn new(texts: Vec<String>) -> Result<Self, BuildError> {
        // The faster automaton costs a table row for each byte of every form of every secret.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let search = AhoCorasick::builder().kind(kind).build(&texts)?;
        Ok(Self { texts, search })
    }
}

impl Tiers {
    /// Searches for these texts as well.
    pub fn add(&mut self, mut texts: Vec<String>) -> Result<(), BuildError> {
        while let Some(smaller) = self.0.pop_if(|last| last.texts.len() <= 2 * texts.len()) {
            texts.extend_from_slice(&smaller.texts);
        }
        self.0.push(Arc::new(Tier::new(texts)?));
        Ok(())
    }

    /// Where any of the texts stands. Those that overlap or touch are one place, so that no end of
    /// one is left.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let searches = self.0.iter().map(|tier| &tier.search);
        let mut found: Vec<Range<usize>> =
            searches.flat_map(|search| joined(search, text)).collect();
        if self.0.len() > 1 {
            found.sort_unstable_by_key(|place| place.start);
            found = found.into_iter().fold(Vec::new(), push);
        }
        found
    }
}

/// The places of one search, which finds them by their ends.
fn joined(search: &AhoCorasick, text: &str) -> Vec<Range<usize>> {
    search.find_overlapping_iter(text).map(|found| found.range()).fold(Vec::new(), push)
}

fn push(mut places: Vec<Range<usize>>, mut place: Range<usize>) -> Vec<Range<usize>> {
    while let Some(last) = places.pop_if(|last| last.end >= place.start) {
        place = last.start.min(place.start)..last.end.max(place.end);
    }
    places.push(place);
    places
}
