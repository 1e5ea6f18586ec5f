//! Keys with compiled values, evaluated to one object.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::json::ObjectText;

use super::{Failed, Tree, Values, Warnings};

/// The object of these keys, in their order.
pub fn object(
    fields: &[(String, Tree)],
    values: &Values<'_>,
    warnings: &mut Warnings,
) -> Result<Box<RawValue>, Failed> {
    let mut object = ObjectText::new();
    for (key, tree) in fields {
        object.raw(key, &tree.json(values, warnings)?);
    }
    Ok(object.finish())
}

/// These keys over the fields of another object.
pub fn overlaid(
    fields: &[(String, Tree)],
    under: &RawValue,
    values: &Values<'_>,
    warnings: &mut Warnings,
) -> Result<Box<RawValue>, Failed> {
    let over = object(fields, values, warnings)?;
    let taken = fields.iter().map(|(key, _)| key.as_str()).collect();
    Ok(ObjectText::new().fields_of(under, &taken).fields_of(&over, &HashSet::new()).finish())
}
