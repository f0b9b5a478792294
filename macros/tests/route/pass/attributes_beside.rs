//! Other attributes of the function, before and after, hold for the generated code as well.
#![deny(warnings)]

use routegen::route;

#[route(GET, "/absent", auth = "none")]
#[cfg(any())]
async fn absent(_: DoesNotExist) {}

#[cfg(any())]
#[route(GET, "/absent", auth = "none")]
async fn absent_too(_: DoesNotExist) {}

#[deprecated]
#[route(GET, "/deprecated", auth = "none")]
async fn deprecated() {}

#[deprecated]
struct Old;

#[expect(deprecated)]
#[route(GET, "/expected", auth = "none")]
async fn expected(_: routegen::Json<Vec<u8>>) {
    let _ = Old;
}

#[route(GET, "/allowed", auth = "none")]
#[allow(deprecated)]
#[inline]
#[must_use]
async fn allowed() -> u16or {
    Default::default()
}

#[allow(non_camel_case_types)]
type u16or = String;

fn main() {}
