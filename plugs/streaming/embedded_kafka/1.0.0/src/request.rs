//! Kinds of requests and the errors that brokers answer them with, by name.

use crate::change::Api;
use plugin_api::typed::nearest;
use plugin_api::{Error, Result};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

/// The kind of request of this name.
///
/// # Errors
/// There is none that the cluster answers; the error names them.
pub fn api(name: &str) -> Result<Api> {
    let found = APIS.iter().find(|api| api.name == name).copied();
    found.ok_or_else(|| unknown("api", name, APIS.iter().map(|api| api.name)))
}

/// The error of this name.
///
/// # Errors
/// There is none; the error names them.
pub fn code(name: &str) -> Result<RDKafkaRespErr> {
    let found = CODES.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, code)| *code)
        .ok_or_else(|| unknown("errors", name, CODES.iter().map(|(known, _)| *known)))
}

fn unknown(key: &str, name: &str, known: impl Iterator<Item = &'static str> + Clone) -> Error {
    let near = nearest(name, known.clone());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let known: Vec<&str> = known.collect();
    Error::input(format!("`{key}`: unknown {name:?}{near} (known: {})", known.join(", ")))
}

const fn named(name: &'static str, key: RDKafkaApiKey) -> Api {
    Api { key, name }
}

/// The requests that the cluster answers.
const APIS: [Api; 18] = [
    named("Produce", RDKafkaApiKey::Produce),
    named("Fetch", RDKafkaApiKey::Fetch),
    named("ListOffsets", RDKafkaApiKey::ListOffsets),
    named("Metadata", RDKafkaApiKey::Metadata),
    named("ApiVersions", RDKafkaApiKey::ApiVersion),
    named("InitProducerId", RDKafkaApiKey::InitProducerId),
    named("FindCoordinator", RDKafkaApiKey::FindCoordinator),
    named("OffsetCommit", RDKafkaApiKey::OffsetCommit),
    named("OffsetFetch", RDKafkaApiKey::OffsetFetch),
    named("JoinGroup", RDKafkaApiKey::JoinGroup),
    named("SyncGroup", RDKafkaApiKey::SyncGroup),
    named("Heartbeat", RDKafkaApiKey::Heartbeat),
    named("LeaveGroup", RDKafkaApiKey::LeaveGroup),
    named("AddPartitionsToTxn", RDKafkaApiKey::AddPartitionsToTxn),
    named("AddOffsetsToTxn", RDKafkaApiKey::AddOffsetsToTxn),
    named("TxnOffsetCommit", RDKafkaApiKey::TxnOffsetCommit),
    named("EndTxn", RDKafkaApiKey::EndTxn),
    named("OffsetForLeaderEpoch", RDKafkaApiKey::OffsetForLeaderEpoch),
];

/// Kafka's own names; where librdkafka calls one differently, its name counts too.
/// `DISCONNECT` closes the connection, `NONE` lets a request pass.
const CODES: [(&str, RDKafkaRespErr); 34] = {
    use RDKafkaRespErr::*;
    [
        ("NONE", RD_KAFKA_RESP_ERR_NO_ERROR),
        ("DISCONNECT", RD_KAFKA_RESP_ERR__TRANSPORT),
        ("UNKNOWN_SERVER_ERROR", RD_KAFKA_RESP_ERR_UNKNOWN),
        ("OFFSET_OUT_OF_RANGE", RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE),
        ("CORRUPT_MESSAGE", RD_KAFKA_RESP_ERR_INVALID_MSG),
        ("UNKNOWN_TOPIC_OR_PARTITION", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART),
        ("UNKNOWN_TOPIC_OR_PART", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART),
        ("LEADER_NOT_AVAILABLE", RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE),
        ("NOT_LEADER_OR_FOLLOWER", RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION),
        ("NOT_LEADER_FOR_PARTITION", RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION),
        ("REQUEST_TIMED_OUT", RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT),
        ("BROKER_NOT_AVAILABLE", RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE),
        ("MESSAGE_TOO_LARGE", RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
        ("MSG_SIZE_TOO_LARGE", RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
        ("NETWORK_EXCEPTION", RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION),
        ("COORDINATOR_LOAD_IN_PROGRESS", RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS),
        ("COORDINATOR_NOT_AVAILABLE", RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
        ("NOT_COORDINATOR", RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
        ("INVALID_TOPIC_EXCEPTION", RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION),
        ("RECORD_LIST_TOO_LARGE", RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE),
        ("NOT_ENOUGH_REPLICAS", RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS),
        ("NOT_ENOUGH_REPLICAS_AFTER_APPEND", RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND),
        ("INVALID_REQUIRED_ACKS", RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS),
        ("TOPIC_AUTHORIZATION_FAILED", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
        ("CLUSTER_AUTHORIZATION_FAILED", RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED),
        ("INVALID_TIMESTAMP", RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP),
        ("UNSUPPORTED_VERSION", RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION),
        ("POLICY_VIOLATION", RD_KAFKA_RESP_ERR_POLICY_VIOLATION),
        ("OUT_OF_ORDER_SEQUENCE_NUMBER", RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER),
        ("DUPLICATE_SEQUENCE_NUMBER", RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER),
        ("INVALID_PRODUCER_EPOCH", RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH),
        ("UNKNOWN_PRODUCER_ID", RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID),
        ("KAFKA_STORAGE_ERROR", RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR),
        ("INVALID_RECORD", RD_KAFKA_RESP_ERR_INVALID_RECORD),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_an_error_mean_it() {
        let expected = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
        for name in ["NOT_LEADER_OR_FOLLOWER", "NOT_LEADER_FOR_PARTITION"] {
            assert_eq!(code(name).unwrap(), expected, "{name}");
        }
        assert_eq!(api("Produce").unwrap().key, RDKafkaApiKey::Produce);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_one() {
        let message = api("produce").unwrap_err().message;
        assert!(
            message.starts_with(
                "`api`: unknown \"produce\"; did you mean `Produce`? (known: Produce, Fetch,"
            ),
            "{message}"
        );
        let message = code("NOT_LEADER").unwrap_err().message;
        assert!(
            message.starts_with("`errors`: unknown \"NOT_LEADER\"; did you mean `NOT_LEADER_"),
            "{message}"
        );
    }
}
