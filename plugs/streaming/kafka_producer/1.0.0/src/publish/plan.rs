//! `operation: plan`: everything a publish does before it needs a client.

use super::encoded::{Encoded, encode};
use crate::answer::{Answer, Settled, Status};
use crate::check::{self, Checked};
use crate::config::Config;
use crate::coordinate;
use crate::draft::{Drafts, Header, drafts};
use crate::fault::Fault;
use crate::input::Input;
use plugin_api::{Ctx, Json, base64};
use serde_json::{Map, Value, json};

/// More records than this are counted and not listed; those that are refused are listed all.
const LISTED: usize = 1000;

/// What a publish would send. No client is made, nothing is dialled and no broker is started.
///
/// # Errors
/// What would refuse the publish as a whole.
pub async fn plan(ctx: &Ctx, input: &Input, config: &Config) -> Result<Answer, Fault> {
    let (config, unresolved) = config.clone().without_placeholders();
    let Checked { servers, decided } = check::before_connecting(input, &config)?;
    let Drafts { records, is_single, issues } = drafts(input, &config)?;
    coordinate::check(&config.redis_backend)?;
    let format = input.format.as_deref().unwrap_or(&config.serialization);
    let records = encode(ctx, format, *config.message_max_bytes, records).await?;
    let warnings = servers.warning().into_iter().chain(decided.warnings).chain(unresolved);
    let refused = records.iter().find_map(|one| one.as_ref().err()?.fault());
    let issues = servers.issues.into_iter().chain(decided.issues).chain(issues);
    match refused {
        Some(fault) if is_single => Err(fault.clone()),
        _ => Ok(planned(&records, config.full_details).with(warnings.collect(), issues.collect())),
    }
}

type Record<'a> = Result<Encoded<'a>, Settled>;

