//! The host's end: a safe trait becomes the table that plugins call.

use super::{HistogramCell, HostSvc, HostVtable, HostVtableRef, Labels, Level};
use crate::Pending;
use crate::doc::Doc;
use crate::error::PErr;
use crate::fence::{Fenced, contain};
use crate::plugin::PluginBox;
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::std_types::{ROption, RResult, RSlice, RStr, RString};
use async_ffi::FutureExt;
use std::ffi::c_void;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64};

/// What the host does for one plugin. Every method comes from any thread, many at once. A panic in
/// one is contained and answers nothing.
pub trait HostServices: Send + Sync + 'static {
    /// The loudest level that anybody listens to.
    fn max_level(&self) -> &'static AtomicU32;
    /// One log event; `fields` is a JSON object as text, or empty.
    fn log(&self, level: Level, target: &str, message: &str, fields: &str);
    /// The cell of a counter.
    fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64;
    /// The cell of a gauge.
    fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64;
    /// The cells of a histogram.
    fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> HistogramCell;
    /// Every metric with its values, as JSON.
    fn metrics(&self) -> Doc;
    /// The installed plugs, as JSON.
    fn plugs(&self) -> Doc;
    /// Another plugin: `None` says that there is no such plug, an error why it cannot be used.
    fn pp(&'static self, call_id: u64, name: String, requirement: String) -> Found;
}

/// A plugin on its way.
pub type Found = Pin<Box<dyn Future<Output = Result<Option<PluginBox>, PErr>> + Send>>;

impl HostSvc {
    /// Lends `services` for the life of the process: plugins are never unloaded.
    #[must_use]
    pub fn lend<S: HostServices>(services: S) -> Self {
        let data: &'static S = Box::leak(Box::new(services));
        Self { data: std::ptr::from_ref(data).cast(), vtable: table::<S>() }
    }
}

fn table<S: HostServices>() -> HostVtableRef {
    let table = HostVtable {
        max_level: max_level::<S>,
        log: log::<S>,
        counter: counter::<S>,
        gauge: gauge::<S>,
        histogram: histogram::<S>,
        metrics: metrics::<S>,
        plugs: plugs::<S>,
        pp: pp::<S>,
    };
    table.leak_into_prefix()
}

fn lent<S: HostServices>(data: *const c_void) -> &'static S {
    // SAFETY: `lend` is the only maker of a `HostSvc`, and pairs this table with a leaked `S`.
    unsafe { &*data.cast::<S>() }
}

/// Where writes go after a panic of the host's own: nobody sees them.
static UNSEEN: AtomicU64 = AtomicU64::new(0);
/// The level that is heard after a panic of the host's own.
static SILENT: AtomicU32 = AtomicU32::new(Level::OFF.0);

/// Runs a service for a plugin. A panic in it would cross into the plugin and end the process, so it
/// becomes `harmless`; the panic hook has printed it by then.
fn serve<T>(harmless: T, service: impl FnOnce() -> T) -> T {
    contain("a service of the host", || Ok(service())).unwrap_or(harmless)
}

extern "C" fn max_level<S: HostServices>(data: *const c_void) -> &'static AtomicU32 {
    serve(&SILENT, || lent::<S>(data).max_level())
}

extern "C" fn log<S: HostServices>(
    data: *const c_void,
    level: Level,
    target: RStr<'_>,
    message: RStr<'_>,
    fields: RStr<'_>,
) {
    serve((), || {
        lent::<S>(data).log(level, target.as_str(), message.as_str(), fields.as_str());
    });
}

extern "C" fn counter<S: HostServices>(
    data: *const c_void,
    name: RStr<'_>,
    help: RStr<'_>,
    labels: Labels<'_>,
) -> &'static AtomicU64 {
    serve(&UNSEEN, || lent::<S>(data).counter(name.as_str(), help.as_str(), &received(labels)))
}

extern "C" fn gauge<S: HostServices>(
    data: *const c_void,
    name: RStr<'_>,
    help: RStr<'_>,
    labels: Labels<'_>,
) -> &'static AtomicU64 {
    serve(&UNSEEN, || lent::<S>(data).gauge(name.as_str(), help.as_str(), &received(labels)))
}

extern "C" fn histogram<S: HostServices>(
    data: *const c_void,
    name: RStr<'_>,
    help: RStr<'_>,
    labels: Labels<'_>,
    bounds: RSlice<'_, f64>,
) -> HistogramCell {
    serve(HistogramCell::new(&[], &[], &UNSEEN), || {
        let labels = received(labels);
        lent::<S>(data).histogram(name.as_str(), help.as_str(), &labels, bounds.as_slice())
    })
}

extern "C" fn metrics<S: HostServices>(data: *const c_void) -> Doc {
    serve(Doc::null(), || lent::<S>(data).metrics())
}

extern "C" fn plugs<S: HostServices>(data: *const c_void) -> Doc {
    serve(Doc::null(), || lent::<S>(data).plugs())
}

extern "C" fn pp<S: HostServices>(
    data: *const c_void,
    call_id: u64,
    name: RString,
    requirement: RString,
) -> Pending<ROption<PluginBox>> {
    let asked = contain("pp", || {
        Ok(lent::<S>(data).pp(call_id, name.into_string(), requirement.into_string()))
    });
    let fenced = Fenced::new("pp", async move { asked?.await });
    async move { RResult::from(fenced.await.map(ROption::from)) }.into_ffi()
}

fn received<'a>(labels: Labels<'a>) -> Vec<(&'a str, &'a str)> {
    labels.as_slice().iter().map(|label| (label.0.as_str(), label.1.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_host_does_not_reach_the_plugin() {
        assert_eq!(serve(7, || panic!("on purpose")), 7);
    }
}
