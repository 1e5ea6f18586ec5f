use super::*;
use plugin_api::{Buf, HeaderMeta, RecordMeta};

fn rules(config: &str) -> Rules {
    serde_json::from_str(config).unwrap()
}

/// One batch of these values, `None` for a tombstone.
fn batch(values: &[Option<&str>]) -> Batch {
    let mut arena = Vec::new();
    let record = |value: &Option<&str>| {
        let (offset, text) = (arena.len(), value.unwrap_or_default());
        arena.extend_from_slice(text.as_bytes());
        let flags = if value.is_none() { RecordMeta::NULL_VALUE } else { 0 };
        RecordMeta {
            value_offset: u32::try_from(offset).unwrap(),
            value_len: u32::try_from(text.len()).unwrap(),
            flags: flags | RecordMeta::NULL_KEY,
            ..RecordMeta::default()
        }
    };
    let records = values.iter().map(record).collect();
    Batch::new(Buf::from_vec(arena), records)
}

fn values(batch: &Batch) -> Vec<Option<&str>> {
    let value = |record| batch.value(record).map(|value| std::str::from_utf8(value).unwrap());
    batch.records().iter().map(value).collect()
}

fn edited(config: &str, value: &str) -> String {
    let out = SetFields.apply(batch(&[Some(value)]), &rules(config)).unwrap();
    assert!(out.refused().is_empty(), "{value}: {:?}", out.refused());
    values(&out)[0].unwrap().to_owned()
}

