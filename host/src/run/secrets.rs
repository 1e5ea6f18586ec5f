//! Resolving the secrets of a step, just before it is called.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use plugin_api::Json;
use serde_json::value::{RawValue, to_raw_value};

use crate::catalog::Installed;
use crate::diagnostics::{nearest, printable};
use crate::json::{self, ObjectText, Segment};
use crate::pipeline::expr::{Failed, SecretNeeds, Tree, Values, Warnings};
use crate::registry::Request;
use crate::secrets::{self, Provider, Redactor, Resolved, SecretRef};

use super::plugins::{LivePlugin, Plugins};
use super::success::{Verdict, verdict};

/// How long a provider may take for one secret, the time to open it included.
const PATIENCE: Duration = Duration::from_secs(30);

/// Resolves every secret that the trees read; `secrets` is the top-level mapping of that name.
/// `values` are those of the step; a secret that they hold already is taken from there. Everything
/// resolved is known to the redactor before this returns.
///
/// # Errors
/// The first secret that cannot be had, and why; never a value.
pub async fn resolve<P: Plugins>(
    trees: impl Iterator<Item = &Tree>,
    secrets: &[(String, Tree)],
    plugins: &P,
    values: &Values<'_>,
    redactor: &Redactor,
) -> Result<Resolved, Failed> {
    let mut needs = SecretNeeds::default();
    trees.for_each(|tree| needs.tree(tree));
    let wanted = top_level(&needs, secrets)?;
    let mut inner = SecretNeeds::default();
    wanted.iter().for_each(|(_, tree)| inner.tree(tree));
    if inner.everything || !inner.names.is_empty() {
        return Err(failed("secrets", "a value of the top-level `secrets` cannot read `secrets`"));
    }
    let mut resolved = Resolved::default();
    for secret in needs.references.into_iter().chain(inner.references) {
        if !resolved.values.contains_key(&secret.written) {
            let value = match values.secrets.values.get(&secret.written) {
                Some(known) => known.clone(),
                None => value(secret, plugins, redactor).await?,
            };
            redactor.add(&value);
            resolved.values.insert(secret.written.clone(), value);
        }
    }
    resolved.root = root(&wanted, &Values { secrets: &resolved, ..*values }, redactor)?;
    Ok(resolved)
}

/// The values of the top-level `secrets` that are read.
fn top_level<'s>(
    needs: &SecretNeeds<'_>,
    secrets: &'s [(String, Tree)],
) -> Result<Vec<&'s (String, Tree)>, Failed> {
    let names = || secrets.iter().map(|(name, _)| name.as_str());
    if let Some(missing) = needs.names.iter().find(|name| names().all(|known| known != **name)) {
        let near = nearest(missing, names());
        let near = near.map(|near| format!("; did you mean `secrets.{near}`?")).unwrap_or_default();
        let reason = format!("the top-level `secrets` has no `{missing}`{near}");
        return Err(failed(&format!("secrets.{missing}"), &reason));
    }
    let is_read = |name: &str| needs.everything || needs.names.contains(name);
    Ok(secrets.iter().filter(|(name, _)| is_read(name)).collect())
}

/// What `secrets` reads. All of it is secret, whatever it is made of.
fn root(
    wanted: &[&(String, Tree)],
    values: &Values<'_>,
    redactor: &Redactor,
) -> Result<Box<RawValue>, Failed> {
    if wanted.is_empty() {
        return Ok(RawValue::NULL.to_owned());
    }
    let (mut object, mut warnings) = (ObjectText::new(), Warnings::default());
    for (name, tree) in wanted {
        let value = tree.json(values, &mut warnings)?;
        if let Some(warning) = warnings.as_slice().first() {
            return Err(failed(&format!("secrets.{name}"), warning));
        }
        object.raw(name, &value);
    }
    let root = object.finish();
    redactor.add(&root);
    Ok(root)
}

async fn value<P: Plugins>(
    secret: &SecretRef,
    plugins: &P,
    redactor: &Redactor,
) -> Result<Box<RawValue>, Failed> {
    let outcome = match &secret.provider {
        Provider::File => file(secret.reference.clone()).await,
        Provider::Plugin(installed) => provided(secret, installed, plugins).await,
    };
    // What a provider says of its own failure can hold secrets that are known already.
    outcome.map_err(|reason| failed(&secret.written, &redactor.text(&printable(&reason))))
}

async fn file(path: String) -> Result<Box<RawValue>, String> {
    let read = tokio::task::spawn_blocking(move || secrets::from_file(&path)).await;
    let text = read.map_err(|_| "the file could not be read".to_owned())??;
    to_raw_value(&text).map_err(|error| error.to_string())
}

async fn provided<P: Plugins>(
    secret: &SecretRef,
    installed: &Arc<Installed>,
    plugins: &P,
) -> Result<Box<RawValue>, String> {
    let answer = tokio::time::timeout(PATIENCE, answered(secret, installed, plugins)).await;
    answer.unwrap_or_else(|_| {
        Err(format!("`{}` gave no answer within {} s", installed.name, PATIENCE.as_secs()))
    })
}

async fn answered<P: Plugins>(
    secret: &SecretRef,
    installed: &Arc<Installed>,
    plugins: &P,
) -> Result<Box<RawValue>, String> {
    let name = &installed.name;
    let live = plugins.open(installed).await;
    let live = live.map_err(|error| format!("the plugin `{name}` cannot be used: {error}"))?;
    let call = AssertUnwindSafe(live.process(request(secret, installed))).catch_unwind();
    let answer = call
        .await
        .map_err(|_| format!("`{name}` panicked"))?
        .map_err(|error| format!("`{name}` refused it: {error}"))?;
    let answer: Box<RawValue> = answer.into();
    if let Verdict::Failed(reason) = verdict(&answer, live.status_keys()) {
        return Err(format!("`{name}` refused it: {reason}"));
    }
    let value = json::at(&answer, &[Segment::Key("value".to_owned())]);
    match value.filter(|value| json::kind(value) != json::Kind::Null) {
        Some(value) => Ok(value.to_owned()),
        None => Err(format!("the answer of `{name}` has no `value`")),
    }
}

fn request(secret: &SecretRef, installed: &Installed) -> Request {
    let ctx = ObjectText::new()
        .value("operation", "resolve")
        .value("reference", &secret.reference)
        .finish();
    let empty = ObjectText::new().finish();
    Request {
        ctx: ctx.into(),
        cfg: installed.manifest.with_defaults(&empty).into(),
        run: Json::from(empty),
        deadline: Some(Instant::now() + PATIENCE),
        trace_id: String::new(),
    }
}

fn failed(expression: &str, reason: &str) -> Failed {
    Failed { expression: expression.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
