//! Where to begin in a file: what the checkpoint says, if it is still about that file.

use crate::checkpoint::Kept;
use crate::config::Start;
use crate::input::Begin;

/// A file as it is now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// The file behind the path.
    pub inode: u64,
    /// Its bytes on disk.
    pub size: u64,
}

/// What is to be done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Read it from there on.
    Read(Begin),
    /// Read it from its beginning again, because the checkpoint is about something else.
    Again(&'static str),
    /// Every record of it is final already.
    Finished,
}

/// Judges a file by what was kept about it. `is_same` says that it begins as it did then.
pub fn decision(now: Now, kept: Option<Kept>, is_same: bool, start: Start) -> Decision {
    let Some(kept) = kept else {
        return Decision::Read(match start {
            Start::Beginning => Begin::At(0),
            Start::End => Begin::End,
        });
    };
    if kept.inode != now.inode {
        return Decision::Again("is another file than the one the checkpoint knows");
    }
    if now.size < kept.size {
        return Decision::Again(SHRUNK);
    }
    if !is_same {
        return Decision::Again("was written anew since the checkpoint");
    }
    if kept.done && kept.size == now.size {
        return Decision::Finished;
    }
    Decision::Read(Begin::At(kept.offset))
}

/// Why a file is read again whose checkpoint lies behind its end.
pub const SHRUNK: &str = "is shorter than the checkpoint says";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_counts_for_the_same_file_only() {
        let kept = Kept { inode: 1, size: 50, offset: 40, done: false, head: None };
        let done = Kept { done: true, offset: 50, ..kept };
        let at = |position| Decision::Read(Begin::At(position));
        let other = Decision::Again("is another file than the one the checkpoint knows");
        let cases = [
            ((1, 50), None, at(0)),
            ((1, 50), Some(kept), at(40)),
            ((1, 70), Some(kept), at(40)),
            ((1, 49), Some(kept), Decision::Again(SHRUNK)),
            ((2, 50), Some(kept), other),
            ((1, 50), Some(done), Decision::Finished),
            ((1, 70), Some(done), at(50)),
            ((1, 49), Some(done), Decision::Again(SHRUNK)),
            ((2, 50), Some(done), other),
        ];
        for ((inode, size), kept, expected) in cases {
            let now = Now { inode, size };
            let found = decision(now, kept, true, Start::Beginning);
            assert_eq!(found, expected, "{inode} {size} {kept:?}");
        }
        let now = Now { inode: 1, size: 50 };
        let anew = Decision::Again("was written anew since the checkpoint");
        for kept in [kept, done] {
            assert_eq!(decision(now, Some(kept), false, Start::Beginning), anew);
        }
        assert_eq!(decision(now, None, true, Start::End), Decision::Read(Begin::End));
        assert_eq!(decision(now, Some(kept), true, Start::End), at(40));
    }
}
