//! One plug, said three ways.

use super::*;
use serde_json::{Value, json};

fn description() -> Description {
    let config = json!({
        "type": "object",
        "required": ["topic"],
        "properties": {
            "topic": {"type": "string", "description": "Where records go.\nAlways."},
            "redis": {"$ref": "#/$defs/Redis", "description": "A cache | or none.\n\nLater."},
            "linger": {"type": "integer", "minimum": 0, "default": 5},
            "never": {"not": {}}
        },
        "$defs": {"Redis": {"type": "object", "properties": {
            "enabled": {"type": "boolean", "default": false}
        }}}
    });
    let said = json!({
        "name": "echo",
        "version": "1.0.0",
        "roles": ["process", "sink"],
        "config": {"process": config, "sink": config},
        "input": {"type": "object", "properties": {"message": true}, "required": ["message"]},
        "output": {"type": "object"},
        "formats": ["echo"],
        "abi": "1.0.0",
        "rustc": "rustc 1.0"
    });
    serde_json::from_value(said).unwrap()
}

fn about() -> About {
    let mut plug = Installed::named("echo");
    plug.manifest.description = "Says it\u{1b} again".to_owned();
    plug.manifest.config_defaults.insert("topic".to_owned(), json!("echoes"));
    About::from((&plug, &description()))
}

#[test]
fn roles_that_are_configured_alike_stand_together() {
    let about = about();
    assert_eq!(about.configuration.len(), 1);
    assert_eq!(about.configuration[0].roles, ["process", "sink"]);
    let names: Vec<&str> =
        about.configuration[0].keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["topic", "redis", "redis.enabled", "linger"]);
}

#[test]
fn the_text_is_aligned() {
    let expected = "\
test/echo 1.0.0
Says it\\u{1b} again

roles    process, sink
formats  echo
abi      1.0.0
rustc    rustc 1.0
path     echo

configuration as process, sink:
  topic          text                 \"echoes\"  Where records go. Always.
  redis          object                         A cache | or none.
                                                Later.
  redis.enabled  true or false        false
  linger         whole number from 0  5

input:
  message  any value  required

output:
  none";
    assert_eq!(text::text(&about()), expected);
}

#[test]
fn the_page_has_a_table_for_each_document() {
    let expected = "\
# echo

Says it\\u{1b} again

Version 1.0.0, category `test`, roles `process`, `sink`, formats `echo`. Built for plugin ABI 1.0.0.

## Configuration as process, sink

| key | type | default | meaning |
|---|---|---|---|
| `topic` | text | `\"echoes\"` | Where records go. Always. |
| `redis` | object |  | A cache \\| or none.<br>Later. |
| `redis.enabled` | true or false | `false` |  |
| `linger` | whole number from 0 | `5` |  |

## Input

| key | type | default | meaning |
|---|---|---|---|
| `message` | any value | required |  |

## Output

None.";
    assert_eq!(markdown::markdown(&about()), expected);
}

#[test]
fn the_document_says_what_the_text_says() {
    let value = serde_json::to_value(about()).unwrap();
    assert_eq!(value["configuration"][0]["keys"][0]["default"], "echoes");
    assert_eq!(value["configuration"][0]["keys"][3]["type"], "whole number from 0");
    assert_eq!((&value["sha256"], &value["build"]), (&Value::Null, &Value::Null));
}
