//! What an IP address reaches: the world, a private network, this machine, or nothing one may dial.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kind of place an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// An ordinary address.
    Public,
    /// 127/8, `::1`.
    Loopback,
    /// 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7.
    Private,
    /// Never dialled, whatever is allowed. The text says what it is.
    Refused(&'static str),
}

const LINK_LOCAL: Reach = Reach::Refused("a link-local address, where clouds serve their metadata");
const METADATA: Reach = Reach::Refused("a cloud's metadata service");
const MULTICAST: Reach = Reach::Refused("a multicast address");
const UNSPECIFIED: Reach = Reach::Refused("an address of no host");

/// Classes an address by what it reaches.
pub fn reach(ip: IpAddr) -> Reach {
    match reached(ip) {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

/// The IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4), else the address itself.
pub fn reached(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => ip,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => embedded(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        _ => ip,
    }
}

fn reach_v4(v4: Ipv4Addr) -> Reach {
    match v4.octets() {
        [0, ..] => UNSPECIFIED,
        [169, 254, ..] => LINK_LOCAL,
        [168, 63, 129, 16] | [100, 100, 100, 200] => METADATA,
        [224..=239, ..] => MULTICAST,
        [240..=255, ..] => Reach::Refused("a reserved or broadcast address"),
        [127, ..] => Reach::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(v6: Ipv6Addr) -> Reach {
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => UNSPECIFIED,
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Loopback,
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => METADATA,
        [0xfe80..=0xfebf, ..] => LINK_LOCAL,
        [0xff00..=0xffff, ..] => MULTICAST,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        _ => Reach::Public,
    }
}
