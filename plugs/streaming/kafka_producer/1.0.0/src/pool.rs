//! One Kafka client for each distinct configuration, made once and shared by all callers.

use crate::fault::Fault;
use crate::fault::kafka::client_fault;
use kafka_client::{ClientError, ClientSettings, ClientTrouble, ErrorClass, Producer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// A client, or why there is none: decided once, whoever asks first.
type Slot = Arc<OnceLock<Result<Arc<Producer>, ClientError>>>;

/// The clients of this plugin.
#[derive(Default)]
pub struct Pool {
    slots: Mutex<HashMap<ClientSettings, Slot>>,
}

impl Pool {
    /// The client of these settings. One that has failed for good is replaced.
    ///
    /// # Errors
    /// Settings that librdkafka refuses, by their key.
    pub fn get(&self, settings: &ClientSettings) -> Result<Arc<Producer>, Fault> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let broken = slots.get(settings).is_some_and(is_broken);
        let replaced = broken.then(|| slots.remove(settings)).flatten();
        let slot = Arc::clone(slots.entry(settings.clone()).or_default());
        drop(slots);
        // Dropping a client flushes it, which nobody should wait for.
        drop(replaced.map(|replaced| std::thread::spawn(move || drop(replaced))));
        let connected = slot.get_or_init(|| Producer::connect(settings).map(Arc::new));
        connected.clone().map_err(|error| client_fault(&error))
    }

    /// Closes every client, side by side, within `wait`. Calls that still run get their outcomes.
    pub fn close(&self, wait: Duration) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let clients: Vec<Slot> = slots.drain().map(|(_, slot)| slot).collect();
        drop(slots);
        std::thread::scope(|scope| {
            for client in clients.iter().filter_map(|slot| slot.get()?.as_ref().ok()) {
                scope.spawn(move || client.close(wait));
            }
        });
    }
}

/// A client that takes no more records, or settings that gave no client: the reason may be gone.
fn is_broken(slot: &Slot) -> bool {
    match slot.get() {
        None => false,
        Some(Err(_)) => true,
        Some(Ok(client)) => {
            let is_fatal = |trouble: ClientTrouble| trouble.class == ErrorClass::ClientFatal;
            client.is_hopeless() || client.trouble().is_some_and(is_fatal)
        }
    }
}
