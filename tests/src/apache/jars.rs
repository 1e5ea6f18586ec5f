//! Apache Kafka's jars, fetched once from Maven Central into the user's cache folder.

use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::skip::Availability;
use crate::{Result, process};

/// A cold fetch takes some seconds; a slow line gets ten minutes.
const FETCH_LIMIT: Duration = Duration::from_mins(10);
const COPY_JARS: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
/// Without an slf4j binding there is no log, and the log says when the broker is ready.
const LOGGING: &str = "<dependency><groupId>org.apache.logging.log4j</groupId>\
    <artifactId>log4j-slf4j-impl</artifactId><version>2.25.5</version></dependency>";
const BROKER: &str = "<dependency><groupId>org.apache.kafka</groupId>\
    <artifactId>kafka_2.13</artifactId><version>4.4.0</version></dependency>";
/// The exclusions bring a web server that only Kafka Connect needs.
const TOOLS: &str = "<dependency><groupId>org.apache.kafka</groupId>\
    <artifactId>kafka-tools</artifactId><version>4.3.1</version><exclusions>\
    <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-runtime</artifactId></exclusion>\
    <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-api</artifactId></exclusion>\
    <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-json</artifactId></exclusion>\
    </exclusions></dependency>";

/// A class path. The two never mix: the tools of one release break in the other's class path.
#[derive(Clone, Copy)]
pub(super) enum JarSet {
    /// The broker and its storage tool.
    Broker,
    /// The command line tools, console consumer included.
    Tools,
}

impl JarSet {
    fn folder_name(self) -> &'static str {
        match self {
            Self::Broker => "broker-4.4.0",
            Self::Tools => "tools-4.3.1",
        }
    }

    fn pom(self) -> String {
        let (name, kafka) = match self {
            Self::Broker => ("kafka-broker", BROKER),
            Self::Tools => ("kafka-tools", TOOLS),
        };
        format!(
            "<project><modelVersion>4.0.0</modelVersion><groupId>plugpipe.tests</groupId>\
             <artifactId>{name}</artifactId><version>1</version><packaging>pom</packaging>\
             <dependencies>{kafka}{LOGGING}</dependencies></project>\n"
        )
    }
}

/// The folder of a set, fetched first if this machine has not got it. Test processes that ask at
/// the same time wait for one fetch.
///
/// # Errors
/// When Maven fails, with what it printed, or the cache folder cannot be written.
pub(super) fn fetch(set: JarSet) -> Result<Availability<PathBuf>> {
    let cache = cache_folder()?;
    let whole = cache.join(set.folder_name());
    fs::create_dir_all(&cache)?;
    let lock = File::create(cache.join(format!("{}.lock", set.folder_name())))?;
    lock.lock()?;
    if whole.is_dir() {
        return Ok(Availability::Present(whole));
    }
    let part = cache.join(format!("{}.part", set.folder_name()));
    if !copy_jars(set, &part)? {
        let name = set.folder_name();
        return Ok(Availability::Absent(format!("{name} is not fetched and mvn is missing")));
    }
    fs::rename(&part, &whole)?;
    Ok(Availability::Present(whole))
}

fn cache_folder() -> Result<PathBuf> {
    let cache = match env::var_os("XDG_CACHE_HOME") {
        Some(folder) if Path::new(&folder).is_absolute() => PathBuf::from(folder),
        _ => env::home_dir().ok_or("no home folder to keep a cache in")?.join(".cache"),
    };
    Ok(cache.join("plugpipe-tests"))
}

/// Has Maven copy the set into `part`, which a fetch that was cut off may have left. Answers
/// false when there is no `mvn`.
fn copy_jars(set: JarSet, part: &Path) -> Result<bool> {
    match fs::remove_dir_all(part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    if let Err(error) = Command::new("mvn").arg("-v").output() {
        return if error.kind() == ErrorKind::NotFound { Ok(false) } else { Err(error.into()) };
    }
    let folder = tempfile::tempdir()?;
    let pom = folder.path().join("pom.xml");
    fs::write(&pom, set.pom())?;
    let mut mvn = Command::new("mvn");
    mvn.args(["-B", "-ntp", "-q", "-f"]).arg(&pom).arg(COPY_JARS);
    mvn.arg(format!("-DoutputDirectory={}", part.display())).arg("-DincludeScope=runtime");
    let output = process::run(mvn, FETCH_LIMIT)?;
    if output.code == Some(0) { Ok(true) } else { Err(format!("mvn: {output}").into()) }
}
