//! How metrics and labels may be called: one name that Prometheus cannot read would make it refuse
//! all the others.

use super::family::Kind;

/// What is wrong with the name of a metric or of one of its labels.
pub fn problem(name: &str, labels: &[(&str, &str)], kind: Kind) -> Option<String> {
    if !spelled(name, |byte| byte == b':') {
        return Some(format!("{name:?} is no metric name"));
    }
    let wrong = |label: &str| {
        !spelled(label, |_| false)
            || label.starts_with("__")
            || (label == "le" && kind == Kind::Histogram)
    };
    let (label, _) = labels.iter().find(|(label, _)| wrong(label))?;
    Some(format!("{label:?} cannot be a label of `{name}`"))
}

fn spelled(name: &str, also: fn(u8) -> bool) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte);
    let first = name.bytes().next();
    first.is_some_and(|byte| !byte.is_ascii_digit()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_prometheus() {
        let label = |label| problem("a", &[(label, "")], Kind::Histogram);
        for good in ["a", "_a", "A9"] {
            assert_eq!((problem(good, &[], Kind::Gauge), label(good)), (None, None), "{good}");
        }
        assert_eq!(problem(":a", &[("le", "")], Kind::Gauge), None);
        for bad in ["", "9a", "a-b", "a b", "a.b", "é", "a\n"] {
            assert!(problem(bad, &[], Kind::Gauge).is_some() && label(bad).is_some(), "{bad:?}");
        }
        assert_eq!(label("le").unwrap(), "\"le\" cannot be a label of `a`");
        assert!(label("__name__").is_some() && label("a:b").is_some());
    }
}
