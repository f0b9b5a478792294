//! One route that is open to everyone. `routegen dev` serves it on this machine, and `routegen package` builds the
//! Lambda function and the Terraform for it.

use routegen::{Path, route};

/// Greets by name
#[route(GET, "/hello/{name}", auth = "none")]
async fn hello(Path(name): Path<String>) -> String {
    format!("Hello, {name}!\n")
}
