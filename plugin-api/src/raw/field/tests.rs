use super::*;
use serde_json::Value;

/// Steps of a path: digits are an element, anything else is a name.
fn path(steps: &[&str]) -> Vec<Key> {
    steps.iter().map(|step| step.parse().map_or(Key::from(*step), Key::Index)).collect()
}

fn found<'a>(json: &'a str, steps: &[&str]) -> Option<&'a str> {
    field(json.as_bytes(), &path(steps)).map(|value| std::str::from_utf8(value).unwrap())
}

#[test]
fn a_path_ends_at_the_text_as_it_was_written() {
    let json = r#" { "a" : {"b":[1,{"z":1.50,"n":123456789012345678901234567890,"k\u00e9":[ ]} , "x" ]},"a\"":2, "":{"":3} } "#;
    let cases: [(&[&str], Option<&str>); 13] = [
        (&[], Some(json.trim())),
        (&["a", "b", "1", "n"], Some("123456789012345678901234567890")),
        (&["a", "b", "1", "z"], Some("1.50")),
        (&["a", "b", "1", "ké"], Some("[ ]")),
        (&["a", "b", "0"], Some("1")),
        (&["a", "b", "2"], Some("\"x\"")),
        (&["a\""], Some("2")),
        (&["", ""], Some("3")),
        (&["a", "b", "3"], None),
        (&["a", "0"], None),
        (&["a", "b", "n"], None),
        (&["a", "b", "0", "c"], None),
        (&["b"], None),
    ];
    for (steps, expected) in cases {
        assert_eq!(found(json, steps), expected, "{steps:?}");
    }
}

#[test]
fn the_last_of_equal_names_counts() {
    let cases = [
        (r#"{"a":1,"a":2}"#, "a", Some("2")),
        (r#"{"a":1,"b":{"a":2}}"#, "a", Some("1")),
        (r#"{"a":1,"b":"a","c":3}"#, "a", Some("1")),
        (r#"{"a":1,"\u0061":2}"#, "a", Some("2")),
        (r#"{"\u0061":1,"a":2,"b":"\\"}"#, "a", Some("2")),
        (r#"{"":1,"":2}"#, "", Some("2")),
        (r#"{"a long name":1,"a long nam\u0065":2}"#, "a long name", Some("2")),
        (r#"{"a\\b":1,"a\b":2}"#, "a\\b", Some("1")),
    ];
    for (json, name, expected) in cases {
        assert_eq!(found(json, &[name]), expected, "{json}");
    }
}

#[test]
fn every_value_of_a_document_is_where_serde_json_finds_it() {
    let json = r#"{"s":"a,}]\"","n":-1.5e3,"t":true,"o":{"p":[[],{},[{"q":null}]],"s":"{["},"l":[1 ,"]",[2]]}"#;
    let tree: Value = serde_json::from_str(json).unwrap();
    let mut open = vec![(Vec::new(), &tree)];
    let mut seen = 0;
    while let Some((path, value)) = open.pop() {
        let raw = field(json.as_bytes(), &path).unwrap();
        assert_eq!(&serde_json::from_slice::<Value>(raw).unwrap(), value, "{path:?}");
        let below = |key| path.iter().cloned().chain([key]).collect();
        if let Value::Object(members) = value {
            open.extend(members.iter().map(|(name, value)| (below(Key::from(&**name)), value)));
        }
        if let Value::Array(items) = value {
            open.extend(items.iter().enumerate().map(|(at, value)| (below(Key::from(at)), value)));
        }
        seen += 1;
    }
    assert_eq!(seen, 17);
}

#[test]
fn what_is_not_json_ends_every_search() {
    let json = r#"{"s":"a\"b","o":{"p":[1,{"q":null}]},"é":[true]}"#.as_bytes();
    let paths = [path(&["o", "p", "1", "q"]), path(&["é", "0"]), path(&["none"]), path(&["0"])];
    for cut in 0..=json.len() {
        for byte in [b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b' ', 0, 0xff] {
            let mut broken = json.to_vec();
            broken.insert(cut, byte);
            for path in &paths {
                let _ = field(&broken, path);
                let _ = field(&broken[..=cut], path);
                let _ = field(&broken[cut..], path);
            }
        }
    }
}
