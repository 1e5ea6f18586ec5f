//! What is done about the content of a stream's messages.

use super::remaining::{Remaining, refusal};
use crate::config::Content;
use crate::content::{Kind, in_batch};
use plugin_api::ErrorCode;
use plugin_api::batch::RecordError;
use std::sync::atomic::{AtomicU64, Ordering};

/// Looks messages through, and counts what it finds.
pub struct Screen {
    content: Content,
    /// Records with a find since they were last asked for, one number a kind.
    found: [AtomicU64; Kind::EVERY.len()],
}

impl Screen {
    /// A screen that does what `security.content` says.
    pub fn new(content: Content) -> Self {
        Self { content, found: Default::default() }
    }

    /// Refuses the records with a find, or counts them only.
    pub fn check(&self, remaining: &mut Remaining) {
        if self.content == Content::Off {
            return;
        }
        let found = in_batch(&remaining.batch);
        for kind in found.iter().flat_map(|(_, kinds)| kinds.iter()) {
            self.found[kind as usize].fetch_add(1, Ordering::Relaxed);
        }
        if self.content == Content::Reject {
            let refuse = |(position, kinds): &(usize, crate::content::Kinds)| -> RecordError {
                let reason = format!("message: {}", kinds.issues().join("; "));
                refusal(*position, ErrorCode::OTHER, reason)
            };
            remaining.take_out(found.iter().map(refuse).collect());
        }
    }

    /// How many records had a find of each kind since this was last asked.
    pub fn take_found(&self) -> impl Iterator<Item = (Kind, u64)> {
        Kind::EVERY
            .into_iter()
            .map(|kind| (kind, self.found[kind as usize].swap(0, Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::BatchBuilder;

    fn screened(content: Content) -> (Vec<u32>, u64) {
        let mut builder = BatchBuilder::default();
        for value in [r#""clean""#, r#""eval(1)""#, r#""<script>exec(1)</script>""#] {
            builder.push(|out| {
                out.extend_from_slice(value.as_bytes());
                Ok(())
            });
        }
        let (screen, mut remaining) = (Screen::new(content), Remaining::of(builder.build()));
        screen.check(&mut remaining);
        let found = screen.take_found().map(|(_, count)| count).sum();
        assert_eq!(screen.take_found().map(|(_, count)| count).sum::<u64>(), 0);
        (remaining.into_refused().iter().map(|refused| refused.index).collect(), found)
    }

    #[test]
    fn finds_are_ignored_counted_or_refused() {
        assert_eq!(screened(Content::Off), (vec![], 0));
        assert_eq!(screened(Content::Warn), (vec![], 3));
        assert_eq!(screened(Content::Reject), (vec![1, 2], 3));
    }
}
