//! A route for monitoring.

use routegen::route;

/// Says that the service answers
#[route(GET, "/health", auth = "none", throttle = (10, 10), tags = ["operations"])]
async fn health() -> &'static str {
    "ok"
}
