//! Records whose every byte follows from a seed and an id.

use std::fmt::Write as _;

use super::seed::Random;

/// Letters of the padding: one and more bytes each in UTF-8.
const LETTERS: [char; 8] = ['a', 'b', 'c', 'x', ' ', 'é', '☃', '7'];

/// Records `{"id":N,"key":"k…","pad":"…"}` with the ids from 0.
#[derive(Debug, Clone, Copy)]
pub struct Numbered {
    /// Decides the padding.
    pub seed: u64,
    /// How many there are.
    pub count: u64,
    /// How many distinct keys they have.
    pub keys: u64,
    /// Characters of padding, at most.
    pub pad: u64,
}

impl Numbered {
    /// The key of a record.
    pub fn key(&self, id: u64) -> String {
        format!("k{}", id % self.keys)
    }

    /// The value of a record.
    pub fn value(&self, id: u64) -> String {
        let mut random = Random::new(self.seed ^ id.rotate_left(32));
        let length = random.below(self.pad + 1);
        let letter = |_| LETTERS[random.below(LETTERS.len() as u64) as usize];
        let pad: String = (0..length).map(letter).collect();
        format!(r#"{{"id":{id},"key":"{}","pad":"{pad}"}}"#, self.key(id))
    }

    /// The id that a value claims, if it is one of these records.
    pub fn id_of(&self, value: &[u8]) -> Option<u64> {
        let digits = value.strip_prefix(br#"{"id":"#)?;
        let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
        let id = std::str::from_utf8(&digits[..end]).ok()?.parse().ok()?;
        (id < self.count).then_some(id)
    }

    /// All values, one a line.
    pub fn lines(&self) -> String {
        (0..self.count).fold(String::new(), |mut lines, id| {
            let _ = writeln!(lines, "{}", self.value(id));
            lines
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_follows_from_seed_and_id() {
        let records = Numbered { seed: 7, count: 3, keys: 2, pad: 40 };
        let again = Numbered { seed: 7, ..records };
        assert_eq!(records.lines(), again.lines());
        assert_ne!(records.value(1), Numbered { seed: 8, ..records }.value(1));
        assert_eq!(records.key(2), records.key(0));
        let parsed: serde_json::Value = serde_json::from_str(&records.value(2)).unwrap();
        assert_eq!((&parsed["id"], &parsed["key"]), (&2.into(), &"k0".into()));
    }

    #[test]
    fn only_issued_records_have_an_id() {
        let records = Numbered { seed: 7, count: 3, keys: 2, pad: 4 };
        let ids = [records.value(2), records.value(3), "{}".to_owned(), r#"{"id":1"#.to_owned()]
            .map(|value| records.id_of(value.as_bytes()));
        assert_eq!(ids, [Some(2), None, None, None]);
    }
}
