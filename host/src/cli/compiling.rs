//! What a person sees while plugs are compiled: one line first, and a moving one on a terminal.

use super::output;
use super::progress::Shown;
use crate::compile::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// How often the moving line moves.
const TICK: Duration = Duration::from_millis(120);

/// The compilation as stderr shows it.
pub(super) struct Compiling {
    /// Absent where nothing can be drawn.
    line: Option<ProgressBar>,
}

impl Compiling {
    pub(super) fn new() -> Self {
        Self::on(Shown::choose(false, false))
    }

    fn on(shown: Shown) -> Self {
        let style = ProgressStyle::with_template("{spinner} {pos} crates, {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let target = ProgressDrawTarget::stderr();
        let draw = || ProgressBar::with_draw_target(None, target).with_style(style);
        Self { line: (shown == Shown::Drawn).then(draw) }
    }
}

impl Watch for Compiling {
    fn begins(&self, plugs: usize) {
        let noun = if plugs == 1 { "plug" } else { "plugs" };
        output::note(&format!("compiling {plugs} {noun} …"));
        if let Some(line) = &self.line {
            line.enable_steady_tick(TICK);
        }
    }

    /// Two who draw on one terminal would write over each other.
    fn takes_words(&self) -> bool {
        self.line.is_some()
    }

    fn says(&self, words: &str) {
        match &self.line {
            Some(line) => line.suspend(|| output::note(words)),
            None => output::note(words),
        }
    }

    fn compiled(&self, crate_name: &str) {
        if let Some(line) = &self.line {
            line.inc(1);
            line.set_message(crate_name.to_owned());
        }
    }

    fn ends(&self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }
}
