//! Sources, transforms and sinks: opened, used a little, closed.

use super::{Check, Subject, Verdict, judged};
use crate::testing::host::TestHost;
use crate::testing::loaded::{open_sink, open_source, open_transform};
use crate::testing::stages::batch_of;
use plugin_abi::stage::{Next, SinkObject_TO, SourceObject_TO, TransformObject_TO};
use plugin_abi::{Batch, Doc, PErr, PluginBox, RecordMeta};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

pub(super) const OPEN_AND_CLOSE: Check = Check {
    name: "opens_and_closes_its_stages",
    tries: "each stage: open, status, an empty batch, close",
    run: opens_and_closes,
};

pub(super) const ORIGINS: Check = Check {
    name: "keeps_origins",
    tries: "a batch of four records through the transform: every origin out was in",
    run: keeps_origins,
};

pub(super) const SOURCE_BATCHES: Check = Check {
    name: "reads_whole_batches",
    tries: "up to four batches: at most 10 records each, rising numbers, acknowledged in order",
    run: reads_whole_batches,
};

pub(super) const SINK_REPORT: Check = Check {
    name: "reports_every_record",
    tries: "three records into the sink: delivered and not delivered make three",
    run: reports_every_record,
};

const VALUES: [&str; 4] = [r#"{"id":1,"text":"a"}"#, r#""quake""#, "7", "[]"];

type Open<S> = fn(&PluginBox, &TestHost, Doc) -> Result<S, PErr>;

/// A stage in `role`, or why there is none to be checked.
fn stage<S>(subject: &Subject, role: &str, open: Open<S>) -> Result<S, Verdict> {
    if !subject.has_role(role) {
        return Err(Verdict::DoesNotApply(format!("it is no {role}")));
    }
    let opened = subject.opened(open, &subject.sample_config(role));
    opened.map_err(|error| {
        let message = error.message();
        Verdict::DoesNotApply(format!("its {role} does not open with the sample: {message}"))
    })
}

/// A verdict on what a stage did; its own error is a failure.
fn verdict(did: Result<Result<String, String>, PErr>) -> Verdict {
    match did {
        Ok(Ok(fine)) => Verdict::Passed(fine),
        Ok(Err(problem)) => Verdict::Failed(problem),
        Err(error) => Verdict::Failed(error.message().to_owned()),
    }
}

fn opens_and_closes(subject: &Subject) -> Verdict {
    let lives = [source_life(subject), transform_life(subject), sink_life(subject)];
    let roles = ["source", "transform", "sink"];
    let (mut fine, mut problems, mut absent) = (Vec::new(), Vec::new(), Vec::new());
    for (role, life) in roles.into_iter().zip(lives) {
        match life {
            Verdict::Passed(_) => fine.push(role),
            Verdict::Failed(problem) => problems.push(format!("{role}: {problem}")),
            Verdict::DoesNotApply(why) => absent.push(why),
        }
    }
    match fine.is_empty() && problems.is_empty() {
        true => Verdict::DoesNotApply(absent.join("; ")),
        false => judged(&problems, fine.join(", ")),
    }
}

fn source_life(subject: &Subject) -> Verdict {
    let source = match stage(subject, "source", open_source) {
        Ok(source) => source,
        Err(none) => return none,
    };
    let _nobody_minds = subject.now("status", || SourceObject_TO::status(&source));
    verdict(subject.ask("close", || SourceObject_TO::close(&source, 0)).map(|()| Ok(String::new())))
}

fn transform_life(subject: &Subject) -> Verdict {
    let transform = match stage(subject, "transform", open_transform) {
        Ok(transform) => transform,
        Err(none) => return none,
    };
    let answered =
        subject.now("transform", || TransformObject_TO::apply(&transform, Batch::default()));
    verdict(answered.map(|batch| match batch.records().len() {
        0 => Ok(String::new()),
        more => Err(format!("an empty batch became {more} records")),
    }))
}

fn sink_life(subject: &Subject) -> Verdict {
    let sink = match stage(subject, "sink", open_sink) {
        Ok(sink) => sink,
        Err(none) => return none,
    };
    let _nobody_minds = subject.now("status", || SinkObject_TO::status(&sink));
    let written = subject.ask("write", || SinkObject_TO::write(&sink, Batch::default()));
    let flushed = subject.ask("flush", || SinkObject_TO::flush(&sink, 0));
    let closed = subject.ask("close", || SinkObject_TO::close(&sink, 0));
    verdict(written.and_then(|report| {
        flushed.and(closed)?;
        let more = report.delivered + report.undelivered().len() as u64;
        let problem = format!("an empty batch was reported as {more} records");
        Ok(if more == 0 { Ok(String::new()) } else { Err(problem) })
    }))
}

fn keeps_origins(subject: &Subject) -> Verdict {
    let transform = match stage(subject, "transform", open_transform) {
        Ok(transform) => transform,
        Err(none) => return none,
    };
    let batch = batch_of(VALUES);
    let answered = subject.now("transform", || TransformObject_TO::apply(&transform, batch));
    verdict(answered.map(|batch| accounted(&batch)))
}

fn accounted(batch: &Batch) -> Result<String, String> {
    let records = batch.records();
    let foreign = records.iter().find(|record| record.origin as usize >= VALUES.len());
    if let Some(record) = foreign {
        return Err(format!("a record came out with the origin {}", record.origin));
    }
    let stray = batch.refused().iter().find(|one| one.index as usize >= records.len());
    if let Some(stray) = stray {
        return Err(format!("record {} is refused and not in the batch", stray.index));
    }
    if !records.iter().all(|record| batch.holds(record)) {
        return Err("a record came out that points outside its batch".to_owned());
    }
    let dropped = records.iter().filter(|record| record.has(RecordMeta::DROPPED)).count();
    let refused = batch.refused().len();
    Ok(format!("{} records out, {refused} refused, {dropped} dropped", records.len()))
}

fn reads_whole_batches(subject: &Subject) -> Verdict {
    const BATCHES: usize = 4;
    const MAX: u32 = 10;
    let source = match stage(subject, "source", open_source) {
        Ok(source) => source,
        Err(none) => return none,
    };
    let until = Instant::now() + Duration::from_secs(2);
    let mut batches: Vec<Batch> = Vec::new();
    let mut problem = None;
    while batches.len() < BATCHES && problem.is_none() && Instant::now() < until {
        match subject.ask("next", || SourceObject_TO::next(&source, MAX)) {
            Err(error) => problem = Some(error.message().to_owned()),
            Ok(next) if next.kind == Next::END => break,
            Ok(next) if next.kind == Next::BATCH => {
                problem = unfit(&next.batch, batches.last(), MAX);
                batches.push(next.batch);
            }
            Ok(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    let acks = batches.iter().map(|batch| batch.id);
    let mut acks = acks.map(|id| subject.now("ack", || SourceObject_TO::ack(&source, id)));
    let refused = acks.find_map(Result::err).map(|error| format!("ack: {}", error.message()));
    let closed = subject.ask("close", || SourceObject_TO::close(&source, 0));
    let problem = problem.or(refused).or(closed.err().map(|error| error.message().to_owned()));
    judged(&Vec::from_iter(problem), format!("{} batches", batches.len()))
}

fn unfit(batch: &Batch, before: Option<&Batch>, max: u32) -> Option<String> {
    let (id, count) = (batch.id, batch.records().len());
    if before.is_some_and(|before| before.id >= id) {
        return Some(format!("batch {id} comes behind one that has its number or a higher one"));
    }
    if count > max as usize {
        return Some(format!("batch {id} holds {count} records, at most {max} were asked for"));
    }
    let stray = batch.records().iter().position(|record| !batch.holds(record));
    stray.map(|index| format!("record {index} of batch {id} points outside its batch"))
}

fn reports_every_record(subject: &Subject) -> Verdict {
    let sink = match stage(subject, "sink", open_sink) {
        Ok(sink) => sink,
        Err(none) => return none,
    };
    let batch = batch_of(&VALUES[..3]);
    let written = subject.ask("write", || SinkObject_TO::write(&sink, batch));
    let _closed = subject.ask("close", || SinkObject_TO::close(&sink, 0));
    verdict(written.map(|report| {
        let indices: BTreeSet<u32> = report.undelivered().iter().map(|one| one.index).collect();
        let (delivered, refused) = (report.delivered, report.undelivered().len());
        let once = indices.len() == refused && indices.iter().all(|index| *index < 3);
        let seen = format!("{delivered} delivered, {refused} not");
        if once && delivered + refused as u64 == 3 {
            Ok(seen)
        } else {
            Err(format!("{seen}, of 3"))
        }
    }))
}
