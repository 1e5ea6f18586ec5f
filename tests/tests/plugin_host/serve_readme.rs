//! The two lines of the README that start a server and call it, word for word.

use std::process::{Command, Stdio};

use end_to_end::host::Host;
use end_to_end::serve::Serve;
use end_to_end::skip::Availability;
use end_to_end::{Result, workspace_root};

/// Where the README's server listens.
const LISTENS: &str = "localhost:7464";

/// The lines of the `sh` block under a heading.
fn lines(heading: &str) -> Vec<String> {
    let readme = std::fs::read_to_string(workspace_root().join("README.md")).unwrap();
    let (_, section) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    let (_, block) = section.split_once("```sh\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block.lines().map(str::to_owned).collect()
}

fn curl() -> Availability<()> {
    let ran = Command::new("curl").arg("--version").stdout(Stdio::null()).status();
    match ran {
        Ok(status) if status.success() => Availability::Present(()),
        Ok(status) => Availability::Absent(format!("curl does not work: {status}")),
        Err(error) => Availability::Absent(format!("curl does not start: {error}")),
    }
}

#[test]
fn the_lines_of_the_readme_start_a_server_and_call_it() -> Result<()> {
    let Some(()) = curl().or_skip()? else { return Ok(()) };
    let lines = lines("A host that stays");
    let [start, call] = &lines[..] else { panic!("two lines were expected: {lines:?}") };
    let words = start.strip_prefix("cargo run --release -- ").unwrap().split(' ');
    let serve = Serve::start(Host::shared().run(words.chain(["--listen", "127.0.0.1:0"])));
    assert_eq!(call.matches(LISTENS).count(), 1, "{call}");
    let call = call.replace(LISTENS, &serve.address().to_string());
    let output = Host::shared().shell(&call).output().expect_code(0);
    assert_eq!(
        output.stdout.trim_end(),
        r#"{"serialized_message":"{\"id\":7}","format":"json"}"#,
        "{output}"
    );
    Ok(())
}
