//! The options of librdkafka that may be set by name: one row a setting.

use Kind::{Acks, Boolean, Checked, ClientId, Decimal, Integer, Path, Word};

const MAX_I32: i64 = i32::MAX as i64;

/// What values an option takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// -1, 0, 1 or `all`.
    Acks,
    /// `true` or `false`.
    Boolean,
    /// A whole number, both ends included.
    Integer(i64, i64),
    /// A number that may have a fraction, both ends included.
    Decimal(i64, i64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// The first word; the second one only beside `security.insecure: true`.
    Checked(&'static str, &'static str),
    /// An absolute path without `..`, up to 4096 bytes.
    Path,
    /// 1 to 255 letters, digits, `.`, `_` and `-`.
    ClientId,
}

/// A setting that may be passed through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawOption {
    /// librdkafka's first name, under which it is set.
    pub name: &'static str,
    /// librdkafka's second name of the same setting.
    pub second_name: Option<&'static str>,
    /// What it takes.
    pub kind: Kind,
    /// Our own options for the same setting, all their names.
    pub typed: &'static [&'static str],
}

impl RawOption {
    const fn also(self, second_name: &'static str) -> Self {
        Self { second_name: Some(second_name), ..self }
    }

    const fn typed(self, typed: &'static [&'static str]) -> Self {
        Self { typed, ..self }
    }

    /// Whether librdkafka knows the setting under this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.second_name == Some(name)
    }
}

const fn option(name: &'static str, kind: Kind) -> RawOption {
    RawOption { name, second_name: None, kind, typed: &[] }
}

/// Every setting that may be passed through. Where librdkafka takes more, the range is narrower on
/// purpose: 0 as "no bound", -1 as "never", and numbers that overflow its 32 bits are kept out.
pub const OPTIONS: [RawOption; 46] = [
    option("acks", Acks).also("request.required.acks").typed(&["acks"]),
    option("enable.idempotence", Boolean).typed(&["enable_idempotence"]),
    option("retries", Integer(0, 50)).also("message.send.max.retries").typed(&["retries"]),
    option("retry.backoff.ms", Integer(1, 300_000)),
    option("retry.backoff.max.ms", Integer(1, 300_000)),
    option("max.in.flight.requests.per.connection", Integer(1, 5))
        .also("max.in.flight")
        .typed(&["max_in_flight", "max_in_flight_requests_per_connection"]),
    option("linger.ms", Decimal(0, 60_000)).also("queue.buffering.max.ms").typed(&["linger_ms"]),
    option("batch.size", Integer(1, 1_048_576)).typed(&["batch_size"]),
    option("batch.num.messages", Integer(1, 1_000_000)),
    option("queue.buffering.max.messages", Integer(1, 10_000_000)),
    option("queue.buffering.max.kbytes", Integer(1, 16_777_216)).typed(&["buffer_memory"]),
    option("compression.type", Word(&["none", "gzip", "snappy", "lz4", "zstd"]))
        .also("compression.codec")
        .typed(&["compression"]),
    option("compression.level", Integer(-1, 12)).typed(&["compression_level"]),
    option("message.max.bytes", Integer(1000, 104_857_600)).typed(&["message_max_bytes"]),
    option("message.timeout.ms", Integer(1000, 300_000))
        .also("delivery.timeout.ms")
        .typed(&["timeout_ms"]),
    option("request.timeout.ms", Integer(1, 300_000)).typed(&["request_timeout_ms"]),
    option("socket.timeout.ms", Integer(10, 300_000)),
    option("socket.connection.setup.timeout.ms", Integer(1000, 300_000)),
    option("socket.keepalive.enable", Boolean),
    option("socket.nagle.disable", Boolean),
    option("socket.send.buffer.bytes", Integer(0, 100_000_000)),
    option("socket.receive.buffer.bytes", Integer(0, 100_000_000)),
    option("connections.max.idle.ms", Integer(0, MAX_I32)),
    option("reconnect.backoff.ms", Integer(1, 3_600_000)),
    option("reconnect.backoff.max.ms", Integer(1, 3_600_000)),
    option("metadata.max.age.ms", Integer(1, 86_400_000)),
    option("topic.metadata.refresh.interval.ms", Integer(1000, 3_600_000)),
    option("topic.metadata.refresh.fast.interval.ms", Integer(1, 60_000)),
    option("topic.metadata.propagation.max.ms", Integer(0, 3_600_000)),
    option("metadata.recovery.strategy", Word(&["none", "rebootstrap"])),
    option("metadata.recovery.rebootstrap.trigger.ms", Integer(0, MAX_I32)),
    option("broker.address.family", Word(&["any", "v4", "v6"])),
    option("broker.address.ttl", Integer(0, 86_400_000)),
    option("partitioner", Word(&["murmur2_random", "consistent_random", "random", "fnv1a_random"]))
        .typed(&["partitioner"]),
    option("sticky.partitioning.linger.ms", Integer(0, 900_000)),
    option("statistics.interval.ms", Integer(0, 86_400_000)),
    option("receive.message.max.bytes", Integer(1000, 1_000_000_000)),
    option("ssl.ca.location", Path).typed(&["ssl_cafile"]),
    option("ssl.certificate.location", Path).typed(&["ssl_certfile", "kafka_ssl_cert_path"]),
    option("ssl.key.location", Path).typed(&["ssl_keyfile", "kafka_ssl_key_path"]),
    option("ssl.crl.location", Path),
    option("enable.ssl.certificate.verification", Checked("true", "false")),
    option("ssl.endpoint.identification.algorithm", Checked("https", "none"))
        .typed(&["ssl_check_hostname"]),
    option("enable.metrics.push", Boolean),
    option("client.id", ClientId).typed(&["client_id"]),
    option("log.connection.close", Boolean),
];

/// The setting of that name, compared byte for byte.
pub fn find(name: &str) -> Option<&'static RawOption> {
    OPTIONS.iter().find(|option| option.is_named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_settings() {
        let second = OPTIONS.iter().filter_map(|option| option.second_name);
        let mut names: Vec<&str> = OPTIONS.iter().map(|option| option.name).chain(second).collect();
        assert_eq!(names.len(), 52);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 52);
    }
}
