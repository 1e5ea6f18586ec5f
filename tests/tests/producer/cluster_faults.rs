//! Faults of a cluster of three, judged by the conservation oracle: no acknowledged record is missing,
//! and none that was reported failed is there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use end_to_end::apache::cluster::Cluster;
use serde_json::{Value, json};

use crate::load::{CALL, Load};

const PARTITIONS: i32 = 4;

/// One cluster for all of these tests, one test at a time. `None` is a skip.
fn cluster() -> Option<Turn> {
    static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);
    let mut turn = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *turn {
        Some(cluster) => cluster.heal().unwrap(),
        None => *turn = Cluster::start().unwrap(),
    }
    turn.is_some().then_some(Turn(turn))
}

struct Turn(MutexGuard<'static, Option<Cluster>>);

impl Turn {
    fn cluster(&mut self) -> &mut Cluster {
        self.0.as_mut().unwrap()
    }

    /// A load on a topic of its own, written once `in_sync` replicas have it.
    fn load(&mut self, topic: &str, in_sync: u8, timeout_ms: u32) -> Load {
        self.cluster().create_topic(topic, PARTITIONS, in_sync);
        Load::new(self.cfg(topic, timeout_ms))
    }

    fn cfg(&mut self, topic: &str, timeout_ms: u32) -> Value {
        json!({
            "bootstrap_servers": self.cluster().bootstrap_servers(),
            "topic": topic,
            "timeout_ms": timeout_ms,
            "full_details": true,
        })
    }
}

/// Lets leaders fall, one after the other, while records are published: 25 s are enough for each to have
/// a successor, so every record is confirmed.
fn assert_every_record_outlives(topic: &str, leaders: usize, fall: fn(&mut Cluster, usize)) {
    let Some(mut turn) = cluster() else { return };
    let load = turn.load(topic, 2, 25_000);
    load.during(|load| {
        for _ in 0..leaders {
            load.wait_for_calls(10);
            let leader = turn.cluster().leader(topic, 0);
            fall(turn.cluster(), leader);
            load.wait_for_calls(10);
            turn.cluster().heal().unwrap();
        }
    });
    let told = load.judged();
    assert_eq!((told.failed.len(), told.unknown.len()), (0, 0), "25 s are enough for a new leader");
}

#[test]
fn a_leader_that_is_killed_costs_no_record() {
    assert_every_record_outlives("killed", 1, |cluster, leader| cluster.kill(leader).unwrap());
}

#[test]
fn a_leader_that_hands_over_in_the_middle_of_a_batch_costs_no_record() {
    assert_every_record_outlives("moved", 2, |cluster, leader| cluster.stop(leader).unwrap());
}

#[test]
fn a_cluster_that_is_away_for_longer_than_the_timeout_is_told_from_one_that_confirms() {
    let Some(mut turn) = cluster() else { return };
    let load = turn.load("away", 2, 2_000);
    load.during(|load| {
        load.wait_for_calls(10);
        for node in 0..3 {
            turn.cluster().kill(node).unwrap();
        }
        load.wait_for_calls(6);
        turn.cluster().heal().unwrap();
    });
    let told = load.judged();
    assert!(told.acknowledged.len() as u64 > 10 * CALL);
    assert!(told.failed.len() + told.unknown.len() > 0, "the cluster was not away for long enough");
}

#[test]
fn too_few_replicas_are_a_timeout_that_says_so_and_end_when_the_node_is_back() {
    let Some(mut turn) = cluster() else { return };
    let load = turn.load("replicas", 3, 8_000);
    load.during(|load| {
        load.wait_for_calls(4);
        turn.cluster().kill(2).unwrap();
        load.wait_for_calls(6);
        turn.cluster().heal().unwrap();
    });
    let told = load.judged();
    assert!(told.failed.len() + told.unknown.len() > 0, "two of three replicas confirmed a write");
}

#[test]
fn a_full_queue_makes_a_call_wait_and_costs_no_record() {
    let Some(mut turn) = cluster() else { return };
    turn.cluster().create_topic("full", PARTITIONS, 2);
    let mut cfg = turn.cfg("full", 25_000);
    cfg["librdkafka"] = json!({"queue.buffering.max.messages": 10});
    let load = Load::new(cfg);
    assert_eq!(load.call(0..2_000)["kafka_status"], "success");
    assert_eq!(load.judged().acknowledged.len(), 2_000);
}