fn planned(records: &[Record<'_>], full: bool) -> Answer {
    let total = records.len();
    let refusals = || records.iter().filter_map(|one| one.as_ref().err());
    let refused = refusals().count();
    let status = match refused {
        0 => Status::Planned,
        _ if refused == total => Status::Error,
        _ => Status::Partial,
    };
    let first = refusals().find_map(Settled::text);
    let error = first.map(|first| {
        format!("{} of {total} records would be sent; the first refusal: {first}", total - refused)
    });
    let listed = listed(records, if full { total } else { LISTED });
    let mut result = json!({
        "status": status,
        "operation": "plan",
        "records_total": total,
        "refused_count": refused,
        "records_omitted": total - listed.len(),
        "records": listed,
    });
    if status == Status::Error {
        result["error"] = json!(error);
        let fault = refusals().find_map(Settled::fault);
        result["error_type"] = json!(fault.map(|fault| fault.error_type));
    }
    let faults = refusals().filter_map(Settled::fault);
    let mut security_issues: Vec<String> = Vec::new();
    for issue in faults.flat_map(|fault| &fault.security_issues).take(LISTED) {
        if !security_issues.contains(issue) {
            security_issues.push(issue.clone());
        }
    }
    Answer { kafka_status: status, kafka_error: error, security_issues, ..Answer::done(result) }
}

/// The first `most` records that would be sent and every refusal, in their order.
fn listed(records: &[Record<'_>], most: usize) -> Vec<Value> {
    let mut room = most;
    let mut entries = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let entry = match record {
            Ok(_) if room == 0 => continue,
            Ok(record) => {
                room -= 1;
                described(record)
            }
            Err(settled) => settled.detail(),
        };
        let mut indexed = Map::from_iter([("index".to_owned(), json!(index))]);
        indexed.extend(entry.as_object().cloned().unwrap_or_default());
        entries.push(Value::Object(indexed));
    }
    entries
}

/// One record as it would be sent, without its value.
fn described(record: &Encoded<'_>) -> Value {
    let draft = &record.draft;
    let bytes = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
    let mut entry = json!({
        "status": Status::Planned,
        "topic": &*draft.topic,
        "partition": draft.partition,
        "key": shown(draft.key.as_deref()),
        "headers": headers(&draft.headers),
        "size": bytes(record.value.as_deref()),
        "key_size": bytes(draft.key.as_deref()),
        "tombstone": record.value.is_none(),
    });
    if let Some(timestamp) = draft.timestamp {
        entry["timestamp"] = json!(timestamp);
    }
    entry
}

/// A text where the bytes are one, else `{"$base64"}`.
fn shown(bytes: Option<&[u8]>) -> Value {
    let json = bytes.map(|bytes| base64::json_of(bytes).as_ref().map_or(Value::Null, value_of));
    json.unwrap_or(Value::Null)
}

fn value_of(json: &Json) -> Value {
    json.parse().unwrap_or(Value::Null)
}

/// As an input has them: a name that comes again has a list of its values.
fn headers(headers: &[Header]) -> Value {
    let mut named: Map<String, Value> = Map::new();
    for (name, value) in headers {
        let value = shown(value.as_deref());
        match named.get_mut(name) {
            None => drop(named.insert(name.clone(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KafkaProducer;
    use plugin_api::testing::PluginTest;

    fn call(input: &Value, config: &Value) -> Value {
        let plugin = PluginTest::<KafkaProducer>::start().unwrap().config(config).unwrap();
        let mut input = input.clone();
        input["operation"] = json!("plan");
        plugin.process(&input).unwrap()
    }

    #[test]
    fn a_tombstone_is_planned_without_a_serializer_and_with_every_part_it_has() {
        let record = json!({ "key": {"$base64": "/wA="}, "partition": 3, "timestamp": 17,
                             "headers": { "a": [1, {"$base64": "/w=="}], "b": null } });
        let answer = call(&json!({ "records": [record] }), &json!({ "topic": "t" }));
        let expected = json!([{
            "index": 0, "status": "planned", "topic": "t", "partition": 3,
            "key": {"$base64": "/wA="}, "headers": { "a": ["1", {"$base64": "/w=="}], "b": null },
            "size": 0, "key_size": 2, "tombstone": true, "timestamp": 17,
        }]);
        assert_eq!(answer["kafka_result"]["records"], expected, "{answer}");
        assert_eq!(answer["kafka_status"], "planned");
    }

    #[test]
    fn a_long_plan_lists_the_first_records_and_every_refusal() {
        let mut records: Vec<Value> = (0..LISTED + 5).map(|n| json!({ "key": n })).collect();
        records.push(json!({}));
        for (full, listed) in [(false, LISTED + 1), (true, LISTED + 6)] {
            let config = json!({ "topic": "t", "full_details": full });
            let answer = call(&json!({ "records": records }), &config);
            let result = &answer["kafka_result"];
            assert_eq!(result["records"].as_array().unwrap().len(), listed, "{full}");
            assert_eq!(result["records_total"], LISTED + 6);
            assert_eq!(result["records_omitted"], LISTED + 6 - listed);
            assert_eq!(result["records"][listed - 1]["index"], LISTED + 5, "the refused one");
            assert_eq!(answer["kafka_status"], "partial");
        }
    }

    #[test]
    fn a_secret_that_is_not_resolved_is_no_fault_and_is_said() {
        let config = json!({ "topic": "t", "security_protocol": "SASL_SSL",
            "sasl_mechanism": "PLAIN", "kafka_username": "${vault:user}",
            "kafka_password": "${v:p}", "ssl_cafile": "${file:/ca}",
            "redis_backend": { "enabled": true, "redis_url": "${vault:redis}" } });
        let answer = call(&json!({ "records": [{ "key": 1 }] }), &config);
        assert_eq!(answer["kafka_status"], "planned", "{answer}");
        let told = answer["warnings"].as_array().unwrap().iter().filter_map(Value::as_str);
        let told: Vec<&str> = told.filter(|text| text.ends_with("not checked")).collect();
        let expected =
            ["ssl_cafile", "kafka_username", "kafka_password", "redis_backend.redis_url"]
                .map(|key| format!("`{key}` is not resolved here and was not checked"));
        assert_eq!(told, expected);
    }

    #[test]
    fn a_plan_is_counted_nowhere() {
        let plugin = PluginTest::<KafkaProducer>::start().unwrap();
        let config = Json::from_value(&json!({ "topic": "t" })).unwrap();
        for input in [json!({ "operation": "plan", "records": [{ "key": 1 }] }), json!({})] {
            let input = Json::from_value(&input).unwrap();
            plugin.process_with(input, config.clone()).unwrap();
        }
        let asked = Json::from_value(&json!({ "operation": "metrics" })).unwrap();
        let figures: Value = plugin.process_with(asked, config).unwrap().parse().unwrap();
        assert_eq!(figures["kafka_result"]["publishes_total"], 1, "{figures}");
        assert_eq!(figures["kafka_result"]["errors_total"], 1, "the publish without a message");
    }
}
