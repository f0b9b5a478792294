use routegen::{Next, Response, axum::extract::Request, middleware};

#[middleware]
async fn audit(next: Next, request: Request) -> Response {
    next.run(request).await
}

fn main() {}
