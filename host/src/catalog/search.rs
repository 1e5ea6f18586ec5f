//! Finding plugs by words.

use super::{Catalog, Installed};
use crate::diagnostics::nearest;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a search found.
#[derive(Debug)]
pub enum Found {
    /// Plugs that fit every word, the best first.
    Plugs(Vec<Arc<Installed>>),
    /// None does; the word that fits nothing, and the nearest name or tag there is.
    Nothing {
        /// The word.
        word: String,
        /// What it may have meant.
        nearest: Option<String>,
    },
}

/// The plugs that fit every word, in their names, categories, roles, tags and descriptions; of each its
/// newest version. Without words all of them, by name.
#[must_use]
pub fn search(catalog: &Catalog, words: &[String]) -> Found {
    let mut newest: BTreeMap<(&str, &str), &Arc<Installed>> = BTreeMap::new();
    for plug in catalog.installed() {
        let known = newest.entry((&plug.name, &plug.category)).or_insert(plug);
        if plug.version > known.version {
            *known = plug;
        }
    }
    let words: Vec<String> =
        words.iter().flat_map(|word| word.split_whitespace()).map(str::to_lowercase).collect();
    let plugs = newest.values().map(|plug| (Looked::at(plug), *plug));
    let plugs: Vec<(Looked, &Arc<Installed>)> = plugs.collect();
    let mut fitting: Vec<(u32, &Arc<Installed>)> =
        plugs.iter().filter_map(|(looked, plug)| Some((looked.rank(&words)?, *plug))).collect();
    if fitting.is_empty()
        && let Some(word) = unfit(&plugs, &words)
    {
        let known = plugs.iter().flat_map(|(looked, _)| looked.names());
        let nearest = nearest(word, known).map(str::to_owned);
        return Found::Nothing { word: word.to_owned(), nearest };
    }
    // Equals stay in the order of their names.
    fitting.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    Found::Plugs(fitting.into_iter().map(|(_, plug)| Arc::clone(plug)).collect())
}

/// The word that fits no plug; the last where each fits one, but none fits all.
fn unfit<'w>(plugs: &[(Looked, &Arc<Installed>)], words: &'w [String]) -> Option<&'w str> {
    let fits_none = |word: &&String| plugs.iter().all(|(looked, _)| looked.fit(word).is_none());
    words.iter().find(fits_none).or(words.last()).map(String::as_str)
}

/// What words are looked for in, in lower case.
struct Looked {
    name: String,
    others: Vec<String>,
    description: String,
}

impl Looked {
    fn at(plug: &Installed) -> Self {
        let others = std::iter::once(&plug.category).chain(&plug.manifest.roles);
        Self {
            name: plug.name.to_lowercase(),
            others: others.chain(&plug.manifest.tags).map(|word| word.to_lowercase()).collect(),
            description: plug.manifest.description.to_lowercase(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.others).map(String::as_str)
    }

    /// How well all words fit; `None` when one does not.
    fn rank(&self, words: &[String]) -> Option<u32> {
        words.iter().map(|word| self.fit(word)).sum()
    }

    /// How well one word fits: the name before its parts, tags, the description.
    fn fit(&self, word: &str) -> Option<u32> {
        let mut words = self.description.split(|c: char| !c.is_alphanumeric());
        Some(match () {
            () if self.name == word => 32,
            () if self.name.split('_').any(|part| part == word) => 16,
            () if self.others.iter().any(|other| other == word) => 8,
            () if self.name.contains(word) => 4,
            () if words.any(|one| one == word) => 2,
            () if self.description.contains(word) => 1,
            () => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semver::Version;

    fn plug(name: &str, tags: &[&str], description: &str) -> Installed {
        let mut plug = Installed::named(name);
        plug.manifest.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        plug.manifest.description = description.to_owned();
        plug
    }

    fn catalog() -> Catalog {
        let mut old = plug("kafka_producer", &["streaming"], "Publishes messages");
        old.version = Version::new(0, 9, 0);
        Catalog::of(vec![
            plug("stdout_sink", &[], "Prints records, as kafka does not"),
            plug("kafka_producer", &["streaming"], "Publishes messages"),
            old,
            plug("embedded_kafka", &["broker"], "A broker in this process"),
        ])
    }

    #[test]
    fn the_best_fit_comes_first_and_every_word_has_to_fit() {
        let cases: [(&[&str], &[&str]); 6] = [
            (&["Kafka"], &["embedded_kafka", "kafka_producer", "stdout_sink"]),
            (&["kafka", "streaming"], &["kafka_producer"]),
            (&["kafka streaming"], &["kafka_producer"]),
            (&["sink"], &["stdout_sink"]),
            (&["publish"], &["kafka_producer"]),
            (&[], &["embedded_kafka", "kafka_producer", "stdout_sink"]),
        ];
        for (words, expected) in cases {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let Found::Plugs(found) = search(&catalog(), &words) else {
                panic!("{words:?} fits nothing")
            };
            let names: Vec<_> = found.iter().map(|plug| plug.name.as_str()).collect();
            assert_eq!(names, expected, "{words:?}");
            assert!(found.iter().all(|plug| plug.version == Version::new(1, 0, 0)));
        }
    }

    #[test]
    fn a_word_that_fits_nothing_is_named_with_the_nearest() {
        for (words, unfit, near) in [
            (vec!["kafka", "streeming"], "streeming", Some("streaming")),
            (vec!["xyz"], "xyz", None),
            (vec!["broker", "sink"], "sink", None),
        ] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            let Found::Nothing { word, nearest } = search(&catalog(), &words) else {
                panic!("{words:?} fits")
            };
            assert_eq!((word.as_str(), nearest.as_deref()), (unfit, near));
        }
    }
}
