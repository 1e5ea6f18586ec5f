//! The Redis that a link leads to, as far as it may be spoken of.

use super::address;
use super::trouble::{Reason, Trouble};
use kafka_client::Secret;
use kafka_client::address::Policy;
use kafka_client::credentials::REDACTED;
use redis::{ConnectionAddr, ConnectionInfo};
use std::net::{IpAddr, ToSocketAddrs};

/// Its place, and the password that nothing it says may show.
pub struct Server {
    place: String,
    address: Option<(String, u16)>,
    password: Option<Secret>,
}

impl Server {
    /// The server of a URL.
    pub fn of(info: &ConnectionInfo) -> Self {
        let password = info.redis_settings().password().filter(|password| !password.is_empty());
        let password = password.map(Secret::new);
        Self { place: address::place(info), address: address_of(info.addr()), password }
    }

    /// Judges what its name leads to now, as the addresses of brokers are judged. The client asks for
    /// the name once more, so that a name which changes in between is not caught.
    ///
    /// # Errors
    /// An address that is never dialled. A name that leads nowhere is left to the client.
    pub fn judge_addresses(&self) -> Result<(), Trouble> {
        let found = self.address.iter().filter_map(|address| address.to_socket_addrs().ok());
        found.flatten().try_for_each(|address| self.judge_ip(address.ip()))
    }

    fn judge_ip(&self, ip: IpAddr) -> Result<(), Trouble> {
        Policy::default().judge_ip(ip).map_err(|issue| {
            let what = format!("{} leads to an address that is not dialled: {issue}", self.place);
            self.trouble(Reason::Unreachable, what)
        })
    }

    /// `host:port`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// A trouble with it. It has heard the password, and its own words may repeat it.
    pub fn trouble(&self, reason: Reason, what: String) -> Trouble {
        match &self.password {
            Some(password) => Trouble::new(reason, what.replace(password.reveal(), REDACTED)),
            None => Trouble::new(reason, what),
        }
    }
}

fn address_of(address: &ConnectionAddr) -> Option<(String, u16)> {
    match address {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            Some((host.clone(), *port))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_leads_to_is_judged_again() {
        let server = |url: &str| Server::of(&address::connection_info(&Secret::new(url)).unwrap());
        // As if `check` had let it pass: nobody here controls what a name leads to.
        for url in ["redis://169.254.169.254", "rediss://[::ffff:169.254.169.254]:7000"] {
            let trouble = server(url).judge_addresses().unwrap_err();
            assert_eq!(trouble.reason, Reason::Unreachable);
            assert!(trouble.to_string().contains("refused_address: "), "{trouble}");
        }
        for url in ["redis://127.0.0.1", "redis://localhost", "redis://10.0.0.7:6380"] {
            assert_eq!(server(url).judge_addresses(), Ok(()), "{url}");
        }
    }

    fn said(url: &str, what: &str) -> String {
        let info = address::connection_info(&Secret::new(url)).unwrap();
        Server::of(&info).trouble(Reason::Refused, what.to_owned()).to_string()
    }

    #[test]
    fn a_server_that_repeats_the_password_is_not_quoted_with_it() {
        let what = "unknown command `AUTH`, with args beginning with: `app` `hun ter2`";
        let text = said("redis://app:hun%20ter2@h", what);
        assert!(text.contains("beginning with: `app` `[REDACTED]`: "), "{text}");
        let cut = format!("{}hun ter2", "x".repeat(196));
        assert!(!said("redis://:hun%20ter2@h", &cut).contains("hun"), "a cut leaves no part of it");
        for url in ["redis://h", "redis://:@h"] {
            assert!(said(url, "as it is").contains(": as it is: "), "{url}");
        }
    }
}
