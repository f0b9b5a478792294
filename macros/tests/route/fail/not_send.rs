use std::rc::Rc;

use routegen::route;

#[route(GET, "/items", auth = "none")]
async fn get_items() -> String {
    let text = Rc::new(String::new());
    std::future::ready(()).await;
    text.to_string()
}

fn main() {}
