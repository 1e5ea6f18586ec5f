//! SIGINT and SIGTERM: the first asks the work to stop, the second ends the process.

use super::{INTERRUPTED, TERMINATED, output};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The exit code that a signal asks for, once one has come.
#[derive(Clone)]
pub(super) struct Signals(watch::Receiver<Option<u8>>);

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> std::io::Result<Self> {
        let (tell, heard) = watch::channel(None);
        let int = signal(SignalKind::interrupt())?;
        let term = signal(SignalKind::terminate())?;
        tokio::spawn(relay(int, term, tell));
        Ok(Self(heard))
    }

    /// Waits for the first signal.
    pub(super) async fn first(&mut self) -> u8 {
        match self.0.wait_for(Option::is_some).await {
            Ok(code) => code.unwrap_or(INTERRUPTED),
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits for the first signal, whichever it is.
    pub(super) async fn stopped(mut self) {
        self.first().await;
    }

    /// The code of the signal that has come, if one has.
    pub(super) fn seen(&self) -> Option<u8> {
        *self.0.borrow()
    }
}

async fn relay(mut int: Signal, mut term: Signal, tell: watch::Sender<Option<u8>>) {
    loop {
        let code = tokio::select! {
            _ = int.recv() => INTERRUPTED,
            _ = term.recv() => TERMINATED,
        };
        if tell.borrow().is_some() {
            output::note("ended at once by a second signal");
            std::process::exit(code.into());
        }
        tell.send_replace(Some(code));
    }
}
