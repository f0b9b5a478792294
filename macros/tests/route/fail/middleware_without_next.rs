use routegen::{Response, axum::extract::Request, middleware};

#[middleware]
async fn audit(request: Request) -> Response {
    todo!("{request:?}")
}

fn main() {}
