//! The grammar of one entry: `name:port`, `1.2.3.4:port` or `[2001:db8::1]:port`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// One broker as written. Equal when it names the same host, whatever the spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub host: Host,
    pub port: u16,
}

/// A host as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    Ip(IpAddr),
    /// In lower case.
    Name(String),
}

impl FromStr for Entry {
    /// Ends the sentence that begins with the entry.
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err("is an empty entry");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has white space, control or non-ASCII characters");
        }
        let (host, port) = text.rsplit_once(':').ok_or("has no port; write `host:9092`")?;
        // In `[::1]` the last colon is part of the address.
        if port.contains(']') {
            return Err("has no port; write `[address]:9092`");
        }
        Ok(Self { host: host.parse()?, port: parse_port(port)? })
    }
}

fn parse_port(port: &str) -> Result<u16, &'static str> {
    let fault = "needs a port from 1 to 65535, in digits without a leading zero";
    let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    port.parse().ok().filter(|_| is_plain).ok_or(fault)
}

impl FromStr for Host {
    type Err = &'static str;

    fn from_str(host: &str) -> Result<Self, Self::Err> {
        if let Some(inside) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let address = inside.parse::<Ipv6Addr>();
            let fault = "has no IPv6 address in its brackets (zone ids are not taken)";
            return address.map(|address| Self::Ip(address.into())).map_err(|_| fault);
        }
        if host.contains([':', '[', ']']) {
            return Err("is not `host:port`; an IPv6 address stands in brackets");
        }
        if let Ok(address) = host.parse::<Ipv4Addr>() {
            return Ok(Self::Ip(address.into()));
        }
        parse_name(host).map(Self::Name)
    }
}

/// A DNS name in lower case.
pub(super) fn parse_name(name: &str) -> Result<String, &'static str> {
    if name.is_empty() || name.len() > 253 {
        return Err("needs a host name of 1 to 253 characters");
    }
    if !name.split('.').all(is_label) {
        return Err("is not a host name: labels of 1 to 63 letters, digits, `-` and `_`, \
                    with a letter or digit at both ends");
    }
    // What getaddrinfo would read as a number: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
    let last = name.rsplit('.').next().unwrap_or(name);
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_hex = hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hex || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is not a canonical IPv4 address: four decimal numbers from 0 to 255");
    }
    Ok(name.to_ascii_lowercase())
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = label.as_bytes();
    bytes.len() <= 63
        && bytes.iter().copied().all(inner)
        && edge(bytes.first())
        && edge(bytes.last())
}
