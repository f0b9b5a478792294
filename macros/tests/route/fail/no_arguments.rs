use routegen::route;

#[route]
async fn get_items() {}

fn main() {}
