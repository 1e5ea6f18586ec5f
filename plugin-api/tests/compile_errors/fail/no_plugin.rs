plugin_api::export!("bare", Bare as process);

struct Bare;

fn main() {}
