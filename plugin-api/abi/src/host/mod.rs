//! What the host lends to a plugin: a data pointer and a table of functions.

#![allow(missing_docs, reason = "the prefix-type macro adds items of its own")]

mod lend;
mod services;

pub use lend::{Found, HostServices};
pub use services::{HistogramCell, HostSvc};

use crate::Pending;
use crate::doc::Doc;
use crate::plugin::PluginBox;
use abi_stable::StableAbi;
use abi_stable::std_types::{ROption, RSlice, RStr, RString, Tuple2};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64};

/// How loud a log event is. A number, so that it compares with one relaxed load.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Level(pub u32);

impl Level {
    /// Nothing at all.
    pub const OFF: Self = Self(0);
    /// Something failed.
    pub const ERROR: Self = Self(1);
    /// Something is odd, and the work goes on.
    pub const WARN: Self = Self(2);
    /// Something a person running the host wants to know.
    pub const INFO: Self = Self(3);
    /// For whoever looks for a fault.
    pub const DEBUG: Self = Self(4);
    /// Everything. An unknown, larger number counts as this.
    pub const TRACE: Self = Self(5);
}

/// The labels of a metric: names and values.
pub type Labels<'a> = RSlice<'a, Tuple2<RStr<'a>, RStr<'a>>>;

/// The functions that the host lends. New ones are appended after the last.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = HostVtableRef, prefix_fields = HostVtablePrefix)))]
pub struct HostVtable {
    pub max_level: extern "C" fn(*const c_void) -> &'static AtomicU32,
    pub log: extern "C" fn(*const c_void, Level, RStr<'_>, RStr<'_>, RStr<'_>),
    pub counter: extern "C" fn(*const c_void, RStr<'_>, RStr<'_>, Labels<'_>) -> &'static AtomicU64,
    pub gauge: extern "C" fn(*const c_void, RStr<'_>, RStr<'_>, Labels<'_>) -> &'static AtomicU64,
    pub histogram: extern "C" fn(
        *const c_void,
        RStr<'_>,
        RStr<'_>,
        Labels<'_>,
        RSlice<'_, f64>,
    ) -> HistogramCell,
    pub metrics: extern "C" fn(*const c_void) -> Doc,
    pub plugs: extern "C" fn(*const c_void) -> Doc,
    #[sabi(last_prefix_field)]
    pub pp: extern "C" fn(*const c_void, u64, RString, RString) -> Pending<ROption<PluginBox>>,
}
