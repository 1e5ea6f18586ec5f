//! Random pipelines and random secrets through the binary: counts add up, and no secret is shown.

use std::fs;

use end_to_end::host::{Host, Output};
use end_to_end::oracle::{Random, seed};
use serde_json::{Value, json};

const HEAD: &str = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: random, version: 1.0.0}\n";

/// Runs in `folder`, with the plugs of the fixtures. JSON is YAML too.
fn run(folder: &std::path::Path, top: &Value, arguments: &[&str]) -> Output {
    let lines = top.as_object().unwrap().iter().map(|(key, value)| format!("{key}: {value}\n"));
    fs::write(folder.join("pipeline.yaml"), HEAD.to_owned() + &lines.collect::<String>()).unwrap();
    let trees = ["--plugs".to_owned(), Host::shared().fixtures().display().to_string()];
    let command = ["run", "pipeline.yaml"].map(str::to_owned).into_iter().chain(trees);
    let command = command.chain(arguments.iter().map(|argument| (*argument).to_owned()));
    Host::shared().run(command).in_folder(folder).output()
}

/// One step that waits for some of those before it, and fares somehow.
fn step(random: &mut Random, index: u64) -> Value {
    let after: Vec<String> =
        (0..index).filter(|_| random.below(3) == 0).map(|before| format!("s{before}")).collect();
    let mut step = json!({ "id": format!("s{index}"), "uses": "scripted", "depends_on": after });
    match random.below(6) {
        0 => step["with"] = json!({ "fail": {} }),
        1 => step["with"] = json!({ "result": { "status": "partial" } }),
        2 => step["when"] = json!(false),
        3 => step["with"] = json!({ "panic": true }),
        _ => {}
    }
    if random.below(2) == 0 {
        step["on_error"] = json!("continue");
    }
    if random.below(4) == 0 {
        step["always_run"] = json!(true);
    }
    step
}

#[test]
fn every_step_of_a_random_graph_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(seed());
    for _ in 0..12 {
        let steps = 2 + random.below(12);
        let steps: Vec<Value> = (0..steps).map(|at| step(&mut random, at)).collect();
        let output = run(folder.path(), &json!({ "pipeline": steps }), &[]);
        let answer = output.json();
        let summary = answer["summary"].as_array().unwrap_or_else(|| panic!("{output}"));
        let ids = |list: &[Value]| list.iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(summary), ids(&steps), "{output}");
        let count = |status: &[&str]| {
            let fits = |one: &&Value| status.contains(&one["status"].as_str().unwrap());
            summary.iter().filter(fits).count()
        };
        assert_eq!(answer["total_steps"], steps.len(), "{output}");
        assert_eq!(answer["completed_steps"], count(&["success", "partial"]), "{output}");
        let settled = count(&["success", "partial", "failed", "skipped"]);
        assert_eq!(settled, steps.len(), "{output}");
        let success = answer["success"].as_bool().unwrap();
        assert_eq!(
            (answer.get("error").is_none(), output.code),
            (success, Some(i32::from(!success)))
        );
    }
}

/// Quotation marks, backslashes, line breaks, what URLs and HTML escape, and letters of four bytes.
const LETTERS: [&str; 12] = ["a", "Z", "7", "\"", "\\", "\n", "%", "+", "<", "é", "☃", "🦀"];

/// A text that occurs in nothing the host says by itself.
fn secret(random: &mut Random) -> String {
    let count = 8 + random.below(24);
    let letters = (0..count).map(|_| LETTERS[random.below(12) as usize]);
    format!("canary{}x", letters.collect::<String>())
}

#[test]
fn no_random_secret_is_shown_wherever_it_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(seed());
    for _ in 0..8 {
        let [file, input, key] = [(); 3].map(|()| secret(&mut random));
        fs::write(folder.path().join("secret"), &file).unwrap();
        let given = json!({ "pass": input }).to_string();
        let everything = json!(["${file:secret}", "{{ inputs.pass }}", "<{{ inputs.pass }}>"]);
        let top = json!({
            "inputs": { "pass": { "type": "string", "sensitive": true } },
            "pipeline": [
                { "id": "echo", "uses": "scripted", "config": { "token": key },
                  "with": { "echo": ["all"], "echo_config": true, "all": everything } },
                { "id": "again", "uses": "scripted", "on_error": "continue",
                  "with": { "fail": { "message": format!("{key} ${{file:secret}} {{{{ inputs.pass }}}}") } } },
            ],
            "outputs": { "all": { "type": "array", "value": "{{ echo.all }}" } },
        });
        let output = run(folder.path(), &top, &["--input", &given]);
        assert_eq!(output.code, Some(0), "{output}");
        for secret in [&file, &input, &key] {
            let quoted = json!(secret).to_string();
            for form in [secret.as_str(), quoted.trim_matches('"')] {
                let shown = output.stdout.contains(form) || output.stderr.contains(form);
                assert!(!shown, "{form:?}\n{output}");
            }
        }
        assert!(output.stdout.contains("[redacted]"), "{output}");
    }
}
