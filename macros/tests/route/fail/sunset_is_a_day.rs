use routegen::route;

#[route(GET, "/items", auth = "none", sunset = "2027-02-29")]
async fn get_items() {}

fn main() {}
