//! Which records are made, in which lane, and how fast.

use super::*;
use crate::record::smallest;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn making(config: &Config, number: u32, count: u32) -> Making {
    config.check().unwrap();
    let lane = Lane { step: 0, number, count, batch_bytes: 4000, linger: Duration::ZERO };
    Making::new(config, lane, Instant::now())
}

/// Every record by its id, and its key, for as long as there are batches.
fn made(making: &mut Making, max: u32, now: Instant) -> BTreeMap<u64, (String, Option<String>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut found = BTreeMap::new();
    while let Next::Batch(batch) = making.next(max, now) {
        assert!(batch.records().len() <= max as usize);
        for (record, origin) in batch.records().iter().zip(0..) {
            assert_eq!(record.origin, origin);
            let value = text(batch.value(record).unwrap());
            let id = u64::try_from(record.offset).unwrap();
            assert!(found.insert(id, (value, batch.key(record).map(text))).is_none());
        }
    }
    found
}

#[test]
fn a_record_follows_from_seed_and_id_whatever_the_lanes_and_batches() {
    let config = Config { count: Some(101), keys: Some(7), ..Config::default() };
    let now = Instant::now();
    let all = made(&mut making(&config, 0, 1), 1000, now);
    assert_eq!(all.keys().copied().collect::<Vec<_>>(), (0..101).collect::<Vec<_>>());
    let mut together = BTreeMap::new();
    for lane in 0..3 {
        let share = made(&mut making(&config, lane, 3), 4, now);
        assert!(share.keys().all(|id| id % 3 == u64::from(lane)));
        together.extend(share);
    }
    assert_eq!(together, all);
    let other = made(&mut making(&Config { seed: 2, ..config }, 0, 1), 1000, now);
    assert!(all.values().all(|(value, _)| !other.values().any(|(v, _)| v == value)));
}

#[test]
fn a_value_is_compact_json_of_exactly_the_size() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Value {
        id: u64,
        seed: u64,
        pad: String,
    }
    for size in [smallest(1, Some(12)), 40, 200, 1000] {
        let config = Config { count: Some(12), size, ..Config::default() };
        let made = made(&mut making(&config, 0, 1), 5, Instant::now());
        assert_eq!(made.len(), 12);
        for (id, (text, key)) in made {
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!((value.id, value.seed, key), (id, 1, None));
            assert_eq!(text, serde_json::to_string(&value).unwrap());
            assert_eq!(text.len(), size as usize);
        }
    }
}

#[test]
fn a_record_is_pinned() {
    let config = Config { count: Some(1), size: 50, keys: Some(3), ..Config::default() };
    let made = made(&mut making(&config, 0, 1), 1, Instant::now());
    let expected = (
        r#"{"id":0,"seed":1,"pad":"mmhfppioaleibfmgkhkcmkgm"}"#.to_owned(),
        Some("kdbd238973a2b148a".to_owned()),
    );
    assert_eq!(made[&0], expected);
}

#[test]
fn there_are_as_many_keys_as_asked_for() {
    let config = Config { count: Some(500), keys: Some(7), ..Config::default() };
    let made = made(&mut making(&config, 0, 1), 1000, Instant::now());
    let keys: BTreeSet<_> = made.values().map(|(_, key)| key.clone().unwrap()).collect();
    assert_eq!(keys.len(), 7);
}

#[test]
fn a_rate_makes_the_lane_idle_in_between() {
    let config = Config { rate: Some(1000), ..Config::default() };
    let mut making = making(&config, 1, 2);
    let start = Instant::now();
    let _ = made(&mut making, 1000, start);
    assert!(matches!(making.next(1000, start), Next::Idle));
    let later = start + Duration::from_millis(100);
    assert_eq!(made(&mut making, 1000, later).len(), 50);
    assert!(matches!(making.next(1000, later), Next::Idle));
}

#[test]
fn numbers_out_of_range_are_refused() {
    let config = Config::default;
    let cases = [
        (Config { size: 44, ..config() }, Some("`size`: expected 45 to 16777216 bytes")),
        (Config { size: 45, ..config() }, None),
        (Config { size: 26, count: Some(100), ..config() }, Some("`size`: expected 27 to")),
        (Config { size: 27, count: Some(100), ..config() }, None),
        (Config { size: 16_777_217, ..config() }, Some("`size`: expected 45 to 16777216 bytes")),
        (Config { rate: Some(0), ..config() }, Some("`rate`: expected 1 or more, found 0")),
        (Config { keys: Some(0), ..config() }, Some("`keys`: expected 1 or more, found 0")),
    ];
    for (config, refused) in cases {
        let found = config.check().err().map(|error| error.message).unwrap_or_default();
        assert_eq!(found.is_empty(), refused.is_none(), "{config:?}: {found}");
        assert!(found.starts_with(refused.unwrap_or_default()), "{config:?}: {found}");
    }
}
