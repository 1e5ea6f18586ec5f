//! What brokers said since the last delivery, and whether that leaves hope.

use std::collections::BTreeMap;

use crate::dial::is_literal;
use crate::outcome::ErrorClass;
use crate::trouble::{ClientTrouble, REFUSED_ADDRESS};

/// So many addresses of a name are refused in a row before the name counts as hopeless: it may lead to
/// several, of which others may be dialled.
const REFUSALS_OF_A_NAME: u32 = 4;

#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub latest: Option<ClientTrouble>,
    /// Every broker with an error since the last delivery, by `name:port`.
    pub brokers: BTreeMap<String, Standing>,
    /// All brokers were down at once since the last delivery.
    pub all_down: bool,
}

/// What a broker's last errors say of the next try.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// It refused for a reason that only another configuration ends.
    pub refuses: bool,
    /// Its addresses that were refused since one was dialled.
    pub refused_addresses: u32,
    /// OpenSSL's number of what is wrong with its certificate; 0 for nothing.
    pub certificate: i32,
}

impl Heard {
    /// Whether no broker is left that may take a record: all are down, and each that was tried refuses for
    /// a reason that only another configuration ends.
    pub fn is_hopeless(&self) -> bool {
        self.all_down && !self.brokers.is_empty() && self.brokers.iter().all(is_hopeless)
    }

    /// Whether every one of these `name:port` refuses, or may not be dialled.
    pub fn refuses_all(&self, brokers: &[String]) -> bool {
        let refuses = |broker: &String| self.brokers.get_key_value(broker).is_some_and(is_hopeless);
        !brokers.is_empty() && brokers.iter().all(refuses)
    }

    /// "All brokers down" never replaces the error that says why, the failure of a connection never an
    /// address that was refused, and no later error a fatal one.
    pub fn note(&mut self, is_vague: bool, trouble: ClientTrouble) {
        let stays = self.latest.as_ref().is_some_and(|known| {
            known.class == ErrorClass::ClientFatal
                || is_vague
                || known.code == REFUSED_ADDRESS && trouble.class == ErrorClass::Retriable
        });
        if !stays {
            self.latest = Some(trouble);
        }
    }
}

fn is_hopeless((broker, standing): (&String, &Standing)) -> bool {
    let enough = if is_literal(broker) { 1 } else { REFUSALS_OF_A_NAME };
    standing.refuses || standing.refused_addresses >= enough
}

/// The `name:port` in librdkafka's `protocol://name:port/id: …`; `None` where no broker is named.
pub(crate) fn broker_of(message: &str) -> Option<String> {
    let (name, _) = message.split_once(": ")?;
    let (address, _id) = name.rsplit_once('/')?;
    let address = address.rsplit_once("://").map_or(address, |(_, address)| address);
    address.contains(':').then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_is_found_in_what_is_said_of_it() {
        for (message, broker) in [
            ("sasl_ssl://h:1/bootstrap: SASL authentication error: no", Some("h:1")),
            ("[::1]:9092/12: Disconnected", Some("[::1]:9092")),
            ("1/1 brokers are down", None),
            ("broker: authentication failed", None),
        ] {
            assert_eq!(broker_of(message).as_deref(), broker, "{message}");
        }
    }
}
