//! What the child lends to a plugin that it tries: a host in which nothing is heard and nothing is
//! installed.

use plugin_abi::host::{Found, HistogramCell};
use plugin_abi::{Doc, HostServices, Level};
use std::sync::atomic::{AtomicU32, AtomicU64};

/// Takes everything and keeps nothing.
pub(super) struct Unheard;

static LEVEL: AtomicU32 = AtomicU32::new(Level::OFF.0);
static CELL: AtomicU64 = AtomicU64::new(0);
static BUCKETS: [AtomicU64; 1] = [AtomicU64::new(0)];

impl HostServices for Unheard {
    fn max_level(&self) -> &'static AtomicU32 {
        &LEVEL
    }

    fn log(&self, _: Level, _: &str, _: &str, _: &str) {}

    fn counter(&self, _: &str, _: &str, _: &[(&str, &str)]) -> &'static AtomicU64 {
        &CELL
    }

    fn gauge(&self, _: &str, _: &str, _: &[(&str, &str)]) -> &'static AtomicU64 {
        &CELL
    }

    fn histogram(&self, _: &str, _: &str, _: &[(&str, &str)], _: &[f64]) -> HistogramCell {
        HistogramCell::new(&[], &BUCKETS, &CELL)
    }

    fn metrics(&self) -> Doc {
        Doc::from("{}".to_owned())
    }

    fn plugs(&self) -> Doc {
        Doc::from("[]".to_owned())
    }

    fn pp(&'static self, _: u64, _: String, _: String) -> Found {
        Box::pin(async { Ok(None) })
    }
}
