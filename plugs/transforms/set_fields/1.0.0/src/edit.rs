//! One object, rewritten by its rules.

use crate::rules::{Rules, Verb};
use crate::splice::Splice;
use plugin_api::raw::{Member, Opens, check_utf8, field, members};
use plugin_api::{Error, Result};
use std::ops::Range;

/// Edits the values of one batch, one after the other.
pub struct Editor<'a> {
    rules: &'a Rules,
    /// The values are known to be compact JSON.
    trusted: bool,
    /// Every value so far is compact JSON without escapes after its edit.
    compact: bool,
    /// Which of the values to set stand in the object already.
    placed: Vec<bool>,
}

impl<'a> Editor<'a> {
    /// `trusted`: every value is known to be compact JSON without escapes.
    pub fn new(rules: &'a Rules, trusted: bool) -> Self {
        let compact = !trusted || rules.is_plain();
        Self { rules, trusted, compact, placed: vec![false; rules.values().len()] }
    }

    /// Whether every value is compact JSON without escapes now.
    pub fn is_compact(&self) -> bool {
        self.compact
    }

    /// Writes `object`, edited, to `out`. `false` = nothing was to change and nothing was written.
    ///
    /// # Errors
    /// It is not JSON, or no object.
    pub fn edit(&mut self, object: &[u8], out: &mut Vec<u8>) -> Result<bool> {
        let judged = self.judge(object);
        self.compact &= judged.is_ok();
        judged?;
        self.placed.fill(false);
        let mut pass = Pass::new(object, out);
        for member in members(object) {
            pass.member(&member, self.verdict(object, &member));
        }
        let missing = self.rules.values().iter().zip(&self.placed).filter(|(_, placed)| !**placed);
        missing.for_each(|(value, _)| pass.append(&value.member));
        Ok(pass.finish())
    }

    fn judge(&mut self, value: &[u8]) -> Result<()> {
        let opens = if self.trusted {
            if value.first() == Some(&b'{') { Opens::Object } else { Opens::Scalar }
        } else {
            let shape = check_utf8(value).map_err(|invalid| Error::record(invalid.to_string()))?;
            self.compact &= shape.compact && !shape.escapes && self.rules.is_plain();
            shape.opens
        };
        match opens {
            Opens::Object => Ok(()),
            _ => Err(Error::record("not a JSON object: only an object has fields")),
        }
    }

    /// What becomes of one member. Of equal names the first takes the value, the others go.
    fn verdict(&mut self, object: &[u8], member: &Member<'_>) -> Verdict<'a> {
        match self.rules.verb(member) {
            None => Verdict::Keep,
            Some(Verb::Remove) => Verdict::Cut,
            Some(Verb::Rename(name)) => Verdict::Name(name),
            Some(Verb::MakeRoom(path)) if field(object, path).is_some() => Verdict::Cut,
            Some(Verb::MakeRoom(_)) => Verdict::Keep,
            Some(Verb::Set(number)) if self.placed[*number] => Verdict::Cut,
            Some(Verb::Set(number)) => {
                self.placed[*number] = true;
                let text = &self.rules.values()[*number].text;
                if member.value == text { Verdict::Keep } else { Verdict::Value(text) }
            }
        }
    }
}

/// What becomes of one member.
enum Verdict<'a> {
    Keep,
    Cut,
    Name(&'a [u8]),
    Value(&'a [u8]),
}

/// One walk over one object, with its commas kept right.
struct Pass<'a> {
    splice: Splice<'a>,
    /// Behind the last member that was seen; behind the brace before the first.
    behind: usize,
    /// A member stands in the output.
    kept: bool,
    /// Where the first of the members began that were cut before one was kept.
    cut_from: Option<usize>,
}

impl<'a> Pass<'a> {
    fn new(object: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        let brace = object.iter().position(|byte| *byte == b'{').unwrap_or_default();
        let splice = Splice::new(object, out);
        Self { splice, behind: brace + 1, kept: false, cut_from: None }
    }

    fn member(&mut self, member: &Member<'_>, verdict: Verdict<'_>) {
        let Range { start, end } = member.span;
        match verdict {
            // With the comma before it, or together with the comma behind it once one is kept.
            Verdict::Cut if self.kept => self.splice.cut(self.behind..end),
            Verdict::Cut => _ = self.cut_from.get_or_insert(start),
            Verdict::Keep => self.keep(start),
            Verdict::Name(name) => {
                self.keep(start);
                self.splice.replace(start..start + member.name.len(), name);
            }
            Verdict::Value(value) => {
                self.keep(start);
                self.splice.replace(end - member.value.len()..end, value);
            }
        }
        self.behind = end;
    }

    fn keep(&mut self, start: usize) {
        self.close_cut(start);
        self.kept = true;
    }

    fn close_cut(&mut self, end: usize) {
        if let Some(from) = self.cut_from.take() {
            self.splice.cut(from..end);
        }
    }

    /// Adds a member behind the last one.
    fn append(&mut self, member: &[u8]) {
        self.close_cut(self.behind);
        if self.kept {
            self.splice.insert(self.behind, b",");
        }
        self.splice.insert(self.behind, member);
        self.kept = true;
    }

    fn finish(mut self) -> bool {
        self.close_cut(self.behind);
        self.splice.finish()
    }
}
