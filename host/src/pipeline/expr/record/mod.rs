//! Expressions on one record: `record.value.id`, `record.headers.kind == 'x'`.
//!
//! A plain field is read from the record's bytes (`field`), frequent conditions are compared
//! there too (`native`), and only the rest is handed to minijinja (`object`).

mod compile;
mod field;
mod native;
mod native_parse;
mod object;
mod produce;
mod test;
mod topic;
mod view;
mod with;

pub use field::{Field, NOT_JSON, Read, mistake};
pub use object::RecordObject;
pub use produce::{Produced, RecordExpr};
pub use test::RecordTest;
pub use topic::{TopicExpr, TopicMistake};
pub use view::RecordView;
pub use with::RecordWith;
