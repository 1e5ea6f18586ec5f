//! Bytes as a pipeline: parsed, checked and planned, where nothing is installed and where every plug is.
//!
//! A finding is a panic, a promise that does not hold, or an input that takes longer than a few seconds.

#![no_main]

mod plugs;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plugpipe::catalog::Catalog;
use plugpipe::diagnostics::{Diagnostic, to_text};
use plugpipe::pipeline::{PipelineSpec, Planned, check};

static CATALOGS: LazyLock<[Catalog; 2]> = LazyLock::new(|| [Catalog::default(), plugs::catalog()]);

fuzz_target!(|bytes: &[u8]| {
    let parsed = PipelineSpec::parse(bytes);
    shown(&parsed.diagnostics, &parsed.source);
    if let Some(spec) = &parsed.spec {
        CATALOGS.iter().for_each(|catalog| planned(spec, catalog, &parsed.source));
    }
});

/// What can be planned is nothing that the check refuses.
fn planned(spec: &PipelineSpec, catalog: &Catalog, source: &str) {
    let found = check(spec, catalog).diagnostics;
    shown(&found, source);
    let environment = |name: &str| (name.len() % 2 == 0).then(|| name.to_owned());
    match Planned::resolve(spec, catalog, &BTreeMap::new(), &environment) {
        Ok(_) => {
            let refused: Vec<&Diagnostic> = found.iter().filter(|one| one.is_error()).collect();
            assert!(refused.is_empty(), "planned, but the check refuses it: {refused:?}");
        }
        Err(problems) => {
            assert!(problems.iter().any(Diagnostic::is_error), "refused without a reason");
            shown(&problems, source);
        }
    }
}

/// Every diagnostic has a place that can be shown.
fn shown(diagnostics: &[Diagnostic], source: &str) {
    let text = to_text(diagnostics, source, false);
    assert_eq!(text.is_empty(), diagnostics.is_empty());
}
