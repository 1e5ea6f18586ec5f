//! The values behind a summary's quantiles: the last ones of each series.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// As many of the last values of a series are looked at.
const WINDOW: usize = 1000;

/// More series than this have no quantiles; their sums and counts are kept all the same.
const SERIES: usize = 1000;

/// The name and the labels of a series.
type Series = (String, BTreeMap<String, String>);

/// The last values of every series of a summary.
#[derive(Default)]
pub struct Windows(HashMap<Series, VecDeque<f64>>);

impl Windows {
    /// Takes in one value.
    pub fn observe(&mut self, name: &str, labels: &BTreeMap<String, String>, value: f64) {
        let series = (name.to_owned(), labels.clone());
        if self.0.len() >= SERIES && !self.0.contains_key(&series) {
            return;
        }
        let window = self.0.entry(series).or_default();
        if window.len() == WINDOW {
            window.pop_front();
        }
        window.push_back(value);
    }

    /// Each quantile with its value; nothing for a series that has no window.
    pub fn quantiles(
        &self,
        name: &str,
        labels: &BTreeMap<String, String>,
        wanted: &[f64],
    ) -> Vec<(f64, f64)> {
        let Some(window) = self.0.get(&(name.to_owned(), labels.clone())) else {
            return Vec::new();
        };
        let mut sorted: Vec<f64> = window.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        wanted.iter().filter_map(|q| nearest_rank(&sorted, *q).map(|value| (*q, value))).collect()
    }
}

/// The smallest value that a share of `q`, 0 to 1, of all values does not exceed.
fn nearest_rank(sorted: &[f64], q: f64) -> Option<f64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a window has 1000 values, and the rank lies within"
    )]
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let (mut windows, labels) = (Windows::default(), BTreeMap::new());
        (1..=10).rev().for_each(|value| windows.observe("s", &labels, value.into()));
        let wanted = [0.0, 0.5, 0.9, 0.91, 1.0];
        let expected = [(0.0, 1.0), (0.5, 5.0), (0.9, 9.0), (0.91, 10.0), (1.0, 10.0)];
        assert_eq!(windows.quantiles("s", &labels, &wanted), expected);
        assert_eq!(windows.quantiles("other", &labels, &wanted), []);
    }

    #[test]
    fn only_the_last_values_count() {
        let (mut windows, labels) = (Windows::default(), BTreeMap::new());
        for value in [1.0, 2.0] {
            (0..WINDOW).for_each(|_| windows.observe("s", &labels, value));
        }
        assert_eq!(windows.quantiles("s", &labels, &[0.0]), [(0.0, 2.0)]);
    }

    #[test]
    fn series_beyond_the_bound_have_no_quantiles() {
        let mut windows = Windows::default();
        let labels = |n: usize| BTreeMap::from([("n".to_owned(), n.to_string())]);
        (0..=SERIES).for_each(|n| windows.observe("s", &labels(n), 1.0));
        assert_eq!(windows.quantiles("s", &labels(SERIES - 1), &[0.5]), [(0.5, 1.0)]);
        assert_eq!(windows.quantiles("s", &labels(SERIES), &[0.5]), []);
    }
}
