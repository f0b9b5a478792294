//! Handlers and their types are private, in modules and in functions.
#![deny(warnings)]

mod items {
    mod inner {
        use routegen::{Json, route};

        #[derive(serde::Deserialize, serde::Serialize)]
        struct Item {
            name: String,
        }

        #[route(PUT, "/items", auth = "none")]
        async fn put_item(Json(item): Json<Item>) -> Json<Item> {
            Json(item)
        }
    }
}

fn main() {
    #[routegen::route(GET, "/local", auth = "none")]
    async fn local() {}
}
