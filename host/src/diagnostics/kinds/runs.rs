//! What can end a run: the `kind` of `error` in a run document.

use super::Kind;

/// The kinds, in the order in which they are found. A file does not show them.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "step_failed",
        meaning: "A step failed and its `on_error` is `fail`.",
        why: "What comes behind it may need its result.",
        mend: "Read the step's reason in `summary`; `retries` and `on_error` say what else could be done.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "plugin_error",
        meaning: "A plugin that was called alone answered with an error.",
        why: "Its message says what it could not do.",
        mend: "Mend what it names; `plugpipe show PLUGIN` lists what it takes.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "secret_unavailable",
        meaning: "A secret could not be had when its step was about to run.",
        why: "Without it the plugin would be called with something else.",
        mend: "Look at the file or the provider that the reason names.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "timeout",
        meaning: "`config.timeout` ran out before the run ended, or the `timeout` of a step before its plugin answered.",
        why: "The file bounds how long the run or the call may take.",
        mend: "Give it more time, or find the step that is slow in `summary`.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "interrupted",
        meaning: "A signal ended the run.",
        why: "Somebody asked for it.",
        mend: "Run it again; the run document tells what was done.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "bad_configuration",
        meaning: "A stream could not be opened with its configuration.",
        why: "Nothing was read: what would have been refused is told before.",
        mend: "Mend the configuration that the message names.",
        wrong: "",
        right: "",
    },
    Kind {
        name: "counters_mismatch",
        meaning: "The counters of a stream do not add up.",
        why: "A record may be lost or counted twice.",
        mend: "This is a fault of PlugPipe or of a plugin: please report it with the run document.",
        wrong: "",
        right: "",
    },
];
