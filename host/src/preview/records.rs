//! What a plugin would write, asked through its operation `plan`.

use std::time::{Duration, Instant};

use plugin_api::Json;
use serde_json::value::RawValue;

use crate::json::{self, Kind, ObjectText, Segment};
use crate::registry::Request;
use crate::run::LivePlugin;
use crate::run::success::{Verdict, verdict};

const OPERATION: &str = "operation";
const PLAN: &str = "plan";

/// Planning dials nobody, so it takes no time that counts.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a plugin would do.
pub struct Planned {
    /// The list `records` of its answer, if it has one.
    pub records: Option<Box<RawValue>>,
    /// How many there are, where the list holds only the first of them.
    pub total: Option<Box<RawValue>>,
    /// Why it would fail.
    pub refusal: Option<String>,
}

/// Whether a plugin that gets this operation, or none, can say what it would do. The first operation
/// of its schema is the one it does unasked: only that is planned.
pub fn can_plan(schema: Option<&serde_json::Value>, operation: Option<&RawValue>) -> bool {
    let listed = schema.and_then(|schema| schema["properties"][OPERATION]["enum"].as_array());
    let Some(listed) = listed.filter(|listed| listed.iter().any(|name| name == PLAN)) else {
        return false;
    };
    match operation.filter(|operation| json::kind(operation) != Kind::Null) {
        None => true,
        Some(operation) => json::text_of(operation).is_some_and(|asked| listed[0] == asked),
    }
}

/// Asks a plugin what it would do with this call.
pub async fn ask(live: &impl LivePlugin, ctx: &RawValue, cfg: Box<RawValue>, run: Json) -> Planned {
    let mut asked = ObjectText::new();
    asked.fields_of(ctx, &[OPERATION].into()).value(OPERATION, PLAN);
    let request = Request {
        ctx: asked.finish().into(),
        cfg: cfg.into(),
        run,
        deadline: Some(Instant::now() + PATIENCE),
        trace_id: uuid::Uuid::now_v7().simple().to_string(),
    };
    let answer = match tokio::time::timeout(PATIENCE, live.process(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Planned::refused(error.to_string()),
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            return Planned::refused(format!("its operation `plan` took more than {seconds} s"));
        }
    };
    let refusal = match verdict(answer.as_raw(), live.status_keys()) {
        Verdict::Failed(reason) => Some(reason),
        Verdict::Success | Verdict::Partial(_) => None,
    };
    let field = |key| field(answer.as_raw(), key).map(RawValue::to_owned);
    Planned { records: field("records"), total: field("records_total"), refusal }
}

impl Planned {
    fn refused(reason: String) -> Self {
        Self { records: None, total: None, refusal: Some(reason) }
    }
}

/// A field of an answer, or of the result that lies in it.
fn field<'a>(answer: &'a RawValue, key: &str) -> Option<&'a RawValue> {
    let way = [Segment::Key(key.to_owned())];
    let inside = || json::entries(answer).into_iter().find_map(|(_, value)| json::at(value, &way));
    json::at(answer, &way).or_else(inside)
}
