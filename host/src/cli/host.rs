//! The host that a command works with: where its plugs are, and what they are configured with.

use super::trees::TreeArguments;
use super::{failure, output};
use crate::catalog::{Catalog, Places};
use crate::diagnostics::{Diagnostic, to_text};
use crate::host_config::HostConfig;
use crate::registry::Registry;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// The trees, and defaults for the plugs in them.
#[derive(Args, Debug, Clone)]
pub(super) struct HostArguments {
    /// Trees of plugs and defaults of plugins, a file of YAML or JSON: {plugs: [DIR], defaults:
    /// {PLUGIN: {KEY: VALUE}}}. --plugs comes before its trees, the config of a step before its
    /// defaults
    #[arg(long, value_name = "FILE")]
    host_config: Option<PathBuf>,
    #[command(flatten)]
    trees: TreeArguments,
}

/// Places with the defaults of the host, and the file those came from.
pub(super) struct Host {
    pub(super) places: Places,
    config: Option<HostConfig>,
}

/// What is wrong with the host configuration: nothing may run.
pub(super) struct Misconfigured {
    pub(super) file: String,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) source: Arc<str>,
}

impl HostArguments {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// A place that was asked for and is not there, or a file that cannot be read.
    pub(super) fn read(&self) -> Result<Host, String> {
        let environment = |name: &str| std::env::var(name).ok();
        let read = |path: &PathBuf| {
            let read = HostConfig::read(path, &environment);
            read.map_err(|error| format!("--host-config: {}: {error}", path.display()))
        };
        let config = self.host_config.as_ref().map(read).transpose()?;
        let trees = config.as_ref().map_or(&[][..], HostConfig::trees);
        let mut places = self.trees.places_before(trees)?;
        if let Some(config) = &config {
            places.defaults = config.defaults();
        }
        Ok(Host { places, config })
    }
}

impl Host {
    /// Whether there is a file whose plugins want to be looked at.
    pub(super) fn is_configured(&self) -> bool {
        self.config.is_some()
    }

    /// Holds the file to what is installed, which opens the plugins that it names.
    ///
    /// # Errors
    /// Every problem of the file.
    pub(super) async fn check(&self, registry: &Registry) -> Result<(), Misconfigured> {
        let Some(config) = &self.config else { return Ok(()) };
        let catalog = registry.catalog();
        let described = registry.describe(&config.plugs(&catalog)).await;
        config.judged(config.check(&catalog, &described))
    }

    /// As [`Host::check`], with plugins that no registry holds.
    ///
    /// # Errors
    /// Every problem of the file.
    pub(super) fn check_apart(&self, catalog: &Catalog) -> Result<(), Misconfigured> {
        let Some(config) = &self.config else { return Ok(()) };
        let described = super::described::describe(&config.plugs(catalog));
        config.judged(config.check(catalog, &described))
    }
}

impl HostConfig {
    fn judged(&self, diagnostics: Vec<Diagnostic>) -> Result<(), Misconfigured> {
        if !diagnostics.iter().any(Diagnostic::is_error) {
            return Ok(());
        }
        let (file, source) = (self.name().to_owned(), Arc::clone(self.source()));
        Err(Misconfigured { file, diagnostics, source })
    }
}

impl Misconfigured {
    /// The document of a run that cannot begin, and the exit code.
    pub(super) fn print(&self) -> u8 {
        failure::print_diagnostics(&self.diagnostics, &self.source);
        super::WRONG
    }

    /// For people only, and the exit code.
    pub(super) fn note(&self) -> u8 {
        output::note(&to_text(&self.diagnostics, &self.source, output::styled()));
        super::WRONG
    }
}
