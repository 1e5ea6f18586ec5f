//! The judgement of what is about to be dialled.
//!
//! What was judged as text is judged again here, because a name may resolve to anything and a broker
//! may advertise anything. The rules are those of [`Policy`], in this order:
//! 1. A rule of `deny` that covers the address, or the name it is dialled under, refuses.
//! 2. Link-local addresses, clouds' metadata services, multicast, unspecified and reserved addresses
//!    are refused, whatever is allowed.
//! 3. Under the profile `strict`, loopback and private addresses need a rule of `allow` that covers the
//!    address, or the name: whoever allows a name answers for what it resolves to. A name that nobody
//!    allowed, advertised or not, opens no private network.

use std::net::IpAddr;

use crate::address::{Policy, Profile, Reach, reach};
use crate::verdict::quoted;

/// Judges one address of a broker. `broker` is `name:port` as configured or as advertised.
///
/// # Errors
/// A whole sentence: what is refused, why, and what to do.
pub(crate) fn judge(policy: &Policy, broker: &str, ip: IpAddr) -> Result<(), String> {
    let name = name_of(broker).to_ascii_lowercase();
    // A name may end with the root's dot, which leads to the same place.
    let name = name.strip_suffix('.').unwrap_or(&name);
    let denied = policy.denies_ip(ip).or_else(|| policy.denies_name(name));
    let allowed = || policy.allows_ip(ip).or_else(|| policy.allows_name(name));
    let is_strict = policy.profile() == Profile::Strict;
    let (why, remedy) = match (denied, reach(ip)) {
        (Some(rule), _) => {
            (format!("denied by {} in `security.deny`", quoted(rule)), "take it out of there, or ")
        }
        (None, Reach::Refused(what)) => (what.to_owned(), ""),
        (None, Reach::Loopback) if is_strict && allowed().is_none() => not_allowed("this machine"),
        (None, Reach::Private) if is_strict && allowed().is_none() => {
            not_allowed("in a private network")
        }
        _ => return Ok(()),
    };
    Err(sentence(broker, name, ip, &why, remedy))
}

fn not_allowed(what: &str) -> (String, &'static str) {
    (format!("{what}, and the profile `strict` needs it in `security.allow`"), "put it there, or ")
}

/// `remedy` is a change of the rules, if one helps.
fn sentence(broker: &str, name: &str, ip: IpAddr, why: &str, remedy: &str) -> String {
    let resolved =
        if is_literal(name) { String::new() } else { format!(", which resolves to {ip},") };
    format!(
        "the broker address {}{resolved} is refused: {why}; {remedy}correct `bootstrap_servers` or \
         the broker's `advertised.listeners`",
        quoted(broker)
    )
}

/// Whether a broker is named by its address, so that it can lead to no other one.
pub(crate) fn is_literal(broker: &str) -> bool {
    name_of(broker).trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// `name:port` without the port; a bare IPv6 address has none.
fn name_of(broker: &str) -> &str {
    if broker.parse::<IpAddr>().is_ok() {
        return broker;
    }
    broker.rsplit_once(':').map_or(broker, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_dialled(policy: &Policy, broker: &str, ip: &str) -> bool {
        judge(policy, broker, ip.parse().unwrap()).is_ok()
    }

    #[test]
    fn what_is_dialled_follows_from_address_and_name() {
        let default = Policy::default();
        let strict = Policy::new::<&str>(Profile::Strict, &[], &[]).unwrap();
        let named = Policy::new(Profile::Strict, &[".inside.example"], &[]).unwrap();
        let range = Policy::new(Profile::Strict, &["10.0.0.0/8"], &[]).unwrap();
        let denied = Policy::new(Profile::Default, &[".example"], &["10.1.0.0/16", "bad.example"]);
        let denied = denied.unwrap();
        for (policy, broker, ip, expected) in [
            (&default, "kafka.example:9092", "93.184.216.34", true),
            (&default, "kafka.example:9092", "10.0.0.1", true),
            (&default, "localhost:9092", "127.0.0.1", true),
            (&default, "kafka.example:9092", "169.254.169.254", false),
            (&default, "169.254.169.254:80", "169.254.169.254", false),
            (&default, "[::ffff:169.254.1.1]:80", "::ffff:169.254.1.1", false),
            (&default, "kafka.example:9092", "0.0.0.0", false),
            (&default, "kafka.example:9092", "fe80::1", false),
            (&strict, "kafka.example:9092", "93.184.216.34", true),
            (&strict, "kafka.example:9092", "10.0.0.1", false),
            (&strict, "kafka.example:9092", "127.0.0.1", false),
            (&strict, "kafka.example:9092", "::1", false),
            (&range, "kafka.example:9092", "10.0.0.1", true),
            (&range, "kafka.example:9092", "192.168.0.1", false),
            (&named, "kafka.inside.example:9092", "10.0.0.1", true),
            (&named, "KAFKA.Inside.example:9092", "10.0.0.1", true),
            (&named, "kafka.outside.example:9092", "10.0.0.1", false),
            (&named, "10.0.0.1:9092", "10.0.0.1", false),
            (&named, "kafka.inside.example:9092", "169.254.169.254", false),
            (&denied, "kafka.example:9092", "10.1.2.3", false),
            (&denied, "bad.example:9092", "93.184.216.34", false),
            (&denied, "bad.example.:9092", "93.184.216.34", false),
            (&named, "kafka.inside.example.:9092", "10.0.0.1", true),
            (&denied, "kafka.example:9092", "10.2.0.1", true),
        ] {
            assert_eq!(is_dialled(policy, broker, ip), expected, "{broker} at {ip} by {policy:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_why_and_what_to_do() {
        let ip = "169.254.169.254".parse().unwrap();
        let text = judge(&Policy::default(), "169.254.169.254:9092", ip).unwrap_err();
        assert_eq!(
            text,
            "the broker address `169.254.169.254:9092` is refused: a link-local address, where \
             clouds serve their metadata; correct `bootstrap_servers` or the broker's \
             `advertised.listeners`"
        );
        let text = judge(&Policy::default(), "evil.example:9092", ip).unwrap_err();
        let start = "the broker address `evil.example:9092`, which resolves to 169.254.169.254, is";
        assert!(text.starts_with(start), "{text}");
        let denied = Policy::new(Profile::Default, &[], &["127.0.0.0/8"]).unwrap();
        let text = judge(&denied, "127.0.0.1:9092", "127.0.0.1".parse().unwrap()).unwrap_err();
        assert_eq!(
            text,
            "the broker address `127.0.0.1:9092` is refused: denied by `127.0.0.0/8` in \
             `security.deny`; take it out of there, or correct `bootstrap_servers` or the broker's \
             `advertised.listeners`"
        );
    }
}
