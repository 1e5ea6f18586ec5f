//! `plugpipe search` and `plugpipe completions`.

use end_to_end::host::Host;

#[test]
fn plugs_are_found_by_words_the_best_first() {
    let output = Host::shared().run(["search", "serializer", "--json"]).output().expect_code(0);
    let answer = output.json();
    let plugs = answer["plugs"].as_array().unwrap().iter();
    let names: Vec<_> = plugs.map(|plug| plug["name"].as_str().unwrap()).collect();
    let serializers =
        ["bytes_serializer", "json_serializer", "raw_serializer", "string_serializer"];
    assert_eq!(names[..4], serializers, "{output}");
}

#[test]
fn a_word_that_fits_nothing_gets_the_nearest_one() {
    let output = Host::shared().run(["search", "kafka_producr"]).output().expect_code(1);
    let said =
        "error: no installed plug fits `kafka_producr` here; did you mean `kafka_producer`?\n";
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", said));
}

#[test]
fn completions_are_a_script_that_the_shell_can_read() {
    let host = Host::shared();
    let output = host.shell("plugpipe completions bash | bash -n && plugpipe completions bash");
    let script = output.output().expect_code(0).stdout;
    assert!(script.contains("mermaid") && script.contains("complete -F"), "{script}");
}
