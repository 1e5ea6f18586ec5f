//! Greets whoever is named.

#![forbid(unsafe_code)]

use plugin_api::schemars::JsonSchema;
use plugin_api::{Ctx, Error, Host, Plugin, Result};
use serde::{Deserialize, Serialize};

plugin_api::export!("@name@", @Type@ as process);

/// One instance serves every call: what calls share belongs into it.
struct @Type@;

/// How it is set up. Every comment is the manual of its key.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// Greet in capitals.
    loud: bool,
}

/// What a call takes.
#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
struct Input {
    /// Whom to greet.
    #[schemars(example = "Ada")]
    who: String,
}

/// What a call answers.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
struct Output {
    /// The greeting.
    greeting: String,
}

impl Plugin for @Type@ {
    type Config = Config;
    type Input = Input;
    type Output = Output;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _ctx: &Ctx, input: Input, config: &Config) -> Result<Output> {
        if input.who.is_empty() {
            return Err(Error::input("`who` is empty: say whom to greet"));
        }
        let mut greeting = format!("hello {}", input.who);
        if config.loud {
            greeting = greeting.to_uppercase();
        }
        // It appears in the host's log, with the plug's name.
        tracing::info!(loud = config.loud, "greeted");
        Ok(Output { greeting })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::testing::{PluginTest, json};

    #[test]
    fn a_loud_greeting_is_in_capitals() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let plugin = plugin.config(&json!({"loud": true})).unwrap();
        let answer = plugin.process(&json!({"who": "Ada"})).unwrap();
        assert_eq!(answer["greeting"], "HELLO ADA");
    }

    #[test]
    fn nobody_is_not_greeted() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let refused = plugin.process(&json!({"who": ""})).unwrap_err();
        assert_eq!(refused.message, "`who` is empty: say whom to greet");
    }
}
