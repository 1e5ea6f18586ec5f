//! The child's side: a process that is there for one library and nothing else.

use super::protocol::{Begun, Passed, Phase, Verdict};
use super::services::Unheard;
use super::{DEADLINE, limits};
use crate::catalog::Reason;
use crate::elf;
use crate::loader::sealed::SealedCopy;
use crate::loader::{describe, library};
use plugin_abi::HostSvc;
use plugin_abi::plugin::PluginObject_TO;
use plugin_api::Description;
use serde::Serialize;
use std::io::Read;

/// Opens a library in this process, creates its plugin and shuts it down. `say` gets one JSON line
/// for each phase as it begins, `{"phase":"open"}`, and at the end `{"ok":true,"description":{…}}` or
/// `{"ok":false,"kind":"…","reason":"…"}`. Answers whether the library passed.
///
/// The process is limited in time, memory and files from then on, for good.
pub fn serve(library: impl Read, mut say: impl FnMut(&str)) -> bool {
    let tried = attempt(library, &mut |phase| say(&line(&Begun { phase })));
    match &tried {
        Ok(description) => {
            say(&line(&Passed { ok: true, description: description.clone() }));
        }
        Err(reason) => {
            let (kind, reason) = (reason.kind().to_owned(), reason.to_string());
            say(&line(&Verdict { ok: false, kind, reason }));
        }
    }
    tried.is_ok()
}

fn attempt(library: impl Read, begin: &mut dyn FnMut(Phase)) -> Result<Description, Reason> {
    let copy = SealedCopy::of(library)?;
    elf::inspect(copy.bytes())?;
    limits::set().map_err(|error| Reason::ProbeFailed(format!("the limits of it: {error}")))?;
    begin(Phase::Open);
    let root = library::root(copy)?;
    begin(Phase::Describe);
    let description = describe(&root)?;
    begin(Phase::Create);
    let created = (root.create())(HostSvc::lend(Unheard), "{}".to_owned().into());
    let plugin =
        created.into_result().map_err(|error| Reason::Create(error.message().to_owned()))?;
    begin(Phase::Shutdown);
    let grace = u64::try_from(DEADLINE.as_millis()).unwrap_or(u64::MAX);
    PluginObject_TO::shutdown(&plugin, grace);
    Ok(description)
}

fn line(value: &impl Serialize) -> String {
    // Keys are text and numbers are finite, so there is nothing that JSON cannot say.
    serde_json::to_string(value).unwrap_or_default()
}
