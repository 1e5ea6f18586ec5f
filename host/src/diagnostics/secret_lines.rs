//! Lines of a file that may hold a secret. Told by the keys alone, so that it also works for a file
//! that cannot be read: its snippets are shown before anybody knows what it means.

use std::collections::HashSet;

/// The numbers, from 1, of the lines that a snippet should not show: everything under a top-level key
/// such as `secrets`, and literal values under keys that sound like a secret. A template is none.
pub fn secret_lines(source: &str) -> HashSet<u32> {
    let mut lines = HashSet::new();
    // The indentation of the key that everything deeper belongs to.
    let mut under: Option<usize> = None;
    for (line, number) in source.lines().zip(1..) {
        let content = line.trim_start();
        if content.is_empty() {
            continue;
        }
        let indent = line.len() - content.len();
        under = under.filter(|above| indent > *above);
        let opens = indent == 0 && content.starts_with("secret") || opens_block(content);
        if under.is_some() || opens || names_secret(content) {
            lines.insert(number);
        }
        if under.is_none() && opens {
            under = Some(indent);
        }
    }
    lines
}

/// Whether a key sounds like one whose value is a secret.
pub fn sounds_secret(key: &str) -> bool {
    const WORDS: [&str; 5] = ["password", "passphrase", "secret", "token", "credential"];
    let key = key.to_lowercase();
    WORDS.iter().any(|word| key.contains(word))
}

/// Whether the value of the line's own key stands on the lines below it.
fn opens_block(content: &str) -> bool {
    let (key, value) = content.split_once(':').unwrap_or_default();
    let value = value.trim();
    let is_below = value.is_empty() || value.starts_with(['|', '>', '&', '#']);
    is_below && sounds_secret(key)
}

/// Whether a key in the line sounds like a secret and has a literal value behind it.
fn names_secret(content: &str) -> bool {
    content.match_indices(':').any(|(colon, _)| {
        let value = content[colon + 1..].trim_start();
        let is_template = ["${", "{{"].iter().any(|open| unquoted(value).starts_with(open));
        let before = content[..colon].trim_end_matches(['"', '\'', ' ']);
        let start = before.rfind([' ', '{', ',', '"', '\'']).map_or(0, |at| at + 1);
        !value.is_empty() && !is_template && sounds_secret(&before[start..])
    })
}

fn unquoted(value: &str) -> &str {
    value.trim_start_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_where_secrets_are() {
        let file = "\
name: open
secrets:
  a: hidden

  b: hidden
pipeline:
- id: token
  config:
    topic: open
    kafka_password: hidden
    other_password: \"${env:OPEN}\"
    ssl_key_password: |
      hidden
      hidden
    acks: open
- {id: b, config: {api_token: 'hidden'}, with: {text: open}}
- {id: c, config: {api_token: '{{ inputs.open }}'}}
- {id: d, with: {secret
secretz: {c: hidden}
";
        let hidden: Vec<&str> = {
            let lines = secret_lines(file);
            let all = file.lines().zip(1..);
            all.filter(|(_, number)| lines.contains(number)).map(|(line, _)| line).collect()
        };
        assert_eq!(
            hidden,
            [
                "secrets:",
                "  a: hidden",
                "  b: hidden",
                "    kafka_password: hidden",
                "    ssl_key_password: |",
                "      hidden",
                "      hidden",
                "- {id: b, config: {api_token: 'hidden'}, with: {text: open}}",
                "secretz: {c: hidden}",
            ]
        );
    }
}
