use routegen::{Json, route};

#[route(POST, "/items", auth = "none")]
async fn create_item(Json(_): Json<impl Send>) {}

fn main() {}
