//! The steps whose results can be there where a template stands.

/// The steps whose results a template can read.
#[derive(Clone, Copy, Debug)]
pub enum Visible<'s> {
    /// So many steps from the top of the file.
    First(usize),
    /// The steps above the one with this position, for which it is.
    Above(usize),
    /// Those that can have run by then.
    Led(Led<'s>),
}

/// What leads to the step with this position.
#[derive(Clone, Copy, Debug)]
pub struct Led<'s> {
    /// The position.
    pub to: usize,
    /// By position, whether a step has run by then.
    pub by: &'s [bool],
    /// By position, the steps that each follows.
    pub ways: &'s [Vec<usize>],
}

impl Led<'_> {
    /// Whether this step leads to the one with that position.
    pub(super) fn leads_on_to(self, position: usize) -> bool {
        let mut seen = vec![false; self.ways.len()];
        let mut waiting = vec![position];
        while let Some(at) = waiting.pop() {
            for from in self.ways.get(at).into_iter().flatten() {
                if *from == self.to {
                    return true;
                }
                if !std::mem::replace(&mut seen[*from], true) {
                    waiting.push(*from);
                }
            }
        }
        false
    }
}

impl Visible<'_> {
    /// Whether the result of the step with this position can be there.
    pub fn has(self, position: usize) -> bool {
        match self {
            Self::First(count) | Self::Above(count) => position < count,
            Self::Led(led) => led.by.get(position).is_some_and(|visible| *visible),
        }
    }
}
