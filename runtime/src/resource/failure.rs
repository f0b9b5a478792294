//! Reports a failed init to Lambda.
//!
//! In: the error. Out: one request to the Runtime API's `init/error`, after which Lambda ends the execution
//! environment and shows the error to the function's caller. `lambda_runtime` has the code for this, but does
//! not export it; the process ends next, so a blocking connection is enough.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde::Serialize;

/// The kind of error, with `lambda_runtime`'s name.
const KIND: &str = "Runtime.InitError";

/// More than the Runtime API needs, which runs on the same machine.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reports the error to Lambda.
pub(crate) fn report(api: &str, message: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(api)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request(api, message).as_bytes())?;
    // The first byte shows that the report has arrived.
    stream.read_exact(&mut [0])
}

fn request(api: &str, message: &str) -> String {
    /// The body that the Runtime API requires.
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        error_type: &'a str,
        error_message: &'a str,
        stack_trace: [&'a str; 0],
    }

    let body = Body { error_type: KIND, error_message: message, stack_trace: [] };
    let body = serde_json::to_string(&body).unwrap_or_default();
    let length = body.len();
    format!(
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nhost: {api}\r\ncontent-type: application/json\r\n\
         lambda-runtime-function-error-type: {KIND}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
