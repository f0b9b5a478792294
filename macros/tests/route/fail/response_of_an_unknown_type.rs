use routegen::{IntoResponse, route};

#[route(GET, "/items", auth = "none", responses(200 = Itm, 404))]
async fn get_items() -> impl IntoResponse {}

fn main() {}
