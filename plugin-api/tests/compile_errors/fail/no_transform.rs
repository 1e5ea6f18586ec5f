plugin_api::export!("bare", Bare as transform);

#[derive(Default)]
struct Bare;

fn main() {}
