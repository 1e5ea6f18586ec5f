use plugin_api::{Ctx, Host, Json, Plugin, Result};

plugin_api::export!("bare", Bare as process);

struct Bare;

#[derive(serde::Deserialize)]
struct Config {}

impl Plugin for Bare {
    type Config = Config;
    type Input = Json;
    type Output = Json;

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _: &Ctx, _: Json, _: &Config) -> Result<Json> {
        Ok(Json::null())
    }
}

fn main() {}
