//! Plugins that break one promise each.

mod calls;
mod documents;
mod ending;
mod stages;

use plugin_api::testing::conformance::Subject;

/// The check that each must fail, and the twin.
pub fn all() -> Vec<(&'static str, Subject)> {
    let mut all = documents::twins();
    all.extend(calls::twins());
    all.extend(stages::twins());
    all.extend(ending::twins());
    all
}
