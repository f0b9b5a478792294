use routegen::route;

#[route(get, "/items/", scope = ["items/read"], memory = "256", timeout = 60)]
fn get_items<T>(_: &T) {}

// The function exists, so its use is no mistake.
fn main() {
    get_items(&1);
}
