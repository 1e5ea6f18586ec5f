//! Every kind of problem that a pipeline can have, in its file and in a run: what it means, why the file is refused, how
//! to mend it, and an example of each.

mod flow;
mod inputs;
mod lints;
mod plugins;
mod runs;
mod shape;
mod templates;
mod text;

/// One kind of diagnostic.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its stable name, such as `unknown_key`.
    pub name: &'static str,
    /// One line: what is wrong.
    pub meaning: &'static str,
    /// Why it is not passed over in silence.
    pub why: &'static str,
    /// What to do about it.
    pub mend: &'static str,
    /// A pipeline with the problem; empty where no short one has it. Text that starts with `-` is the
    /// list under `pipeline`, any other a whole file.
    pub wrong: &'static str,
    /// The same without the problem.
    pub right: &'static str,
}

/// All kinds, those of one subject side by side.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    let subjects = [
        text::KINDS,
        shape::KINDS,
        plugins::KINDS,
        flow::KINDS,
        templates::KINDS,
        inputs::KINDS,
        lints::KINDS,
        runs::KINDS,
    ];
    subjects.into_iter().flatten()
}

/// The kind of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests;
