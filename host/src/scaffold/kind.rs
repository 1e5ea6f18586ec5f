//! What can be begun.

use clap::ValueEnum;

/// The kinds of plugs, each with files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Values to bytes: NAME is a format, the plug is called `NAME_serializer`
    Serializer,
    /// Documents in, documents out
    Plugin,
    /// Reads records
    Source,
    /// Changes records on their way
    Transform,
    /// Stores records
    Sink,
}

impl Kind {
    /// Every kind.
    pub const EVERY: [Self; 5] =
        [Self::Serializer, Self::Plugin, Self::Source, Self::Transform, Self::Sink];

    /// Where such plugs lie, unless somebody says otherwise.
    #[must_use]
    pub fn category(self) -> &'static str {
        match self {
            Self::Serializer => "serialization",
            Self::Plugin => "tools",
            Self::Source => "sources",
            Self::Transform => "transforms",
            Self::Sink => "sinks",
        }
    }

    /// One line for lists.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Serializer | Self::Transform => "Texts in upper case",
            Self::Plugin => "Greets whoever is named",
            Self::Source => "Makes numbered records",
            Self::Sink => "Writes records to standard error",
        }
    }

    /// The roles, as the manifest lists them.
    pub(super) fn roles(self) -> &'static str {
        match self {
            Self::Serializer => "process, transform",
            Self::Plugin => "process",
            Self::Source => "source",
            Self::Transform => "transform",
            Self::Sink => "sink",
        }
    }

    /// The crates it uses beside `plugin-api`, each with what its own `Cargo.toml` says of it.
    pub(super) fn crates(self) -> &'static [(&'static str, &'static str)] {
        const SERDE: (&str, &str) = ("serde", r#"{ version = "1", features = ["derive"] }"#);
        match self {
            Self::Serializer => &[],
            Self::Plugin => &[SERDE, ("tracing", r#""0.1""#)],
            Self::Source | Self::Transform | Self::Sink => &[SERDE],
        }
    }

    /// The other plugs that its pipeline names.
    pub(super) fn neighbours(self) -> &'static [&'static str] {
        match self {
            Self::Serializer | Self::Plugin => &[],
            Self::Source => &["stdout_sink"],
            Self::Transform => &["stdin_source", "stdout_sink"],
            Self::Sink => &["stdin_source"],
        }
    }
}
