//! The `plugpipe` command.

use plugpipe::cli::{self, Arguments};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each call of a plugin has a thread of its own while it runs.
const THREADS: usize = 2048;

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    cli::log::install(arguments.log_level());
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(THREADS)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return cli::fault(&format!("the async runtime did not start: {error}")),
    };
    let code = runtime.block_on(cli::run(arguments));
    // A plugin that hangs keeps its thread; the process does not wait for it.
    runtime.shutdown_background();
    ExitCode::from(code)
}
