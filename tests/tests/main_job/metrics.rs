//! Metrics outlive the call that counts them: they are the host's.

use end_to_end::host::Host;

const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: metrics, version: 1.0.0}
pipeline:
  - {id: first, uses: monitoring_prometheus, with: {operation: record_counter, metric_name: quakes_total, labels: {net: ci}}}
  - {id: second, uses: monitoring_prometheus, with: {operation: record_counter, metric_name: quakes_total, metric_value: 4, labels: {net: ci}}}
  - {id: gauge, uses: monitoring_prometheus, with: {metric_name: magnitude, metric_value: 2.5}}
  - {id: clash, uses: monitoring_prometheus, on_error: continue, with: {operation: record_gauge, metric_name: quakes_total, metric_value: 1}}
  - {id: export, uses: monitoring_prometheus, with: {operation: export_metrics}}
";

#[test]
fn values_persist_between_calls_and_are_exported() {
    let output = Host::shared().run(["run", "-"]).stdin(PIPELINE).output();
    let answer = output.expect_code(0).json();
    let results = &answer["results"];
    assert_eq!(results["first"]["prometheus_result"]["value"], 1);
    assert_eq!(results["second"]["prometheus_result"]["value"], 5);
    assert_eq!(results["clash"]["prometheus_status"], "error", "{answer}");
    let text = results["export"]["prometheus_result"]["text"].as_str().unwrap();
    let of_pipeline = |line: &&str| !line.starts_with("# HELP") && !line.contains("plugpipe_");
    let lines: Vec<&str> = text.lines().filter(of_pipeline).collect();
    let expected = [
        "# TYPE magnitude gauge",
        "magnitude 2.5",
        "# TYPE quakes_total counter",
        "quakes_total{net=\"ci\"} 5",
    ];
    assert_eq!(lines, expected, "{text}");
    let own = "plugpipe_plugin_calls_total{category=\"monitoring\",outcome=\"ok\",plugin=\"monitoring_prometheus\",version=\"1.0.0\"} 4";
    assert!(text.contains(own), "the host counts the calls before this one: {text}");
}
