//! What the names in an expression stand for.

use super::super::{Data, Led, Reads, Scope, Visible};
use super::{compiled, evaluated, scope};

#[test]
fn every_root_is_read_as_a_path_and_in_an_expression() {
    let cases = [
        ("{{ config.n }}", "1.50"),
        ("{{ config.region | upper }}", r#""EU""#),
        ("{{ region }}", r#""eu""#),
        ("{{ region ~ '-1' }}", r#""eu-1""#),
        ("{{ item.id }}", "5"),
        ("{{ item.id + iteration }}", "7"),
        ("{{ summary[0].status }}", r#""success""#),
        ("{{ summary | length }}", "1"),
        ("{{ secrets.token }}", r#""root-canary""#),
        ("{{ secrets.token | length }}", "11"),
        ("{{ topic }}", r#""orders""#),
        ("{{ topic | upper }}", r#""ORDERS""#),
        ("{{ publish.topic }}", r#""orders""#),
        ("{{ publish.topic ~ publish.kid }}", r#""ordersk""#),
        ("{{ steps.publish.rows[1] + rows[0] }}", "3"),
        ("{{ steps.publish.rows | sum }}", "3"),
        ("{{ [publish.rows[0], topic, publish['topic'] | length] }}", r#"[1,"orders",6]"#),
        ("{{ publish.kid }}", r#""k""#),
        ("{{ first.length }}", "7"),
        ("{{ first.length + 1 }}", "8"),
        ("${vault:a}", r#"{"user":"u","n":[4711]}"#),
        ("Bearer ${file:b}", r#""Bearer file-canary""#),
    ];
    for (text, expected) in cases {
        assert_eq!(evaluated(text, &scope(), None), (expected.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn in_the_outputs_of_a_step_unknown_names_are_its_own_fields() {
    let outputs = Scope { data: Data::Outputs(1), visible: Visible::First(1), ..scope() };
    let cases = [
        ("{{ status }}", r#""ok""#),
        ("{{ status | upper }}", r#""OK""#),
        ("{{ rows[0] }}", "7"),
        ("{{ rows[0] + length }}", "10"),
        ("{{ result.length }}", "3"),
        ("{{ result | length }}", "3"),
        ("{{ publish.status }}", r#""ok""#),
        ("{{ steps.publish.status }}", r#""ok""#),
        ("{{ first.n }}", "1"),
        ("{{ who }}", r#""world""#),
        ("{{ statuz }}", "null"),
    ];
    for (text, expected) in cases {
        assert_eq!(evaluated(text, &outputs, None).0, expected, "{text}");
    }
}

/// Where a text stands, the text, and what is said of it.
fn unreadable() -> Vec<(Scope<'static>, &'static str, &'static str)> {
    static VISIBLE: [bool; 3] = [true, false, false];
    let ways: &[Vec<usize>] = &[];
    let dag = Scope { visible: Visible::Led(Led { to: 2, by: &VISIBLE, ways }), ..scope() };
    let nothing = Scope { reads: Reads::default(), ..scope() };
    vec![
        (
            scope(),
            "{{ later.x }}",
            "unknown_step: `later` has no result yet at this step (a step can read the results of the steps above it)",
        ),
        (
            dag,
            "{{ publish.x + 1 }}",
            "unknown_step: `publish` has no result yet at this step (add `depends_on: [publish]` to this step, so that it runs after it)",
        ),
        (
            dag,
            "{{ topic }}",
            "unknown_step: `topic` is an output of step `publish`, which has no result yet at this step (add `depends_on: [publish]` to this step, so that it runs after it)",
        ),
        (
            scope(),
            "{{ end }}",
            "unknown_step: `end` is an output of step `later`, which has no result yet at this step (a step can read the results of the steps above it)",
        ),
        (
            scope(),
            "{{ topik }}",
            "unknown_step: nothing here is called `topik` (did you mean `topic`?)",
        ),
        (
            scope(),
            "{{ regoin.x }}",
            "unknown_step: nothing here is called `regoin` (did you mean `region`?)",
        ),
        (
            nothing,
            "{{ item.x }}",
            "no_foreach: `item` cannot be read here (only a step with `foreach` has it: the element it is called for)",
        ),
        (
            nothing,
            "{{ iteration + 1 }}",
            "no_foreach: `iteration` cannot be read here (only a step with `foreach` has it: the element it is called for)",
        ),
        (
            nothing,
            "{{ secrets.a }}",
            "secret_not_allowed: `secrets` cannot be read here (secrets are resolved for the `config`, `with` and `env` of a step just before it is called)",
        ),
        (
            nothing,
            "${file:a}",
            "secret_not_allowed: `${file:a}` is a secret, which cannot be read here (secrets are resolved for the `config`, `with` and `env` of a step just before it is called)",
        ),
        (scope(), "${file:}", "bad_expression: `${file:}` names no secret (write `${file:path}`)"),
    ]
}

/// The same for slips, and for streams.
fn slips() -> Vec<(Scope<'static>, &'static str, &'static str)> {
    let stream = Scope { data: Data::Nothing, visible: Visible::First(0), ..scope() };
    vec![
        (
            scope(),
            "{{ who | uper }}",
            "unknown_filter: there is no filter `uper` (did you mean `upper`?)",
        ),
        (
            scope(),
            "{{ who is defind }}",
            "bad_expression: there is no test `is defind` (did you mean `defined`?)",
        ),
        (
            scope(),
            "{{ rnge(3) }}",
            "bad_expression: there is no function `rnge` (did you mean `range`?)",
        ),
        (
            scope(),
            "{{ who == null }}",
            "unknown_step: nothing here is called `null` (did you mean `none`?)",
        ),
        (
            scope(),
            "{{ true && !who }}",
            "bad_expression: `true && !who` is no valid expression: unexpected character (write `not x` for `!x`)",
        ),
        (stream, "{{ config.x }}", "not_supported: `config.x` cannot be read"),
        (
            stream,
            "{{ summary }}",
            "unknown_step: `summary` cannot be read: the steps of a stream have no results (what a step did to a record is in `record`)",
        ),
    ]
}

#[test]
fn what_cannot_be_read_says_why_and_what_to_do() {
    for (scope, text, expected) in unreadable().into_iter().chain(slips()) {
        let (tree, found) = compiled(text, &scope);
        let (kind, _) = expected.split_once(':').unwrap();
        assert!(tree.is_none(), "{text}");
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        if kind == "not_supported" {
            assert!(found[0].starts_with("not_supported: `config`"), "{found:?}");
        } else {
            assert_eq!(found[0], expected, "{text}");
        }
    }
}

#[test]
fn a_bare_key_of_the_configuration_is_read_with_a_lint() {
    for text in ["{{ region }}", "{{ region | upper }}"] {
        let (tree, found) = compiled(text, &scope());
        assert!(tree.is_some());
        let lint =
            "config_root: `region` is a key of the top-level `config` (write `config.region`)";
        assert_eq!(found, [lint], "{text}");
    }
    assert_eq!(compiled("{{ config.region }}", &scope()).1, [""; 0]);
}
