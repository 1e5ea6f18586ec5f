struct Bare;

fn main() {
    let _ = plugin_api::testing::PluginTest::<Bare>::start();
}
