//! The standard output of the process, which the host leaves to the records of a stream with this sink.

use plugin_api::{Error, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd as _, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use std::io::{self, Write};

/// Standard output without a buffer.
pub struct Stdout(OwnedFd);

impl Stdout {
    /// Takes a second descriptor of it.
    ///
    /// # Errors
    /// There is none.
    pub fn open() -> Result<Self> {
        Self::share(io::stdout().as_fd())
    }

    fn share(descriptor: BorrowedFd<'_>) -> Result<Self> {
        descriptor
            .try_clone_to_owned()
            .map(Self)
            .map_err(|error| Error::config(format!("standard output cannot be used: {error}")))
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match rustix::io::write(&self.0, bytes) {
                // Whoever started the process made it non-blocking.
                Err(Errno::AGAIN) => poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None)?,
                written => return Ok(written?),
            };
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_pipe_has_a_second_writer() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut stdout = Stdout::share(writer.as_fd()).unwrap();
        drop(writer);
        stdout.write_all(b"one\n").unwrap();
        drop(stdout);
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "one\n");
    }

    #[test]
    fn a_file_is_written_where_its_first_writer_stopped() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"first\n").unwrap();
        let mut stdout = Stdout::share(file.as_fd()).unwrap();
        stdout.write_all(b"second\n").unwrap();
        file.write_all(b"third\n").unwrap();
        assert_eq!(file.metadata().unwrap().len(), 19);
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_an_error() {
        let (reader, writer) = io::pipe().unwrap();
        let mut stdout = Stdout::share(writer.as_fd()).unwrap();
        drop(reader);
        assert_eq!(stdout.write(b"one\n").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
