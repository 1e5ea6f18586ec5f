//! What a call may ask for.

use crate::fault::Fault;

/// The operations of this plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// Sends the records.
    #[default]
    Publish,
    /// Says what `Publish` would send, and sends nothing.
    Plan,
    /// Judges a part of a call alone.
    Validate,
    /// Asks the cluster for its brokers.
    HealthCheck,
    /// Says what was published so far.
    Metrics,
}

impl Operation {
    const EVERY: [Self; 5] =
        [Self::Publish, Self::Plan, Self::Validate, Self::HealthCheck, Self::Metrics];

    /// What callers write, in the order in which they are listed.
    pub const NAMES: [&str; 5] = ["publish", "plan", "validate", "health_check", "metrics"];

    /// The operation that `asked` names; publishing where nothing is asked for.
    ///
    /// # Errors
    /// There is no such operation; the text lists those there are.
    pub fn named(asked: Option<&str>) -> Result<Self, Fault> {
        let Some(asked) = asked else { return Ok(Self::default()) };
        let named = Self::EVERY.into_iter().zip(Self::NAMES).find(|(_, name)| *name == asked);
        named.map(|(operation, _)| operation).ok_or_else(|| unknown(asked))
    }
}

fn unknown(asked: &str) -> Fault {
    let supported = Operation::NAMES.join(", ");
    Fault::producer(format!("`operation`: {asked:?} is not supported; there are {supported}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    #[test]
    fn each_name_is_its_operation_and_nothing_else_is_one() {
        let named = Operation::NAMES.map(|name| Operation::named(Some(name)).unwrap());
        assert_eq!(named, Operation::EVERY);
        assert_eq!(Operation::named(None).unwrap(), Operation::Publish);
        let text = Operation::named(Some("Plan")).unwrap_err().text;
        let listed = "publish, plan, validate, health_check, metrics";
        assert!(
            text.ends_with(&format!("\"Plan\" is not supported; there are {listed}")),
            "{text}"
        );
    }

    #[test]
    fn the_schema_of_the_input_lists_every_operation() {
        let schema = plugin_api::schemars::schema_for!(Input);
        let listed = schema.pointer("/properties/operation/enum").unwrap().as_array().unwrap();
        let names: Vec<_> = listed.iter().filter_map(|name| name.as_str()).collect();
        assert_eq!(names, Operation::NAMES);
        assert!(listed.last().unwrap().is_null(), "an absent operation may be written as null");
    }
}
