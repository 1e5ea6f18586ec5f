use plugin_api::{Ctx, Host, Json, NoConfig, Plugin, Result};

plugin_api::export!("bare", Bare as process);

struct Bare;

#[derive(plugin_api::schemars::JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
struct Config {}

impl Plugin for Bare {
    type Config = NoConfig;
    type Input = Config;
    type Output = Json;

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _: &Ctx, _: Config, _: &NoConfig) -> Result<Json> {
        Ok(Json::null())
    }
}

fn main() {}
