//! Opening: everything that can be decided before the first record is decided here.

use super::format::Format;
use super::prepare::{Origin, Preparation};
use super::screen::Screen;
use super::stage::Stage;
use super::topics::Topics;
use super::writer::Writer;
use crate::check;
use crate::config::{Config, SinkConfig};
use crate::enrich::is_truthy;
use crate::fault::kafka::client_fault;
use crate::fault::{ErrorType, Fault};
use crate::presence;
use crate::servers::Servers;
use crate::settings::{Decided, sink_settings};
use crate::waiver;
use kafka_client::{ClientSettings, LaneProducer, Producer};
use plugin_api::source::Lane;
use plugin_api::{Arenas, Ctx, Error, Json, Result};
use std::time::Duration;

/// Records that the client takes before `buffer_memory` is what bounds it: those of a stream are small.
const QUEUED_RECORDS: &str = "1000000";

/// Longest wait for the cluster's word about a topic.
const ENSURING: Duration = Duration::from_secs(30);

/// Blocks of memory that are kept for the next batches: as many as a lane has in flight.
const BLOCKS: usize = 16;

/// Opens the sink of one lane. Connects, and waits for no broker unless `ensure_topic` asks one.
///
/// # Errors
/// A configuration that cannot work, by its key.
pub async fn open(ctx: &Ctx, lane: Lane, config: &SinkConfig) -> Result<Stage> {
    let config = &config.0;
    let fault = |fault: Fault| Error::config(fault.reason());
    let servers = Servers::judge(config).map_err(fault)?;
    let (topics, topic_issues) = Topics::judge(config).map_err(fault)?;
    let credential_issues = check::credentials(config, servers.is_embedded()).map_err(fault)?;
    let Decided { mut settings, warnings, issues } = sink_settings(config).map_err(fault)?;
    if lane.number == 0 {
        let noticed = servers.warning().into_iter().chain(warnings);
        let noticed = noticed.chain(servers.issues.iter().cloned()).chain(topic_issues);
        let noticed = noticed.chain(credential_issues).chain(issues);
        noticed.for_each(|text| tracing::warn!("{text}"));
        let waivers = waiver::all(config);
        waiver::count(ctx.host(), &waivers);
        waivers.iter().for_each(|waiver| tracing::warn!("{}", waiver.text));
    }
    let preparation = Preparation {
        topics,
        screen: Screen::new(config.security.content),
        origin: origin(ctx, lane, config)?,
        format: Format::open(ctx, &config.serialization).await?,
        message_max_bytes: *config.message_max_bytes,
    };
    servers.direct(ctx, &mut settings).await.map_err(fault)?;
    if lane.number == 0 && config.ensure_topic.is_some() {
        let topics = &preparation.topics;
        ensure(ctx, &settings, config, topics).await.map_err(not_ensured)?;
    }
    let producer = connect(settings)?;
    let patience = Duration::from_millis((*config.topic_error_timeout_ms).into());
    let writer = Writer::new(producer, preparation, patience);
    Ok(Stage::new(writer, ctx.host()))
}

/// Makes sure of the topics that the configuration names, by a client for this alone.
async fn ensure(
    ctx: &Ctx,
    settings: &ClientSettings,
    config: &Config,
    topics: &Topics,
) -> std::result::Result<(), Fault> {
    let producer = Producer::connect(settings).map_err(|error| client_fault(&error))?;
    for topic in topics.named() {
        presence::ensure(ctx, &producer, config, topic, ENSURING).await?;
    }
    Ok(())
}

/// A cluster that is away is no fault of the configuration.
fn not_ensured(fault: Fault) -> Error {
    match fault.error_type {
        ErrorType::ProducerConfigurationError | ErrorType::SecurityValidationError => {
            Error::config(fault.reason())
        }
        _ => Error::retriable(fault.reason()),
    }
}

fn connect(mut settings: ClientSettings) -> Result<LaneProducer> {
    let key = "queue.buffering.max.messages";
    if settings.get(key).is_none() {
        settings.set(key, QUEUED_RECORDS);
    }
    LaneProducer::connect(&settings).map_err(|error| Error::config(client_fault(&error).reason()))
}

fn origin(ctx: &Ctx, lane: Lane, config: &Config) -> Result<Option<Origin>> {
    if !is_truthy(&Json::from_value(&config.signal_metadata)?) {
        return Ok(None);
    }
    let signal_type = Json::from_value(&config.signal_type)?.get().to_owned();
    let run = ctx.run();
    let text = |text: Option<String>| -> Result<Option<String>> {
        let json = text.map(|text| Json::from_value(&text)).transpose()?;
        Ok(json.map(|json| json.get().to_owned()))
    };
    Ok(Some(Origin {
        signal_type,
        trace_id: text(run.trace_id)?,
        source_plugin: text(run.source_plugin)?,
        plugin_version: text(run.plugin_version)?,
        arenas: Arenas::new(lane.batch_bytes, BLOCKS),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_client::{ErrorClass, Failure};

    #[test]
    fn only_what_a_person_has_to_mend_is_a_matter_of_configuration() {
        let fault = |class, code: &str| {
            let (code, message) = (code.to_owned(), "why".to_owned());
            crate::fault::kafka::fault_of(&Failure { class, topic: true, code, message }, "t")
        };
        for (fault, class) in [
            (Fault::configuration("there is no topic `t`"), plugin_api::ErrorClass::ConfigFatal),
            (fault(ErrorClass::ConfigFatal, "_SSL"), plugin_api::ErrorClass::ConfigFatal),
            (
                fault(ErrorClass::ConfigFatal, kafka_client::REFUSED_ADDRESS),
                plugin_api::ErrorClass::ConfigFatal,
            ),
            (fault(ErrorClass::Retriable, "_TIMED_OUT"), plugin_api::ErrorClass::Retriable),
        ] {
            let text = fault.text.clone();
            assert_eq!(not_ensured(fault).class, class, "{text}");
        }
    }
}
