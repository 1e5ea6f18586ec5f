//! What is left in Redis: the answer under its trace id, and the word that it is there.

use crate::answer::Answer;
use crate::config::RedisBackend;
use serde_json::{Map, Value, json};
use std::io;

/// The largest answer that is left whole, in bytes.
const LARGEST: usize = 1 << 20;

/// So many completions of one trace id are kept, the latest ones: a caller who never changes its id
/// would make the list grow for ever.
const COMPLETIONS: usize = 1000;

/// Texts of an answer that is too large keep this many characters.
const SHORT_TEXT: usize = 4096;

/// One result on its way.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    result_key: String,
    completion_key: String,
    result: String,
    completion: String,
    ttl_s: u64,
}

impl Entry {
    /// The answer as it is now, and the word of it.
    pub fn new(settings: &RedisBackend, trace_id: &str, answer: &Answer) -> Self {
        let key = |kind: &str| format!("{}{kind}:{trace_id}", settings.queue_prefix);
        let completion = json!({
            "plugin": env!("CARGO_PKG_NAME"),
            "status": answer.kafka_status,
            "timestamp": jiff::Timestamp::now().to_string(),
        });
        Self {
            result_key: key("result"),
            completion_key: key("completion"),
            result: whole(answer).unwrap_or_else(|| shortened(answer).to_string()),
            completion: completion.to_string(),
            ttl_s: settings.ttl_s,
        }
    }

    /// Both or neither, and no key without its end: one transaction.
    pub fn commands(&self) -> redis::Pipeline {
        let mut pipeline = redis::pipe();
        pipeline.cmd("MULTI");
        pipeline.cmd("SET").arg(&self.result_key).arg(&self.result).arg("EX").arg(self.ttl_s);
        pipeline.cmd("LPUSH").arg(&self.completion_key).arg(&self.completion);
        pipeline.cmd("LTRIM").arg(&self.completion_key).arg(0).arg(COMPLETIONS - 1);
        pipeline.cmd("EXPIRE").arg(&self.completion_key).arg(self.ttl_s);
        pipeline.cmd("EXEC");
        pipeline
    }
}

/// The answer as JSON; `None` when it is too large, which is noticed as soon as it is.
fn whole(answer: &Answer) -> Option<String> {
    let mut text = Bounded(Vec::new());
    serde_json::to_writer(&mut text, answer).ok()?;
    String::from_utf8(text.0).ok()
}

struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Status, counts and the first error of an answer that is too large, and that this is all.
fn shortened(answer: &Answer) -> Value {
    let warning = format!(
        "redis_backend: the answer is larger than {LARGEST} bytes: its details, warnings and security_issues are left out here"
    );
    let mut short = json!({
        "kafka_status": answer.kafka_status,
        "kafka_error": answer.kafka_error.as_deref().map(short_text),
        "kafka_result": without_details(&answer.kafka_result),
        "warnings": [warning],
        "latency_ms": answer.latency_ms,
    });
    if let Some(trace_id) = &answer.trace_id {
        short["trace_id"] = json!(trace_id);
    }
    short
}

fn without_details(result: &Value) -> Value {
    let Value::Object(result) = result else { return Value::Null };
    let is_kept = |(key, _): &(&String, &Value)| *key != "details" && *key != "details_omitted";
    let kept = result.iter().filter(is_kept).map(|(key, value)| (key.clone(), scalar(value)));
    let mut kept: Map<String, Value> = kept.collect();
    let listed = result.get("details").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    let omitted = result.get("details_omitted").and_then(Value::as_u64).unwrap_or_default();
    kept.insert("details".to_owned(), json!([]));
    kept.insert("details_omitted".to_owned(), json!(listed + omitted));
    Value::Object(kept)
}

fn scalar(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(short_text(text)),
        Value::Array(_) | Value::Object(_) => Value::Null,
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn short_text(text: &str) -> &str {
    text.char_indices().nth(SHORT_TEXT).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(answer: &Answer) -> Entry {
        Entry::new(&RedisBackend::default(), "t-1", answer)
    }

    #[test]
    fn the_commands_are_one_transaction_over_two_keys() {
        let entry = Entry {
            result_key: "p:result:t".to_owned(),
            completion_key: "p:completion:t".to_owned(),
            result: "{}".to_owned(),
            completion: "[]".to_owned(),
            ttl_s: 60,
        };
        let sent = String::from_utf8(entry.commands().get_packed_pipeline()).unwrap();
        let words: Vec<&str> =
            sent.split("\r\n").filter(|word| !word.starts_with(['*', '$'])).collect();
        let expected = [
            "MULTI",
            "SET p:result:t {} EX 60",
            "LPUSH p:completion:t []",
            "LTRIM p:completion:t 0 999",
            "EXPIRE p:completion:t 60",
            "EXEC",
        ];
        assert_eq!(words.join(" ").trim(), expected.join(" "));
    }

    #[test]
    fn an_answer_is_left_word_for_word() {
        let answer = Answer::done(json!({"status": "success", "offset": 3}));
        let entry = entry(&answer);
        assert_eq!(entry.result, serde_json::to_string(&answer).unwrap());
        assert_eq!(entry.result_key, "kafka_queue:result:t-1");
        assert_eq!(entry.completion_key, "kafka_queue:completion:t-1");
        let completion: Value = serde_json::from_str(&entry.completion).unwrap();
        assert_eq!(completion["plugin"], "kafka_producer");
        assert_eq!(completion["status"], "success");
        let timestamp: jiff::Timestamp = completion["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(timestamp <= jiff::Timestamp::now());
    }

    #[test]
    fn a_large_answer_leaves_its_details_out_and_says_so() {
        let details = vec!["x".repeat(99); 12_000];
        let result = json!({"status": "partial", "failed_count": 2, "error": "x".repeat(5000),
            "details": details, "details_omitted": 5});
        let mut answer = Answer::done(result);
        answer.trace_id = Some("t-1".to_owned());
        let entry = entry(&answer);
        let left: Value = serde_json::from_str(&entry.result).unwrap();
        let expected = json!({"status": "partial", "failed_count": 2, "error": "x".repeat(4096),
            "details": [], "details_omitted": 12_005});
        assert_eq!(left["kafka_result"], expected);
        assert_eq!(left["trace_id"], "t-1");
        assert!(left["warnings"][0].as_str().unwrap().contains("larger than 1048576 bytes"));
        assert!(entry.result.len() < 10_000);
    }
}
