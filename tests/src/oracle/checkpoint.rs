//! Which records a checkpoint calls finished.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Numbered;

/// How many records, from the first, the checkpoint calls finished in the file that holds all of
/// `issued`. Without a checkpoint it is none.
///
/// # Panics
/// When the checkpoint knows another file, or its position is inside of a record.
pub fn acknowledged(checkpoint: &Path, issued: &Numbered) -> u64 {
    let Ok(text) = fs::read(checkpoint) else { return 0 };
    let kept: Value = serde_json::from_slice(&text).expect("a checkpoint is JSON");
    let files = kept["files"].as_object().expect("a checkpoint has files");
    assert!(files.len() <= 1, "{kept}");
    let Some(file) = files.values().next() else { return 0 };
    let position = file["offset"].as_u64().expect("a file has a position");
    let (mut id, mut end) = (0, 0);
    while end < position {
        end += issued.value(id).len() as u64 + 1;
        id += 1;
    }
    assert_eq!(end, position, "the checkpoint points into record {}", id.saturating_sub(1));
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUED: Numbered = Numbered { seed: 1, count: 4, keys: 2, pad: 30 };

    fn with_position(position: usize) -> u64 {
        let file = tempfile::NamedTempFile::new().unwrap();
        let kept = json!({"version": 1, "files": {"a": {"offset": position}}});
        fs::write(file.path(), kept.to_string()).unwrap();
        acknowledged(file.path(), &ISSUED)
    }

    #[test]
    fn a_position_is_a_number_of_records() {
        let two = ISSUED.value(0).len() + ISSUED.value(1).len() + 2;
        assert_eq!([0, two, ISSUED.lines().len()].map(with_position), [0, 2, 4]);
        assert_eq!(acknowledged(Path::new("no/such/file"), &ISSUED), 0);
    }

    #[test]
    #[should_panic(expected = "points into record 1")]
    fn a_position_inside_of_a_record_fails_the_test() {
        with_position(ISSUED.value(0).len() + 2);
    }
}
