//! A pipeline file that was read: what is wrong with it, and its plan.

use super::configured::{self, Descriptions, Findings};
use super::inputs::GivenInput;
use super::plan::{self, Outline, Planned};
use super::spec::{Mode, Parsed, PipelineSpec};
use crate::catalog::{Catalog, Installed};
use crate::diagnostics::{self, Diagnostic};
use crate::yaml;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;

/// One file.
pub struct PipelineFile {
    name: String,
    source: Arc<str>,
    spec: Option<PipelineSpec>,
    diagnostics: Vec<Diagnostic>,
    described: Descriptions,
}

impl PipelineFile {
    /// Parses the content of a file; `name` is what diagnostics call it.
    pub fn parse(name: &str, bytes: &[u8]) -> Self {
        let Parsed { spec, diagnostics, source } = PipelineSpec::parse(bytes);
        let described = Descriptions::default();
        Self { name: name.to_owned(), source, spec, diagnostics, described }
    }

    /// Reads and parses a file. Of one that is too large no more is read than shows that: its
    /// diagnostic is the same wherever it comes from.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(name: &str, content: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        content.take(yaml::FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() <= yaml::FILE_BYTES {
            return Ok(Self::parse(name, &bytes));
        }
        Ok(Self::too_large(name))
    }

    /// A file that is too large to be read.
    #[must_use]
    pub fn too_large(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            source: "".into(),
            spec: None,
            diagnostics: vec![yaml::too_large()],
            described: Descriptions::default(),
        }
    }

    /// Its text, for snippets.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The pipeline, unless the file is not one.
    pub fn spec(&self) -> Option<&PipelineSpec> {
        self.spec.as_ref()
    }

    /// The plugs its steps mean: those that [`PipelineFile::describe`] wants to know about.
    #[must_use]
    pub fn plugs(&self, catalog: &Catalog) -> Vec<Arc<Installed>> {
        self.spec.as_ref().map_or_else(Vec::new, |spec| configured::plugs(spec, catalog))
    }

    /// Tells it what its plugins say, so that configurations are held to their schemas. Of plugins
    /// that are not described nothing is said.
    pub fn describe(&mut self, described: Descriptions) {
        self.described = described;
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
        let configured = self.configured(catalog);
        match resolved {
            Ok(mut planned) => {
                let all = self.named(std::mem::take(planned.lints()), configured);
                if all.iter().any(Diagnostic::is_error) {
                    return Err(all);
                }
                *planned.lints() = all;
                Ok(planned)
            }
            Err(problems) => Err(self.named(problems, configured)),
        }
    }

    /// Everything that can be said of the file before it runs, and the engine that would run it.
    #[must_use]
    pub fn check(&self, catalog: &Catalog) -> (Mode, Vec<Diagnostic>) {
        let checked = self.spec.as_ref().map(|spec| plan::check(spec, catalog));
        let mode = checked.as_ref().map_or(Mode::Once, |checked| checked.mode);
        let further = checked.map(|checked| checked.diagnostics).unwrap_or_default();
        (mode, self.named(further, self.configured(catalog)))
    }

    /// What can be drawn of it, also where plugins are missing.
    ///
    /// # Errors
    /// Every problem that keeps it from being drawn, in the order of the file.
    pub fn outline(&self, catalog: &Catalog) -> Result<Outline, Vec<Diagnostic>> {
        let is_wrong = self.diagnostics.iter().any(Diagnostic::is_error);
        let named = |problems| self.named(problems, Findings::default());
        match self.spec.as_ref().filter(|_| !is_wrong) {
            Some(spec) => Outline::of(spec, catalog).map_err(named),
            None => Err(named(Vec::new())),
        }
    }

    fn configured(&self, catalog: &Catalog) -> Findings {
        let Some(spec) = &self.spec else { return Findings::default() };
        configured::check(spec, catalog, &self.described, plan::mode(spec, catalog))
    }

    /// Lines with defaults of sensitive inputs.
    fn sensitive_lines(&self) -> impl Iterator<Item = u32> {
        let inputs = self.spec.iter().flat_map(|spec| &spec.inputs);
        let defaults =
            inputs.filter(|input| input.sensitive).filter_map(|input| input.default.as_ref());
        defaults.flat_map(|node| node.span.start.line..=node.span.end.line)
    }

    /// All problems, in the order of the file and with its name.
    fn named(&self, further: Vec<Diagnostic>, configured: Findings) -> Vec<Diagnostic> {
        let own = self.diagnostics.iter().cloned();
        let mut all: Vec<Diagnostic> = own.chain(further).chain(configured.diagnostics).collect();
        diagnostics::sort(&mut all);
        if all.is_empty() {
            return all;
        }
        let mut secret = diagnostics::secret_lines(&self.source);
        secret.extend(configured.secret_lines.into_iter().flatten());
        secret.extend(self.sensitive_lines());
        for one in &mut all {
            one.file = Some(self.name.clone());
            one.hides_source |= one.span.is_some_and(|span| secret.contains(&span.start.line));
        }
        all
    }
}
