//! What happens while plugs are compiled, for those who show it.

/// Somebody who watches. Calls come from two threads.
pub trait Watch: Sync {
    /// So many plugs are being compiled from now on.
    fn begins(&self, _plugs: usize) {}

    /// Whether cargo's own words go to [`Watch::says`] instead of stderr.
    fn takes_words(&self) -> bool {
        false
    }

    /// One line of cargo's own.
    fn says(&self, _line: &str) {}

    /// One crate is compiled, or was already.
    fn compiled(&self, _crate_name: &str) {}

    /// Nothing more comes.
    fn ends(&self) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {}
