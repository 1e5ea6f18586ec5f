//! The folders of `tests/pipelines`.

use end_to_end::host::Host;
use end_to_end::pipelines;

#[test]
fn every_golden_pipeline_answers_as_its_folder_says() {
    pipelines::run_all(Host::shared());
}
