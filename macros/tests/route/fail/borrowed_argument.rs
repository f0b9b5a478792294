use std::borrow::Cow;

use routegen::{Json, route};

#[route(POST, "/items", auth = "none")]
async fn create_item(Json(_): Json<Cow<'_, str>>) {}

fn main() {}
