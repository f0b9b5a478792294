use routegen::Resource;

#[derive(Resource)]
#[grant(items_table, on = ["/index/*"])]
struct Items;

fn main() {}
