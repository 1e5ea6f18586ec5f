//! Documents that fit, and documents that do not.

use super::subject::{Called, examples};
use super::{Check, Subject, Verdict, judged};
use crate::testing::loaded::{open_sink, open_source, open_transform};
use plugin_abi::{ErrorCode, PErr};
use serde_json::{Value, json};

pub(super) const EXAMPLES: Check = Check {
    name: "accepts_its_examples",
    tries: "every example in the schemas of input and configuration",
    run: accepts_its_examples,
};

pub(super) const UNKNOWN_KEY: Check = Check {
    name: "refuses_an_unknown_key",
    tries: "a configuration with one key that its schema does not know",
    run: refuses_an_unknown_key,
};

pub(super) const MALFORMED_INPUT: Check = Check {
    name: "refuses_malformed_input",
    tries: "a list, a number, a text, half a document and values of the wrong type as ctx",
    run: refuses_malformed_input,
};

pub(super) const MALFORMED_CONFIG: Check = Check {
    name: "refuses_malformed_config",
    tries: "a list, a number, a text and half a document as cfg",
    run: refuses_malformed_config,
};

fn accepts_its_examples(subject: &Subject) -> Verdict {
    let (mut count, mut problems) = (0, Vec::new());
    let mut tried = |input: &Value, config: &Value, example: &Value, misfit: ErrorCode| {
        count += 1;
        if let Err(error) = subject.call(&input.to_string(), &config.to_string()).0
            && error.code == misfit
        {
            problems.push(format!("the example {example} is refused: {}", error.message()));
        }
    };
    for input in examples(subject.input_schema()) {
        tried(input, &subject.sample_config("process"), input, ErrorCode::BAD_INPUT);
    }
    for config in subject.config_schema("process").into_iter().flat_map(examples) {
        tried(&subject.sample_input(), config, config, ErrorCode::BAD_CONFIG);
    }
    match count {
        0 => Verdict::DoesNotApply("its schemas hold no examples".to_owned()),
        count => judged(&problems, format!("{count} examples fit")),
    }
}

fn refuses_an_unknown_key(subject: &Subject) -> Verdict {
    const KEY: &str = "no_plugin_knows_this_key";
    let (mut roles, mut problems) = (Vec::new(), Vec::new());
    for role in ["process", "source", "transform", "sink"] {
        if !subject.config_schema(role).is_some_and(is_closed) {
            continue;
        }
        let mut config = subject.sample_config(role);
        config[KEY] = json!(1);
        roles.push(role);
        if let Some(problem) = taken(subject, role, &config, KEY) {
            problems.push(format!("{role}: {problem}"));
        }
    }
    match roles.is_empty() {
        true => Verdict::DoesNotApply("its configuration takes any key".to_owned()),
        false => judged(&problems, format!("refused by name as {}", roles.join(", "))),
    }
}

/// What is wrong with the answer to a configuration with an unknown key.
fn taken(subject: &Subject, role: &str, config: &Value, key: &str) -> Option<String> {
    let answer = match role {
        "source" => subject.opened(open_source, config).map(|_| String::new()),
        "transform" => subject.opened(open_transform, config).map(|_| String::new()),
        "sink" => subject.opened(open_sink, config).map(|_| String::new()),
        _ => return process_took(subject, config, key),
    };
    match answer {
        Ok(_) => Some("it was taken".to_owned()),
        Err(error) => misnamed(&error, key),
    }
}

fn process_took(subject: &Subject, config: &Value, key: &str) -> Option<String> {
    let called = subject.call(&subject.sample_input().to_string(), &config.to_string());
    match &called.0 {
        Err(error) => misnamed(error, key),
        Ok(said) if called.is_refusal(subject) && said.contains(key) => None,
        Ok(_) => Some("it was taken".to_owned()),
    }
}

fn misnamed(error: &PErr, key: &str) -> Option<String> {
    let named = error.code == ErrorCode::BAD_CONFIG && error.message().contains(key);
    (!named).then(|| format!("the error has another code or another key: {}", error.message()))
}

/// Whether a schema says which keys there are.
fn is_closed(schema: &Value) -> bool {
    match schema.get("additionalProperties") {
        None => schema["properties"].is_object(),
        Some(rest) => *rest == Value::Bool(false),
    }
}

/// What is no object, and what is no document.
const MALFORMED: [&str; 5] = ["[]", "[1]", "1", r#""text""#, "{"];

fn refuses_malformed_input(subject: &Subject) -> Verdict {
    let config = subject.sample_config("process").to_string();
    let wrong = MALFORMED.map(str::to_owned).into_iter();
    let wrong = wrong.chain(mistyped(subject.input_schema(), &subject.sample_input()));
    let is_object = subject.input_schema()["type"] == "object";
    let wrong: Vec<String> = wrong.filter(|text| is_object || text == "{").collect();
    refused_all(subject, &wrong, |input| subject.call(input, &config))
}

fn refuses_malformed_config(subject: &Subject) -> Verdict {
    if !subject.has_role("process") {
        return Verdict::DoesNotApply("its `process` has no configuration".to_owned());
    }
    let is_object = subject.config_schema("process").is_some_and(|one| one["type"] == "object");
    let wrong = MALFORMED.iter().filter(|text| is_object || **text == "{");
    let wrong: Vec<String> = wrong.map(|text| (*text).to_owned()).collect();
    let input = subject.sample_input().to_string();
    refused_all(subject, &wrong, |config| subject.call(&input, config))
}

fn refused_all(subject: &Subject, wrong: &[String], call: impl Fn(&str) -> Called) -> Verdict {
    let answers = wrong.iter().map(|text| (text, call(text)));
    let taken = answers.filter(|(_, called)| !called.is_refusal(subject) || called.is_missing());
    let problems: Vec<_> =
        taken.map(|(text, called)| format!("{text} was answered with {}", called.line())).collect();
    judged(&problems, format!("{} documents refused", wrong.len()))
}

/// The sample with one property of the wrong type, for each property whose type is plain.
fn mistyped(schema: &Value, sample: &Value) -> Vec<String> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let wrong = properties.filter_map(|(key, property)| {
        let wrong = match property["type"].as_str()? {
            "array" | "object" => json!(true),
            _ => json!([[]]),
        };
        let mut input = sample.as_object()?.clone();
        input.insert(key.clone(), wrong);
        Some(Value::Object(input).to_string())
    });
    wrong.collect()
}
