//! The pipelines that may be run: files of one folder, by their names.

use super::problem::{Kind, Problem};
use crate::diagnostics::nearest;
use rustix::fs::{self as fd, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A folder of pipelines.
#[derive(Clone, Debug)]
pub struct Pipelines {
    folder: PathBuf,
}

/// The bytes of a pipeline, and the name of its file.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The name of the file, without a folder.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A pipeline is not larger than this.
const LARGEST: u64 = 4 << 20;

/// What a name may leave out.
const ENDINGS: [&str; 2] = [".yaml", ".yml"];

impl Pipelines {
    /// The pipelines in a folder.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn new(folder: &Path) -> Result<Self, String> {
        let folder = folder
            .canonicalize()
            .ok()
            .filter(|folder| folder.is_dir())
            .ok_or_else(|| format!("--pipelines: there is no folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// Reads a pipeline, with or without `.yaml`. Links are followed as long as they stay in the folder.
    ///
    /// # Errors
    /// It is no name of a file of that folder, or not readable.
    pub fn read(&self, name: &str) -> Result<Found, Problem> {
        if !is_plain(name) {
            let detail = "a pipeline is named by its file, such as `orders` or `orders.yaml`";
            return Err(Problem::new(Kind::BadBody, detail));
        }
        for name in candidates(name) {
            match self.open(&name).and_then(|file| content(&file)) {
                Ok(bytes) => return Ok(Found { name, bytes }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let detail = format!("the pipeline `{name}` is not readable: {error}");
                    return Err(Problem::new(Kind::Unreadable, &detail));
                }
            }
        }
        Err(self.unknown(name))
    }

    fn open(&self, name: &str) -> io::Result<File> {
        let folder = File::open(&self.folder)?;
        // Opening a pipe does not wait for its other end.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        let opened = match fd::openat2(&folder, name, flags, Mode::empty(), beneath) {
            // Kernels before 5.6, and sandboxes that do not know the call: then no link at all.
            Err(Errno::NOSYS | Errno::PERM) => {
                fd::openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty())
            }
            opened => opened,
        };
        Ok(File::from(opened?))
    }

    fn unknown(&self, name: &str) -> Problem {
        let names = self.names();
        let near = nearest(name, names.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {} pipelines", names.len()),
        };
        let detail = format!("there is no pipeline `{name}`");
        Problem::new(Kind::UnknownPipeline, &detail).hint(Some(&hint))
    }

    /// Names of all pipelines, without their endings.
    fn names(&self) -> Vec<String> {
        let entries = self.folder.read_dir().into_iter().flatten().filter_map(Result::ok);
        let name = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().ok().filter(|name| is_plain(name))?;
            ENDINGS.iter().find_map(|ending| name.strip_suffix(ending).map(str::to_owned))
        };
        entries.filter_map(name).collect()
    }
}

/// A name that leads nowhere else.
fn is_plain(name: &str) -> bool {
    let fits = (1..=200).contains(&name.len()) && !name.starts_with('.');
    fits && !name.chars().any(|c| matches!(c, '/' | '\\') || c.is_control())
}

fn candidates(name: &str) -> Vec<String> {
    if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return vec![name.to_owned()];
    }
    ENDINGS.iter().map(|ending| format!("{name}{ending}")).collect()
}

fn content(file: &File) -> io::Result<Vec<u8>> {
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn folder() -> tempfile::TempDir {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("pipelines");
        std::fs::create_dir_all(folder.join("below.yaml")).unwrap();
        for (path, content) in [
            ("pipelines/orders.yaml", "orders"),
            ("pipelines/old.yml", "old"),
            ("pipelines/.hidden.yaml", "hidden"),
            ("pipelines/plain", "plain"),
            ("outside.yaml", "outside"),
        ] {
            std::fs::write(above.path().join(path), content).unwrap();
        }
        symlink("../outside.yaml", folder.join("out.yaml")).unwrap();
        symlink(above.path().join("outside.yaml"), folder.join("absolute.yaml")).unwrap();
        symlink("orders.yaml", folder.join("within.yaml")).unwrap();
        above
    }

    #[test]
    fn a_pipeline_is_a_file_of_the_folder_and_nothing_else() {
        let above = folder();
        let pipelines = Pipelines::new(&above.path().join("pipelines")).unwrap();
        let read = |name: &str| pipelines.read(name).map_err(|problem| problem.kind());
        for (name, expected) in [
            ("orders", "orders"),
            ("orders.yaml", "orders"),
            ("old", "old"),
            ("old.yml", "old"),
            ("within", "orders"),
        ] {
            assert_eq!(read(name).unwrap().bytes, expected.as_bytes(), "{name}");
        }
        let absolute = above.path().join("outside.yaml");
        for (name, expected) in [
            ("", Kind::BadBody),
            (".", Kind::BadBody),
            ("..", Kind::BadBody),
            ("../outside", Kind::BadBody),
            ("../outside.yaml", Kind::BadBody),
            ("/etc/passwd", Kind::BadBody),
            (absolute.to_str().unwrap(), Kind::BadBody),
            ("a/b", Kind::BadBody),
            ("a\\b", Kind::BadBody),
            ("orders.yaml\0", Kind::BadBody),
            (".hidden", Kind::BadBody),
            (".hidden.yaml", Kind::BadBody),
            ("plain", Kind::UnknownPipeline),
            ("order", Kind::UnknownPipeline),
            ("out", Kind::Unreadable),
            ("absolute.yaml", Kind::Unreadable),
            ("below", Kind::Unreadable),
        ] {
            assert_eq!(read(name), Err(expected), "{name}");
        }
    }

    #[test]
    fn a_slip_gets_the_nearest_name() {
        let above = folder();
        let pipelines = Pipelines::new(&above.path().join("pipelines")).unwrap();
        let problem = format!("{:?}", pipelines.read("odrers").unwrap_err());
        assert!(problem.contains("did you mean `orders`?"), "{problem}");
    }
}
