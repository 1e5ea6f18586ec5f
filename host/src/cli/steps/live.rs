//! Lines of running steps that are drawn anew on a terminal.

use super::{Running, Watcher};
use crate::cli::progress::{self, Screen};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often lines are drawn anew.
const REDRAW: Duration = Duration::from_millis(100);

/// Lines that are being drawn.
pub(crate) struct Live(JoinHandle<()>);

impl Live {
    /// Draws a line for each step that is under way. Has to be called in a tokio runtime.
    pub(crate) fn start(watcher: &Watcher) -> Self {
        Self(tokio::spawn(draw(Arc::clone(&watcher.running))))
    }

    /// Draws nothing more, and erases what was drawn.
    pub(crate) async fn end(self) {
        self.0.abort();
        let _ = self.0.await;
        progress::erase();
    }
}

async fn draw(running: Running) {
    let screen = progress::screen();
    let mut bars = BTreeMap::new();
    let mut clock = interval(REDRAW);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        redraw(&screen, &running, &mut bars);
    }
}

fn redraw(screen: &Screen, running: &Running, bars: &mut BTreeMap<usize, ProgressBar>) {
    let now = Instant::now();
    let steps = running.lock().unwrap_or_else(PoisonError::into_inner);
    let lines: BTreeMap<usize, String> =
        steps.iter().map(|(step, state)| (*step, state.line(now))).collect();
    // The run must not wait for a terminal.
    drop(steps);
    bars.retain(|step, bar| {
        let is_running = lines.contains_key(step);
        if !is_running {
            bar.finish_and_clear();
            screen.remove(bar);
        }
        is_running
    });
    for (step, line) in lines {
        let bar = bars.entry(step).or_insert_with(|| screen.add(spinner()));
        bar.set_message(line);
        bar.tick();
    }
}

fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {wide_msg}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
