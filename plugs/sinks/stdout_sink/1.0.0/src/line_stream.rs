//! Lines into a stream that cannot be taken back: one that was torn is finished before the next.

use std::io::{self, Write};

/// See the module.
pub struct LineStream<W> {
    out: W,
    /// What is missing of the line that was torn.
    rest: Vec<u8>,
}

/// Why not all lines came out.
#[derive(Debug)]
pub struct Stopped {
    /// Bytes of the lines that did.
    pub written: usize,
    /// They end within a line, which is finished by the next write.
    pub torn: bool,
    /// What the system says.
    pub error: io::Error,
}

impl<W: Write> LineStream<W> {
    /// A stream that stands at the start of a line.
    pub fn new(out: W) -> Self {
        Self { out, rest: Vec::new() }
    }

    /// Writes lines, each with its ending.
    ///
    /// # Errors
    /// See [`Stopped`].
    pub fn write(&mut self, lines: &[u8]) -> Result<(), Stopped> {
        let rest = std::mem::take(&mut self.rest);
        if let Err((written, error)) = self.write_all(&rest) {
            self.rest = rest[written..].to_vec();
            return Err(Stopped { written: 0, torn: false, error });
        }
        self.write_all(lines).map_err(|(written, error)| {
            let (out, left) = lines.split_at(written);
            let torn = !out.is_empty() && !out.ends_with(b"\n");
            if torn {
                let end =
                    left.iter().position(|byte| *byte == b'\n').map_or(left.len(), |at| at + 1);
                self.rest = left[..end].to_vec();
            }
            Stopped { written, torn, error }
        })
    }

    /// As [`Write::write_all`], but an error says how many bytes came out before it.
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
        let mut written = 0;
        while written < bytes.len() {
            match self.out.write(&bytes[written..]) {
                Ok(0) => return Err((written, io::ErrorKind::WriteZero.into())),
                Ok(more) => written += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err((written, error)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream with room for so many bytes, up to 3 a write.
    struct Narrow {
        out: Vec<u8>,
        room: usize,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let fits = bytes.len().min(3).min(self.room - self.out.len());
            if fits == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.out.extend_from_slice(&bytes[..fits]);
            Ok(fits)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_torn_line_is_finished_before_the_next() {
        for room in 0..11 {
            let mut stream = LineStream::new(Narrow { out: Vec::new(), room });
            let stopped = stream.write(b"one\nsecond\n").unwrap_err();
            let torn = !matches!(room, 0 | 4);
            assert_eq!((stopped.written, stopped.torn), (room, torn));
            if torn {
                let again = stream.write(b"third\n").unwrap_err();
                assert_eq!((again.written, again.torn), (0, false));
            }
            stream.out.room = 100;
            stream.write(b"third\n").unwrap();
            let expected = match room {
                0 => "third\n",
                1..=4 => "one\nthird\n",
                _ => "one\nsecond\nthird\n",
            };
            assert_eq!(String::from_utf8(stream.out.out).unwrap(), expected, "room for {room}");
        }
    }
}
