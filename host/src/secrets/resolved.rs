//! The secrets of one step.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::value::RawValue;

/// What was resolved for one step: values by their references as written, and what `secrets` reads.
#[derive(Debug)]
pub struct Resolved {
    /// JSON values by [`super::SecretRef::written`].
    pub values: BTreeMap<String, Box<RawValue>>,
    /// The top-level `secrets`, an object.
    pub root: Box<RawValue>,
}

impl Default for Resolved {
    fn default() -> Self {
        Self { values: BTreeMap::new(), root: RawValue::NULL.to_owned() }
    }
}

impl Resolved {
    /// No secret at all.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: LazyLock<Resolved> = LazyLock::new(Resolved::default);
        &NONE
    }
}
