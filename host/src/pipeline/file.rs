//! A pipeline file that was read: what is wrong with it, and its plan.

use super::inputs::GivenInput;
use super::plan::{Outline, Planned};
use super::spec::{Parsed, PipelineSpec};
use crate::catalog::Catalog;
use crate::diagnostics::{self, Diagnostic};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One file.
pub struct PipelineFile {
    name: String,
    source: Arc<str>,
    spec: Option<PipelineSpec>,
    diagnostics: Vec<Diagnostic>,
}

impl PipelineFile {
    /// Parses the content of a file; `name` is what diagnostics call it.
    pub fn parse(name: &str, bytes: &[u8]) -> Self {
        let Parsed { spec, diagnostics, source } = PipelineSpec::parse(bytes);
        Self { name: name.to_owned(), source, spec, diagnostics }
    }

    /// Its text, for snippets.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The pipeline, unless the file is not one.
    pub fn spec(&self) -> Option<&PipelineSpec> {
        self.spec.as_ref()
    }

    /// The plan with its lints. Reads the environment through `env` only.
    ///
    /// # Errors
    /// Every problem of the file and of the given inputs, in the order of the file.
    pub fn plan(
        &self,
        catalog: &Catalog,
        given: &BTreeMap<String, GivenInput>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Planned, Vec<Diagnostic>> {
        let resolved = match &self.spec {
            Some(spec) => Planned::resolve(spec, catalog, given, env),
            None => Err(Vec::new()),
        };
        let shape_is_wrong = self.diagnostics.iter().any(Diagnostic::is_error);
        match resolved {
            Ok(mut planned) => {
                let lints = self.named(std::mem::take(planned.lints()));
                if shape_is_wrong {
                    return Err(lints);
                }
                *planned.lints() = lints;
                Ok(planned)
            }
            Err(problems) => Err(self.named(problems)),
        }
    }

    /// What can be drawn of it, also where plugins are missing.
    ///
    /// # Errors
    /// Every problem that keeps it from being drawn, in the order of the file.
    pub fn outline(&self, catalog: &Catalog) -> Result<Outline, Vec<Diagnostic>> {
        let is_wrong = self.diagnostics.iter().any(Diagnostic::is_error);
        match self.spec.as_ref().filter(|_| !is_wrong) {
            Some(spec) => Outline::of(spec, catalog).map_err(|problems| self.named(problems)),
            None => Err(self.named(Vec::new())),
        }
    }

    /// Problems of the shape and `further` ones, in the order of the file and with its name.
    pub fn named(&self, further: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = self.diagnostics.iter().cloned().chain(further).collect();
        diagnostics::sort(&mut all);
        all.iter_mut().for_each(|one| one.file = Some(self.name.clone()));
        all
    }
}
