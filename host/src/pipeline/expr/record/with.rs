//! What a sink's records get before they are written.

use super::{RecordExpr, TopicExpr};

/// The compiled `with` of a sink. What is `None` leaves the record as it is.
#[derive(Default)]
pub struct RecordWith {
    /// The key; null makes the record unkeyed.
    pub key: Option<RecordExpr>,
    /// The topic.
    pub topic: Option<TopicExpr>,
    /// The partition, for [`RecordExpr::partition`].
    pub partition: Option<RecordExpr>,
    /// The timestamp, for [`RecordExpr::timestamp`].
    pub timestamp: Option<RecordExpr>,
    /// Headers by name, in the order of the file; null is a header without a value.
    pub headers: Vec<(String, RecordExpr)>,
}

impl RecordWith {
    /// Whether records stay as they are.
    pub fn is_empty(&self) -> bool {
        self.key.is_none()
            && self.topic.is_none()
            && self.partition.is_none()
            && self.timestamp.is_none()
            && self.headers.is_empty()
    }
}
