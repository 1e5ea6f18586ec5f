//! librdkafka's answer about the cluster.

use rdkafka::bindings::*;

use super::{code_of, owned, words};
use crate::cluster::{Broker, Cluster, ClusterTopic};

/// # Safety
/// `answer` is an answer of `rd_kafka_metadata` that is not destroyed yet.
pub(super) unsafe fn read_cluster(answer: *const rd_kafka_metadata) -> Cluster {
    // SAFETY: librdkafka keeps each list as long as its count says; here and below.
    let (broker_count, topic_count) = unsafe { ((*answer).broker_cnt, (*answer).topic_cnt) };
    // SAFETY: as above.
    let brokers = (0..broker_count).map(|index| unsafe {
        let broker = (*answer).brokers.add(index as usize);
        Broker { id: (*broker).id, host: owned((*broker).host), port: (*broker).port }
    });
    // SAFETY: as above.
    let topics = (0..topic_count).map(|index| unsafe {
        let topic = (*answer).topics.add(index as usize);
        let partitions = (*topic).partition_cnt;
        let partition = |number| (*topic).partitions.add(number as usize);
        let led = (0..partitions).filter(|number| (*partition(*number)).leader >= 0);
        let code = code_of(&raw const (*topic).err);
        ClusterTopic {
            name: owned((*topic).topic),
            partitions,
            led: led.map(|number| (*partition(number)).id).collect(),
            error: (code != 0).then(|| words(code).name),
        }
    });
    Cluster { brokers: brokers.collect(), topics: topics.collect() }
}
