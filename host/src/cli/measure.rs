//! What `plugpipe bench` wants to know of the process that runs a stream: the stream's own numbers,
//! the CPU time of each thread, the most memory it ever had. Written by that process into a file.

use super::output;
use crate::run::Answer;
use crate::stream::Observed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What is written.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Measured {
    /// The part `stream` of the run document.
    pub(super) stream: Value,
    /// CPU time by the names of threads, in nanoseconds. Threads that ended before their stages were
    /// closed are missing.
    pub(super) thread_cpu_ns: BTreeMap<String, u64>,
    /// The most memory that was resident, in bytes.
    pub(super) peak_rss_bytes: u64,
}

/// Measures this process, and writes into a file what it found.
pub(super) struct Measurement {
    into: PathBuf,
    threads: Arc<Mutex<Threads>>,
}

impl Measurement {
    /// Will be written into this file.
    pub(super) fn new(into: &Path) -> Self {
        Self { into: into.to_owned(), threads: Arc::default() }
    }

    /// Looks at threads once more before stages are closed, with which their threads end.
    pub(super) fn watch(&self, observed: &Observed) {
        let threads = Arc::clone(&self.threads);
        observed.closing.before(move || look(&threads));
    }

    /// Writes what was found at the end of a stream.
    pub(super) fn write(&self, answer: &Answer) {
        look(&self.threads);
        let stream = answer.stream.as_ref().and_then(|stream| stream.parse().ok());
        let measured = Measured {
            stream: stream.unwrap_or_default(),
            thread_cpu_ns: self.threads.lock().unwrap_or_else(PoisonError::into_inner).by_name(),
            peak_rss_bytes: peak_rss_bytes().unwrap_or_default(),
        };
        let text = serde_json::to_vec(&measured).map_err(std::io::Error::from);
        if let Err(error) = text.and_then(|text| fs::write(&self.into, text)) {
            output::error(&format!("--measure {}: {error}", self.into.display()));
        }
    }
}

/// The threads of this process that were ever looked at: name and CPU time by their id.
#[derive(Debug, Default)]
struct Threads(HashMap<String, (String, u64)>);

fn look(threads: &Mutex<Threads>) {
    threads.lock().unwrap_or_else(PoisonError::into_inner).look();
}

impl Threads {
    /// Looks at every thread that there is now. One that has ended keeps what it had.
    fn look(&mut self) {
        let Ok(tasks) = fs::read_dir("/proc/self/task") else { return };
        for task in tasks.flatten() {
            // A thread may end between these lines.
            let name = fs::read_to_string(task.path().join("comm"));
            let spent = fs::read_to_string(task.path().join("schedstat"));
            let spent = spent.ok().and_then(|spent| spent.split(' ').next()?.parse().ok());
            if let (Ok(name), Some(spent)) = (name, spent) {
                let id = task.file_name().to_string_lossy().into_owned();
                self.0.insert(id, (name.trim_end().to_owned(), spent));
            }
        }
    }

    fn by_name(&self) -> BTreeMap<String, u64> {
        let mut sums = BTreeMap::new();
        for (name, spent) in self.0.values() {
            *sums.entry(name.clone()).or_insert(0) += spent;
        }
        sums
    }
}

fn peak_rss_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_ended_keeps_what_it_had() {
        let threads = Arc::new(Mutex::new(Threads::default()));
        let looking = Arc::clone(&threads);
        let body = move || look(&looking);
        let thread = std::thread::Builder::new().name("measured".to_owned()).spawn(body);
        thread.unwrap().join().unwrap();
        look(&threads);
        assert!(threads.lock().unwrap().by_name().contains_key("measured"));
    }

    #[test]
    fn threads_of_one_name_are_summed_up() {
        let of = |id: &str, name: &str, spent| (id.to_owned(), (name.to_owned(), spent));
        let threads =
            Threads(HashMap::from([of("1", "rdk", 2), of("2", "rdk", 3), of("3", "main", 1)]));
        let expected = BTreeMap::from([("main".to_owned(), 1), ("rdk".to_owned(), 5)]);
        assert_eq!(threads.by_name(), expected);
    }

    #[test]
    fn this_process_has_had_some_memory() {
        assert!(peak_rss_bytes().unwrap() > 1 << 20);
    }
}
