//! The members of a gzip file as one stream; zeros behind the last one are padding.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// One member behind the other.
pub struct Members<R> {
    /// `None` behind the last one.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    /// The members from here on.
    pub fn new(bytes: R) -> Self {
        Self { member: Some(GzDecoder::new(bytes)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = self.member.as_mut().filter(|_| !into.is_empty()) {
            let read = member.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            let bytes = self.member.take().map(GzDecoder::into_inner);
            self.member = bytes.map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The member that begins here, if only padding follows there is none.
fn next_member<R: BufRead>(mut bytes: R) -> io::Result<Option<GzDecoder<R>>> {
    let mut padded = false;
    loop {
        let buffer = bytes.fill_buf()?;
        let (len, zeros) = (buffer.len(), buffer.iter().take_while(|byte| **byte == 0).count());
        if len == 0 {
            return Ok(None);
        }
        padded |= zeros > 0;
        bytes.consume(zeros);
        if zeros < len {
            let behind = "bytes behind the zeros that end the gzip members";
            let error = io::Error::new(io::ErrorKind::InvalidData, behind);
            return if padded { Err(error) } else { Ok(Some(GzDecoder::new(bytes))) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    #[test]
    fn zeros_behind_the_last_member_are_ignored_and_other_bytes_are_not() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"one\n").unwrap();
        let one = encoder.finish().unwrap();
        let cases: [(&[u8], bool); 4] =
            [(b"", true), (&[0; 600], true), (b"garbage, not a member", false), (b"\0\0x", false)];
        for (behind, fits) in cases {
            let bytes = [&one, &one, behind].concat();
            let mut out = Vec::new();
            let read = Members::new(&bytes[..]).read_to_end(&mut out);
            assert_eq!((out.as_slice(), read.is_ok()), (&b"one\none\n"[..], fits), "{behind:?}");
        }
    }
}
