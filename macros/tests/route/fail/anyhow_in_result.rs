use routegen::{Json, route};

/// As `anyhow::Error` is: no `std::error::Error`, and no response.
mod anyhow {
    pub struct Error;
}

#[route(GET, "/items", auth = "none")]
async fn get_items() -> Result<Json<u8>, anyhow::Error> {
    Err(anyhow::Error)
}

fn main() {}
