use plugin_abi::Batch;

use crate::pipeline::StreamPlan;
use crate::pipeline::expr::record::RecordTest;

use super::sample::{VALUE, batch, on, view};
use super::{catalog, stream};

fn test_of(plan: &StreamPlan) -> &RecordTest {
    plan.steps[1].when.as_ref().unwrap()
}

/// A stream whose filter has this condition.
fn filtered(condition: &str) -> String {
    let top = "inputs: {n: 2, on: true}\npipeline:\n- uses: source\n";
    format!("{top}- id: f\n  type: filter\n  when: {condition}\n- uses: sink\n")
}

fn holds(condition: &str, batch: &Batch) -> (Result<bool, String>, Vec<String>) {
    let catalog = catalog();
    let plan = stream(&filtered(condition), &catalog);
    on(&plan, |values, warnings| {
        test_of(&plan).holds(view(batch), values, warnings).map_err(|failed| failed.to_string())
    })
}

#[test]
fn conditions_decide_like_this() {
    let cases = [
        ("true", true),
        ("false", false),
        ("'${env:TOPIC}'", true),
        ("inputs.on", true),
        ("record.value.id == 'k-1'", true),
        ("\"{{ record.value.id == 'k-1' }}\"", true),
        ("record.value.ok", true),
        ("record.value.empty", false),
        ("record.value.no", false),
        ("record.value.in", true),
        ("not record.value.ok", false),
        ("record.key == 'key' and record.offset >= 42", true),
        ("record.headers.kind == 'old' or record.source == 'orders.ndjson'", true),
        ("record.value.n > inputs.n", true),
        ("record.value.id in ['a', 'k-1']", true),
        ("record.value.nope is defined", false),
        ("record.value.esc == 'aé'", false),
    ];
    for (condition, expected) in cases {
        let (decided, warnings) = holds(condition, &batch(VALUE.as_bytes()));
        assert_eq!((decided, warnings), (Ok(expected), Vec::new()), "{condition}");
    }
    let (decided, warnings) = holds("record.value.nope == 'x'", &batch(VALUE.as_bytes()));
    let absent = vec!["`record.value.nope` is absent and read as null".to_owned()];
    assert_eq!((decided, warnings), (Ok(false), absent));
    let (failed, _) = holds("record.value.id + 1 > 2", &batch(VALUE.as_bytes()));
    assert!(failed.unwrap_err().contains("cannot be evaluated"));
}

/// Every literal against every kind of value: the native answer is minijinja's.
#[test]
fn native_conditions_agree_with_minijinja() {
    const VALUES: [&str; 19] = [
        "5",
        "5.0",
        "-5",
        "0",
        "1",
        "9007199254740993",
        "123456789012345678901234567890",
        "1e400",
        "\"5\"",
        "\"x\"",
        "\"\"",
        "\"\\u0078\"",
        "\"é\"",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "[1]",
    ];
    const LITERALS: [&str; 11] = [
        "5",
        "5.0",
        "-5",
        "9007199254740992.0",
        "9007199254740993",
        "'x'",
        "'5'",
        "''",
        "true",
        "false",
        "'é'",
    ];
    let catalog = catalog();
    for literal in LITERALS {
        for operator in ["== #", "!= #", "< #", "<= #", "> #", ">= #", "in [7, #]", "not in [#]"] {
            let operator = operator.replace('#', literal);
            let plans = ["", " if true else 0"].map(|tail| {
                let condition = format!("record.value.v {operator}");
                stream(&filtered(&format!("\"{{{{ ({condition}){tail} }}}}\"")), &catalog)
            });
            let values = VALUES.map(|value| format!("{{\"v\":{value}}}"));
            for value in values.iter().map(String::as_str).chain(["{}", "[]"]) {
                let batch = batch(value.as_bytes());
                let [native, computed] = [&plans[0], &plans[1]].map(|plan| {
                    let test = test_of(plan);
                    on(plan, |values, warnings| test.holds(view(&batch), values, warnings).unwrap())
                });
                assert_eq!(native, computed, "{value} {operator}");
            }
        }
    }
}