#[test]
fn what_is_not_named_keeps_its_text_and_place() {
    let object =
        r#"{ "a" : 1.50 , "b":"\u00e9\/", "c":[1, 2],"n":123456789012345678901234567890 }"#;
    let cases = [
        (
            r#"{"set":{"c":null}}"#,
            r#"{ "a" : 1.50 , "b":"\u00e9\/", "c":null,"n":123456789012345678901234567890 }"#,
        ),
        (
            r#"{"rename":{"a":"first"}}"#,
            r#"{ "first" : 1.50 , "b":"\u00e9\/", "c":[1, 2],"n":123456789012345678901234567890 }"#,
        ),
        (r#"{"remove":["n","b"]}"#, r#"{ "a" : 1.50, "c":[1, 2] }"#),
        (
            r#"{"set":{"z":{"k" : [ ]},"y":1e5},"remove":["n","a"]}"#,
            r#"{ "b":"\u00e9\/", "c":[1, 2],"z":{"k":[]},"y":1e5 }"#,
        ),
    ];
    for (config, expected) in cases {
        assert_eq!(edited(config, object), expected, "{config}");
    }
}

#[test]
fn commas_stand_between_fields_and_nowhere_else() {
    let cases = [
        ("{}", r#"{"remove":["a"]}"#, "{}"),
        ("{}", r#"{"set":{"a":1}}"#, r#"{"a":1}"#),
        (" { } ", r#"{"set":{"a":1,"b":2}}"#, r#" {"a":1,"b":2 } "#),
        (r#"{"a":1}"#, r#"{"remove":["a"]}"#, "{}"),
        (r#"{"a":1}"#, r#"{"remove":["a"],"set":{"b":2}}"#, r#"{"b":2}"#),
        (r#"{"a":1,"b":2}"#, r#"{"remove":["a"]}"#, r#"{"b":2}"#),
        (r#"{"a":1,"b":2}"#, r#"{"remove":["b"]}"#, r#"{"a":1}"#),
        (r#"{"a":1,"b":2}"#, r#"{"remove":["a","b"]}"#, "{}"),
        (r#"{"a":1,"b":2,"c":3}"#, r#"{"remove":["b"]}"#, r#"{"a":1,"c":3}"#),
        (r#"{"a":1,"b":2,"c":3}"#, r#"{"remove":["a","b"],"set":{"c":4}}"#, r#"{"c":4}"#),
        (r#"{"a":1,"b":2,"c":3}"#, r#"{"remove":["a","c"],"set":{"d":4}}"#, r#"{"b":2,"d":4}"#),
    ];
    for (object, config, expected) in cases {
        assert_eq!(edited(config, object), expected, "{object} {config}");
    }
}

#[test]
fn names_meet_in_the_order_remove_rename_set() {
    let cases = [
        (r#"{"a":1,"b":2}"#, r#"{"rename":{"a":"b"}}"#, r#"{"b":1}"#),
        (r#"{"b":2,"c":3,"a":1}"#, r#"{"rename":{"a":"b"}}"#, r#"{"c":3,"b":1}"#),
        (r#"{"b":2}"#, r#"{"rename":{"a":"b"}}"#, r#"{"b":2}"#),
        (r#"{"a":1,"b":2}"#, r#"{"rename":{"a":"b","b":"a"}}"#, r#"{"b":1,"a":2}"#),
        (r#"{"a":1}"#, r#"{"rename":{"a":"b"},"set":{"a":3}}"#, r#"{"b":1,"a":3}"#),
        (r#"{"b":2,"a":1}"#, r#"{"rename":{"a":"b"},"remove":["b"]}"#, r#"{"b":1}"#),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"set":{"a":4}}"#, r#"{"a":4,"b":2}"#),
        (r#"{"a":1,"a":3}"#, r#"{"remove":["a"]}"#, "{}"),
        (r#"{"\u0061":1}"#, r#"{"set":{"a":2}}"#, r#"{"\u0061":2}"#),
        (r#"{"o":{"a":1}}"#, r#"{"remove":["a"]}"#, r#"{"o":{"a":1}}"#),
        (r#"{"a":1}"#, r#"{"rename":{"a":"say \"é\""}}"#, r#"{"say \"é\"":1}"#),
    ];
    for (object, config, expected) in cases {
        assert_eq!(edited(config, object), expected, "{object} {config}");
    }
}

#[test]
fn a_refused_record_does_not_hold_back_its_neighbours() {
    let input =
        batch(&[Some("[1]"), Some("{\"a\":1}"), Some("{\"a\":"), None, Some("{}"), Some("")]);
    let out = SetFields.apply(input, &rules(r#"{"set":{"b":2}}"#)).unwrap();
    let refused: Vec<_> = out.refused().iter().map(|one| (one.index, one.message())).collect();
    assert_eq!(
        refused,
        [
            (0, "not a JSON object: only an object has fields"),
            (2, "not JSON: expected a JSON value, found the end at byte 5"),
            (5, "not JSON: expected a JSON value, found the end at byte 0"),
        ]
    );
    let kept: Vec<_> = [1, 3, 4].map(|index| values(&out)[index]).to_vec();
    assert_eq!(kept, [Some(r#"{"a":1,"b":2}"#), None, Some(r#"{"b":2}"#)]);
}

#[test]
fn nothing_is_copied_when_no_record_changes() {
    let input = batch(&[Some(r#"{"a":1}"#), None, Some("no"), Some(r#"{"b": 2}"#)]);
    let arena = input.arena.as_slice().as_ptr();
    for config in [r#"{"remove":["x"]}"#, r#"{"rename":{"x":"a"}}"#] {
        let out = SetFields.apply(input.clone(), &rules(config)).unwrap();
        assert_eq!(out.arena.as_slice().as_ptr(), arena);
        assert_eq!(out.refused().len(), 1);
    }
    let same = SetFields.apply(batch(&[Some(r#"{"a":1}"#)]), &rules(r#"{"set":{"a":1}}"#)).unwrap();
    assert_eq!(values(&same), [Some(r#"{"a":1}"#)]);
}

#[test]
fn all_but_the_value_of_a_record_stays() {
    let arena = br#"{"a":1}keynamered{"b":1}"#.to_vec();
    let other = RecordMeta { value_offset: 17, value_len: 7, ..RecordMeta::unkeyed() };
    let first = RecordMeta {
        value_len: 7,
        key_offset: 7,
        key_len: 3,
        timestamp_ms: 5,
        offset: 6,
        partition: 2,
        origin: 4,
        header_start: 0,
        header_count: 1,
        ..RecordMeta::default()
    };
    let mut input = Batch::new(Buf::from_vec(arena), vec![other, first]);
    let header = HeaderMeta { name_offset: 10, name_len: 4, ..HeaderMeta::default() };
    input.set_headers(vec![HeaderMeta { value_offset: 14, value_len: 3, ..header }]);
    input.id = 9;
    let topic = input.add_topic("orders");
    input.records_mut()[1].topic = topic;
    let out = SetFields.apply(input, &rules(r#"{"remove":["a"]}"#)).unwrap();
    assert_eq!((out.id, values(&out)), (9, vec![Some(r#"{"b":1}"#), Some("{}")]));
    let record = out.records()[1];
    assert_eq!((out.key(&out.records()[0]), out.key(&record)), (None, Some(&b"key"[..])));
    assert_eq!(out.topic(&record), Some("orders"));
    assert_eq!((record.timestamp_ms, record.offset), (5, 6));
    assert_eq!((record.partition, record.origin), (2, 4));
    let headers: Vec<_> = out.headers_of(&record).iter().map(|one| out.header(one)).collect();
    assert_eq!(headers, [(&b"name"[..], Some(&b"red"[..]))]);
}

#[test]
fn a_batch_is_called_compact_only_where_it_is() {
    const COMPACT: u32 = Batch::COMPACT_JSON;
    let set = r#"{"set":{"a":2}}"#;
    let cases = [
        (COMPACT, r#"{"a":1}"#, set, COMPACT),
        (0, r#"{"a":1}"#, set, COMPACT),
        (0, r#"{"a": 1}"#, set, 0),
        (0, r#"{"a":1,"b":"\n"}"#, set, 0),
        (COMPACT, r#"{"a":1}"#, r#"{"set":{"a":"\n"}}"#, 0),
        (COMPACT, r#"{"a":1}"#, r#"{"rename":{"a":"\""}}"#, 0),
        (COMPACT, "[1]", set, COMPACT),
        (0, "[1", set, 0),
    ];
    for (flags, value, config, expected) in cases {
        let mut input = batch(&[Some(value)]);
        input.flags = flags;
        let out = SetFields.apply(input, &rules(config)).unwrap();
        assert_eq!(out.flags, expected, "{value} {config}");
    }
}

#[test]
fn a_configuration_that_contradicts_itself_is_refused() {
    let cases = [
        ("{}", "give at least one of `set`, `rename` and `remove`"),
        (r#"{"set":{},"remove":[]}"#, "give at least one of `set`, `rename` and `remove`"),
        (r#"{"set":[1]}"#, "the values to `set` are no object: write `set: {name: value}`"),
        (r#"{"set":{"a":1},"remove":["a"]}"#, "the field `a` is both set and removed"),
        (r#"{"rename":{"a":"b"},"remove":["a"]}"#, "the field `a` is both renamed and removed"),
        (r#"{"rename":{"a":"b"},"set":{"b":1}}"#, "the field `b` is both set and made by `rename`"),
        (r#"{"rename":{"a":"c","b":"c"}}"#, "the field `c` is made by `rename` twice"),
        (r#"{"set":{"a":1,"a":2}}"#, "the field `a` is set twice"),
        (r#"{"rename":{"a":"a"}}"#, "the field `a` is renamed to what it is called already"),
        (r#"{"unset":["a"]}"#, "unknown field `unset`, expected one of `set`, `rename`, `remove`"),
    ];
    for (config, expected) in cases {
        let error = serde_json::from_str::<Rules>(config).err().unwrap().to_string();
        assert!(error.starts_with(expected), "{config}: {error}");
    }
}
