//! The plug's own cases, through the registry: other plugs are found as in a run.

use super::{Event, Finding, Verdict};
use crate::catalog::Installed;
use crate::registry::{Live, Registry, Request};
use plugin_api::Json;
use plugin_api::testing::golden::{Answer, Case};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// No case may take longer.
const LIMIT: Duration = Duration::from_secs(30);

const TRIES: &str = "the inputs and answers below cases/";

/// Runs every case, each a finding of its own.
pub(super) async fn prove(
    plug: &Arc<Installed>,
    registry: &Registry,
    tell: &mut impl FnMut(Event),
) {
    const ALL: &str = "golden_cases";
    tell(Event::trying(ALL, TRIES));
    let folder = plug.path.join("cases");
    if !folder.is_dir() {
        let none = Verdict::DoesNotApply(format!("there is no {}", folder.display()));
        return tell(Event::Found(Finding::new(ALL, TRIES, none)));
    }
    let opened = registry.open_apart(plug).await.map_err(|error| error.message);
    let read = opened.and_then(|live| Ok((live, Case::read_all(&folder)?)));
    let (live, cases) = match read {
        Ok(read) => read,
        Err(problem) => {
            return tell(Event::Found(Finding::new(ALL, TRIES, Verdict::Failed(problem))));
        }
    };
    for case in cases {
        let name = case.folder.file_name().unwrap_or_default().to_string_lossy();
        let check = format!("case {name}");
        tell(Event::trying(&check, TRIES));
        let verdict = match case.judge(&call(plug, &live, &case).await) {
            Ok(()) => Verdict::Passed("what was expected".to_owned()),
            Err(problem) => Verdict::Failed(problem),
        };
        tell(Event::Found(Finding::new(&check, "input.json", verdict)));
    }
}

async fn call(plug: &Installed, live: &Arc<Live>, case: &Case) -> Answer {
    let json = |text: &str, file: &str| {
        Json::from_text(text.to_owned()).map_err(|error| format!("{file} is not JSON: {error}"))
    };
    let documents = json(&case.input, "input.json")
        .and_then(|ctx| Ok((ctx, json(&case.config, "config.json")?)));
    let (ctx, cfg) = match documents {
        Ok(documents) => documents,
        Err(problem) => return Answer::Error(problem),
    };
    let request = Request {
        ctx,
        cfg: plug.manifest.with_defaults(cfg.as_raw()).into(),
        run: Json::from(serde_json::value::RawValue::NULL.to_owned()),
        deadline: Some(Instant::now() + LIMIT),
        trace_id: String::new(),
    };
    match live.process(request).await {
        Ok(answer) => Answer::Document(answer.get().to_owned()),
        Err(error) => Answer::Error(error.message),
    }
}
