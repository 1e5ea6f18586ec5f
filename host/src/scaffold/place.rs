//! Where the new folder lies, and whether a workspace takes it in.

use super::{Checkout, Name, Refused, Wish, name};
use crate::compile::packages;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The version of everything new.
const VERSION: &str = "0.1.0";

/// The folder of a new plug.
pub(super) struct Place {
    /// As the user typed it, or would.
    typed: PathBuf,
    /// From the root on, links followed.
    settled: PathBuf,
    checkout: Option<Checkout>,
    /// The category that the path says, where a workspace takes the folder in.
    member: Option<String>,
}

impl Place {
    pub(super) fn choose(wish: &Wish, name: &Name, category: &str) -> Result<Self, Refused> {
        let typed = wish.out.clone().unwrap_or_else(|| usual(name, category));
        let settled = settle(&typed).map_err(|error| Refused::Write(typed.clone(), error))?;
        let checkout = Checkout::around(&settled);
        let member = checkout.as_ref().and_then(|checkout| checkout.member(&settled));
        let member = match member {
            None => None,
            Some([in_path, plug, version]) => {
                name::check("category", in_path)?;
                let is_other = wish.category.as_deref().is_some_and(|given| given != in_path);
                if is_other || plug != name.plug() || version != VERSION {
                    let category = wish.category.as_deref().unwrap_or(in_path);
                    let tree = typed.ancestors().nth(3).unwrap_or(Path::new(""));
                    let expected = tree.join(category).join(name.plug()).join(VERSION);
                    return Err(Refused::Misplaced { folder: typed, expected });
                }
                Some(in_path.to_owned())
            }
        };
        Ok(Self { typed, settled, checkout, member })
    }

    /// A workspace has every package name once.
    pub(super) fn refuse_taken(&self, name: &Name) -> Result<(), Refused> {
        let (Some(checkout), true) = (&self.checkout, self.is_member()) else { return Ok(()) };
        let packages = packages(&checkout.root().join("Cargo.toml")).unwrap_or_default();
        match packages.into_iter().find(|(taken, _)| taken == name.plug()) {
            Some((name, at)) => Err(Refused::Taken { name, at }),
            None => Ok(()),
        }
    }

    pub(super) fn typed(&self) -> &Path {
        &self.typed
    }

    pub(super) fn settled(&self) -> &Path {
        &self.settled
    }

    /// The checkout around it.
    pub(super) fn checkout(&self) -> Option<&Checkout> {
        self.checkout.as_ref()
    }

    /// Whether the checkout's workspace takes it in.
    pub(super) fn is_member(&self) -> bool {
        self.member.is_some()
    }

    /// The category that the path says, else `other`.
    pub(super) fn category<'a>(&'a self, other: &'a str) -> &'a str {
        self.member.as_deref().unwrap_or(other)
    }
}

/// In the root of a checkout its place in the tree, elsewhere a folder of its name.
fn usual(name: &Name, category: &str) -> PathBuf {
    match Checkout::at(Path::new(".")) {
        Some(_) => ["plugs", category, name.plug(), VERSION].iter().collect(),
        None => PathBuf::from(name.plug()),
    }
}

/// The absolute path of a folder that may not be there: links of what is there are followed.
fn settle(folder: &Path) -> std::io::Result<PathBuf> {
    let mut absolute = std::path::absolute(folder)?;
    let mut missing: Vec<OsString> = Vec::new();
    loop {
        match absolute.canonicalize() {
            Ok(there) => return Ok(there.join(missing.iter().rev().collect::<PathBuf>())),
            Err(error) => {
                let gone = error.kind() == std::io::ErrorKind::NotFound;
                let last = absolute.file_name().filter(|_| gone).map(OsString::from);
                missing.push(last.ok_or(error)?);
                absolute.pop();
            }
        }
    }
}
