//! An address that plugins connect to when they have come to a certain point, and wait at.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long whatever comes before the connection may take.
const REACHED: Duration = Duration::from_secs(30);

/// An address that takes connections and never says a word. Each connection is an event.
///
/// # Panics
/// When no port can be bound.
pub fn silent_listener() -> (String, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound port").to_string();
    let (send, connected) = channel();
    thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| send.send(stream)));
    (address, connected)
}

/// Waits until somebody connects; what comes back keeps the connection open.
///
/// # Panics
/// When nobody does.
pub fn reached(connected: &Receiver<TcpStream>) -> TcpStream {
    connected.recv_timeout(REACHED).expect("the plugin connects")
}
