//! The names that templates of real files refer to.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::catalog::Catalog;
use crate::diagnostics::Span;
use crate::pipeline::{PipelineSpec, check};

use super::corpus;

/// Kinds and places of everything `check` says of the templates.
type Said = BTreeSet<(&'static str, Option<(u32, u32)>)>;

fn said(spec: &PipelineSpec) -> Said {
    let place = |span: Span| (span.start.line, span.start.column);
    let found = check(spec, &Catalog::default()).diagnostics;
    found.into_iter().map(|one| (one.kind, one.span.map(place))).collect()
}

/// Renames every step and alias of this name.
fn without(name: &str, spec: &mut PipelineSpec) {
    const STRANGER: &str = "0123456789012345678901234567890123456789";
    let rename = |text: &mut String| {
        if text == name {
            STRANGER.clone_into(text);
        }
    };
    for step in &mut spec.steps {
        rename(&mut step.id);
        step.name.iter_mut().for_each(|(name, _)| rename(name));
        step.aliases.iter_mut().for_each(|alias| rename(&mut alias.name));
    }
}

/// A name is referred to if something is missed once nothing has it.
#[test]
fn the_templates_of_real_pipelines_refer_to_exactly_these_names() {
    for folder in fs::read_dir(corpus().join("pipes")).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(bytes) = fs::read(folder.join("pipe.yaml")) else { continue };
        let spec = || PipelineSpec::parse(&bytes).spec.unwrap();
        let (whole, mut names) = (spec(), BTreeSet::new());
        for step in &whole.steps {
            names.insert(step.id.clone());
            names.extend(step.name.iter().map(|(name, _)| name.clone()));
            names.extend(step.aliases.iter().map(|alias| alias.name.clone()));
        }
        let before = said(&whole);
        names.retain(|name| {
            let mut spec = spec();
            without(name, &mut spec);
            said(&spec) != before
        });
        let expected: Value =
            serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let found: Vec<String> = names.into_iter().collect();
        assert_eq!(Value::from(found), expected["references"], "{}", folder.display());
    }
}
