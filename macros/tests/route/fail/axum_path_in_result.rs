use routegen::{
    axum::extract::{Path, rejection::PathRejection},
    route,
};

#[route(GET, "/items/{id}", auth = "none")]
async fn get_item(_: Result<Path<u64>, PathRejection>) {}

fn main() {}
