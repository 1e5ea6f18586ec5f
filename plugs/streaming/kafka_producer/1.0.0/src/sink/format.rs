//! The serializer of a stream: opened once, then whole batches through it.

use super::remaining::Remaining;
use crate::serialize::{NoOptions, find};
use plugin_api::batch::{RecordError, RecordMeta};
use plugin_api::{Batch, Ctx, Error, Result};

/// Turns values into bytes.
pub struct Format {
    apply: Box<dyn Fn(Batch) -> Result<Batch> + Send + Sync>,
    /// Whether values are written as JSON.
    pub is_json: bool,
}

impl Format {
    /// Opens `<format>_serializer`.
    ///
    /// # Errors
    /// There is none, which names those there are; or it takes documents only.
    pub async fn open(ctx: &Ctx, format: &str) -> Result<Self> {
        let found = find(ctx, format).await;
        let plug = found.map_err(|fault| Error::config(fault.reason()))?;
        let stage = plug.open_transform(ctx, &NoOptions {}).await.map_err(|error| {
            let name = format!("{format}_serializer");
            Error::config(format!("`{name}` cannot be used in a stream: {error}"))
        })?;
        Ok(Self::new(format, move |batch| stage.apply(batch)))
    }

    /// A format whose serializer is `apply`.
    pub fn new(
        format: &str,
        apply: impl Fn(Batch) -> Result<Batch> + Send + Sync + 'static,
    ) -> Self {
        Self { apply: Box::new(apply), is_json: format == "json" }
    }

    /// Puts bytes in the place of values. A serializer that fails as a whole fails every record, each
    /// with the class of its error: what a person has to mend must not be thrown away record by record.
    pub fn serialize(&self, remaining: &mut Remaining) {
        let expected = remaining.batch.records().len();
        let error = match (self.apply)(std::mem::take(&mut remaining.batch)) {
            Ok(mut applied) if applied.records().len() == expected => {
                let refused = applied.take_refused();
                remaining.batch = applied;
                return remaining.take_out(refused);
            }
            Ok(applied) => {
                let found = applied.records().len();
                Error::record(format!("the serializer gave {found} values for {expected}"))
            }
            Err(error) => error,
        };
        // The descriptors went with the batch; how many there were is all that refusing needs.
        remaining.batch.set_records(vec![RecordMeta::default(); expected]);
        let failed = |position: usize| {
            let index = u32::try_from(position).unwrap_or(u32::MAX);
            RecordError::new(index, error.class.into(), error.code, error.message.as_str())
        };
        remaining.refuse(|_, position, _| Some(failed(position)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{BatchBuilder, ErrorClass, ErrorCode};

    fn refused(
        apply: impl Fn(Batch) -> Result<Batch> + Send + Sync + 'static,
    ) -> Vec<(u32, u32, String)> {
        let mut builder = BatchBuilder::default();
        (0..3).for_each(|_| builder.push(|_| Ok(())));
        let mut remaining = Remaining::of(builder.build());
        Format::new("x", apply).serialize(&mut remaining);
        let all = remaining.into_refused().into_iter();
        all.map(|one| (one.index, one.class.0, one.message().to_owned())).collect()
    }

    #[test]
    fn a_value_that_is_refused_fails_alone() {
        let class = ErrorClass::RecordFatal.into();
        let one = refused(move |mut batch| {
            batch.refuse(RecordError::new(1, class, ErrorCode::OTHER, "not a number"));
            Ok(batch)
        });
        assert_eq!(one, [(1, 2, "not a number".to_owned())]);
    }

    #[test]
    fn a_serializer_that_fails_fails_all_with_the_class_of_its_error() {
        let errors = [
            (Error::retriable("broken"), 1),
            (Error::record("broken"), 2),
            (Error::config("broken"), 4),
        ];
        for (error, class) in errors {
            let all = refused(move |_| Err(error.clone()));
            assert_eq!(all, [0, 1, 2].map(|index| (index, class, "broken".to_owned())));
        }
        let fewer = refused(|_| Ok(Batch::default()));
        assert_eq!(fewer[2], (2, 2, "the serializer gave 0 values for 3".to_owned()));
    }
}
