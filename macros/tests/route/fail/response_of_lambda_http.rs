use routegen::{
    lambda_http::{Error, IntoResponse},
    route,
};

#[route(GET, "/items", auth = "none")]
async fn get_items() -> Result<impl IntoResponse, Error> {
    Ok("items")
}

fn main() {}
