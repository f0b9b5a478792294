//! axum's own check of handlers stands below the attribute. (Above, it would repeat the whole function with the attribute, and
//! so the route.)
use routegen::{Json, Path, route};

#[route(GET, "/items/{id}", auth = "none")]
#[axum::debug_handler]
async fn get_item(Path(id): Path<u64>) -> Json<u64> {
    Json(id)
}

fn main() {}
