//! Who may ask: whoever has the token, or, where there is none, programs of this machine.

use super::problem::{Kind, Problem};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use sha2::{Digest as _, Sha256};
use std::net::{IpAddr, SocketAddr};

/// Decides about requests.
#[derive(Clone, Debug)]
pub struct Access {
    /// The digest of the token: digests differ in places that nobody can choose, so that the time of a
    /// comparison tells nothing.
    token: Option<[u8; 32]>,
}

/// The variable with the token.
pub const TOKEN: &str = "PLUGPIPE_TOKEN";

/// Shorter tokens can be guessed.
const SHORTEST: usize = 16;

impl Access {
    /// The rules for a server at `address`.
    ///
    /// # Errors
    /// Other machines reach the address and that was not allowed, or there is no token; the token is
    /// too short, or cannot be sent in a header.
    pub fn choose(
        address: SocketAddr,
        allow_remote: bool,
        token: Option<&str>,
    ) -> Result<Self, String> {
        let sendable = |token: &str| token.bytes().all(|byte| byte.is_ascii_graphic());
        match token {
            Some(token) if !sendable(token) => {
                return Err(format!("{TOKEN} must be printable ASCII without spaces"));
            }
            Some(token) if token.len() < SHORTEST => {
                return Err(format!("{TOKEN} must have at least {SHORTEST} characters"));
            }
            _ => {}
        }
        if !address.ip().is_loopback() {
            if !allow_remote {
                return Err(format!(
                    "other machines reach {address}: add --allow-remote and set {TOKEN}, or listen \
                     at 127.0.0.1"
                ));
            }
            if token.is_none() {
                return Err(format!("--allow-remote needs a token in {TOKEN}"));
            }
        }
        Ok(Self { token: token.map(digest) })
    }

    /// Whether a request may be answered.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        match &self.token {
            Some(token) => authorised(token, headers),
            None => local(uri, headers),
        }
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn authorised(token: &[u8; 32], headers: &HeaderMap) -> Result<(), Problem> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.split_once(' '));
    let sent = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let same = |sent: &str| {
        let pairs = digest(sent).into_iter().zip(token);
        pairs.fold(0, |difference, (one, other)| difference | (one ^ other)) == 0
    };
    if sent.is_some_and(|(_, sent)| same(sent.trim())) {
        return Ok(());
    }
    let detail = "send the token of this server as `Authorization: Bearer …`";
    Err(Problem::new(Kind::Unauthorized, detail))
}

/// A browser carries requests of any page to this machine. It cannot lie about the page (`Origin`,
/// `Sec-Fetch-Site`), nor about the name by which it found this machine (`Host`). What only reads is no
/// exception: asking for a plugin loads it.
fn local(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let named = [Some(host), uri.authority().map(|authority| authority.as_str())];
    if !named.into_iter().flatten().all(is_this_machine) {
        let detail = "without a token only `localhost`, `127.0.0.1` and `[::1]` are names of this \
                      server";
        return Err(Problem::new(Kind::Foreign, detail));
    }
    let own = |origin: &str| origin.strip_prefix("http://") == Some(host);
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let other_site = site.is_some_and(|site| !matches!(site, b"same-origin" | b"none"));
    if other_site || origin.is_some_and(|origin| !own(origin)) {
        let detail = "without a token, pages of other sites cannot ask this server for anything";
        return Err(Problem::new(Kind::Foreign, detail));
    }
    Ok(())
}

/// Whether a `Host`, with or without a port, is a name of this machine.
fn is_this_machine(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let loopback = bare.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    is_port && (loopback || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "0123456789abcdef";

    fn asked(access: &Access, headers: &[(&'static str, &str)]) -> Option<Kind> {
        let of = |(name, value): &(&'static str, &str)| {
            (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())
        };
        let headers: HeaderMap = headers.iter().map(of).collect();
        let uri = "/v1/plugins".parse().unwrap();
        access.check(&uri, &headers).err().map(|problem| problem.kind())
    }

    #[test]
    fn other_machines_need_a_word_and_a_token() {
        let chosen = |address: &str, allow, token| {
            Access::choose(address.parse().unwrap(), allow, token)
                .map(|access| access.token.is_some())
        };
        assert_eq!(chosen("127.0.0.1:1", false, None), Ok(false));
        assert_eq!(chosen("[::1]:1", false, Some(LONG)), Ok(true));
        assert_eq!(chosen("0.0.0.0:1", true, Some(LONG)), Ok(true));
        for (address, allow, token, reason) in [
            ("0.0.0.0:1", false, Some(LONG), "other machines reach 0.0.0.0:1"),
            ("[::]:1", false, None, "other machines reach [::]:1"),
            ("10.0.0.1:1", true, None, "--allow-remote needs a token"),
            ("127.0.0.1:1", false, Some("short"), "PLUGPIPE_TOKEN must have at least 16"),
            ("127.0.0.1:1", false, Some("0123456789 abcdef"), "PLUGPIPE_TOKEN must be printable"),
        ] {
            let message = chosen(address, allow, token).unwrap_err();
            assert!(message.starts_with(reason), "{message}");
        }
    }

    #[test]
    fn a_token_is_needed_also_on_this_machine() {
        let access = Access::choose("127.0.0.1:1".parse().unwrap(), false, Some(LONG)).unwrap();
        let bearer = |value| asked(&access, &[("authorization", value)]);
        assert_eq!(bearer("Bearer 0123456789abcdef"), None);
        assert_eq!(bearer("bearer 0123456789abcdef"), None);
        assert_eq!(asked(&access, &[]), Some(Kind::Unauthorized));
        for wrong in ["Bearer 0123456789abcdeF", "Bearer", "Basic 0123456789abcdef", LONG] {
            assert_eq!(bearer(wrong), Some(Kind::Unauthorized), "{wrong}");
        }
    }

    #[test]
    fn pages_of_other_sites_cannot_ask() {
        let access = Access::choose("127.0.0.1:1".parse().unwrap(), false, None).unwrap();
        let (own, foreign) = (("host", "127.0.0.1:7464"), Some(Kind::Foreign));
        for (headers, expected) in [
            (vec![own], None),
            (vec![own, ("origin", "http://127.0.0.1:7464")], None),
            (vec![own, ("origin", "https://example.com")], foreign),
            (vec![own, ("origin", "http://127.0.0.1:8000")], foreign),
            (vec![own, ("origin", "null")], foreign),
            (vec![own, ("sec-fetch-site", "none")], None),
            (vec![own, ("sec-fetch-site", "same-origin")], None),
            (vec![own, ("sec-fetch-site", "same-site")], foreign),
            (vec![own, ("sec-fetch-site", "cross-site")], foreign),
            (vec![], foreign),
            (vec![("host", "rebound.example.com:7464")], foreign),
        ] {
            assert_eq!(asked(&access, &headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn the_names_of_this_machine() {
        for name in ["localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:80"] {
            assert!(is_this_machine(name), "{name}");
        }
        for name in [
            "",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "0.0.0.0:1",
            "[::]:1",
            "localhost:1:2",
            "localhost:a",
            "user@localhost",
            "10.0.0.1",
        ] {
            assert!(!is_this_machine(name), "{name}");
        }
    }
}
