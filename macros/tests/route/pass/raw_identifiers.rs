#![deny(warnings)]

use routegen::route;

#[route(GET, "/types", auth = "none")]
async fn r#type(r#struct: String) -> String {
    r#struct
}

mod r#mod {
    #[routegen::route(GET, "/matches", auth = "none", name = "matches")]
    async fn r#match() {}
}

fn main() {}
