//! How fast a stream is, for a person who looks on: one line a step.

use std::time::Instant;

use super::watched::{Role, Watched, load};
use crate::diagnostics::printable;

/// What is counted of a stream at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    at: Instant,
    steps: Vec<StepNow>,
}

/// What is counted of one step.
#[derive(Clone, Debug, Default)]
struct StepNow {
    id: String,
    records: u64,
    bytes: u64,
    in_flight: Option<u64>,
    lag: Option<f64>,
}

impl Snapshot {
    /// The stream now.
    pub fn take(stream: &Watched) -> Self {
        let step = |(role, step)| StepNow::of(stream, role, step);
        Self { at: Instant::now(), steps: stream.steps().map(step).collect() }
    }
}

impl StepNow {
    fn of(stream: &Watched, role: Role, step: &super::observed::StepSeen) -> Self {
        Self {
            id: printable(&step.id),
            records: load(&step.records),
            bytes: load(&step.bytes),
            in_flight: stream.in_flight(role, step),
            lag: (role == Role::Source).then(|| step.told_sum("lag")).flatten(),
        }
    }
}

/// A line for each step, in the order of the file: its speed between the two moments, and what it has
/// in flight and left to read at the later one.
pub fn lines(before: &Snapshot, now: &Snapshot) -> Vec<String> {
    let seconds = now.at.duration_since(before.at).as_secs_f64();
    let width = now.steps.iter().map(|step| step.id.chars().count()).max().unwrap_or(0);
    let line = |(before, now)| line(before, now, seconds, width);
    before.steps.iter().zip(&now.steps).map(line).collect()
}

fn line(before: &StepNow, now: &StepNow, seconds: f64, width: usize) -> String {
    // Nothing can be said of no time at all.
    let rate = |before: u64, now: u64| match seconds > 0.0 {
        true => now.saturating_sub(before) as f64 / seconds,
        false => 0.0,
    };
    let records = short(rate(before.records, now.records));
    let megabytes = rate(before.bytes, now.bytes) / 1e6;
    let mut line = format!("{:<width$}  {records:>5} records/s  {megabytes:>7.1} MB/s", now.id);
    if let Some(in_flight) = now.in_flight {
        line.push_str(&format!("  {:>5} in flight", short(in_flight as f64)));
    }
    if let Some(lag) = now.lag {
        line.push_str(&format!("  {:>5} lag", short(lag)));
    }
    line
}

/// A number that is not negative in three digits.
fn short(number: f64) -> String {
    let mut scaled = number;
    let mut units = ["", "k", "M", "G", "T"].iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // What would be rounded to 1000 belongs to the next unit.
    while scaled >= 999.5
        && let Some(next) = units.next()
    {
        (scaled, unit) = (scaled / 1000.0, next);
    }
    match scaled {
        _ if unit.is_empty() => format!("{scaled:.0}"),
        ..9.995 => format!("{scaled:.2}{unit}"),
        ..99.95 => format!("{scaled:.1}{unit}"),
        _ => format!("{scaled:.0}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value};
    use std::time::Duration;

    #[test]
    fn each_step_has_a_line_with_what_it_did_between_two_moments() {
        let steps = [("orders", Role::Source), ("paid", Role::Between), ("out", Role::Sink)];
        let stream = Watched::sample("", &steps);
        let before = Snapshot::take(&stream);
        stream.observed.counters.read(3_000_000, 600_000_000);
        stream.observed.steps[0].passed(3_000_000, 600_000_000);
        stream.observed.steps[0].tell(0, Map::from_iter([("lag".to_owned(), Value::from(5e9))]));
        stream.observed.steps[1].passed(1500, 300_000);
        stream.observed.steps[2].begin(1500);
        stream.observed.steps[2].end(500);
        let mut now = Snapshot::take(&stream);
        now.at = before.at + Duration::from_secs(2);
        let expected = [
            "orders  1.50M records/s    300.0 MB/s  3.00M in flight  5.00G lag",
            "paid      750 records/s      0.1 MB/s",
            "out         0 records/s      0.0 MB/s  1.00k in flight",
        ];
        assert_eq!(lines(&before, &now), expected);
    }

    #[test]
    fn no_time_has_no_speed() {
        let now = Snapshot::take(&Watched::sample("", &[("in", Role::Source)]));
        assert_eq!(lines(&now, &now), ["in      0 records/s      0.0 MB/s      0 in flight"]);
    }

    #[test]
    fn numbers_have_three_digits() {
        for (number, text) in [
            (0.0, "0"),
            (7.4, "7"),
            (999.4, "999"),
            (999.5, "1.00k"),
            (9994.0, "9.99k"),
            (9996.0, "10.0k"),
            (99_960.0, "100k"),
            (999_600.0, "1.00M"),
            (12_345_678.0, "12.3M"),
            (7e15, "7000T"),
        ] {
            assert_eq!(short(number), text, "{number}");
        }
    }
}
