//! The plugin's end: safe calls into the host.

use super::{HostVtableRef, Level};
use crate::doc::Doc;
use crate::error::PErr;
use crate::plugin::PluginBox;
use abi_stable::StableAbi;
use abi_stable::std_types::{RSlice, RStr, RString, Tuple2};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The host's services, as a plugin holds them. They live as long as the process.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct HostSvc {
    pub(super) data: *const c_void,
    pub(super) vtable: HostVtableRef,
}

// SAFETY: `data` points at a leaked value of a type that is `Sync` (`HostServices` demands it).
unsafe impl Send for HostSvc {}
// SAFETY: as above.
unsafe impl Sync for HostSvc {}

impl HostSvc {
    /// The loudest level that anybody listens to. Load it before formatting anything.
    #[must_use]
    pub fn max_level(&self) -> &'static AtomicU32 {
        (self.vtable.max_level())(self.data)
    }

    /// One log event. `fields` is a JSON object as text, or empty.
    pub fn log(&self, level: Level, target: &str, message: &str, fields: &str) {
        let (target, message) = (RStr::from_str(target), RStr::from_str(message));
        (self.vtable.log())(self.data, level, target, message, RStr::from_str(fields));
    }

    /// The cell of a counter; the same name and labels give the same cell.
    #[must_use]
    pub fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        let labels = crossing(labels);
        let (name, help) = (RStr::from_str(name), RStr::from_str(help));
        (self.vtable.counter())(self.data, name, help, RSlice::from_slice(&labels))
    }

    /// The cell of a gauge, which holds the bits of an `f64`.
    #[must_use]
    pub fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        let labels = crossing(labels);
        let (name, help) = (RStr::from_str(name), RStr::from_str(help));
        (self.vtable.gauge())(self.data, name, help, RSlice::from_slice(&labels))
    }

    /// The cells of a histogram with these upper bounds, which must rise.
    #[must_use]
    pub fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> HistogramCell {
        let labels = crossing(labels);
        let (name, help) = (RStr::from_str(name), RStr::from_str(help));
        let bounds = RSlice::from_slice(bounds);
        (self.vtable.histogram())(self.data, name, help, RSlice::from_slice(&labels), bounds)
    }

    /// Every metric of the host with its values, as JSON.
    #[must_use]
    pub fn metrics(&self) -> Doc {
        (self.vtable.metrics())(self.data)
    }

    /// The installed plugs, as JSON: `[{category, name, version, roles}]`.
    #[must_use]
    pub fn plugs(&self) -> Doc {
        (self.vtable.plugs())(self.data)
    }

    /// Another plugin by name and version requirement (empty = any).
    ///
    /// # Errors
    /// Why an installed plugin cannot be used. `None` says that there is no such plug.
    pub async fn pp(
        &self,
        call_id: u64,
        name: &str,
        requirement: &str,
    ) -> Result<Option<PluginBox>, PErr> {
        let (name, requirement) = (RString::from(name), RString::from(requirement));
        let asked = (self.vtable.pp())(self.data, call_id, name, requirement);
        asked.await.into_result().map(Into::into)
    }
}

fn crossing<'a>(labels: &[(&'a str, &'a str)]) -> Vec<Tuple2<RStr<'a>, RStr<'a>>> {
    labels.iter().map(|(name, value)| Tuple2((*name).into(), (*value).into())).collect()
}

/// One histogram: `bounds.len() + 1` buckets, not cumulative, and a sum.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct HistogramCell {
    bounds: RSlice<'static, f64>,
    buckets: RSlice<'static, AtomicU64>,
    sum_bits: &'static AtomicU64,
}

impl HistogramCell {
    /// Cells that the host keeps for ever. The last bucket takes what is above every bound.
    #[must_use]
    pub fn new(
        bounds: &'static [f64],
        buckets: &'static [AtomicU64],
        sum_bits: &'static AtomicU64,
    ) -> Self {
        let (bounds, buckets) = (RSlice::from_slice(bounds), RSlice::from_slice(buckets));
        Self { bounds, buckets, sum_bits }
    }

    /// Counts one value.
    pub fn observe(&self, value: f64) {
        let bucket = self.bounds.as_slice().partition_point(|bound| *bound < value);
        if let Some(cell) = self.buckets.as_slice().get(bucket) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
        add_bits(self.sum_bits, value);
    }
}

/// Adds to an `f64` that is kept as bits.
fn add_bits(cell: &AtomicU64, value: f64) {
    let add = |bits| Some((f64::from_bits(bits) + value).to_bits());
    let _ = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
}
