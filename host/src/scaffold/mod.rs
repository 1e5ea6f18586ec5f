//! `plugpipe new`: a crate that is a plug from the first moment.
//!
//! - [`Kind`]: what it can become; the files of each lie in `templates/`
//! - [`Name`]: what it may be called
//! - [`create`]: the folder, written whole or not at all
//! - [`Created::commands`]: what to type next

mod checkout;
mod dependencies;
mod files;
mod fill;
mod kind;
mod name;
mod next;
mod place;
pub(crate) mod shell;
mod write;

pub use kind::Kind;
pub use name::{BadName, Name};
pub use next::Commands;

use checkout::Checkout;
use dependencies::Api;
use fill::Words;
use place::Place;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What somebody wants to begin.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it is to be.
    pub kind: Kind,
    /// Its name, as it was typed.
    pub name: String,
    /// Its category; absent = that of its kind.
    pub category: Option<String>,
    /// Its folder; absent = its place in the checkout, or one of its name in the working folder.
    pub out: Option<PathBuf>,
    /// Where `plugin-api` lies; absent = it is looked for.
    pub api: Option<PathBuf>,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Created {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The folder, as the user would type it.
    pub folder: PathBuf,
    /// The files in it, by their path in the folder.
    pub files: Vec<&'static str>,
    /// The checkout whose `plugin-api` it uses, if it is in one.
    pub checkout: Option<PathBuf>,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum Refused {
    /// A name that no plug may have.
    #[error(transparent)]
    Name(#[from] BadName),
    /// A folder that is in use.
    #[error("{0} is there already, and nothing is overwritten; choose another folder with --out")]
    Occupied(PathBuf),
    /// A folder of a checkout whose name says something else than the plug.
    #[error("{folder} lies where plugs are found by their path; there it has to be {expected}")]
    Misplaced {
        /// The folder that was asked for.
        folder: PathBuf,
        /// The folder that would fit.
        expected: PathBuf,
    },
    /// The workspace has such a package.
    #[error(
        "the checkout has a package `{name}` already, in {}; choose another name, or a folder outside with --out", at.display()
    )]
    Taken {
        /// The name.
        name: String,
        /// Its `Cargo.toml`.
        at: PathBuf,
    },
    /// `--api` leads nowhere.
    #[error("--api: {0} holds neither `plugin-api` nor a checkout with it")]
    NoApi(PathBuf),
    /// The folder could not be written.
    #[error("{0}: {1}")]
    Write(PathBuf, std::io::Error),
}

/// Writes the crate, whole or not at all.
///
/// # Errors
/// See [`Refused`]. Nothing is left behind then but empty folders.
pub fn create(wish: &Wish) -> Result<Created, Refused> {
    let name = Name::new(wish.kind, &wish.name)?;
    let category = wish.category.as_deref().unwrap_or(wish.kind.category());
    name::check("category", category)?;
    let place = Place::choose(wish, &name, category)?;
    let api = Api::find(wish.api.as_deref(), &place)?;
    place.refuse_taken(&name)?;
    let words = Words {
        name: name.plug(),
        format: name.format(),
        type_name: &name.type_name(wish.kind),
        category: place.category(category),
        kind: wish.kind,
        dependencies: &api.dependencies(wish.kind, &place),
    };
    let mut files = files::of(wish.kind, place.is_member(), &words);
    if let Some(lock) = api.lock(&place) {
        files.push(("Cargo.lock", lock));
    }
    write::folder(place.settled(), &files).map_err(|error| match error {
        write::Fault::Occupied => Refused::Occupied(place.typed().to_owned()),
        write::Fault::Io(error) => Refused::Write(place.typed().to_owned(), error),
    })?;
    Ok(Created {
        kind: wish.kind,
        name: name.plug().to_owned(),
        folder: place.typed().to_owned(),
        files: files.iter().map(|(path, _)| *path).collect(),
        checkout: api.checkout().map(Path::to_owned),
    })
}

#[cfg(test)]
mod tests;
