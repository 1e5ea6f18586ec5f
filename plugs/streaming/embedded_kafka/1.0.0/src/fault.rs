//! The operations that break a cluster and mend it again.

use crate::change::Change;
use crate::input::Input;
use crate::{request, topic};
use plugin_api::{Error, Result};
use std::time::Duration;

/// More errors than this are no test of anything.
const MOST_ERRORS: usize = 10_000;

/// A longer delay would outlive every request.
const LONGEST_ROUND_TRIP_MS: u32 = 60_000;

/// `set_leader`: the partition and its new leader. It has to have one: librdkafka's cluster crashes
/// the process when a record arrives for a partition that nobody leads.
///
/// # Errors
/// Something is missing.
pub fn leader(input: &Input) -> Result<Change> {
    let missing = |key: &str| Error::input(format!("`{key}` is missing"));
    let partition = input.partition.ok_or_else(|| missing("partition"))?;
    if partition < 0 {
        return Err(Error::input(format!("`partition`: expected 0 or more, found {partition}")));
    }
    let broker = input.broker.ok_or_else(|| missing("broker"))?;
    Ok(Change::Leader { topic: topic::named(input)?.to_owned(), partition, broker })
}

/// `request_errors`: the list as often as `count` says.
///
/// # Errors
/// Names that nobody knows, or too many errors.
pub fn request_errors(input: &Input) -> Result<Change> {
    let name = input.api.as_deref();
    let api =
        request::api(name.ok_or_else(|| Error::input("`api` is missing: say which request"))?)?;
    let errors = input.errors.as_deref();
    let errors = errors.ok_or_else(|| {
        Error::input("`errors` is missing: list them by name, or give [] to take back what is left")
    })?;
    let codes = errors.iter().map(|name| request::code(name)).collect::<Result<Vec<_>>>()?;
    let count = input.count.unwrap_or(1);
    if count == 0 {
        return Err(Error::input(
            "`count`: 1 or more; give `errors` as [] to take back what is left",
        ));
    }
    if codes.len().checked_mul(count).is_none_or(|all| all > MOST_ERRORS) {
        return Err(Error::input(format!("`count`: at most {MOST_ERRORS} errors in all")));
    }
    Ok(Change::Errors { api, codes: codes.repeat(count) })
}

/// `round_trip_time`: how much later a broker answers.
///
/// # Errors
/// No time, or one beyond every request.
pub fn round_trip_time(input: &Input) -> Result<Change> {
    let ms = input.ms.ok_or_else(|| Error::input("`ms` is missing: 0 is no delay"))?;
    if ms > LONGEST_ROUND_TRIP_MS {
        return Err(Error::input(format!("`ms`: at most {LONGEST_ROUND_TRIP_MS}, found {ms}")));
    }
    let delay = Duration::from_millis(ms.into());
    Ok(Change::RoundTrip { broker: input.broker, delay })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::types::RDKafkaRespErr;

    fn of(read: fn(&Input) -> Result<Change>, input: &str) -> Result<Change, String> {
        read(&serde_json::from_str(input).unwrap()).map_err(|error| error.message)
    }

    #[test]
    fn errors_are_repeated() {
        let change =
            of(request_errors, r#"{"api":"Fetch","errors":["NONE","DISCONNECT"],"count":2}"#);
        let Ok(Change::Errors { codes, .. }) = change else { panic!("{change:?}") };
        let (none, disconnect) = (
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__TRANSPORT,
        );
        assert_eq!(codes, [none, disconnect, none, disconnect]);
    }

    #[test]
    fn a_partition_always_has_a_leader() {
        let change = of(leader, r#"{"topic":"a","partition":2,"broker":3}"#);
        assert_eq!(change, Ok(Change::Leader { topic: "a".to_owned(), partition: 2, broker: 3 }));
        for nobody in ["", r#","broker":null"#] {
            let change = of(leader, &format!(r#"{{"topic":"a","partition":2{nobody}}}"#));
            assert_eq!(change, Err("`broker` is missing".to_owned()));
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        let errors = r#"{"api":"Fetch","errors":["NONE"],"count":10001}"#;
        assert_eq!(
            of(request_errors, errors),
            Err("`count`: at most 10000 errors in all".to_owned())
        );
        let none = of(request_errors, r#"{"api":"Fetch","errors":["NONE"],"count":0}"#);
        assert!(none.unwrap_err().starts_with("`count`: 1 or more; "), "nothing is taken back");
        let late = of(round_trip_time, r#"{"ms":60001}"#);
        assert_eq!(late, Err("`ms`: at most 60000, found 60001".to_owned()));
        let negative = of(leader, r#"{"topic":"a","partition":-1,"broker":1}"#);
        assert_eq!(negative, Err("`partition`: expected 0 or more, found -1".to_owned()));
    }
}
