//! The metrics of a running stream, as they are counted at this moment.
//!
//! What becomes of records stands under the step of the source: `read`, and the final states. Under
//! every other step stands what that step did with those it was given.

use super::family::{Family, Kind, Reading};
use crate::stream::buckets::Filled;
use crate::stream::counters::State;
use crate::stream::observed::StepSeen;
use crate::stream::watched::{Role, Watched, load};

/// All of them.
pub fn families(stream: &Watched) -> Vec<Family> {
    let mut families = vec![records(stream), bytes(stream), in_flight(stream)];
    families.extend(writes(stream));
    families.extend(told(stream));
    families.extend(whole(stream));
    families
}

fn labels<'l>(stream: &'l Watched, step: &'l StepSeen) -> [(&'l str, &'l str); 2] {
    [("pipeline", &stream.pipeline), ("step", &step.id)]
}

fn add_outcome(
    family: &mut Family,
    stream: &Watched,
    step: &StepSeen,
    (outcome, count): (&str, u64),
) {
    let [pipeline, id] = labels(stream, step);
    family.add(&[pipeline, id, ("outcome", outcome)], Reading::Whole(count));
}

fn add_states(settled: [u64; 4], mut add: impl FnMut((&'static str, u64))) {
    State::EVERY.iter().zip(settled).for_each(|(state, count)| add((state.name(), count)));
}

fn records(stream: &Watched) -> Family {
    let help = "Records: read and their final states at the source, outcomes of a step elsewhere";
    let mut family = Family::new("plugpipe_records_total", help, Kind::Counter);
    for (role, step) in stream.steps() {
        let mut add = |outcome| add_outcome(&mut family, stream, step, outcome);
        let passed = load(&step.records);
        match role {
            Role::Source => {
                add_states(stream.observed.counters.settled().records, &mut add);
                add(("read", passed));
            }
            Role::Between => add(("passed", passed)),
            Role::Sink => {
                add(("stored", passed));
                add(("retried", load(&step.retried)));
            }
        }
        if role != Role::Source {
            add(("refused", load(&step.refused)));
        }
    }
    family
}

fn bytes(stream: &Watched) -> Family {
    let help = "Bytes of keys and values of the records that `plugpipe_records_total` counts";
    let mut family = Family::new("plugpipe_bytes_total", help, Kind::Counter);
    for (role, step) in stream.steps() {
        let mut add = |outcome| add_outcome(&mut family, stream, step, outcome);
        let passed = load(&step.bytes);
        match role {
            Role::Source => {
                add_states(stream.observed.counters.settled().bytes, &mut add);
                add(("read", passed));
            }
            Role::Between => add(("passed", passed)),
            Role::Sink => add(("stored", passed)),
        }
    }
    family
}

fn in_flight(stream: &Watched) -> Family {
    let help = "Records without a final state at the source, without a report at a sink";
    let mut family = Family::new("plugpipe_in_flight_records", help, Kind::Gauge);
    for (role, step) in stream.steps() {
        if let Some(count) = stream.in_flight(role, step) {
            family.add(&labels(stream, step), Reading::Whole(count));
        }
    }
    family
}

/// How large writes are and how long they take.
fn writes(stream: &Watched) -> [Family; 2] {
    let kind = Kind::Histogram;
    let mut sizes = Family::new("plugpipe_batch_records", "Records in one write of a sink", kind);
    let help = "From the write of a record to the report that it is stored, one entry a record";
    let mut times = Family::new("plugpipe_write_seconds", help, kind);
    for (_, step) in stream.steps().filter(|(role, _)| *role == Role::Sink) {
        sizes.add(&labels(stream, step), buckets(&step.batches.filled(), 1.0));
        times.add(&labels(stream, step), buckets(&step.write_micros.filled(), 1e6));
    }
    [sizes, times]
}

/// The buckets in a unit that is so many of theirs.
fn buckets(filled: &Filled, unit: f64) -> Reading {
    let bounds = filled.bounds.iter().map(|bound| *bound as f64 / unit).collect();
    Reading::Buckets { bounds, counts: filled.counts.clone(), sum: filled.sum as f64 / unit }
}

/// What stages tell of themselves.
fn told(stream: &Watched) -> [Family; 3] {
    let gauge = |name: &str, help: &str| Family::new(name, help, Kind::Gauge);
    let mut rtt = gauge("plugpipe_sink_rtt_seconds", "Round trip to what stores the records");
    let help = "Longest time that a broker held an answer back because of a quota, lately";
    let mut throttle = gauge("plugpipe_sink_throttle_seconds", help);
    let help = "What the source has left to read, in its own unit: records, or bytes of a file";
    let mut lag = gauge("plugpipe_source_lag", help);
    for (role, step) in stream.steps() {
        let add = |family: &mut Family, told: Option<f64>, unit: f64| {
            if let Some(told) = told {
                family.add(&labels(stream, step), Reading::Number(told / unit));
            }
        };
        match role {
            Role::Source => add(&mut lag, step.told_sum("lag"), 1.0),
            Role::Between => {}
            Role::Sink => {
                add(&mut rtt, step.told_max("rtt_ms"), 1000.0);
                add(&mut throttle, step.told_max("throttle_ms"), 1000.0);
            }
        }
    }
    [rtt, throttle, lag]
}

/// What is counted once for the whole stream.
fn whole(stream: &Watched) -> [Family; 3] {
    let totals = stream.observed.counters.totals();
    let one = |name: &str, help: &str, value| {
        let mut family = Family::new(name, help, Kind::Counter);
        family.add(&[("pipeline", &stream.pipeline)], value);
        family
    };
    let waited = Reading::Number(stream.observed.back_pressure.get().as_secs_f64());
    let help = "Time in which lanes did not read because too much was in flight, over all lanes";
    let back_pressure = one("plugpipe_back_pressure_seconds_total", help, waited);
    let help = "Records written again although they may have been stored";
    let duplicates = one("plugpipe_duplicates_total", help, Reading::Whole(totals.duplicates));
    let help = "How often a sink was closed and opened anew";
    let rebuilt = Reading::Whole(totals.producer_rebuilt);
    [back_pressure, duplicates, one("plugpipe_producer_rebuilt_total", help, rebuilt)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::exposition;
    use crate::stream::counters::Tally;
    use serde_json::{Map, Value};
    use std::time::Duration;

    /// A stream in which every counter has a value of its own.
    fn busy() -> Watched {
        let steps = [("in", Role::Source), ("even", Role::Between), ("out", Role::Sink)];
        let stream = Watched::sample("orders", &steps);
        let counters = &stream.observed.counters;
        counters.read(20, 2000);
        counters.settle(&Tally { records: [5, 6, 2, 1], bytes: [500, 600, 200, 100] });
        counters.duplicates(3);
        counters.rebuilt();
        let [source, filter, sink] = &stream.observed.steps[..] else { panic!("three steps") };
        source.passed(20, 2000);
        source.tell(0, Map::from_iter([("lag".to_owned(), Value::from(70))]));
        filter.passed(15, 1500);
        sink.begin(8);
        sink.end(6);
        sink.passed(6, 600);
        sink.took(Duration::from_millis(2), 6);
        sink.retry(4);
        sink.refuse(3, "too large");
        let status = [("rtt_ms", 2.0), ("throttle_ms", 500.0)];
        let status = status.map(|(key, value)| (key.to_owned(), Value::from(value)));
        sink.tell(0, Map::from_iter(status));
        stream.observed.back_pressure.add(Duration::from_millis(1500));
        stream
    }

    #[test]
    fn every_count_stands_under_its_step() {
        let text = exposition::text(&families(&busy()));
        let values = text.lines().filter(|line| !line.starts_with('#'));
        let of = |name: &str, value: &str| format!("plugpipe_{name}{{pipeline=\"orders\",{value}");
        let (source, filter, sink) = ("step=\"in\"", "step=\"even\"", "step=\"out\"");
        let mut expected = Vec::new();
        let mut counted = |name: &str, step: &str, outcomes: &[(&str, u64)]| {
            for (outcome, count) in outcomes {
                expected.push(of(name, &format!("{step},outcome=\"{outcome}\"}} {count}")));
            }
        };
        let states = [("filtered", 5), ("delivered", 6), ("dead_lettered", 2), ("rejected", 1)];
        counted("records_total", source, &states);
        counted("records_total", source, &[("read", 20)]);
        counted("records_total", filter, &[("passed", 15), ("refused", 0)]);
        counted("records_total", sink, &[("stored", 6), ("retried", 4), ("refused", 3)]);
        counted("bytes_total", source, &states.map(|(state, count)| (state, 100 * count)));
        counted("bytes_total", source, &[("read", 2000)]);
        counted("bytes_total", filter, &[("passed", 1500)]);
        counted("bytes_total", sink, &[("stored", 600)]);
        expected.push(of("in_flight_records", &format!("{source}}} 6")));
        expected.push(of("in_flight_records", &format!("{sink}}} 2")));
        let found: Vec<&str> = values.take(expected.len()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn times_are_told_in_seconds() {
        let text = exposition::text(&families(&busy()));
        for line in [
            "plugpipe_batch_records_bucket{pipeline=\"orders\",step=\"out\",le=\"10\"} 1",
            "plugpipe_batch_records_sum{pipeline=\"orders\",step=\"out\"} 8",
            "plugpipe_write_seconds_bucket{pipeline=\"orders\",step=\"out\",le=\"0.001\"} 0",
            "plugpipe_write_seconds_bucket{pipeline=\"orders\",step=\"out\",le=\"0.0025\"} 6",
            "plugpipe_write_seconds_sum{pipeline=\"orders\",step=\"out\"} 0.012",
            "plugpipe_sink_rtt_seconds{pipeline=\"orders\",step=\"out\"} 0.002",
            "plugpipe_sink_throttle_seconds{pipeline=\"orders\",step=\"out\"} 0.5",
            "plugpipe_source_lag{pipeline=\"orders\",step=\"in\"} 70",
            "plugpipe_back_pressure_seconds_total{pipeline=\"orders\"} 1.5",
            "plugpipe_duplicates_total{pipeline=\"orders\"} 3",
            "plugpipe_producer_rebuilt_total{pipeline=\"orders\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
