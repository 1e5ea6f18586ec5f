//! The fourth stage of the checks: limits, options and what cannot both hold. A pure function; what the
//! files of keys and certificates hold is looked at behind it.

use super::{Decided, batching, delivery, written};
use crate::config::{Config, EnsureTopic, TopicSettings, limits};
use crate::fault::Fault;
use kafka_client::ClientSettings;
use kafka_client::options::{self, contradictions};

/// A configuration that may be used.
pub struct Judged {
    /// The settings without encryption, login and the raw options.
    pub decided: Decided,
    /// The raw options, by librdkafka's first names; they are set last.
    pub raw: Vec<(String, String)>,
    /// What the raw options waive.
    pub waivers: Vec<String>,
}

/// Why a configuration may not be used.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// Typed options out of their limits.
    pub limits: Vec<String>,
    /// Options that are each right and wrong together.
    pub contradictions: Vec<String>,
    /// Raw options that may not be set.
    pub options: Vec<String>,
}

impl Refused {
    /// One text an issue, each beginning with its kind.
    pub fn issues(self) -> Vec<String> {
        let contradictions = self.contradictions.into_iter();
        let contradictions = contradictions.map(|text| format!("contradiction: {text}"));
        self.limits.into_iter().chain(contradictions).chain(self.options).collect()
    }

    /// The refusal of a call, by the first sort of issue that there is.
    pub fn into_fault(self) -> Fault {
        if !self.limits.is_empty() {
            Fault::security("producer configuration", &self.limits)
        } else if !self.contradictions.is_empty() {
            Fault::configuration(self.contradictions.join("; "))
        } else {
            Fault::security("librdkafka", &self.options)
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Judges a configuration. `record_timeout_ms`: how long a record may take; 0 is "for ever".
///
/// # Errors
/// Everything that stands against it. Contradictions among the effective settings are looked for only
/// when each option is right by itself.
pub fn judge(config: &Config, record_timeout_ms: u32) -> Result<Judged, Refused> {
    let options = options::judge(&config.librdkafka, config.security.insecure);
    let mut refused = Refused {
        limits: limits::broken(config),
        contradictions: contradictions_of(config, &options.settings),
        options: Vec::new(),
    };
    if !options.verdict.is_valid {
        refused.options = options.verdict.issues;
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let (raw, waivers) = (options.settings, options.waivers);
    let mut decided =
        Decided { settings: ClientSettings::default(), warnings: Vec::new(), issues: Vec::new() };
    delivery(config, &raw, &mut decided);
    decided.settings.set("message.timeout.ms", record_timeout_ms.to_string());
    batching(config, &mut decided.settings);
    let effective: Vec<_> = decided.settings.properties.iter().chain(&raw).cloned().collect();
    refused.contradictions = contradictions(&effective);
    if refused.is_empty() { Ok(Judged { decided, raw, waivers }) } else { Err(refused) }
}

/// Options that cannot both hold, whatever their values lead to; raw twins of typed ones among them.
fn contradictions_of(config: &Config, raw: &[(String, String)]) -> Vec<String> {
    let second_name = config.max_in_flight_requests_per_connection.is_some();
    let twice = (config.max_in_flight.is_written() && second_name).then_some(
        "`max_in_flight` and `max_in_flight_requests_per_connection` are one setting; give one of \
         them",
    );
    let raw = |name: &str| {
        let found = raw.iter().find(|(known, _)| known == name);
        found.and_then(|(_, number)| number.parse::<u64>().ok())
    };
    let record = raw("message.max.bytes").unwrap_or((*config.message_max_bytes).into());
    let buffer = raw("queue.buffering.max.kbytes").map_or(*config.buffer_memory, |kib| kib * 1024);
    let too_large = (record > buffer).then_some(
        "`message_max_bytes` must not be above `buffer_memory`: a record that does not fit into the \
         buffer would wait for ever",
    );
    let unchecked = config.ssl_check_hostname == Some(false) && !config.security.insecure;
    let unchecked = unchecked.then_some(
        "`ssl_check_hostname` false needs `security.insecure` true: any broker with a certificate of \
         a trusted authority could pose as yours",
    );
    let creates = config.ensure_topic == Some(EnsureTopic::Create);
    let unused = (!creates && config.topic_settings != TopicSettings::default())
        .then_some("`topic_settings` needs `ensure_topic: create`: without it no topic is made");
    let found = [twice, too_large, unchecked, unused].into_iter().flatten().map(str::to_owned);
    found.chain(options::collisions(&config.librdkafka, &written(config))).collect()
}
