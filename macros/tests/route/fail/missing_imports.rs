use routegen::{Path, route};

#[route(GET, "/items/{id}", auth = "none")]
async fn get_item(Path(_): Path<u64>, _: HeaderMap, _: Res<Items>) -> Json<u8> {
    todo!()
}

fn main() {}
