//! Texts with `{% %}` in them.

use std::time::Instant;

use super::{compiled, evaluated, scope};

#[test]
fn a_text_with_blocks_is_one_text() {
    let cases = [
        ("{% if who == 'world' %}yes{% else %}no{% endif %}", "yes"),
        ("{% if publish.topic == 'orders' && rows %}{{ topic }}{% endif %}", "orders"),
        (
            "{% for x in list %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}\n",
            "1, 2, 3\n",
        ),
        ("{% for x in list if x > 1 %}[{{ x ? x : 0 }}]{% endfor %}", "[2][3]"),
        ("{% for k, v in {'a': who}|items %}{{ k }}={{ v }}{% endfor %}", "a=world"),
        ("{% set x = who | upper %}{{ x }} {{ who }}", "WORLD world"),
        ("{% if true %}{% set who = 'local' %}{% endif %}{{ who }}", "local"),
        ("{% with first = 5 %}{{ first }}{% endwith %} {{ first.n }}", "5 1"),
        ("{%- if true -%}  a  {%- endif -%}  b", "ab"),
        ("a {{- who -}} b{% if false %}{% endif %}", "aworldb"),
        ("{% if true %}${PORT} {{ '{%' }} { {% endif %}{", "{{ 9092 }} {% { {"),
        ("{% if true %}{# kept #}$${x}{% endif %}", "{# kept #}${x}"),
        ("{% raw %}{{ who }}{% x %}{% endraw %}{% if true %}!{% endif %}", "{{ who }}{% x %}!"),
        (
            "{% if true %}{{ list }} {{ config.n }} {{ none }} {{ nobody_at_all }}{% endif %}",
            "[1,2,3] 1.5 null null",
        ),
        ("{% if true %}key ${file:b}{% endif %}", "key file-canary"),
    ];
    for (text, expected) in cases {
        let (found, _) = evaluated(text, &scope(), None);
        assert_eq!(found, serde_json::Value::from(expected).to_string(), "{text}");
    }
}

#[test]
fn names_of_the_text_itself_are_no_references() {
    let cases: [(&str, &[&str]); 6] = [
        ("{% for elem in list %}{{ elem }}{{ loop.index }}{% endfor %}", &[]),
        ("{% for elem in list %}{% endfor %}{{ elem }}", &["undeclared elem"]),
        ("{% for elem in elem %}{{ elem }}{% endfor %}", &["undeclared elem"]),
        ("{% set a = b %}{{ a }}", &["undeclared b"]),
        ("{{ a }}{% set a = 1 %}", &["undeclared a"]),
        ("{% with a = 1, b = a %}{{ b }}{% endwith %}", &["undeclared a"]),
    ];
    for (text, expected) in cases {
        let (tree, found) = compiled(text, &scope());
        assert!(tree.is_some(), "{text}: {found:?}");
        assert!(found[0].starts_with("block_tag: "), "{found:?}");
        assert_eq!(found[1..], *expected, "{text}");
    }
}

#[test]
fn what_is_no_statement_is_refused_by_name() {
    let cases = [
        ("{% include 'x' %}", "there is no `include` here"),
        ("{% extends 'x' %}", "there is no `extends` here"),
        ("{% import 'x' as y %}", "there is no `import` here"),
        ("{% macro m() %}{% endmacro %}", "there is no `macro` here"),
        ("{% frobnicate %}", "there is no statement `frobnicate`"),
        ("{% %}", "it is empty"),
        ("{% if %}{% endif %}", "something is missing behind `if`"),
        ("{% if true %}", "`if` needs its `{% endif %}`"),
        ("{% for x in list %}{% if x %}{% endfor %}", "nothing is open that it could end"),
        ("{% endif %}", "nothing is open that it could end"),
        ("{% for x %}{% endfor %}", "`for` is written `{% for name in list %}`"),
        ("{% set x %}a{% endset %}", "`set` needs a value"),
        ("{% else %}", "nothing is open that it could belong to"),
        ("{% for x in list %}{% elif x %}{% endfor %}", "nothing is open that it could belong to"),
        ("{% if a ? 1 %}{% endif %}", "`?` has no `:`"),
        ("{% if true %}{{ who | uper }}{% endif %}", "did you mean `upper`?"),
        ("{% if later.x %}{% endif %}", "`later` has no result yet"),
        ("{% for x in list %}{{ first. }}{% endfor %}", "no valid"),
    ];
    for (text, part) in cases {
        let (tree, found) = compiled(text, &scope());
        assert!(tree.is_none(), "{text}");
        assert!(found.iter().any(|found| found.contains(part)), "{text}: {found:?}");
    }
    let (_, found) = compiled("{% if x", &scope());
    assert!(found[0].starts_with("unterminated_template: "), "{found:?}");
}

#[test]
fn hostile_texts_end_quickly_and_small() {
    let thousand = "[1] * 1000";
    let doubled = "{% set a = a ~ a %}".repeat(64);
    let nested = format!("{}{}", "{% if true %}".repeat(5000), "{% endif %}".repeat(5000));
    let cases = [
        format!(
            "{{% for x in {thousand} %}}{{% for y in {thousand} %}}{{% for z in {thousand} %}}x{{% endfor %}}{{% endfor %}}{{% endfor %}}"
        ),
        "{% for x in range(100000) %}{% for y in range(100000) %}{% endfor %}{% endfor %}"
            .to_owned(),
        format!("{{% set a = 'xxxxxxxx' %}}{doubled}{{{{ a }}}}"),
        "{% for x in range(99999) %}{{ 'x' * 100000 }}{% endfor %}".to_owned(),
        "{{ 'x' * 100000000000 }}{% if true %}{% endif %}".to_owned(),
        format!("{{% for x in range(99999) %}}{}{{% endfor %}}", "x".repeat(10_000)),
        nested,
    ];
    for text in cases {
        let shown = &text[..60.min(text.len())];
        let start = Instant::now();
        if compiled(&text, &scope()).0.is_some() {
            let (found, _) = evaluated(&text, &scope(), None);
            assert!(found.contains("cannot be evaluated"), "{shown}: {} bytes", found.len());
        }
        // An unoptimised build on a busy machine.
        assert!(start.elapsed().as_secs() < 10, "{shown}: {:?}", start.elapsed());
    }
}
