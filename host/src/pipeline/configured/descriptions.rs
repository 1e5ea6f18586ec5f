//! What the plugins of a file say about themselves.

use crate::catalog::Installed;
use plugin_api::Description;
use std::sync::Arc;

/// A description, or why the plugin cannot be opened.
type Described = Result<Description, String>;

/// Descriptions of some plugs. Of a plug that is not among them nothing is known.
#[derive(Debug, Default)]
pub struct Descriptions {
    known: Vec<(Arc<Installed>, Described)>,
}

impl Descriptions {
    /// What a plug says, or why it cannot be opened.
    #[must_use]
    pub fn of(&self, plug: &Installed) -> Option<&Described> {
        let same = |known: &&(Arc<Installed>, Described)| known.0.is_same(plug);
        self.known.iter().find(same).map(|(_, described)| described)
    }
}

impl FromIterator<(Arc<Installed>, Described)> for Descriptions {
    fn from_iter<I: IntoIterator<Item = (Arc<Installed>, Described)>>(all: I) -> Self {
        Self { known: all.into_iter().collect() }
    }
}
