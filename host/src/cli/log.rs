//! The host's log: to stderr, at the level of `PLUGPIPE_LOG`.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// The variable with the level, or with `target=level` pairs.
const VARIABLE: &str = "PLUGPIPE_LOG";

/// Installs the log. A second call changes nothing.
pub fn install() {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into());
    let (filter, problem) = match filter.parse(&wanted) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("warn"), Some(error)),
    };
    crate::services::set_max_level(filter.max_level_hint().unwrap_or(LevelFilter::TRACE));
    let installed = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(super::output::styled())
        .without_time()
        .try_init();
    if let (Ok(()), Some(problem)) = (installed, problem) {
        tracing::warn!("{VARIABLE} is not usable, `warn` is taken instead: {problem}");
    }
}
