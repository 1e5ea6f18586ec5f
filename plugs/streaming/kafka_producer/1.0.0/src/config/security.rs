//! The keys of `security`.

use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which addresses may be dialled, and what messages may hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// `default` warns of loopback and private addresses, `strict` refuses them.
    pub profile: Profile,
    /// CIDR ranges, names and `.suffix`es that `strict` lets pass.
    pub allow: Vec<String>,
    /// The same grammar; wins over `allow`.
    pub deny: Vec<String>,
    /// What follows from script tags, `eval(` and the like in a message.
    pub content: Content,
    /// Lets the checks of a broker's certificate be switched off; every answer says so.
    pub insecure: bool,
}

/// How strictly addresses are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Loopback and private addresses with a warning.
    #[default]
    Default,
    /// Loopback and private addresses only from the allow-list.
    Strict,
}

/// What follows from suspicious content of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Nothing: messages are not looked through.
    Off,
    /// It is reported; the message is sent.
    #[default]
    Warn,
    /// The message is refused.
    Reject,
}
