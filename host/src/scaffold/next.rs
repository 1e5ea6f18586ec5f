//! What to type next: every line works as it stands, in the working folder.

use super::{Created, Kind, shell};
use crate::catalog::{Catalog, Places, PluginRef};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the commands are going to look for plugs.
#[derive(Clone, Debug)]
pub struct Commands {
    /// How this program is started.
    pub program: String,
    /// The trees without any option, or with those of `given`.
    pub trees: Vec<PathBuf>,
    /// Options that chose these trees.
    pub given: Vec<OsString>,
}

impl Created {
    /// The lines, in the order in which they are typed.
    #[must_use]
    pub fn commands(&self, context: &Commands) -> Vec<String> {
        let folder = shell::word(&self.folder);
        let (missing, tree) = self.neighbours(context);
        let mut options: Vec<String> =
            context.given.iter().map(|word| shell::quoted(&word.to_string_lossy())).collect();
        options.extend(tree.iter().map(|tree| format!("--plugs {}", shell::word(tree))));
        let program = |command: &str| format!("{} {command}", context.program);
        let mut lines = vec![program(&format!("test {folder}"))];
        if !missing.is_empty() {
            lines.push(line(&program("build"), &missing, &options));
        }
        if !lies_in(&self.folder, &context.trees) {
            options.push(format!("--plug {folder}"));
        }
        let inside = |name: &str| shell::word(&self.folder.join(name));
        let run = line(&program("run"), &[inside("pipeline.yaml")], &options);
        lines.push(match self.kind {
            Kind::Serializer | Kind::Plugin => format!("{run} --input {}", at(&self.folder)),
            Kind::Source => run,
            Kind::Transform | Kind::Sink => format!("{run} < {}", inside("input.ndjson")),
        });
        lines
    }

    /// The plugs of the pipeline that have to be compiled first, and the tree that has to be named.
    fn neighbours(&self, context: &Commands) -> (Vec<String>, Option<PathBuf>) {
        let needed = self.kind.neighbours();
        let usual = Catalog::scan(&Places::trees(context.trees.clone()));
        if needed.iter().all(|name| is_installed(&usual, name)) {
            return (Vec::new(), None);
        }
        let Some(tree) = self.checkout.as_ref().map(|root| root.join("plugs")) else {
            return (Vec::new(), None);
        };
        let theirs = Catalog::scan(&Places::trees(vec![tree.clone()]));
        let missing = needed.iter().filter(|name| !is_installed(&theirs, name));
        let missing = missing.map(|name| (*name).to_owned()).collect();
        let is_looked_at = context.trees.iter().any(|one| same(one, &tree));
        (missing, (!is_looked_at).then_some(tree))
    }
}

fn line(command: &str, words: &[String], options: &[String]) -> String {
    let all = std::iter::once(command).chain(words.iter().chain(options).map(String::as_str));
    all.collect::<Vec<_>>().join(" ")
}

fn at(folder: &Path) -> String {
    shell::quoted(&format!("@{}", folder.join("input.json").display()))
}

fn is_installed(catalog: &Catalog, name: &str) -> bool {
    name.parse().is_ok_and(|name: PluginRef| catalog.find(&name).is_ok())
}

/// Whether the folder is where a scan of these trees finds it.
fn lies_in(folder: &Path, trees: &[PathBuf]) -> bool {
    let above = folder.canonicalize().ok();
    let tree = above.as_deref().and_then(|folder| folder.ancestors().nth(3));
    tree.is_some_and(|tree| trees.iter().any(|one| same(one, tree)))
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
