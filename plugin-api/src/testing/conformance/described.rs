//! The plugin's words about itself.

use super::{Check, Subject, Verdict, judged};
use crate::describe::Description;
use plugin_abi::meta::is_name;
use schemars::Schema;

/// See its `tries`.
pub(super) const ITSELF: Check = Check {
    name: "describes_itself",
    tries: "a name, a version, roles, and schemas that are objects or `true`",
    run: describes_itself,
};

const ROLES: [&str; 5] = ["process", "source", "transform", "sink", "secrets"];

fn describes_itself(subject: &Subject) -> Verdict {
    match &subject.described {
        Err(error) => Verdict::Failed(error.message.clone()),
        Ok(known) => {
            let fine = format!("{} {} as {}", known.name, known.version, known.roles.join(" "));
            judged(&problems(known), fine)
        }
    }
}

fn problems(known: &Description) -> Vec<String> {
    let mut problems = Vec::new();
    let mut demand = |holds: bool, problem: String| {
        if !holds {
            problems.push(problem);
        }
    };
    demand(is_name(&known.name), format!("the name {:?} is no plug's name", known.name));
    let version = known.version.split('.').count() == 3;
    demand(version, format!("the version {:?} has not three parts", known.version));
    demand(!known.roles.is_empty(), "it has no role".to_owned());
    for role in &known.roles {
        demand(ROLES.contains(&role.as_str()), format!("there is no role {role:?}"));
        let schema = known.config.get(role);
        demand(schema.is_some(), format!("the role {role:?} has no configuration schema"));
        let usable = schema.is_none_or(is_usable);
        demand(usable, format!("the configuration schema of {role:?} is `false`"));
    }
    let documents = [&known.input, &known.output].into_iter().all(is_usable);
    demand(documents, "the schema of its input or output is `false`".to_owned());
    problems
}

/// A schema that something fits.
fn is_usable(schema: &Schema) -> bool {
    schema.as_bool() != Some(false)
}
