routegen::package! { prefix = "/v1" }

mod other {
    routegen::package! { prefix = "/v2" }
}

fn main() {}
