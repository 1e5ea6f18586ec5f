//! A stream about to be run: a folder with its pipeline, its records and its checkpoint.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::host::{Host, Invocation};
use crate::oracle::{Numbered, acknowledged};
use crate::process::Output;

const HEAD: &str = "\
apiVersion: v1
kind: PipeSpec
metadata: {name: streamed, version: 1.0.0}
";
const PIPELINE: &str = "pipe.yaml";
const RECORDS: &str = "records.ndjson";
const CHECKPOINT: &str = "at.json";

/// The step that reads the records and keeps its position.
pub const SOURCE: &str = "  - id: records
    uses: file_source
    config: {path: '${env:DIR}/records.ndjson', checkpoint: '${env:DIR}/at.json'}
";

/// A folder, gone when this is dropped. Pipelines find it as `${env:DIR}`.
pub struct Stream {
    folder: TempDir,
    kafka: Option<String>,
}

impl Stream {
    /// A folder with this pipeline; what every pipeline begins with stands before `text`.
    ///
    /// # Panics
    /// When there is no place for it.
    pub fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stream = Self { folder, kafka: None };
        stream.with_file(PIPELINE, format!("{HEAD}{text}"))
    }

    /// The pipeline finds this address as `${env:KAFKA}`.
    #[must_use]
    pub fn kafka(mut self, bootstrap_servers: &str) -> Self {
        self.kafka = Some(bootstrap_servers.to_owned());
        self
    }

    /// Adds the records that [`SOURCE`] reads.
    #[must_use]
    pub fn with_records(self, records: &Numbered) -> Self {
        self.with_lines(records.lines())
    }

    /// Adds lines that [`SOURCE`] reads.
    #[must_use]
    pub fn with_lines(self, lines: impl AsRef<[u8]>) -> Self {
        self.with_file(RECORDS, lines)
    }

    /// Adds any file.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), content).expect("a new file");
        self
    }

    /// Where a file of the folder is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The text of a file of the folder; one that is not there holds nothing.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The lines of a file of the folder.
    pub fn lines(&self, name: &str) -> Vec<String> {
        self.text(name).lines().map(str::to_owned).collect()
    }

    /// How many of `issued`, from the first, the checkpoint calls finished.
    pub fn acknowledged(&self, issued: &Numbered) -> u64 {
        acknowledged(&self.path(CHECKPOINT), issued)
    }

    /// `plugpipe run` on the pipeline.
    pub fn run(&self) -> Invocation {
        self.run_with(&[])
    }

    /// The same with further arguments.
    pub fn run_with(&self, arguments: &[&str]) -> Invocation {
        let pipeline = self.path(PIPELINE).into_os_string();
        let all = ["run".into(), pipeline].into_iter().chain(arguments.iter().map(Into::into));
        self.invoke(Host::shared().run(all))
    }

    /// `plugpipe check` on the pipeline, with its answer as JSON.
    pub fn check(&self) -> Invocation {
        let pipeline = self.path(PIPELINE).into_os_string();
        let all = ["check".into(), "--format".into(), "json".into(), pipeline];
        self.invoke(Host::shared().run(all))
    }

    fn invoke(&self, invocation: Invocation) -> Invocation {
        let invocation = invocation.env("DIR", self.folder());
        match &self.kafka {
            Some(kafka) => invocation.env("KAFKA", kafka),
            None => invocation,
        }
    }
}

/// The run document of a stream that writes its records to stdout: the last line on stderr.
///
/// # Panics
/// When that line is no JSON document.
pub fn document_on_stderr(output: &Output) -> Value {
    let last = output.stderr.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {output}"))
}

/// Waits until something holds that nobody tells of.
///
/// # Panics
/// When it does not within half a minute.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    const LIMIT: Duration = Duration::from_secs(30);
    let deadline = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
