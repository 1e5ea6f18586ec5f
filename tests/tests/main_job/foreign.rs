//! A serializer written outside the workspace, dropped into a tree as a manifest and a library.

mod shout;

use end_to_end::host::{Host, Tree};
use end_to_end::reader::read_topic;
use rdkafka::mocking::MockCluster;

use crate::publishing::{pipeline, result_of};
use shout::Shout;

fn tree() -> Tree {
    let plugs = Shout::versions().iter();
    let tree = Tree::empty().with_plug("streaming/kafka_producer/1.0.0");
    plugs.fold(tree, |tree, plug| plug.drop_into(tree))
}

#[test]
fn a_foreign_serializer_is_used_by_its_format() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("shout", 1, 1).unwrap();
    let tree = tree();
    let run = Host::shared().run(["run", "-"]).plugs(&tree);
    let spec = pipeline("shout", ", serialization: shout", "messages: [hello, grün]");
    let output = run.env("KAFKA", cluster.bootstrap_servers()).stdin(spec).output().expect_code(0);
    assert_eq!(result_of(&output)["published_count"], 2);
    let records = read_topic(&cluster.bootstrap_servers(), "shout");
    let values: Vec<_> = records.iter().map(|record| record.text()).collect();
    assert_eq!(values, ["\"HELLO\"!!", "\"GRÜN\"!!"], "the highest version serves a format");
}

#[test]
fn two_versions_of_one_plug_work_side_by_side() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: versions, version: 1.0.0}
pipeline:
  - {id: old, uses: shout_serializer@^1, with: {message: hi, format: shout}}
  - {id: new, uses: 'shout_serializer:2.0.0', with: {message: hi, format: shout}}
  - {id: highest, uses: shout_serializer, with: {message: hi, format: shout}}
";
    let tree = tree();
    let output = Host::shared().run(["run", "-"]).plugs(&tree).stdin(PIPELINE).output();
    let answer = output.expect_code(0).json();
    for (index, (step, version, marks)) in
        [("old", "1.0.0", "!"), ("new", "2.0.0", "!!"), ("highest", "2.0.0", "!!")]
            .into_iter()
            .enumerate()
    {
        assert_eq!(answer["results"][step]["serialized_message"], format!("\"HI\"{marks}"));
        assert_eq!(answer["summary"][index]["version"], version);
    }
}
