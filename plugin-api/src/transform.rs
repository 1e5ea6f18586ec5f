//! Transforms: batches in, batches out.

use crate::error::Result;
use crate::typed::Document;
use plugin_abi::Batch;

/// Life of a transform: opened once for each lane with its configuration, `apply` for each batch,
/// dropped when the lane ends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is exported as `transform` and is no `Transform`",
    label = "implement `Transform` for this type",
    note = "write `impl plugin_api::Transform for {Self}` with the type `Config` and `fn apply`"
)]
pub trait Transform: Send + Sync + 'static {
    /// The configuration, fixed for the stage's life.
    type Config: Document;

    /// Comes from the lane's own thread, one batch at a time, and must not wait. Lanes run side by
    /// side, so `self` is shared between them. Nobody retries a batch that failed.
    ///
    /// A record that comes out keeps the `origin` of the one it was made of; one whose origin does
    /// not come out at all, or only [`DROPPED`](plugin_abi::RecordMeta::DROPPED), was filtered.
    /// Refuse a single record with [`Batch::refuse`] and leave its neighbours alone.
    ///
    /// # Errors
    /// Every record of the batch is refused.
    fn apply(&self, batch: Batch, config: &Self::Config) -> Result<Batch>;
}
