use routegen::{Json, route};

struct Failure;

#[route(GET, "/items", auth = "none")]
async fn get_items() -> Result<Json<u8>, Failure> {
    Err(Failure)
}

fn main() {}
