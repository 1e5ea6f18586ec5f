//! Profiles, and the lists of what is allowed and denied on top of them.

use std::net::IpAddr;

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
#[error(
    "{} in `{list}` is no address rule; {}ranges are 10.0.0.0/8 or ::1/128, names `kafka.example.com`, \
     suffixes `.example.com`",
    quoted(text),
    one_address(text)
)]
pub struct BadRule {
    /// Where it stands: `allow` or `deny`.
    pub list: &'static str,
    /// The entry as written.
    pub text: String,
}

/// How a single address is written as a range, where `text` is one.
fn one_address(text: &str) -> String {
    text.trim_matches(['[', ']']).parse::<IpAddr>().map_or(String::new(), |ip| {
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        format!("for one address write `{ip}/{bits}`; ")
    })
}

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

impl Rule {
    fn read(text: &str) -> Option<Self> {
        let place = if let Some((network, bits)) = text.split_once('/') {
            range(network, bits)?
        } else if let Some(suffix) = text.strip_prefix('.') {
            Place::Suffix(format!(".{}", parse_name(suffix).ok()?))
        } else {
            Place::Name(parse_name(text).ok()?)
        };
        Some(Self { text: text.to_owned(), place })
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
        let rules = |list: &'static str, texts: &[Text]| {
            let bad = |text: &str| BadRule { list, text: text.to_owned() };
            let texts = texts.iter().map(AsRef::as_ref);
            texts.map(|text| Rule::read(text).ok_or_else(|| bad(text))).collect::<Result<_, _>>()
        };
        Ok(Self { profile, allow: rules("allow", allow)?, deny: rules("deny", deny)? })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_none_names_its_list_and_what_to_write() {
        const SHAPES: &str = "ranges are 10.0.0.0/8 or ::1/128, names `kafka.example.com`, suffixes \
                              `.example.com`";
        for (text, hint) in [
            ("127.0.0.1", "for one address write `127.0.0.1/32`; "),
            ("[::1]", "for one address write `::1/128`; "),
            ("10.0.0.0/99", ""),
        ] {
            let error = Policy::new(Profile::Default, &[], &[text]).unwrap_err();
            let expected = format!("`{text}` in `deny` is no address rule; {hint}{SHAPES}");
            assert_eq!(error.to_string(), expected);
            let error = Policy::new(Profile::Default, &[text], &[]).unwrap_err();
            assert_eq!(error.list, "allow");
        }
    }
}
