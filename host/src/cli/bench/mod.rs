//! `plugpipe bench`: how fast a stream is and what it costs, side by side with other programs.
//!
//! * [`timed`]: running a process and seeing what it costs
//! * [`same_work`], [`programs`]: what other programs are given to do, and which they are
//! * [`figures`], [`table`]: what was found, as JSON and for a person

mod figures;
mod programs;
mod same_work;
mod table;
mod timed;

use super::failure::Fault;
use super::given::GivenArguments;
use super::measure::Measured;
use super::run_pipeline;
use super::run_stream::seconds;
use super::trees::TreeArguments;
use super::{DONE, FAILED, WRONG, failure, output};
use crate::catalog::Catalog;
use crate::pipeline::{PipelineFile, Planned, StreamPlan};
use clap::Args;
use figures::{Compared, Figures, Report};
use programs::Program;
use same_work::SameWork;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Measure a stream: how fast it is, and what it costs.
///
/// Runs the pipeline several times, each time in a process of its own as `plugpipe run` would, and
/// prints one JSON document on stdout and a table on stderr: records/s, MB/s, CPU time per record in
/// all and by thread, latency from write to report, peak memory, and what held the sinks up.
///
/// A pipeline from file_source to kafka_producer with brokers that answer is compared with kcat and
/// rdkafka_performance where they are installed. They write the same number of records into the same
/// topic, in turn with the pipeline; filters and transforms of the pipeline they do without. A ratio
/// above 1 means that the pipeline is faster, or takes less CPU time.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe bench orders.yaml")]
pub(super) struct BenchArguments {
    /// The pipeline file; its first step is a source
    #[arg(value_name = "FILE")]
    file: String,
    #[command(flatten)]
    given: GivenArguments,
    /// How often to run it
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeat: u32,
    /// Stop each run after so long, for a source without an end; nothing is compared then
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    seconds: Option<f64>,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn run(arguments: &BenchArguments) -> u8 {
    let catalog = match arguments.trees.places() {
        Ok(places) => Catalog::scan(&places),
        Err(message) => return failure::wrong("bad_input", &message),
    };
    let (file, given) = match arguments.read() {
        Ok(read) => read,
        Err((kind, message)) => return failure::wrong(kind, &message),
    };
    let environment = |name: &str| std::env::var(name).ok();
    let plan = match file.plan(&catalog, &given.into_iter().collect(), &environment) {
        Ok(Planned::Stream(plan)) => plan,
        Ok(Planned::Once(_)) => {
            let message =
                "only streams are measured, and this pipeline does not begin with a source";
            return failure::wrong("bad_input", message);
        }
        Err(problems) => {
            failure::print_diagnostics(&problems, file.source());
            return WRONG;
        }
    };
    match arguments.report(&plan) {
        Ok(report) => {
            table::lines(&report).iter().for_each(|line| output::note(line));
            output::json(&report);
            DONE
        }
        Err(message) => {
            failure::print("bench_failed", &message);
            FAILED
        }
    }
}

type Given = Vec<(String, crate::pipeline::GivenInput)>;

impl BenchArguments {
    fn read(&self) -> Result<(PipelineFile, Given), Fault> {
        if self.file == "-" || self.given.reads_stdin() {
            let message = "the pipeline is run several times, and stdin can be read only once";
            return Err(("bad_input", message.to_owned()));
        }
        let given = self.given.read().map_err(|message| ("bad_input", message))?;
        let file = run_pipeline::read(&self.file).map_err(|message| ("unreadable", message))?;
        Ok((file, given))
    }

    /// Runs the pipeline and the other programs in turn.
    fn report(&self, plan: &StreamPlan) -> Result<Report, String> {
        let work = match self.seconds {
            None => SameWork::of(plan),
            Some(_) => Err("each run is cut off".to_owned()),
        };
        let mut runs = Vec::new();
        let mut others = Program::EVERY.map(|program| (program, Ok(Vec::new())));
        for _ in 0..self.repeat {
            let run = self.one_run()?;
            for (program, timed) in &mut others {
                let once = work.as_ref().map_err(String::clone);
                let once = once.and_then(|work| program.run(work, &run));
                match (&mut *timed, once) {
                    (Ok(timed), Ok(once)) => timed.push(once),
                    (Ok(_), Err(reason)) => *timed = Err(reason),
                    (Err(_), _) => {}
                }
            }
            runs.push(run);
        }
        let median = Figures::median(&runs);
        let compared = others.map(|(program, timed)| {
            let compared = match timed {
                Ok(timed) => Compared::new(&timed, &median),
                Err(skipped) => Compared::Skipped { skipped },
            };
            (program.name(), compared)
        });
        let (schema, pipeline) = ("plugpipe.bench/1", plan.name.clone());
        let compared = BTreeMap::from(compared);
        Ok(Report { schema, success: true, pipeline, runs, median, compared })
    }

    /// Runs the pipeline once, in a process of its own.
    fn one_run(&self) -> Result<Figures, String> {
        let failed = |error: std::io::Error| format!("the pipeline cannot be run: {error}");
        let into = tempfile::NamedTempFile::new().map_err(failed)?;
        let mut command = self.command(into.path()).map_err(failed)?;
        let limit = self.seconds.map(Duration::from_secs_f64);
        let timed = timed::run(&mut command, limit).map_err(failed)?;
        if !timed.status.success() && !timed.was_stopped {
            let status = timed.status;
            return Err(format!(
                "a run of the pipeline failed ({status}); `plugpipe run` says why"
            ));
        }
        let text = std::fs::read(into.path()).map_err(failed)?;
        let measured: Measured = serde_json::from_slice(&text).map_err(|error| {
            format!("a run of the pipeline did not say what it measured: {error}")
        })?;
        Figures::new(&timed, &measured).ok_or_else(|| {
            "a run of the pipeline read no records, so nothing can be said of them; a source with a \
             `checkpoint` has nothing left to read the second time, and stdin is empty here"
                .to_owned()
        })
    }

    fn command(&self, into: &Path) -> std::io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("run").arg(&self.file).arg("--measure").arg(into);
        command.args(self.given.again()).args(self.trees.again());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command)
    }
}
