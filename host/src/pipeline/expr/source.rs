//! What a compiled value says and what it reads, told without evaluating it.

use serde_json::value::RawValue;

use crate::json;

use super::bindings::Bindings;
use super::{Path, Piece, Template, Tree};

/// Something that has to be there before a value can be evaluated.
#[derive(Clone, Copy, Debug)]
pub enum Need<'t> {
    /// A place in the data of the run.
    Path(&'t Path),
    /// A secret, by its reference as written.
    Secret(&'t str),
}

impl Tree {
    /// Names everything that evaluating it reads, in the order of the text.
    pub fn needs<'t>(&'t self, name: &mut dyn FnMut(Need<'t>)) {
        match self {
            Tree::Literal(_) => {}
            Tree::Template(template) => {
                template.pieces.iter().for_each(|piece| piece.needs(name));
            }
            Tree::List(items) => items.iter().for_each(|item| item.needs(name)),
            Tree::Mapping(entries) => entries.iter().for_each(|(_, value)| value.needs(name)),
        }
    }

    /// The value with its templates, all of them in double braces.
    pub fn written(&self) -> Box<RawValue> {
        let mut out = String::new();
        self.write_source(&mut out);
        json::from_written(out)
    }

    fn write_source(&self, out: &mut String) {
        match self {
            Tree::Literal(raw) => out.push_str(raw.get()),
            Tree::Template(template) => json::push_text(out, &template.written()),
            Tree::List(items) => json::push_list(out, items, Tree::write_source),
            Tree::Mapping(entries) => json::push_mapping(out, entries, |(key, value), out| {
                json::push_text(out, key);
                out.push(':');
                value.write_source(out);
            }),
        }
    }
}

impl Template {
    fn written(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Secret(_) | Piece::Block(_) => piece.written().to_owned(),
            Piece::Path(_) | Piece::Computed(_) => format!("{{{{ {} }}}}", piece.written()),
        };
        self.pieces.iter().map(piece).collect()
    }
}

impl Bindings {
    fn name<'b>(&'b self, name: &mut dyn FnMut(Need<'b>)) {
        self.reads().iter().for_each(|path| name(Need::Path(path)));
        self.secrets().for_each(|secret| name(Need::Secret(&secret.written)));
    }
}

impl Piece {
    /// Names everything that evaluating it reads.
    pub fn needs<'t>(&'t self, name: &mut dyn FnMut(Need<'t>)) {
        match self {
            Piece::Literal(_) => {}
            Piece::Path(path) => name(Need::Path(path)),
            Piece::Secret(secret) => name(Need::Secret(&secret.written)),
            Piece::Computed(computed) => computed.bindings().name(name),
            Piece::Block(block) => block.bindings().name(name),
        }
    }

    /// The expression as the author wrote it, without braces.
    pub fn written(&self) -> &str {
        match self {
            Piece::Literal(text) => text,
            Piece::Path(path) => &path.written,
            Piece::Secret(secret) => &secret.written,
            Piece::Block(block) => block.written(),
            Piece::Computed(computed) => computed.written(),
        }
    }
}
