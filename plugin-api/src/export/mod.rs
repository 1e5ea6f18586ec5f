//! What the export macro needs to turn typed plugins into ABI objects.
//!
//! - [`macros`]: `export!` itself
//! - [`living`]: a plugin with the role `process`
//! - [`pure`]: a plugin that is a stage and nothing else
//! - [`roles`]: what the macro says of a plugin
//! - [`stages`]: opening sources, transforms and sinks of either

pub mod living;
pub mod macros;
pub mod pure;
pub mod roles;
pub mod stages;

pub use living::Living;
pub use plugin_abi;
pub use plugin_abi::export::LibHeader;
pub use pure::Pure;
pub use roles::Roles;
pub use stages::Stages;

use crate::describe::{Description, schema_of};
use crate::json::Json;
use crate::typed::Document;
use plugin_abi::{Doc, PErr};

/// A plugin type whose root module can be reached from inside its own crate. [`export!`] implements it.
///
/// [`export!`]: crate::export!
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not exported from this crate",
    label = "no `export!` names this type",
    note = "add `plugin_api::export!(\"plug_name\", {Self} as process);`, or `export_for_test!` for a \
            second plugin in one crate"
)]
pub trait Exported {
    /// The static that a host would find in the library.
    fn header() -> &'static LibHeader;
}

/// What is true of every plugin of this crate. For `export!`.
#[doc(hidden)]
#[must_use]
pub fn about(name: &str, version: &str, panic: &str) -> Description {
    Description {
        name: name.to_owned(),
        version: version.to_owned(),
        abi: plugin_abi::ABI_VERSION.to_owned(),
        rustc: plugin_abi::meta::RUSTC.to_owned(),
        panic: panic.to_owned(),
        ..Description::default()
    }
}

/// The same with one more role. For `export!`.
#[doc(hidden)]
#[must_use]
pub fn with_role<C: Document>(mut described: Description, role: &str) -> Description {
    described.roles.push(role.to_owned());
    described.config.insert(role.to_owned(), schema_of::<C>());
    described
}

/// A description as the document that crosses. For `export!`.
#[doc(hidden)]
pub fn written(description: &Description) -> Result<Doc, PErr> {
    Ok(Doc::from(Json::from_value(description)?))
}
