//! The secrets that compiled values read.

use std::collections::BTreeSet;

use crate::json::Segment;
use crate::secrets::SecretRef;

use super::{Path, Piece, Root, Tree};

/// Secrets to resolve before something is evaluated.
#[derive(Debug, Default)]
pub struct SecretNeeds<'t> {
    /// Secrets that are referred to, in the order of the file; one may be there twice.
    pub references: Vec<&'t SecretRef>,
    /// Keys of the top-level `secrets`.
    pub names: BTreeSet<&'t str>,
    /// All of the top-level `secrets`.
    pub everything: bool,
}

impl<'t> SecretNeeds<'t> {
    /// Adds what a value reads.
    pub fn tree(&mut self, tree: &'t Tree) {
        match tree {
            Tree::Literal(_) => {}
            Tree::Template(template) => template.pieces.iter().for_each(|piece| self.piece(piece)),
            Tree::List(items) => items.iter().for_each(|item| self.tree(item)),
            Tree::Mapping(entries) => entries.iter().for_each(|(_, value)| self.tree(value)),
        }
    }

    /// Adds what a path reads.
    pub fn path(&mut self, path: &'t Path) {
        match (path.root, path.segments.first()) {
            (Root::Secrets, Some(Segment::Key(name))) => {
                self.names.insert(name);
            }
            (Root::Secrets, _) => self.everything = true,
            _ => {}
        }
    }

    fn piece(&mut self, piece: &'t Piece) {
        match piece {
            Piece::Literal(_) => {}
            Piece::Path(path) => self.path(path),
            Piece::Secret(secret) => self.references.push(secret),
            Piece::Computed(computed) => computed.bindings().needs(self),
            Piece::Block(block) => block.bindings().needs(self),
        }
    }
}
