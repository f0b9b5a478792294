//! What a handler may return.
#![deny(warnings)]

use routegen::{IntoResponse, Json, Problem, Response, http::StatusCode, route};

#[route(GET, "/1", auth = "none")]
async fn nothing() {}

#[route(GET, "/2", auth = "none")]
async fn text() -> &'static str {
    "text"
}

#[route(GET, "/3", auth = "none")]
async fn opaque() -> impl IntoResponse {
    (StatusCode::ACCEPTED, Json(1))
}

#[route(GET, "/4", auth = "none")]
async fn result() -> Result<Json<u8>, Problem> {
    Ok(Json("1".parse()?))
}

#[route(GET, "/5", auth = "none")]
async fn lambda_error() -> Result<String, routegen::Error> {
    Err("no".into())
}

#[route(GET, "/6", auth = "none")]
async fn whole() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn main() {}
