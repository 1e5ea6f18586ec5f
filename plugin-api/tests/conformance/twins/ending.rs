//! Twins that cannot end.

use crate::good::{Config, Input, Output};
use plugin_api::testing::conformance::Subject;
use plugin_api::{Ctx, Host, Plugin, Result};
use std::time::Duration;

pub fn twins() -> Vec<(&'static str, Subject)> {
    vec![
        ("shuts_down_in_time", Subject::of::<NeverStops>().unwrap()),
        ("drops_cleanly", Subject::of::<NeverGoes>().unwrap()),
    ]
}

async fn greet(input: Input) -> Result<Output> {
    Ok(Output { greeting: input.who })
}

fn forever() {
    loop {
        std::thread::park();
    }
}

plugin_api::export_for_test!("never_stops", NeverStops as process);

struct NeverStops;

impl Plugin for NeverStops {
    type Config = Config;
    type Input = Input;
    type Output = Output;

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _: &Ctx, input: Input, _: &Config) -> Result<Output> {
        greet(input).await
    }

    fn shutdown(&self, _: Duration) {
        forever();
    }
}

plugin_api::export_for_test!("never_goes", NeverGoes as process);

struct NeverGoes;

impl Plugin for NeverGoes {
    type Config = Config;
    type Input = Input;
    type Output = Output;

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _: &Ctx, input: Input, _: &Config) -> Result<Output> {
        greet(input).await
    }
}

impl Drop for NeverGoes {
    fn drop(&mut self) {
        forever();
    }
}
