//! Profiles, and the lists of what is allowed and denied on top of them.

use std::net::IpAddr;
use std::str::FromStr;

use super::entry::parse_name;
use super::reach::reached;
use crate::verdict::quoted;

/// How loopback and private addresses are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// With a warning.
    #[default]
    Default,
    /// Only when they are allowed.
    Strict,
}

/// A profile with its lists. The default one allows and denies nothing by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    profile: Profile,
    allow: Vec<Rule>,
    deny: Vec<Rule>,
}

/// An entry of `allow` or `deny` that is neither a range nor a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is no address rule; write a range (10.0.0.0/8, ::1/128), a host name or a suffix (.example.com)", quoted(.0))]
pub struct BadRule(
    /// The entry as written.
    pub String,
);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Rule {
    /// As written, to be shown.
    text: String,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    /// Network, and how many of its leading bits count.
    Range(IpAddr, u32),
    Name(String),
    /// With its leading dot.
    Suffix(String),
}

impl FromStr for Rule {
    type Err = BadRule;

    fn from_str(text: &str) -> Result<Self, BadRule> {
        let place = if let Some((network, bits)) = text.split_once('/') {
            range(network, bits)
        } else if let Some(suffix) = text.strip_prefix('.') {
            parse_name(suffix).ok().map(|name| Place::Suffix(format!(".{name}")))
        } else {
            parse_name(text).ok().map(Place::Name)
        };
        let place = place.ok_or_else(|| BadRule(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), place })
    }
}

fn range(network: &str, bits: &str) -> Option<Place> {
    let network: IpAddr = network.parse().ok()?;
    let most = if network.is_ipv4() { 32 } else { 128 };
    let is_plain = bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits = bits.parse().ok().filter(|bits| is_plain && *bits <= most)?;
    Some(Place::Range(network, bits))
}

impl Rule {
    fn covers_ip(&self, ip: IpAddr) -> bool {
        let Place::Range(network, bits) = &self.place else { return false };
        match (network, reached(ip)) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                (network.to_bits() ^ ip.to_bits()).leading_zeros() >= *bits
            }
            (IpAddr::V6(network), IpAddr::V6(ip)) => {
                (network.to_bits() ^ ip.to_bits()).leading_zeros() >= *bits
            }
            _ => false,
        }
    }

    fn covers_name(&self, name: &str) -> bool {
        match &self.place {
            Place::Range(..) => false,
            Place::Name(exact) => exact == name,
            Place::Suffix(suffix) => name.ends_with(suffix),
        }
    }
}

impl Policy {
    /// A policy with its lists: CIDR ranges, which meet the address reached; exact names; `.suffix`
    /// for the names below it. What is denied cannot be allowed.
    ///
    /// # Errors
    /// The first entry that is no rule.
    pub fn new<Text: AsRef<str>>(
        profile: Profile,
        allow: &[Text],
        deny: &[Text],
    ) -> Result<Self, BadRule> {
        let rules =
            |list: &[Text]| list.iter().map(|text| text.as_ref().parse()).collect::<Result<_, _>>();
        Ok(Self { profile, allow: rules(allow)?, deny: rules(deny)? })
    }

    /// The profile.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Every rule that differs from the default policy, as `kind rule`.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        let strict = (self.profile == Profile::Strict).then(|| "strict".to_owned());
        let allow = self.allow.iter().map(|rule| format!("allow {}", rule.text));
        let deny = self.deny.iter().map(|rule| format!("deny {}", rule.text));
        strict.into_iter().chain(allow).chain(deny)
    }

    pub(crate) fn allows_ip(&self, ip: IpAddr) -> Option<&str> {
        covering(&self.allow, |rule| rule.covers_ip(ip))
    }

    pub(crate) fn denies_ip(&self, ip: IpAddr) -> Option<&str> {
        covering(&self.deny, |rule| rule.covers_ip(ip))
    }

    pub(crate) fn allows_name(&self, name: &str) -> Option<&str> {
        covering(&self.allow, |rule| rule.covers_name(name))
    }

    pub(crate) fn denies_name(&self, name: &str) -> Option<&str> {
        covering(&self.deny, |rule| rule.covers_name(name))
    }
}

/// The first rule that covers, as written.
fn covering(rules: &[Rule], covers: impl Fn(&Rule) -> bool) -> Option<&str> {
    rules.iter().find(|rule| covers(rule)).map(|rule| rule.text.as_str())
}
