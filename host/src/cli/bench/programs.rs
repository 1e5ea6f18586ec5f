//! Other programs that write records to Kafka, when they are installed.

use super::figures::Figures;
use super::same_work::SameWork;
use super::timed::{self, Timed};
use std::io::ErrorKind;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A program that can do the same work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// Reads the same file.
    Kcat,
    /// Makes as many records of the same mean size by itself.
    RdkafkaPerformance,
}

/// How well a program batches: room for many records, and as long a wait for a fuller batch as is usual
/// where throughput counts.
const OPTIONS: [&str; 8] = [
    "-X",
    "linger.ms=20",
    "-X",
    "queue.buffering.max.messages=1000000",
    "-X",
    "queue.buffering.max.kbytes=1048576",
    "-X",
    "batch.num.messages=10000",
];

/// A program that takes so many times longer than the pipeline is given up.
const PATIENCE: f64 = 20.0;
/// And that long it may take in any case, in milliseconds.
const SHORTEST_LIMIT: f64 = 30_000.0;

impl Program {
    /// Every program there is a comparison with.
    pub(super) const EVERY: [Self; 2] = [Self::Kcat, Self::RdkafkaPerformance];

    /// The name it is started by.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kcat => "kcat",
            Self::RdkafkaPerformance => "rdkafka_performance",
        }
    }

    /// Lets it do the work of a run of the pipeline.
    ///
    /// # Errors
    /// Why it could not.
    pub(super) fn run(self, work: &SameWork, pipeline: &Figures) -> Result<Timed, String> {
        let mut command = Command::new(self.name());
        command.args(self.arguments(work, pipeline));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let limit = (PATIENCE * pipeline.wall_ms).max(SHORTEST_LIMIT);
        let timed = timed::run(&mut command, Some(Duration::from_secs_f64(limit / 1000.0)));
        let timed = timed.map_err(|error| match error.kind() {
            ErrorKind::NotFound => "it is not installed".to_owned(),
            _ => format!("it does not start: {error}"),
        })?;
        match timed.status.success() {
            true => Ok(timed),
            false if timed.was_stopped => Err(format!("it did not end within {limit:.0} ms")),
            false => Err(format!("it failed: {}", timed.status)),
        }
    }

    fn arguments(self, work: &SameWork, pipeline: &Figures) -> Vec<String> {
        let mut arguments = vec!["-P", "-t", &work.topic, "-b", &work.brokers];
        arguments.extend(OPTIONS);
        let codec = work.compression.as_ref().map(|codec| format!("compression.codec={codec}"));
        arguments.extend(codec.iter().flat_map(|codec| ["-X", codec]));
        let file = work.file.to_string_lossy();
        let size = (pipeline.bytes() / pipeline.records).round().to_string();
        let count = pipeline.records.to_string();
        match self {
            Self::Kcat => arguments.extend(["-X", "acks=all", "-q", "-l", &file]),
            Self::RdkafkaPerformance => {
                arguments.extend(["-a", "-1", "-s", &size, "-c", &count]);
            }
        }
        arguments.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_the_same_records_to_write() {
        let work = SameWork {
            file: "orders.ndjson".into(),
            topic: "orders".to_owned(),
            brokers: "a:1,b:2".to_owned(),
            compression: Some("lz4".to_owned()),
        };
        let pipeline =
            Figures { records: 1e6, bytes_per_s: 4e8, duration_ms: 500.0, ..Figures::default() };
        let options = OPTIONS.join(" ");
        let begin = format!("-P -t orders -b a:1,b:2 {options} -X compression.codec=lz4");
        for (program, end) in [
            (Program::Kcat, "-X acks=all -q -l orders.ndjson"),
            (Program::RdkafkaPerformance, "-a -1 -s 200 -c 1000000"),
        ] {
            assert_eq!(program.arguments(&work, &pipeline).join(" "), format!("{begin} {end}"));
        }
    }
}
