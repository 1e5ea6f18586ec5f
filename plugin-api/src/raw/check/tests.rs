use super::*;
use crate::compact::compact;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn a_shape_says_what_a_text_needs() {
    let cases = [
        ("null", true, false, Opens::Scalar),
        ("-0.5e+7", true, false, Opens::Scalar),
        (r#""a b""#, true, false, Opens::Scalar),
        (" [ ] ", false, false, Opens::Array),
        ("[1,2]\n", false, false, Opens::Array),
        (r#"{"a":[{},[],"\n"]}"#, true, true, Opens::Object),
        (r#"{"\u00e9":true}"#, true, true, Opens::Object),
        ("{\"a\":\t1}", false, false, Opens::Object),
    ];
    for (json, compact, escapes, opens) in cases {
        assert_eq!(check(json), Ok(Shape { compact, escapes, opens }), "{json}");
    }
}

#[test]
fn a_fault_says_what_and_where() {
    let cases = [
        ("", "expected a JSON value, found the end at byte 0"),
        ("[1,]", "expected a JSON value, found ']' at byte 3"),
        ("{1:2}", "expected a key in double quotes, found '1' at byte 1"),
        (r#"{"a" 1}"#, "expected `:` behind the key, found '1' at byte 5"),
        ("[1}", "expected `,` or `]`, found '}' at byte 2"),
        (r#"{"a":1]"#, "expected `,` or `}`, found ']' at byte 6"),
        ("1 2", "expected nothing behind the document, found '2' at byte 2"),
        ("1\0", "expected nothing behind the document, found '\\0' at byte 1"),
        ("1.", "expected a digit, found the end at byte 2"),
        ("\"a\nb\"", "a control character that is not escaped at byte 2"),
        (r#""a"#, "a string that does not end at byte 2"),
        (r#""\x""#, r"expected an escape such as \n, found 'x' at byte 2"),
        (r#""\u12é4""#, r"expected 4 hexadecimal digits behind \u, found 'é' at byte 5"),
        (r#""\ud83d""#, "half of a surrogate pair at byte 1"),
        (r#""a\uDE00""#, "half of a surrogate pair at byte 2"),
    ];
    for (json, expected) in cases {
        let message = check(json).unwrap_err().to_string();
        assert_eq!(message, format!("not JSON: {expected}"), "{json}");
    }
    let deep = check(&"[".repeat(129)).unwrap_err().to_string();
    assert_eq!(deep, "not JSON: nested deeper than 128 arrays and objects at byte 128");
    let bytes = check_utf8(b"[\"a\xff\"]").unwrap_err().to_string();
    assert_eq!(bytes, "not JSON: not UTF-8 at byte 3");
}

/// Judges one text against [`compact`], which must agree in everything, and against serde_json.
/// Whether it is valid.
fn agree(json: &str) -> bool {
    let mut copy = Vec::new();
    let (checked, compacted) = (check(json), compact(json, &mut copy));
    match (checked, compacted) {
        (Ok(shape), Ok(())) => {
            let unchanged = copy == json.as_bytes();
            assert!(!shape.compact || shape.escapes || unchanged, "{json:?} is called compact");
            assert!(shape.compact || !unchanged, "{json:?} is not called compact");
        }
        (Err(invalid), Err(error)) => {
            let place = format!(" at byte {}", invalid.offset);
            assert!(error.message.ends_with(&place), "{json:?}: {invalid}, {error}");
        }
        (checked, compacted) => panic!("{json:?}: {checked:?}, {compacted:?}"),
    }
    if serde_json::from_str::<Value>(json).is_ok() {
        assert!(checked.is_ok(), "{json:?} was rejected: {checked:?}");
    }
    // It takes halves of surrogate pairs and any depth where it builds nothing.
    if serde_json::from_str::<&RawValue>(json).is_err() {
        assert!(checked.is_err(), "{json:?} was accepted");
    }
    checked.is_ok()
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/json")
}

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folders = ["test_parsing", "extra"].map(|folder| fs::read_dir(cases().join(folder)));
    let files = folders.into_iter().flat_map(Result::unwrap).map(|file| file.unwrap().path());
    let name = |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().to_owned();
    let mut documents: Vec<_> = files.map(|file| (name(&file), fs::read(&file).unwrap())).collect();
    documents.sort();
    documents
}

#[test]
fn every_document_of_the_corpus_gets_its_verdict() {
    let documents = corpus();
    assert_eq!(documents.len(), 159 + 52);
    for (name, document) in documents {
        let checked = check_utf8(&document);
        match name.as_bytes()[0] {
            b'y' => assert!(checked.is_ok(), "{name}: {checked:?}"),
            b'n' => assert!(checked.is_err(), "{name} was accepted"),
            _ => {}
        }
        if let Ok(json) = std::str::from_utf8(&document) {
            agree(json);
        }
    }
}

/// A text too large to store: every part, so many times.
#[derive(Deserialize)]
struct Large {
    name: String,
    parts: Vec<(String, usize)>,
    verdict: String,
}

#[test]
fn large_documents_get_their_verdict() {
    let lines = fs::read_to_string(cases().join("generators.jsonl")).unwrap();
    let all: Vec<Large> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 11);
    for Large { name, parts, verdict } in all {
        let document: String = parts.iter().map(|(text, times)| text.repeat(*times)).collect();
        let accepted = check(&document).is_ok();
        match verdict.as_str() {
            "accept" => assert!(accepted, "{name} was rejected"),
            "reject" => assert!(!accepted, "{name} was accepted"),
            _ => {}
        }
    }
}

#[test]
fn the_deepest_text_has_128_levels() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        for levels in [127, 128, 129, 130] {
            let times = levels * 2 / open.replace("\"a\":", "").len() / 2;
            let json = format!("{}0{}", open.repeat(times), close.repeat(times));
            let depth = json.matches(['[', '{']).count();
            assert_eq!(check(&json).is_ok(), depth <= 128, "{depth} levels");
            agree(&json);
        }
    }
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn mutated_texts_are_judged_as_others_judge_them() {
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "\\ud83d",
        "\\ude00",
        "\\u0022",
        "\\\"",
        "0",
        "1",
        "-",
        "+",
        ".",
        "e",
        "E",
        "12345678",
        "true",
        "null",
        "fals",
        " ",
        "\n",
        "\t",
        "\0",
        "\u{1f}",
        "\u{7f}",
        "é",
        "😀",
        "\u{2028}",
        "a",
        "\"key\":",
        "\"value\",",
        "{}",
        "[]",
        "//",
    ];
    let seeds = corpus().into_iter().filter_map(|(_, seed)| String::from_utf8(seed).ok());
    let seeds: Vec<String> = seeds.filter(|seed| seed.len() < 200 && check(seed).is_ok()).collect();
    let (mut dice, mut valid) = (Dice(1), 0);
    for _ in 0..60_000 {
        let mut json = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(2) {
            let from = json.floor_char_boundary(dice.below(json.len() + 1));
            let to = json.floor_char_boundary(json.len().min(from + dice.below(3)));
            json.replace_range(from..to, PIECES[dice.below(PIECES.len())]);
        }
        valid += u32::from(agree(&json));
    }
    assert!((5_000..55_000).contains(&valid), "{valid} texts are valid: one verdict is hardly met");
}
