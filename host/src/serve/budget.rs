//! How long a request may take.

use super::problem::{Kind, Problem};
use axum::http::HeaderMap;
use std::time::{Duration, Instant};

/// The header in which a request asks for less time than the server gives, in milliseconds.
const HEADER: &str = "x-plugpipe-timeout-ms";

/// The time a request asks for.
pub(super) fn asked(headers: &HeaderMap) -> Result<Option<Duration>, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let ms = value.to_str().ok().and_then(|text| text.trim().parse::<u64>().ok());
    match ms.filter(|ms| *ms > 0) {
        Some(ms) => Ok(Some(Duration::from_millis(ms))),
        None => {
            let detail = format!("{HEADER} must be a whole number of milliseconds above 0");
            Err(Problem::new(Kind::BadRequest, &detail))
        }
    }
}

/// When a call has to be answered: at the end of the server's time or of the asked one.
pub(super) fn deadline(headers: &HeaderMap, most: Duration) -> Result<Instant, Problem> {
    let budget = asked(headers)?.map_or(most, |asked| asked.min(most));
    Ok(Instant::now() + budget)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Duration>, Kind> {
        let headers = [(HEADER.parse().unwrap(), text.parse().unwrap())].into_iter().collect();
        asked(&headers).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_request_asks_in_milliseconds() {
        assert_eq!(read("1500"), Ok(Some(Duration::from_millis(1500))));
        for wrong in ["", "0", "-1", "1.5", "1s", "99999999999999999999"] {
            assert_eq!(read(wrong), Err(Kind::BadRequest), "{wrong}");
        }
    }

    #[test]
    fn nobody_gets_more_time_than_the_server_gives() {
        let headers = [(HEADER.parse().unwrap(), "99999999".parse().unwrap())];
        let headers = headers.into_iter().collect();
        let begun = Instant::now();
        let deadline = deadline(&headers, Duration::from_secs(1)).unwrap();
        assert!(deadline < begun + Duration::from_secs(60));
    }
}
