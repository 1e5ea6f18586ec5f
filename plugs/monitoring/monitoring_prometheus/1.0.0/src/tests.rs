//! Calls, one after the other, against a host that keeps what they record.

use super::*;
use plugin_api::testing::PluginTest;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn started() -> PluginTest<MonitoringPrometheus> {
    PluginTest::start().unwrap()
}

fn result(plugin: &PluginTest<MonitoringPrometheus>, input: Value) -> Value {
    let mut answer = plugin.process(&input).unwrap();
    assert_eq!(answer["prometheus_status"], "success", "{answer}");
    answer["prometheus_result"].take()
}

fn text(plugin: &PluginTest<MonitoringPrometheus>) -> String {
    let exported = result(plugin, json!({"operation": "export_metrics"}));
    exported["text"].as_str().unwrap().to_owned()
}

#[test]
fn each_of_several_metrics_is_judged_alone() {
    let plugin = started();
    let answer = plugin
        .process(&json!({"operation": "record_multiple_metrics", "metrics": [
            {"name": "hits", "type": "counter", "value": 2, "labels": {"page": "a"}},
            {"name": "a-b", "value": 1},
            {"name": "hits_total", "type": "gauge", "value": 1},
            17,
            {"metric_name": "heat", "metric_value": "-Inf"},
        ]}))
        .unwrap();
    let expected = json!({
        "prometheus_status": "partial",
        "prometheus_result": {"recorded": 2, "refused": 3, "metrics": [
            {"metric_name": "hits_total", "metric_type": "counter", "labels": {"page": "a"},
             "value": 2},
            {"error": "`metric_name`: \"a-b\" is no metric name; use letters, digits, `_` and \
                       `:`, and no digit in front"},
            {"error": "`hits_total` exists as a counter and cannot be recorded as a gauge: use \
                       another `metric_name`"},
            {"error": "expected {name, value, labels, type, help}: invalid type: integer `17`, \
                       expected struct Entry"},
            {"metric_name": "heat", "metric_type": "gauge", "labels": {}, "value": "-Inf"},
        ]},
        "prometheus_error": "2 recorded, 3 refused; the first: `metric_name`: \"a-b\" is no metric \
                             name; use letters, digits, `_` and `:`, and no digit in front",
    });
    assert_eq!(answer, expected);
}

#[test]
fn what_is_recorded_is_exported_in_both_formats() {
    let plugin = started();
    for (kind, value) in [("counter", json!(2)), ("gauge", json!("NaN"))] {
        result(&plugin, json!({"metric_name": kind, "metric_type": kind, "metric_value": value}));
    }
    for value in [1, 2, 3] {
        let name = |kind: &str| json!({"name": kind, "type": kind, "value": value});
        result(&plugin, json!({"metrics": [name("histogram"), name("summary")]}));
    }
    let expected = concat!(
        "# TYPE counter_total counter\n",
        "counter_total 2.0\n",
        "# TYPE gauge gauge\n",
        "gauge NaN\n",
        "# TYPE histogram histogram\n",
        "histogram_bucket{le=\"1\"} 1\n",
        "histogram_bucket{le=\"2.5\"} 2\n",
        "histogram_bucket{le=\"+Inf\"} 3\n",
        "histogram_sum 6.0\n",
        "histogram_count 3\n",
        "# TYPE summary summary\n",
        "summary{quantile=\"0.5\"} 2\n",
        "summary{quantile=\"0.99\"} 3\n",
        "summary_sum 6.0\n",
        "summary_count 3\n",
    );
    let plugin = plugin.config(&json!({"quantiles": [0.5, 0.99]})).unwrap();
    let bounded = text(&plugin);
    let lines = |text: &str| -> Vec<String> {
        let wanted = |line: &&str| !line.starts_with("histogram_bucket");
        text.lines().filter(wanted).map(str::to_owned).collect()
    };
    assert_eq!(lines(&bounded), lines(expected), "{bounded}");
    assert!(bounded.contains("histogram_bucket{le=\"1\"} 1\nhistogram_bucket{le=\"2.5\"} 2\n"));
    let exported = result(&plugin, json!({"operation": "export_metrics", "format": "json"}));
    assert_eq!(exported["metrics"][1]["samples"], json!([{"labels": {}, "value": "NaN"}]));
    let summary = json!([{"labels": {}, "quantiles": [[0.5, 2.0], [0.99, 3.0]], "sum": 6.0,
                          "count": 3}]);
    assert_eq!(exported["metrics"][3]["samples"], summary);
}

#[test]
fn every_line_of_an_export_belongs_to_one_type_and_stands_once() {
    let plugin = started();
    for room in ["a", "b\n\"c\\"] {
        let one = |kind: &str| {
            json!({"name": kind, "type": kind, "value": 1, "labels": {"room": room},
                   "help": "Of a \"room\"\n"})
        };
        let all: Vec<Value> =
            ["counter", "gauge", "histogram", "summary"].map(one).into_iter().collect();
        result(&plugin, json!({"metrics": all}));
    }
    let text = text(&plugin);
    let (mut described, mut series, mut current) =
        (BTreeSet::new(), BTreeSet::new(), String::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.split(' ');
            let (what, name) = (words.next().unwrap(), words.next().unwrap());
            assert!(described.insert((what.to_owned(), name.to_owned())), "twice: {line}");
            assert!(current.as_str() <= name, "not sorted: {line}");
            name.clone_into(&mut current);
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(&current), "{line} below {current}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(series.insert(name.to_owned()), "twice: {line}");
        }
    }
    assert_eq!((described.len(), series.len()), (8, 2 * (1 + 1 + 14 + 5)), "{text}");
    assert!(text.contains("gauge{room=\"b\\n\\\"c\\\\\"} 1"), "{text}");
    assert!(text.contains("# HELP gauge Of a \"room\"\\n\n"), "{text}");
}

#[test]
fn health_counts_what_was_recorded_and_refused() {
    let plugin = started();
    result(&plugin, json!({"metric_name": "a", "metric_value": 1, "labels": {"n": 1}}));
    result(&plugin, json!({"metric_name": "a", "metric_value": 1, "labels": {"n": 2}}));
    plugin.process(&json!({"metric_name": "a", "metric_value": "x"})).unwrap();
    plugin.process(&json!({"metrics": [{"name": "b", "value": 1}, null]})).unwrap();
    let mut health = result(&plugin, json!({"operation": "health_check"}));
    assert!(health["uptime_seconds"].take().is_u64());
    let expected = json!({"healthy": true, "metrics": 2, "series": 3, "overflowed": 0,
                          "recorded": 3, "refused": 2, "uptime_seconds": null});
    assert_eq!(health, expected);
}
