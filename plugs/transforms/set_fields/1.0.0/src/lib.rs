//! Sets, renames and removes fields of JSON records.
//!
//! - `config`: what the user wrote, and what contradicts itself in it
//! - `rules`: what becomes of a field, decided once
//! - `edit`: one object, rewritten by its rules
//! - `splice`: cutting and inserting in a text that is copied once
//! - `rewrite`: a batch of which some values change

#![forbid(unsafe_code)]

mod config;
mod edit;
mod rewrite;
mod rules;
mod splice;

use crate::edit::Editor;
use crate::rewrite::Rewrite;
use crate::rules::Rules;
use plugin_api::{Batch, Result, Transform};

plugin_api::export!("set_fields", SetFields as transform);

/// JSON objects in, the same objects with other fields out.
#[derive(Default)]
struct SetFields;

impl Transform for SetFields {
    type Config = Rules;

    fn apply(&self, batch: Batch, rules: &Rules) -> Result<Batch> {
        let compact = batch.flags & Batch::COMPACT_JSON != 0;
        let mut editor = Editor::new(rules, compact);
        let mut rewrite = Rewrite::new(batch);
        rewrite.every_value(|value, out| editor.edit(value, out));
        Ok(rewrite.finish(if editor.is_compact() { Batch::COMPACT_JSON } else { 0 }))
    }
}

#[cfg(test)]
mod tests;
