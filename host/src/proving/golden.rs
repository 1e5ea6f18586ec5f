//! The plug's own cases, through the registry: other plugs are found as in a run.
//!
//! Each case has a process of its own, as each run has: what one leaves behind is not there for the next,
//! and one that ends its process ends no other.

use super::{Event, Finding, Verdict};
use crate::catalog::Installed;
use crate::registry::{Registry, Request};
use plugin_api::Json;
use plugin_api::testing::golden::{Answer, Case};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// No case may take longer.
const LIMIT: Duration = Duration::from_secs(30);

/// The names of a plug's cases, or the finding that there are none, or that they cannot be read.
///
/// # Errors
/// That finding.
pub fn names(plug: &Installed) -> Result<Vec<String>, Finding> {
    const TRIES: &str = "the folders of cases/";
    let folder = plug.path.join("cases");
    let found = |verdict| Finding::new("golden_cases", TRIES, verdict);
    if !folder.is_dir() {
        let none = format!("there is no {}", folder.display());
        return Err(found(Verdict::DoesNotApply(none)));
    }
    let cases = Case::read_all(&folder).map_err(|problem| found(Verdict::Failed(problem)))?;
    let name = |case: &Case| Some(case.folder.file_name()?.to_string_lossy().into_owned());
    Ok(cases.iter().filter_map(name).collect())
}

/// Runs one case.
pub(super) async fn prove(
    plug: &Arc<Installed>,
    registry: &Registry,
    name: &str,
    tell: &mut impl FnMut(Event),
) {
    let check = format!("case {name}");
    let tries = format!("cases/{name}/input.json");
    tell(Event::trying(&check, &tries));
    let answered = match Case::read(&plug.path.join("cases").join(name)) {
        Ok(case) => case.judge(&answer(plug, registry, &case).await),
        Err(problem) => Err(problem),
    };
    let verdict = match answered {
        Ok(()) => Verdict::Passed("what was expected".to_owned()),
        Err(problem) => Verdict::Failed(problem),
    };
    tell(Event::Found(Finding::new(&check, &tries, verdict)));
}

async fn answer(plug: &Arc<Installed>, registry: &Registry, case: &Case) -> Answer {
    match call(plug, registry, case).await {
        Ok(answer) => Answer::Document(answer.get().to_owned()),
        Err(error) => Answer::Error(error),
    }
}

async fn call(plug: &Arc<Installed>, registry: &Registry, case: &Case) -> Result<Json, String> {
    let json = |text: &str, file: &str| {
        Json::from_text(text.to_owned()).map_err(|error| format!("{file} is not JSON: {error}"))
    };
    let (ctx, cfg) = (json(&case.input, "input.json")?, json(&case.config, "config.json")?);
    let live = registry.open(plug).await.map_err(|error| error.message)?;
    let request = Request {
        ctx,
        cfg: plug.manifest.with_defaults(cfg.as_raw()).into(),
        run: Json::null(),
        deadline: Some(Instant::now() + LIMIT),
        trace_id: String::new(),
    };
    live.process(request).await.map_err(|error| error.message)
}
