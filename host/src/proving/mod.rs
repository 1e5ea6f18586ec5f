//! `plugpipe test`: what a plug promises, tried for real.
//!
//! - [`prove`]: every check in this process, told one by one
//! - [`child`]: the same in a process of its own, which a plug may take down with it
//!
//! Checks of the host: [`described`], on what manifest and library say; [`golden`], the plug's own
//! cases. The rest is the battery that authors run too, [`plugin_api::testing::conformance`].

pub mod child;
mod described;
mod finding;
mod golden;

pub use finding::{Event, Finding, Verdict};

use crate::catalog::Installed;
use crate::loader::{Loader, Opened};
use crate::registry::Registry;
use plugin_api::testing::TestHost;
use plugin_api::testing::conformance::{CHECKS, Subject};
use std::sync::Arc;
use std::time::Duration;

/// How long the plugin may take for its last flush.
const GRACE: Duration = Duration::from_secs(5);

/// Runs every check on one plug of the registry's catalog. Each is told before it is tried, and again
/// with what it found.
pub async fn prove(
    plug: &Arc<Installed>,
    loader: &Loader,
    registry: &Registry,
    tell: &mut impl FnMut(Event),
) {
    let Some(opened) = open(plug, loader, tell) else { return };
    for check in described::CHECKS {
        tell(Event::trying(check.name, check.tries));
        tell(Event::Found(check.run(plug, &opened.description)));
    }
    golden::prove(plug, registry, tell).await;
    registry.shutdown(GRACE).await;
    battery(plug, &opened, tell);
}

fn open(plug: &Installed, loader: &Loader, tell: &mut impl FnMut(Event)) -> Option<Opened> {
    const NAME: &str = "is_opened";
    const TRIES: &str = "the loader of every run";
    tell(Event::trying(NAME, TRIES));
    let opened = loader.open(plug);
    let verdict = match &opened {
        Ok(opened) => Verdict::Passed(format!("built for plugin ABI {}", opened.description.abi)),
        Err(reason) => Verdict::Failed(reason.to_string()),
    };
    tell(Event::Found(Finding::new(NAME, TRIES, verdict)));
    opened.ok()
}

/// The checks of `plugin_api`, on an instance of their own with a host that lends nothing.
fn battery(plug: &Installed, opened: &Opened, tell: &mut impl FnMut(Event)) {
    const NAME: &str = "is_created";
    const TRIES: &str = "one instance, as a run makes it";
    tell(Event::trying(NAME, TRIES));
    let subject = Subject::open_with(opened.root, TestHost::new());
    let cases = plug.path.join("cases");
    let subject = subject
        .map_err(|error| error.message)
        .and_then(|subject| if cases.is_dir() { subject.with_cases(&cases) } else { Ok(subject) });
    match subject {
        Err(reason) => tell(Event::Found(Finding::new(NAME, TRIES, Verdict::Failed(reason)))),
        Ok(subject) => {
            let created = Verdict::Passed("it is there".to_owned());
            tell(Event::Found(Finding::new(NAME, TRIES, created)));
            for check in CHECKS {
                tell(Event::trying(check.name, check.tries));
                tell(Event::Found(check.run(&subject).into()));
            }
        }
    }
}
