//! Functions that are programs, as tests start them, and the orders that they follow.

use std::{env, time::Duration};

use routegen_gateway::{Api, Function, Program, Route};
use routegen_spec::{Auth, Method};
use rustix::process::{Pid, test_kill_process};
use serde_json::Value;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
};

use crate::client::{Request, request};

/// Long enough for anything that is not meant to time out.
pub const LONG: Duration = Duration::from_mins(1);

/// Short enough for a test to wait for.
pub const SHORT: Duration = Duration::from_millis(100);

/// The path of one of this package's programs, which cargo builds for its tests and passes in a variable.
pub fn built(name: &str) -> String {
    env::var(format!("CARGO_BIN_EXE_{name}")).expect("`cargo test` and `cargo bench` start this, and say it")
}

/// The program that does what the body of each event orders: `src/bin/test-function.rs`.
pub fn program() -> Program {
    Program::new(built("test-function")).memory(1_024)
}

/// A program whose answers contain this version.
pub fn version(version: &str) -> Function {
    Function::program(program().instances(2).env("VERSION", version)).timeout(LONG)
}

/// A route for orders.
pub fn route(path: &str, function: &str) -> Route {
    Route::new(Method::Post, path.parse().unwrap(), Auth::None, function)
}

/// An API of one function, which takes orders at `POST /`.
pub fn api(function: Function) -> Api {
    Api::new().function("worker", function).route(route("/", "worker"))
}

/// A request with an order for it.
pub fn ordered(order: &str) -> Request {
    request("POST /").body("text/plain", order)
}

/// The connection of a function that was ordered to connect here, and its process.
pub async fn met(listener: &TcpListener) -> (TcpStream, u32) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let process = stream.read_u32().await.unwrap();
    (stream, process)
}

/// Whether a process with this id exists.
pub fn exists(process: &Value) -> bool {
    let id = i32::try_from(process.as_u64().unwrap()).unwrap();
    test_kill_process(Pid::from_raw(id).unwrap()).is_ok()
}
