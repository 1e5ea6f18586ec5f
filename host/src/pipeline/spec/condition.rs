//! The condition of one way, as written.

use super::PipelineSpec;

impl PipelineSpec {
    /// What `next` or `branches` of one step says about the way to another, by position; `None` where the
    /// way is not named there or has no condition.
    pub fn condition_of(&self, from: usize, to: usize) -> Option<String> {
        let target = self.steps.get(to)?;
        let is_meant = |name: &str| {
            name == target.id || target.name.as_ref().is_some_and(|(own, _)| own == name)
        };
        let ways = self.steps.get(from)?.flow.next.iter().flatten();
        let when = ways.filter(|way| is_meant(&way.step.name)).find_map(|way| way.when.as_ref())?;
        Some(when.text().map_or_else(|| when.to_json().get().to_owned(), str::to_owned))
    }
}
