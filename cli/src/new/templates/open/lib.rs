//! One route that is open to everyone. `routegen dev` serves it on this machine, and `routegen package` makes the
//! Lambda function and the Terraform of it.

use routegen::{Path, route};

/// Greets by name
#[route(GET, "/hello/{name}", auth = "none")]
async fn hello(Path(name): Path<String>) -> String {
    format!("Hello, {name}!\n")
}
