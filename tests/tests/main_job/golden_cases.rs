//! The folders `cases/` of every plug.

use end_to_end::golden;
use end_to_end::host::Host;

#[test]
fn every_plug_answers_as_its_cases_say() {
    golden::run_all(Host::shared());
}
