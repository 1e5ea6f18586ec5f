//! Which kind each metric is: it never changes, and no metric takes the names of another's lines.

use crate::family::Family;
use crate::metric::{Kind, Metric};
use plugin_api::{Error, Result};
use std::collections::BTreeMap;

/// Names with their kinds. A kind never changes, so the host is asked once for each new name.
#[derive(Default)]
pub struct Kinds(BTreeMap<String, String>);

/// The host keeps no more names than this.
const NAMES: usize = 10_000;

/// What the lines of a histogram end with. A summary's are among them.
const LINES: [&str; 3] = ["_bucket", "_sum", "_count"];

impl Kinds {
    /// Lets a metric in that has its name to itself, or is of the kind that the name has.
    ///
    /// # Errors
    /// Another kind, a name that a histogram's lines have, or too many names.
    pub fn admit(
        &mut self,
        metric: &Metric,
        known: impl FnOnce() -> Result<Vec<Family>>,
    ) -> Result<()> {
        if !self.0.contains_key(&metric.name) {
            self.0.extend(known()?.into_iter().map(|family| (family.name, family.kind)));
        }
        match self.0.get(&metric.name) {
            Some(existing) => same_kind(metric, existing),
            None => {
                self.check_new(metric)?;
                self.0.insert(metric.name.clone(), metric.kind.to_string());
                Ok(())
            }
        }
    }

    fn check_new(&self, metric: &Metric) -> Result<()> {
        if self.0.len() >= NAMES {
            return Err(Error::input(format!(
                "`{}` is not recorded: there are {NAMES} metrics already; put what varies into labels",
                metric.name
            )));
        }
        match self.clash(metric) {
            Some(other) => Err(Error::input(format!(
                "`{}` would share lines with `{other}`: use another `metric_name`",
                metric.name
            ))),
            None => Ok(()),
        }
    }

    /// A metric whose lines would be mixed with this one's.
    fn clash(&self, metric: &Metric) -> Option<String> {
        let spread = |kind: &str| matches!(kind, "histogram" | "summary");
        let name = &metric.name;
        let mut owners = LINES.iter().filter_map(|line| name.strip_suffix(line));
        let owner = owners.find(|owner| self.0.get(*owner).is_some_and(|kind| spread(kind)));
        if owner.is_some() || !matches!(metric.kind, Kind::Histogram | Kind::Summary) {
            return owner.map(str::to_owned);
        }
        LINES.iter().map(|line| format!("{name}{line}")).find(|line| self.0.contains_key(line))
    }
}

fn same_kind(metric: &Metric, existing: &str) -> Result<()> {
    if metric.kind.to_string() == existing {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{}` exists as a {existing} and cannot be recorded as a {}: use another `metric_name`",
        metric.name, metric.kind
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, kind: Kind) -> Metric {
        let (labels, help) = (BTreeMap::new(), String::new());
        Metric { name: name.to_owned(), kind, value: None, labels, help }
    }

    fn admitted(kinds: &mut Kinds, name: &str, kind: Kind) -> Result<(), String> {
        kinds.admit(&metric(name, kind), || Ok(Vec::new())).map_err(|error| error.message)
    }

    #[test]
    fn a_name_keeps_its_kind() {
        let mut kinds = Kinds::default();
        assert_eq!(admitted(&mut kinds, "a", Kind::Summary), Ok(()));
        assert_eq!(admitted(&mut kinds, "a", Kind::Summary), Ok(()));
        let expected = "`a` exists as a summary and cannot be recorded as a gauge: use another \
                        `metric_name`";
        assert_eq!(admitted(&mut kinds, "a", Kind::Gauge), Err(expected.to_owned()));
    }

    #[test]
    fn no_metric_takes_the_lines_of_another() {
        let clash = |first: (&str, Kind), second: (&str, Kind)| {
            let mut kinds = Kinds::default();
            admitted(&mut kinds, first.0, first.1).unwrap();
            admitted(&mut kinds, second.0, second.1).is_err()
        };
        assert!(clash(("a", Kind::Histogram), ("a_count", Kind::Gauge)));
        assert!(clash(("a_sum", Kind::Gauge), ("a", Kind::Summary)));
        assert!(!clash(("a", Kind::Gauge), ("a_count", Kind::Gauge)));
        assert!(!clash(("a_sum", Kind::Histogram), ("b", Kind::Histogram)));
    }

    #[test]
    fn there_is_an_end_to_names() {
        let mut kinds = Kinds::default();
        (0..NAMES).for_each(|n| admitted(&mut kinds, &format!("m{n}"), Kind::Gauge).unwrap());
        let message = admitted(&mut kinds, "one_more", Kind::Gauge).unwrap_err();
        assert!(message.starts_with("`one_more` is not recorded: there are 10000"), "{message}");
        assert_eq!(admitted(&mut kinds, "m7", Kind::Gauge), Ok(()));
    }
}
