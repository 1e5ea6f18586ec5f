//! References to the environment and to secret providers: `${env:NAME:default}`, `${vault:…}`.

use crate::diagnostics::{Diagnostic, Span};

use super::{Compiler, Piece};

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

    pub(super) fn secret(&mut self, provider: &str, span: Span) -> Option<Piece> {
        let what = format!("the secret provider `{provider}`");
        if provider != "file" {
            let message = format!("{what} is a plugin");
            self.problems.push(Diagnostic::warning("secret_provider_plugin", span, &message));
        }
        let wanted = provider.parse().ok();
        let plug = wanted.and_then(|wanted| self.catalog.find(&wanted).ok());
        let resolves =
            plug.is_some_and(|plug| plug.manifest.roles.iter().any(|role| role == "secrets"));
        if provider == "file" || resolves {
            return self.not_supported(&what, span);
        }
        let message = format!("{what} is unknown: no plugin of that name has the role `secrets`");
        let problem = Diagnostic::error("unknown_secret_provider", span, &message);
        self.report(problem.suggest(provider, ["env", "file"]))
    }
}
