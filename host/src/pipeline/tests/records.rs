use plugin_abi::Batch;

use crate::pipeline::expr::record::{Produced, RecordExpr};
use crate::pipeline::expr::{Failed, Warnings};

use super::sample::{VALUE, bare, batch, on, view, with};
use super::{catalog, stream};

/// What an expression gives as a key: its text or null, whether it lies in the arena, warnings.
fn key(expression: &str, batch: &Batch) -> (Result<Option<String>, String>, bool, Vec<String>) {
    let catalog = catalog();
    let plan = stream(&with(&format!("key: {expression}")), &catalog);
    let expr = plan.steps[1].with.key.as_ref().unwrap();
    let ((text, borrowed), warnings) = on(&plan, |values, warnings| {
        let produced = expr.produce(view(batch), values, warnings);
        let borrowed =
            produced.as_ref().is_ok_and(|it| it.place_in(batch.arena.as_slice()).is_some());
        let text = produced.map_err(|failed| failed.to_string()).map(|produced| match produced {
            Produced::Null => None,
            Produced::Bytes(bytes) => Some(String::from_utf8(bytes.into_owned()).unwrap()),
        });
        (text, borrowed)
    });
    (text, borrowed, warnings)
}

#[test]
fn expressions_yield_exactly_this() {
    let cases = [
        // Fields: the bytes of the record themselves.
        ("'{{ record.value.id }}'", Some("k-1"), true),
        ("'${ record.value[\"id\"] }'", Some("k-1"), true),
        ("'{{ record.value.id2 }}'", Some("é"), true),
        ("'{{ record.value.n }}'", Some("5"), true),
        ("'{{ record.value.long }}'", Some("123456789012345678901234567890"), true),
        ("'{{ record.value.z }}'", Some("1.50"), true),
        ("'{{ record.value.ok }}'", Some("true"), true),
        ("'{{ record.value.empty }}'", Some(""), true),
        ("'{{ record.value.in.a[0].b }}'", Some("deep"), true),
        ("'{{ record.value.in.a }}'", Some(r#"[{"b":"deep"},7]"#), true),
        ("'{{ record.value }}'", Some(VALUE), true),
        ("'{{ record.key }}'", Some("key"), true),
        ("'{{ record.headers.kind }}'", Some("new"), true),
        ("'{{ record.headers[\"a.b\"] }}'", Some("dot"), true),
        ("'{{ record.value.esc }}'", Some("a\né"), false),
        ("'{{ record.value.no }}'", None, false),
        ("'{{ record.headers.none }}'", None, false),
        ("'{{ record.topic }}'", Some("orders"), false),
        ("'{{ record.source }}'", Some("orders.ndjson"), false),
        ("'{{ record.partition }}'", Some("3"), false),
        ("'{{ record.offset }}'", Some("42"), false),
        ("'{{ record.timestamp }}'", Some("1700"), false),
        // What is the same for all records.
        ("plain", Some("plain"), false),
        ("7", Some("7"), false),
        ("true", Some("true"), false),
        ("null", None, false),
        ("'{{ inputs.prefix }}'", Some("p"), false),
        ("'{{ inputs.n }}'", Some("2"), false),
        ("'{{ env.PLACE }}'", Some("here"), false),
        ("'${env:TOPIC}'", Some("orders"), false),
        ("'$${x} {{ \"{{\" }}'", Some("${x} {{"), false),
        // Texts and computed values.
        ("'{{ record.value.id }}/{{ inputs.n }}-{{ record.value.no }}'", Some("k-1/2-null"), false),
        ("'{{ record.value.n + inputs.n }}'", Some("7"), false),
        ("'{{ record.value.id | upper }}'", Some("K-1"), false),
        ("'{{ record.value.in.a | length }}'", Some("2"), false),
        ("'{{ record.value.in.a[1:] }}'", Some("[7]"), false),
        ("'{{ record.value.nope | default(\"d\") }}'", Some("d"), false),
        ("'{{ record.value.ok ? \"yes\" : \"no\" }}'", Some("yes"), false),
        ("'{{ record.key ~ record.offset }}'", Some("key42"), false),
        ("'{{ record.headers | length }}'", Some("3"), false),
        ("'{{ \"kind\" in record.headers }}'", Some("true"), false),
        (
            "'{{ record.value[record.headers.kind] | default(record.topic) }}'",
            Some("orders"),
            false,
        ),
        ("'{{ none if true else record.key }}'", None, false),
    ];
    for (expression, expected, in_arena) in cases {
        let batch = batch(VALUE.as_bytes());
        let (text, borrowed, warnings) = key(expression, &batch);
        assert_eq!(text, Ok(expected.map(str::to_owned)), "{expression}");
        assert_eq!((borrowed, warnings), (in_arena, Vec::new()), "{expression}");
    }
}

#[test]
fn what_a_record_lacks_is_null_and_only_a_missing_field_is_a_warning() {
    let absent = |name: &str| vec![format!("`{name}` is absent and read as null")];
    let cases = [
        ("record.value.nope.deeper", VALUE, absent("record.value.nope.deeper")),
        ("record.value.id.x", VALUE, absent("record.value.id.x")),
        ("record.headers.nope", VALUE, absent("record.headers.nope")),
        ("record.value.nope + 1 if false else none", VALUE, absent("record.value.nope")),
    ];
    for (expression, value, warnings) in cases {
        let found = key(&format!("'{{{{ {expression} }}}}'"), &batch(value.as_bytes()));
        assert_eq!(found, (Ok(None), false, warnings), "{expression}");
    }
    for part in ["value", "key", "topic", "partition", "offset", "timestamp", "source"] {
        for expression in
            [format!("'{{{{ record.{part} }}}}'"), format!("'{{{{ (record.{part}) }}}}'")]
        {
            assert_eq!(key(&expression, &bare()), (Ok(None), false, Vec::new()), "{expression}");
        }
    }
}

#[test]
fn a_value_that_is_no_json_is_text_or_bytes_as_a_whole() {
    let cases = [
        ("'{{ record.value }}'", "a line", "a line"),
        ("'{{ record.value }}'", "\"a\" and \"b\"", "\"a\" and \"b\""),
        ("'{{ record.value }}'", "\"text\"", "text"),
        ("'{{ record.value | upper }}'", "a line", "A LINE"),
        ("'{{ record.value | upper }}'", "\"text\"", "TEXT"),
    ];
    for (expression, value, expected) in cases {
        let (text, _, warnings) = key(expression, &batch(value.as_bytes()));
        assert_eq!((text, warnings), (Ok(Some(expected.to_owned())), Vec::new()), "{expression}");
    }
}

#[test]
fn an_expression_that_fails_refuses_the_record_without_showing_it() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let cases = [
        ("record.value.half", VALUE, "`record.value.half` cannot be evaluated: the text in it"),
        ("record.value.id + 1", VALUE, "`record.value.id + 1` cannot be evaluated: "),
        ("record.value[0] | length", &deep, "levels deep"),
        ("record.value.id", "no json", "the value of the record is not JSON"),
        ("record.value.id", "{\"mag\":1,", "the value of the record is not JSON"),
        ("record.value.id + 1", "no json", "the value of the record is not JSON"),
    ];
    for (expression, value, part) in cases {
        let found = key(&format!("'{{{{ {expression} }}}}'"), &batch(value.as_bytes()));
        let error = found.0.unwrap_err();
        assert!(error.contains(part) && !error.contains("k-1"), "{expression}: {error}");
    }
}

#[test]
fn partitions_and_timestamps_are_whole_numbers() {
    let cases = [
        ("'{{ record.value.n }}'", Ok(Some(5))),
        ("9", Ok(Some(9))),
        ("'{{ record.value.n * 2 }}'", Ok(Some(10))),
        ("'{{ record.value.no }}'", Ok(None)),
        ("'{{ record.value.z }}'", Err(())),
        ("'{{ record.value.id }}'", Err(())),
        ("'{{ record.value.empty }}'", Err(())),
        ("'{{ 0 - record.value.n }}'", Err(())),
        ("'{{ record.value.long }}'", Err(())),
    ];
    let (catalog, batch) = (catalog(), batch(VALUE.as_bytes()));
    for (expression, expected) in cases {
        let entries = format!("partition: {expression}, timestamp: {expression}");
        let plan = stream(&with(&entries), &catalog);
        let step = &plan.steps[1].with;
        let (partition, timestamp) = (step.partition.as_ref(), step.timestamp.as_ref());
        let ((partition, timestamp), _) = on(&plan, |values, warnings| {
            let partition = partition.unwrap().partition(view(&batch), values, warnings);
            (partition, timestamp.unwrap().timestamp(view(&batch), values, warnings))
        });
        let plain = |failed: Failed| assert!(failed.reason.contains("whole number"), "{failed}");
        assert_eq!(partition.map_err(plain), expected, "{expression}");
        assert_eq!(timestamp.map_err(plain), expected.map(|n| n.map(i64::from)), "{expression}");
    }
}

#[test]
fn a_topic_stays_inside_its_prefix_or_its_list() {
    let within_list = "topics: [k-1, other]";
    let cases = [
        ("other", "", Ok("other")),
        ("'${env:TOPIC}'", "", Ok("orders")),
        ("'{{ inputs.prefix }}'", "", Ok("p")),
        ("'orders.{{ record.value.id }}'", "", Ok("orders.k-1")),
        ("'${env:TOPIC}.{{ record.value.n }}'", "", Ok("orders.5")),
        ("'orders.{{ record.value.empty }}'", "", Err("nothing stands behind the prefix")),
        ("'orders.{{ record.value.no }}'", "", Err("it is null")),
        ("'orders.{{ record.value.nope }}'", "", Err("it is null")),
        ("'orders.{{ record.value.esc }}'", "", Err("no name of a topic")),
        ("'orders.{{ record.value.id * 100 }}'", "", Err("cannot be evaluated")),
        ("'orders.{{ \"x\" * 250 ~ record.key }}'", "", Err("no name of a topic")),
        ("'{{ record.value.id }}'", within_list, Ok("k-1")),
        ("'{{ record.key }}'", within_list, Err("none of the `topics`")),
        ("'orders.{{ record.value.id }}'", within_list, Err("none of the `topics`")),
        ("'{{ record.value.no }}'", within_list, Err("it is null")),
    ];
    let (catalog, batch) = (catalog(), batch(VALUE.as_bytes()));
    for (expression, config, expected) in cases {
        let yaml = with(&format!("topic: {expression}"));
        let yaml = yaml.replace("id: o,", &format!("id: o, config: {{{config}}},"));
        let plan = stream(&yaml, &catalog);
        let topic = plan.steps[1].with.topic.as_ref().unwrap();
        let (name, _) = on(&plan, |values, warnings| {
            topic.name(view(&batch), values, warnings).map_err(|failed| failed.to_string())
        });
        match (name, expected) {
            (Ok(name), Ok(expected)) => assert_eq!(name, expected, "{expression}"),
            (Err(error), Err(part)) => assert!(error.contains(part), "{expression}: {error}"),
            (name, _) => panic!("{expression}: {name:?}"),
        }
    }
}

#[test]
fn headers_come_in_the_order_of_the_file() {
    let catalog = catalog();
    let plan = stream(&with("headers: {b: '{{ record.value.id }}', a: null}"), &catalog);
    let (found, _) = on(&plan, |values, warnings| {
        let batch = batch(VALUE.as_bytes());
        let headers = plan.steps[1].with.headers.iter();
        let value = |expr: &RecordExpr, warnings: &mut Warnings| {
            format!("{:?}", expr.produce(view(&batch), values, warnings).unwrap())
        };
        headers.map(|(name, expr)| (name.clone(), value(expr, warnings))).collect::<Vec<_>>()
    });
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(found[1].1, "Null");
}
