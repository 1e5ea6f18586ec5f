//! The pool with clients that never hear of a broker.

use super::*;
use std::sync::Mutex;
use std::thread;

type Events = Arc<Mutex<Vec<Event>>>;

fn pool(clients: usize) -> (Pool, Events) {
    let events = Events::default();
    let noted = Arc::clone(&events);
    let limits = Limits { clients, idle: Duration::from_mins(5), topics: 3 };
    (Pool::with_limits(limits, move |event| noted.lock().unwrap().push(event)), events)
}

fn settings(client_id: &str, password: &str) -> ClientSettings {
    let mut settings = ClientSettings::default();
    settings.set("bootstrap.servers", "127.0.0.1:1").set("client.id", client_id);
    settings.set_secret("sasl.password", kafka_client::Secret::new(password));
    settings
}

fn count(events: &Events, wanted: Event) -> usize {
    events.lock().unwrap().iter().filter(|event| **event == wanted).count()
}

#[test]
fn callers_of_one_configuration_who_ask_together_share_one_client() {
    let (pool, events) = pool(64);
    let leases = thread::scope(|scope| {
        let ask = || pool.get(&settings("a", "x")).map_err(|fault| fault.text).unwrap();
        let asking: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect::<Vec<Lease>>()
    });
    let first: *const kafka_client::Producer = &*leases[0];
    assert!(leases.iter().all(|lease| std::ptr::eq(&**lease, first)));
    assert_eq!(count(&events, Event::Created), 1);
}

#[test]
fn another_secret_is_another_client() {
    let (pool, events) = pool(64);
    for password in ["x", "y", "x"] {
        drop(pool.get(&settings("a", password)).map_err(|fault| fault.text).unwrap());
    }
    assert_eq!(count(&events, Event::Created), 2);
}

#[test]
fn a_full_pool_gives_up_its_longest_idle_client_and_never_one_in_use() {
    let (pool, events) = pool(2);
    let get = |id: &str| pool.get(&settings(id, "x")).map_err(|fault| fault.text);
    let held = get("held").unwrap();
    drop(get("idle").unwrap());
    drop(get("new").unwrap());
    assert_eq!(count(&events, Event::Created), 3);
    let newest = get("new").unwrap();
    assert_eq!(count(&events, Event::Created), 3, "the newest one was kept");
    let refused = get("one more").err().unwrap();
    assert!(refused.contains("2 Kafka clients with different settings are in use"), "{refused}");
    drop((held, newest));
    assert!(get("one more").is_ok());
}

#[test]
fn a_client_is_closed_once_it_has_been_idle_for_long_enough() {
    let (pool, events) = pool(64);
    let lease = pool.get(&settings("a", "x")).map_err(|fault| fault.text).unwrap();
    let later = |minutes| Instant::now() + Duration::from_mins(minutes);
    assert_eq!(pool.entries.take_idle(later(60)).len(), 0, "in use");
    drop(lease);
    assert_eq!(pool.entries.take_idle(later(4)).len(), 0, "not idle for long enough");
    let look = pool.entries.next_look(later(4));
    assert!(look > Duration::ZERO && look <= Duration::from_mins(1), "{look:?}");
    assert_eq!(pool.entries.take_idle(later(5)).len(), 1);
    assert_eq!(events.lock().unwrap().last(), Some(&Event::Open(0)));
}

#[test]
fn settings_that_give_no_client_are_refused_each_time_and_take_no_room() {
    let (pool, events) = pool(1);
    let mut bad = settings("a", "x");
    bad.set("no.such", "1");
    for _ in 0..3 {
        let fault = pool.get(&bad).map(|_| ()).unwrap_err();
        assert!(fault.text.ends_with("librdkafka has no setting `no.such`"), "{}", fault.text);
    }
    assert!(pool.get(&settings("a", "x")).is_ok());
    assert_eq!(count(&events, Event::Created), 1);
}

#[test]
fn a_closed_pool_takes_no_more_calls() {
    let (pool, _) = pool(64);
    drop(pool.get(&settings("a", "x")).map_err(|fault| fault.text).unwrap());
    pool.close(Duration::ZERO);
    let fault = pool.get(&settings("a", "x")).map(|_| ()).unwrap_err();
    assert!(fault.text.contains("is being unloaded"), "{}", fault.text);
}

#[test]
fn closing_ends_the_thread_that_closes_clients_and_no_other_begins() {
    let (pool, _) = pool(1);
    let get = |id: &str| pool.get(&settings(id, "x")).map_err(|fault| fault.text);
    drop(get("a").unwrap());
    drop(get("b").unwrap());
    assert!(matches!(*pool.closing(), Closing::Running(_)));
    pool.close(Duration::from_secs(60));
    // The thread had the last share beside the pool's own.
    assert_eq!((Arc::strong_count(&pool.entries), Arc::weak_count(&pool.entries)), (1, 0));
    assert!(pool.closing().begin(&pool.entries).is_none());
}

#[test]
fn an_address_that_is_not_dialled_is_counted_once() {
    let (pool, events) = pool(1);
    let mut denied = settings("a", "x");
    denied.set("bootstrap.servers", "169.254.169.254:9092");
    let lease = pool.get(&denied).map_err(|fault| fault.text).unwrap();
    // Without hope for an answer this returns early.
    assert!(lease.metadata(Duration::from_secs(30)).is_err());
    drop(lease);
    let refused = events
        .lock()
        .unwrap()
        .iter()
        .filter_map(|event| match event {
            Event::Refused(addresses) => Some(*addresses),
            _ => None,
        })
        .collect::<Vec<_>>();
    assert!(refused.len() == 1 && refused[0] > 0, "{refused:?}");
}

#[test]
fn a_client_that_has_met_too_many_topics_makes_room_for_another() {
    let (pool, events) = pool(64);
    let get = || pool.get(&settings("a", "x")).map_err(|fault| fault.text).unwrap();
    let publish = |topics: std::ops::Range<usize>| {
        let mut batch = kafka_client::BatchBuilder::default();
        for topic in topics {
            batch.append(&format!("t{topic}"), Default::default()).unwrap();
        }
        // Its time is over, so nothing is sent.
        drop(get().publish(batch.build(), Instant::now()));
    };
    publish(0..3);
    publish(0..1);
    assert_eq!(count(&events, Event::Created), 1);
    publish(3..4);
    assert_eq!(count(&events, Event::Created), 1);
    drop(get());
    assert_eq!((count(&events, Event::Created), count(&events, Event::Rebuilt)), (2, 0));
}
