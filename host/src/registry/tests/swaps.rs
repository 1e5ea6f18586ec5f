//! What becomes of calls, of old builds and of bad ones when another snapshot is published.

use super::shelf::{call, ended, has_ended, let_go, plug, registry};
use crate::catalog::Catalog;
use std::time::Duration;

fn kinds(changes: &crate::registry::Changes) -> Vec<(&str, bool)> {
    changes.refused.iter().map(|one| (one.refusal.kind, one.still_serving)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_build_takes_new_calls_and_the_old_one_is_shut_down() {
    let (registry, _) = registry(vec![plug("echo", "1.0.0", "one")]);
    let old = call(&registry, "echo", "{}").await.unwrap();
    let changes = registry.publish(Catalog::of(vec![plug("echo", "1.0.0", "two")])).await;
    assert_eq!(changes.replaced.len(), 1);
    let new = call(&registry, "echo", "{}").await.unwrap();
    assert_ne!(new, old);
    ended(old).await;
    assert!(!has_ended(new));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_call_ends_on_the_build_it_began_with() {
    let (registry, _) = registry(vec![plug("echo", "1.0.0", "one")]);
    let old = call(&registry, "echo", "{}").await.unwrap();
    let running = tokio::spawn({
        let registry = registry.clone();
        async move { call(&registry, "echo", r#"{"wait": "running"}"#).await }
    });
    while registry.overview()[0].calls < 1 {
        tokio::task::yield_now().await;
    }
    registry.publish(Catalog::of(vec![plug("echo", "1.0.0", "two")])).await;
    let_go("running");
    let answered = running.await.unwrap().unwrap();
    let new = call(&registry, "echo", "{}").await.unwrap();
    // The call may have begun after the swap; it never mixes.
    assert!(answered == old || answered == new);
    ended(old).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_build_leaves_the_one_before_serving() {
    let (registry, _) = registry(vec![plug("echo", "1.0.0", "one")]);
    let old = call(&registry, "echo", "{}").await.unwrap();
    for _ in 0..2 {
        let bad = Catalog::of(vec![plug("echo", "1.0.0", "bad")]);
        let changes = registry.publish(bad).await;
        assert!(changes.is_empty() || kinds(&changes) == [("empty_file", true)]);
        assert_eq!(call(&registry, "echo", "{}").await, Ok(old));
    }
    registry.publish(Catalog::of(vec![plug("echo", "1.0.0", "good again")])).await;
    assert_ne!(call(&registry, "echo", "{}").await, Ok(old));
    ended(old).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_build_of_what_nobody_loaded_is_not_there() {
    let (registry, _) = registry(vec![plug("echo", "1.0.0", "one")]);
    let changes = registry.publish(Catalog::of(vec![plug("echo", "1.0.0", "bad")])).await;
    assert_eq!(kinds(&changes), [("empty_file", false)]);
    assert!(call(&registry, "echo", "{}").await.unwrap_err().starts_with("NotFound"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_is_removed_while_it_loads_is_shut_down_as_it_comes() {
    let (registry, shelf) = registry(vec![plug("echo", "1.0.0", "slow one")]);
    let calling = tokio::spawn({
        let registry = registry.clone();
        async move { call(&registry, "echo", "{}").await }
    });
    shelf.waiting(1).await;
    registry.publish(Catalog::of(vec![])).await;
    shelf.permits.add_permits(1);
    // The call began in time: it is answered, and then nothing keeps the plugin.
    let number = calling.await.unwrap().unwrap();
    ended(number).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantine_during_a_publication_is_not_undone() {
    let before = vec![plug("echo", "1.0.0", "one"), plug("echo", "1.1.0", "two")];
    let (registry, shelf) = registry(before.clone());
    let newest = call(&registry, "echo", "{}").await.unwrap();
    let mut after = before;
    after.push(plug("other", "1.0.0", "slow other"));
    let publishing = tokio::spawn({
        let registry = registry.clone();
        async move { registry.publish(Catalog::of(after)).await }
    });
    shelf.waiting(1).await;
    for _ in 0..5 {
        assert!(call(&registry, "echo", r#"{"panic": true}"#).await.is_err());
    }
    shelf.permits.add_permits(1);
    let changes = publishing.await.unwrap();
    assert_eq!(changes.added.len(), 1, "what came meanwhile is there");
    let versions: Vec<String> = registry.overview().into_iter().map(|one| one.version).collect();
    assert_eq!(versions, ["1.0.0", "1.0.0"], "echo 1.0.0 and other 1.0.0");
    assert_ne!(call(&registry, "echo", "{}").await, Ok(newest));
    ended(newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_host_waits_for_plugins_that_are_being_retired() {
    let (registry, _) = registry(vec![plug("echo", "1.0.0", "one")]);
    let catalog = registry.catalog();
    let held = registry.open(&catalog.installed()[0]).await.unwrap();
    let number = call(&registry, "echo", "{}").await.unwrap();
    registry.publish(Catalog::of(vec![])).await;
    assert!(!has_ended(number), "somebody holds it");
    registry.shutdown(Duration::from_secs(5)).await;
    assert!(has_ended(number));
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_borrower_gets_the_new_build_with_its_next_call() {
    use plugin_abi::plugin::PluginObject_TO;
    use plugin_abi::{Call, Doc};
    let (registry, _) = registry(vec![plug("echo", "1.0.0", "one")]);
    let borrowed = registry.borrow("echo", "").await.unwrap().unwrap();
    let ask = async || {
        let doc = || Doc::from("{}".to_owned());
        let call = Call::new(0, doc(), doc(), doc());
        let answer = PluginObject_TO::process(&borrowed, call).await.into_result().unwrap();
        answer.as_str().unwrap().to_owned()
    };
    let old = ask().await;
    registry.publish(Catalog::of(vec![plug("echo", "1.0.0", "two")])).await;
    assert_ne!(ask().await, old);
    ended(old.parse().unwrap()).await;
}
