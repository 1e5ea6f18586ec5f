//! What `export!` says of a plugin: its name, and the roles beside `process`.

use super::stages::Stages;
use crate::describe::Description;
use plugin_abi::export::no_role;
use plugin_abi::{Open, PErr, SinkBox, SourceBox, TransformBox};
use std::future::{Future, ready};

/// The name and the further roles of `P`. `export!` implements it, with the methods of those roles.
#[doc(hidden)]
pub trait Roles<P>: Send + Sync + 'static {
    /// Name, version and build.
    fn about() -> Description;

    /// Adds the further roles.
    fn describe(described: Description) -> Description;

    /// Opens a source for one lane; a plugin without that role refuses.
    fn open_source(
        _stages: Stages<P>,
        _open: Open,
    ) -> impl Future<Output = Result<SourceBox, PErr>> + Send {
        ready(Err(no_role("source")))
    }

    /// Opens a transform for one lane; a plugin without that role refuses.
    fn open_transform(
        _stages: Stages<P>,
        _open: Open,
    ) -> impl Future<Output = Result<TransformBox, PErr>> + Send {
        ready(Err(no_role("transform")))
    }

    /// Opens a sink for one lane; a plugin without that role refuses.
    fn open_sink(
        _stages: Stages<P>,
        _open: Open,
    ) -> impl Future<Output = Result<SinkBox, PErr>> + Send {
        ready(Err(no_role("sink")))
    }
}
