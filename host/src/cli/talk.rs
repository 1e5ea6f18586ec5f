//! How much a command says on stderr.

use super::log;
use clap::{ArgAction, Args};

/// `--quiet` and `--verbose`.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct TalkArguments {
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell of each step as it starts, is retried and ends; -vv logs at debug
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

impl TalkArguments {
    /// Whether only errors are said.
    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Whether each event is told as a line.
    pub(super) fn tells_events(self) -> bool {
        self.verbose > 0
    }

    /// What is logged where the environment does not say.
    pub(super) fn log_level(self) -> log::Level {
        match self.verbose {
            _ if self.quiet => log::Level::ERROR,
            0 | 1 => log::Level::WARN,
            _ => log::Level::DEBUG,
        }
    }
}
