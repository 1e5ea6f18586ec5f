//! The secrets of one step.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde_json::value::RawValue;

/// What was resolved for one step: values by their references as written, and what `secrets` reads.
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

impl fmt::Debug for Resolved {
    /// References only: no value is ever printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
