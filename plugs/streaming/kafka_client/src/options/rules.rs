//! Rules across settings: options that are each right and wrong together.

/// Checks the effective settings, given by their first names with librdkafka's values. Returns one
/// text a broken rule. Settings that are not given break none.
pub fn contradictions(settings: &[(String, String)]) -> Vec<String> {
    let get = |name: &str| {
        settings.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    };
    let number = |name: &str| get(name).and_then(|value| value.parse::<f64>().ok());
    let mut broken = Vec::new();
    if get("enable.idempotence") == Some("true") {
        if matches!(get("acks"), Some("0" | "1")) {
            broken.push(
                "`enable.idempotence` (enable_idempotence) true needs `acks` all; \
                 set acks to all, or enable_idempotence to false"
                    .to_owned(),
            );
        }
        if get("retries") == Some("0") {
            broken.push(
                "`enable.idempotence` (enable_idempotence) true needs `retries` above 0; \
                 raise retries, or set enable_idempotence to false"
                    .to_owned(),
            );
        }
    }
    for (least, most) in [
        ("retry.backoff.ms", "retry.backoff.max.ms"),
        ("reconnect.backoff.ms", "reconnect.backoff.max.ms"),
    ] {
        if number(least) > number(most) && number(most).is_some() {
            broken.push(format!("`{least}` must not be above `{most}`"));
        }
    }
    // 0 is "no timeout".
    let timeout = number("message.timeout.ms").filter(|timeout| *timeout > 0.0);
    if number("linger.ms") >= timeout && timeout.is_some() {
        broken.push("`linger.ms` must be below `message.timeout.ms` (timeout_ms)".to_owned());
    }
    broken.extend(level_fault(get("compression.type"), number("compression.level")));
    broken
}

fn level_fault(codec: Option<&str>, level: Option<f64>) -> Option<String> {
    let most = match codec? {
        "gzip" => 9.0,
        "lz4" => 12.0,
        "snappy" => 0.0,
        _ => return None,
    };
    let codec = codec?;
    (level? > most).then(|| {
        format!("`compression.level` of {codec} goes from -1 to {most}, see compression_level")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Given<'a> = &'a [(&'a str, &'a str)];

    fn broken(settings: Given) -> Vec<String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        contradictions(&settings.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn each_rule_names_its_settings_and_holds_at_its_edge() {
        let table: [(Given, Given, [&str; 2]); 8] = [
            (
                &[("enable.idempotence", "true"), ("acks", "1")],
                &[("enable.idempotence", "true"), ("acks", "-1")],
                ["enable.idempotence", "acks"],
            ),
            (
                &[("enable.idempotence", "true"), ("retries", "0")],
                &[("enable.idempotence", "false"), ("retries", "0")],
                ["enable.idempotence", "retries"],
            ),
            (
                &[("retry.backoff.ms", "101"), ("retry.backoff.max.ms", "100")],
                &[("retry.backoff.ms", "100"), ("retry.backoff.max.ms", "100")],
                ["retry.backoff.ms", "retry.backoff.max.ms"],
            ),
            (
                &[("reconnect.backoff.ms", "2"), ("reconnect.backoff.max.ms", "1")],
                &[("reconnect.backoff.ms", "2")],
                ["reconnect.backoff.ms", "reconnect.backoff.max.ms"],
            ),
            (
                &[("linger.ms", "1000"), ("message.timeout.ms", "1000")],
                &[("linger.ms", "999.5"), ("message.timeout.ms", "1000")],
                ["linger.ms", "message.timeout.ms"],
            ),
            (
                &[("compression.type", "gzip"), ("compression.level", "10")],
                &[("compression.type", "gzip"), ("compression.level", "9")],
                ["compression.level", "gzip"],
            ),
            (
                &[("compression.type", "lz4"), ("compression.level", "13")],
                &[("compression.type", "lz4"), ("compression.level", "12")],
                ["compression.level", "lz4"],
            ),
            (
                &[("compression.type", "snappy"), ("compression.level", "1")],
                &[("compression.type", "snappy"), ("compression.level", "0")],
                ["compression.level", "snappy"],
            ),
        ];
        for (wrong, right, names) in table {
            let texts = broken(wrong);
            let [text] = texts.as_slice() else { panic!("{wrong:?}: {texts:?}") };
            assert!(names.iter().all(|name| text.contains(name)), "{text}");
            assert_eq!(broken(right), [""; 0], "{right:?}");
        }
        assert_eq!(broken(&[("linger.ms", "5"), ("message.timeout.ms", "0")]), [""; 0]);
    }
}
