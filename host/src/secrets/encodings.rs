//! The forms in which a secret turns up: as it is, base64, percent-encoded, escaped.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::diagnostics::printable;

/// Of a longer secret, in bytes, only the usual forms are looked for: each costs memory.
const LONG: usize = 4 << 10;
/// A base64 text from the middle of something longer needs so many characters to be no accident.
const CORE: usize = 8;

/// All forms of a text.
pub(super) fn of(secret: &str) -> Vec<String> {
    let escaped = json_escaped(secret);
    let mut forms = vec![secret.to_owned()];
    forms.extend(base64(secret));
    if secret.len() <= LONG {
        forms.push(json_escaped(&escaped));
        forms.push(ascii_escaped(&escaped));
        forms.push(escaped.replace('/', "\\/"));
        forms.push(secret.escape_debug().to_string());
        forms.push(format!("{secret:?}").trim_matches('"').to_owned());
        forms.push(printable(secret));
        forms.extend(percent(secret));
    }
    forms.push(escaped);
    forms.retain(|form| !form.trim().is_empty());
    forms
}

/// Without quotes around it.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// A JSON text in which everything beyond ASCII is escaped too.
fn ascii_escaped(escaped: &str) -> String {
    let mut out = String::with_capacity(escaped.len());
    for c in escaped.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// In both alphabets. With padding behind it the text starts the same; inside of something longer,
/// as in `user:password`, what its neighbours do not change is found.
fn base64(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for alphabet in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        let alone = alphabet.encode(secret);
        forms.extend([format!("{alone}=="), format!("{alone}="), alone]);
        for before in 0..3usize {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(secret.as_bytes());
            let text = alphabet.encode(&bytes);
            let core = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
            let core = text.get(core).filter(|core| core.len() >= CORE);
            forms.extend(core.map(str::to_owned));
        }
    }
    forms
}

/// As browsers, forms and servers write it; hex digits in both cases.
fn percent(secret: &str) -> Vec<String> {
    let kept: [&[u8]; 4] = [b"-_.~", b"-_.~!*'()", b"-_.~/", b"-_.~!*'();/?:@&=+$,#"];
    let mut forms = Vec::new();
    for kept in kept {
        for is_lower in [false, true] {
            let encoded = percent_encoded(secret, kept, is_lower);
            forms.extend([encoded.replace("%20", "+"), encoded]);
        }
    }
    forms
}

fn percent_encoded(secret: &str, kept: &[u8], is_lower: bool) -> String {
    let mut out = String::with_capacity(secret.len());
    for byte in secret.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => out.push(byte.into()),
            _ if is_lower => out.push_str(&format!("%{byte:02x}")),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
