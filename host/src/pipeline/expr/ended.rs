//! The steps that have ended, which templates read as `summary`.

use std::ops::Deref;
use std::sync::OnceLock;

use serde_json::value::RawValue;

use crate::json;

/// The lines of the steps that have ended, as one list. The list is put together when it is first
/// read, so that a run in which nobody reads it pays nothing for it.
#[derive(Debug, Default)]
pub struct EndedSteps {
    lines: String,
    list: OnceLock<Box<RawValue>>,
}

impl EndedSteps {
    /// No step has ended.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: EndedSteps = EndedSteps { lines: String::new(), list: OnceLock::new() };
        &NONE
    }

    /// Adds the line of a step.
    pub fn push(&mut self, line: &RawValue) {
        if !self.lines.is_empty() {
            self.lines.push(',');
        }
        self.lines.push_str(line.get());
        self.list = OnceLock::new();
    }
}

impl Deref for EndedSteps {
    type Target = RawValue;

    fn deref(&self) -> &RawValue {
        self.list.get_or_init(|| json::from_written(format!("[{}]", self.lines)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_grows_with_every_line() {
        let mut ended = EndedSteps::default();
        assert_eq!(ended.get(), "[]");
        for (line, list) in [("1", "[1]"), ("{}", "[1,{}]")] {
            ended.push(&RawValue::from_string(line.to_owned()).unwrap());
            assert_eq!(ended.get(), list);
        }
    }
}
