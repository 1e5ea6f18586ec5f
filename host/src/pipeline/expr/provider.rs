//! References to the environment and to secret providers: `${env:NAME:default}`, `${vault:…}`.

use std::sync::Arc;

use crate::catalog::Installed;
use crate::diagnostics::{Diagnostic, Span};
use crate::secrets::{Provider, SecretRef};

use super::unplaced::SECRETS_STAND;
use super::{Compiler, Piece, Scope};

impl Compiler<'_> {
    /// `NAME` or `NAME:default`.
    pub(super) fn variable(&mut self, reference: &str, span: Span) -> Option<Piece> {
        let (name, default) = match reference.split_once(':') {
            Some((name, default)) => (name, Some(default)),
            None => (reference, None),
        };
        let Some(env) = self.env else { return Some(Piece::Literal(String::new())) };
        match env(name).or_else(|| default.map(str::to_owned)) {
            Some(value) => Some(Piece::Literal(value)),
            None => {
                let message = format!("the environment variable `{name}` is not set");
                let hint = format!("set it, or give a default: `${{env:{name}:default}}`");
                self.report(Diagnostic::error("missing_env", span, &message).hint(hint))
            }
        }
    }

    /// A secret of a provider, where secrets can be read.
    pub(super) fn secret(
        &mut self,
        provider: &str,
        reference: &str,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Piece> {
        let written = format!("${{{provider}:{reference}}}");
        let found = match provider {
            "file" => Provider::File,
            _ => Provider::Plugin(self.provider(provider, span)?),
        };
        if reference.trim().is_empty() {
            let message = format!("`{written}` names no secret");
            let problem = Diagnostic::error("bad_expression", span, &message);
            return self.report(problem.hint(format!("write `${{{provider}:path}}`")));
        }
        if !scope.reads.secrets {
            let message = format!("`{written}` is a secret, which cannot be read here");
            let problem = Diagnostic::error("secret_not_allowed", span, &message);
            return self.report(problem.hint(SECRETS_STAND.to_owned()));
        }
        let reference = reference.to_owned();
        Some(Piece::Secret(SecretRef { provider: found, reference, written }))
    }

    /// The plugin of that name, if it resolves secrets.
    fn provider(&mut self, provider: &str, span: Span) -> Option<Arc<Installed>> {
        let message = format!("the secret provider `{provider}` is a plugin");
        self.problems.push(Diagnostic::warning("secret_provider_plugin", span, &message));
        let wanted = provider.parse().ok();
        let plug = wanted.and_then(|wanted| self.catalog.find(&wanted).ok());
        let resolves =
            |plug: &&Arc<Installed>| plug.manifest.roles.iter().any(|role| role == "secrets");
        plug.filter(resolves).cloned().or_else(|| {
            let message = format!(
                "the secret provider `{provider}` is unknown: no plugin of that name has the role \
                 `secrets`"
            );
            let problem = Diagnostic::error("unknown_secret_provider", span, &message);
            let hint = format!(
                "use `env:` or `file:`, or install a plug `{provider}` with the role `secrets`"
            );
            self.report(problem.hint(hint).suggest(provider, ["env", "file"]))
        })
    }
}
