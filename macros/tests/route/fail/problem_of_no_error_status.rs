use routegen::{Problem, http::StatusCode};

#[derive(Problem)]
enum ShopError {
    #[problem(status = StatusCode::SEE_OTHER)]
    Moved,
}

fn main() {}
