//! `plugpipe test`: tries what a plug promises.

use super::chosen::Chosen;
use super::compiling::Compiling;
use super::trees::TreeArguments;
use super::{DONE, FAILED, WRONG, build, output};
use crate::compile::{Order, Wanted, compile};
use crate::diagnostics::printable;
use crate::proving::{self, Event, Finding, Verdict, child};
use crate::registry::Registry;
use clap::Args;
use serde_json::json;
use std::process::Command;

/// Try what a plug promises: its golden cases, and what every plugin has to pass.
///
/// The plugin runs in a process of its own and is called for real, thousands of times, with the input
/// and the configuration of its golden cases or of the examples in its schemas.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe test json_serializer")]
pub(super) struct TestArguments {
    /// The plug, or the folder of a crate, which is compiled first
    #[arg(value_name = "PLUG|DIR", value_parser = build::wanted)]
    plug: Wanted,
    /// Print one JSON document instead of lines
    #[arg(long)]
    json: bool,
    /// Be the process that may not survive: say each step as JSON on stdout
    #[arg(long, hide = true)]
    steps: bool,
    /// With --steps: one golden case and nothing else
    #[arg(long, hide = true, requires = "steps")]
    case: Option<String>,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) async fn run(arguments: &TestArguments) -> u8 {
    if let Some(code) = compile_first(arguments) {
        return code;
    }
    let chosen = match Chosen::find(&arguments.plug, &arguments.trees) {
        Ok(chosen) => chosen,
        Err(message) => return output::wrong(&message),
    };
    if arguments.steps { say_steps(arguments, chosen).await } else { judge(arguments, &chosen) }
}

/// Compiles a crate's folder; the exit code when that fails, or when plugs are held to a lock.
fn compile_first(arguments: &TestArguments) -> Option<u8> {
    let Wanted::Folder(folder) = &arguments.plug else { return None };
    if arguments.steps || !folder.join("Cargo.toml").is_file() {
        return None;
    }
    if let Err(message) = arguments.trees.refuse_lock() {
        return Some(output::wrong(&message));
    }
    let wanted = [arguments.plug.clone()];
    let order = Order { wanted: &wanted, ..Order::default() };
    let fault = compile(order, &Compiling::new()).err()?;
    output::error(&fault.to_string());
    Some(build::code_of(&fault))
}

/// Checks in this process, one event a line.
async fn say_steps(arguments: &TestArguments, chosen: Chosen) -> u8 {
    output::claim_stdout();
    let Chosen { catalog, plug } = chosen;
    let tell = &mut |event| output::json(&event);
    match &arguments.case {
        None => proving::prove(&plug, &super::loader(), tell),
        Some(case) => {
            let registry = Registry::new(catalog, super::loader());
            proving::prove_case(&plug, &registry, case, tell).await;
        }
    }
    output::json(&Event::End);
    DONE
}

fn judge(arguments: &TestArguments, chosen: &Chosen) -> u8 {
    let mut findings: Vec<Finding> = Vec::new();
    let found = &mut |finding: Finding| {
        if !arguments.json {
            output::result(&line(&finding));
        }
        findings.push(finding);
    };
    if let Err(error) = prove(arguments, chosen, found) {
        output::error(&format!("the process for the checks could not be started: {error}"));
        return WRONG;
    }
    let is_ok = !findings.iter().any(Finding::is_failure);
    let plug = &chosen.plug;
    if arguments.json {
        let (category, name, version) = (&plug.category, &plug.name, plug.version.to_string());
        output::json(&json!({
            "ok": is_ok,
            "plugin": format!("{category}/{name}"),
            "version": version,
            "findings": findings,
        }));
    } else {
        let counted = summary(&findings);
        output::result(&format!("{} {}: {counted}", plug.name, plug.version));
    }
    if is_ok { DONE } else { FAILED }
}

/// The golden cases, each in a process of its own, and then everything else.
fn prove(
    arguments: &TestArguments,
    chosen: &Chosen,
    tell: &mut impl FnMut(Finding),
) -> std::io::Result<()> {
    match proving::cases(&chosen.plug) {
        Err(finding) => tell(finding),
        Ok(cases) => {
            for case in cases {
                let mut command = command(arguments)?;
                command.args(["--case", &case]);
                child::prove(command, &mut |finding| {
                    if !child::is_usual_end(&finding) {
                        tell(finding);
                    }
                })?;
            }
        }
    }
    child::prove(command(arguments)?, tell)
}

/// This program again, as the process that may not survive.
fn command(arguments: &TestArguments) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["test", "--steps"]).args(arguments.trees.again());
    match &arguments.plug {
        Wanted::Plug(plug) => command.arg(plug.to_string()),
        Wanted::Folder(folder) => command.arg(folder.join("")),
    };
    Ok(command)
}

fn line(finding: &Finding) -> String {
    let word = match finding.verdict {
        Verdict::Passed(_) => "ok",
        Verdict::Failed(_) => "FAILED",
        Verdict::DoesNotApply(_) => "n.a.",
    };
    let (check, tried, saw) = (&finding.check, &finding.tried, finding.saw());
    format!("{word:6}  {}: tried {tried}; saw {}", printable(check), printable(saw))
}

fn summary(findings: &[Finding]) -> String {
    let count =
        |fits: fn(&Verdict) -> bool| findings.iter().filter(|one| fits(&one.verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Passed(_)));
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_)));
    let rest = findings.len() - passed - failed;
    format!("{passed} passed, {failed} failed, {rest} not applicable")
}
