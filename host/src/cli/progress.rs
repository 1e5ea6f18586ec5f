//! The progress of a stream on stderr: lines that are drawn anew on a terminal, plain ones elsewhere.

use super::output;
use crate::stream::progress::{Snapshot, lines};
use crate::stream::watched::Watched;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::VecDeque;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// A terminal that lines are drawn on.
pub(super) type Screen = MultiProgress;

/// What is drawn now, for those who want to write beside it.
static DRAWN: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// How often lines are drawn anew.
const REDRAW: Duration = Duration::from_millis(250);
/// Speeds are those of so many redraws, a second: of one alone they would flicker.
const REDRAWS: usize = 4;
/// How often plain lines are written.
const REWRITE: Duration = Duration::from_secs(1);

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// As lines that are drawn anew in their place.
    Drawn,
    /// As plain lines without control codes.
    Written,
    /// Not at all.
    Never,
}

impl Shown {
    /// Drawn on a terminal, written where it is `asked` for and cannot be drawn. `has_records` says
    /// that records are written to stdout: on one terminal with them nothing can be drawn.
    pub(super) fn choose(asked: bool, has_records: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let is_shared = has_records && std::io::stdout().is_terminal();
        Self::of(asked, std::io::stderr().is_terminal() && !is_dumb && !is_shared)
    }

    fn of(asked: bool, can_draw: bool) -> Self {
        match (asked, can_draw) {
            (_, true) => Self::Drawn,
            (true, false) => Self::Written,
            (false, false) => Self::Never,
        }
    }
}

/// Progress that is being shown.
pub(super) struct Progress(Option<JoinHandle<()>>);

impl Progress {
    /// Shows the progress of a stream from now on. Has to be called in a tokio runtime.
    pub(super) fn start(shown: Shown, stream: Watched) -> Self {
        Self(match shown {
            Shown::Drawn => Some(tokio::spawn(draw(stream))),
            Shown::Written => Some(tokio::spawn(write(stream))),
            Shown::Never => None,
        })
    }

    /// Shows nothing more, and erases what was drawn.
    pub(super) async fn end(self) {
        let Some(showing) = self.0 else { return };
        showing.abort();
        let _ = showing.await;
        erase();
    }
}

/// The terminal on stderr; what is written [`beside`] it stands above from now on.
pub(super) fn screen() -> Screen {
    let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    *DRAWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(screen.clone());
    screen
}

/// Erases what is drawn, and draws no more.
pub(super) fn erase() {
    let drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(screen) = drawn {
        let _ = screen.clear();
    }
}

/// Writes something to stderr that is no progress: it stands above what is drawn.
pub(super) fn beside<R>(write: impl FnOnce() -> R) -> R {
    let drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match drawn {
        Some(screen) => screen.suspend(write),
        None => write(),
    }
}

async fn draw(stream: Watched) {
    let screen = screen();
    // A line that is too long is cut at the width of the terminal.
    let style = ProgressStyle::with_template("{wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = |_| screen.add(ProgressBar::no_length().with_style(style.clone()));
    let bars: Vec<ProgressBar> = stream.steps().map(bar).collect();
    let mut past = VecDeque::from([Snapshot::take(&stream)]);
    let mut clock = interval(REDRAW);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        let now = Snapshot::take(&stream);
        if let Some(before) = past.front() {
            bars.iter().zip(lines(before, &now)).for_each(|(bar, line)| bar.set_message(line));
        }
        past.push_back(now);
        if past.len() > REDRAWS {
            past.pop_front();
        }
    }
}

async fn write(stream: Watched) {
    let mut before = Snapshot::take(&stream);
    let mut clock = interval(REWRITE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // The first tick comes at once, and nothing has happened by then.
    clock.tick().await;
    loop {
        clock.tick().await;
        let now = Snapshot::take(&stream);
        lines(&before, &now).iter().for_each(|line| output::note(line));
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_where_it_cannot_be_drawn_unless_it_is_asked_for() {
        assert_eq!(Shown::of(false, false), Shown::Never);
        assert_eq!(Shown::of(true, false), Shown::Written);
        assert_eq!((Shown::of(false, true), Shown::of(true, true)), (Shown::Drawn, Shown::Drawn));
    }
}
