//! Users, passwords and TLS.

use end_to_end::redis::Redis;
use serde_json::json;

use super::scene::Scene;

/// A password that a URL has to encode, and how it does.
const PASSWORD: (&str, &str) = ("p@ss:word/#", "p%40ss%3Aword%2F%23");

/// Sets the user `app` anew: with this password and these permissions.
fn user(redis: &Redis, password: &str, permissions: &[&str]) {
    let password = format!(">{password}");
    let mut words = vec!["ACL", "SETUSER", "app", "reset", "on", &password];
    words.extend_from_slice(permissions);
    redis.run(&words)
}

/// Everything that leaving a result takes.
const ENOUGH: [&str; 8] =
    ["~kafka_queue:*", "+select", "+multi", "+exec", "+set", "+lpush", "+ltrim", "+expire"];

#[test]
fn a_user_with_the_least_permissions_is_enough() {
    let Some(scene) = Scene::start() else { return };
    user(&scene.redis, PASSWORD.0, &ENOUGH);
    let url = scene.redis.url(&format!("app:{}@", PASSWORD.1));
    scene.publishes_until_it_is_left(&json!({"redis_url": url}));
}

#[test]
fn a_permission_that_is_missing_costs_a_warning_until_it_is_given() {
    let Some(scene) = Scene::start() else { return };
    let backend = json!({"redis_url": scene.redis.url("app:secret-word@")});
    for missing in ENOUGH {
        let given: Vec<&str> = ENOUGH.into_iter().filter(|one| *one != missing).collect();
        user(&scene.redis, "secret-word", &given);
        // A connection that has chosen its database needs no `select` any more.
        let _: u32 = scene.redis.run(&["CLIENT", "KILL", "USER", "app"]);
        let warning = scene.publishes_with_a_warning(&backend, "permission");
        assert!(warning.contains("NOPERM"), "{missing}: {warning}");
        user(&scene.redis, "secret-word", &ENOUGH);
        scene.publishes_until_it_is_left(&backend);
    }
}

#[test]
fn a_wrong_password_costs_a_warning_without_it_until_it_is_right() {
    let Some(scene) = Scene::start() else { return };
    user(&scene.redis, "another-word", &ENOUGH);
    let backend = json!({"redis_url": scene.redis.url("app:secret-word@")});
    let warning = scene.publishes_with_a_warning(&backend, "login");
    assert!(warning.contains("refuses the login"), "{warning}");
    assert!(!warning.contains("secret-word"), "{warning}");
    user(&scene.redis, "secret-word", &ENOUGH);
    scene.publishes_until_it_is_left(&backend);
    let said = scene.serve.stop().said;
    assert!(said.contains("refuses the login") && !said.contains("secret-word"), "{said}");
}

#[test]
fn a_redis_that_wants_a_password_and_gets_none_refuses_the_login() {
    let Some(scene) = Scene::start() else { return };
    user(&scene.redis, "secret-word", &ENOUGH);
    let () = scene.redis.run(&["ACL", "SETUSER", "default", "off"]);
    let warning = scene.publishes_with_a_warning(&json!({"redis_url": scene.url()}), "login");
    assert!(warning.contains("NOAUTH"), "{warning}");
}

#[test]
fn tls_trusts_the_authorities_of_the_environment_and_checks_the_name() {
    let Some(redis) = Redis::start().unwrap() else { return };
    let authority = redis.authority();
    let scene = Scene::with(redis, Some(&authority));
    let (right, wrong) = (scene.redis.tls_url("localhost"), scene.redis.tls_url("127.0.0.1"));
    scene.publishes_until_it_is_left(&json!({"redis_url": right}));
    let warning = scene.publishes_with_a_warning(&json!({"redis_url": wrong}), "tls");
    assert!(warning.contains("certificate verify failed"), "{warning}");
}

#[test]
fn tls_refuses_an_authority_that_nobody_named() {
    let Some(scene) = Scene::start() else { return };
    let backend = json!({"redis_url": scene.redis.tls_url("localhost")});
    let warning = scene.publishes_with_a_warning(&backend, "tls");
    assert!(warning.contains("certificate verify failed"), "{warning}");
}
