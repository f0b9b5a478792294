use routegen::{Next, Response, axum::extract::Request, route};

async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[route(GET, "/items", auth = "none", middleware = [audit])]
async fn get_items() {}

fn main() {}
