//! A program between Terraform and the AWS provider that reduces the schemas to those of the resources that
//! tests use.
//!
//! In: Terraform's calls, over gRPC on a Unix socket. Out: the provider's answers, all unchanged but one: the
//! schemas of more than a thousand types of resources, 5 MB that cost Terraform a second of CPU time in every
//! command. Types that no file of this repository names are removed from them, and Terraform refuses such a
//! type as unknown.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc};

use camino::{Utf8Path, Utf8PathBuf};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client, server,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tempfile::TempDir;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::{OnceCell, oneshot},
};
use walkdir::{DirEntry, WalkDir};

use crate::fixture::repository;

/// The call for the schemas. In version 6 of the protocol it is named `GetProviderSchema`.
const GET_SCHEMA: &str = "/GetSchema";

/// Calls that are streams, for the provider's output and for connections of its own. Terraform does without.
const STREAMS: [&str; 2] = ["/plugin.GRPCStdio/", "/plugin.GRPCBroker/"];

/// The fields of `GetProviderSchema.Response` that map the names of types to schemas: resources, data sources
/// and ephemeral resources (<https://github.com/hashicorp/terraform/blob/v1.11.4/docs/plugin-protocol/tfplugin5.8.proto>).
const MAPS: [u64; 3] = [2, 3, 8];

/// A running filter, which ends when this is dropped.
pub(super) struct Filter {
    folder: TempDir,
    _end: oneshot::Sender<()>,
}

impl Filter {
    /// Starts a filter in front of the provider that listens on this socket.
    pub(super) fn start(provider: Utf8PathBuf) -> Self {
        // The path of a socket may have 108 bytes, and the folders of tests can be deep.
        let folder = tempfile::tempdir().unwrap();
        let (end, ended) = oneshot::channel();
        let socket = folder.path().join(SOCKET);
        let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        listener.set_nonblocking(true).unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    _ = ended => {}
                    () = serve(UnixListener::from_std(listener).unwrap(), provider) => {}
                }
            });
        });
        Self { folder, _end: end }
    }

    /// The socket that Terraform connects to.
    pub(super) fn socket(&self) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.folder.path().join(SOCKET)).unwrap()
    }
}

const SOCKET: &str = "provider";

/// An answer that can be sent more than once.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    message: Bytes,
    trailers: Option<HeaderMap>,
}

async fn serve(listener: UnixListener, provider: Utf8PathBuf) {
    let schemas = Arc::new(OnceCell::new());
    while let Ok((terraform, _)) = listener.accept().await {
        let to_provider = UnixStream::connect(provider.as_str()).await.unwrap();
        let (sender, connection) =
            client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(to_provider)).await.unwrap();
        tokio::spawn(connection);
        let schemas = Arc::clone(&schemas);
        let service = service_fn(move |request| pass(request, sender.clone(), Arc::clone(&schemas)));
        let server = server::conn::http2::Builder::new(TokioExecutor::new());
        // Terraform closes its connection at the end of each command.
        tokio::spawn(server.serve_connection(TokioIo::new(terraform), service));
    }
}

type Sender = client::conn::http2::SendRequest<Full<Bytes>>;

/// Passes a call on. A connection that breaks off is an error to Terraform.
async fn pass(
    request: Request<Incoming>,
    sender: Sender,
    schemas: Arc<OnceCell<Answer>>,
) -> hyper::Result<Response<BoxBody<Bytes, Infallible>>> {
    let path = request.uri().path();
    if STREAMS.iter().any(|stream| path.starts_with(stream)) {
        // gRPC's code for a call that is not implemented.
        let headers = HeaderMap::from_iter([
            (hyper::header::CONTENT_TYPE, "application/grpc".parse().unwrap()),
            (GRPC_STATUS, "12".parse().unwrap()),
        ]);
        let (status, message) = (StatusCode::OK, Bytes::new());
        return Ok(Answer { status, headers, message, trailers: None }.into_response());
    }
    if !path.ends_with(GET_SCHEMA) {
        return Ok(call(request, sender).await?.into_response());
    }
    let reduced = schemas.get_or_try_init(|| async {
        let answer = call(request, sender).await?;
        let message = reduced(&answer.message);
        hyper::Result::Ok(Answer { message, ..answer })
    });
    Ok(reduced.await?.clone().into_response())
}

const GRPC_STATUS: hyper::header::HeaderName = hyper::header::HeaderName::from_static("grpc-status");

async fn call(request: Request<Incoming>, mut sender: Sender) -> hyper::Result<Answer> {
    let (parts, body) = request.into_parts();
    let body = Full::new(body.collect().await?.to_bytes());
    let (parts, body) = sender.send_request(Request::from_parts(parts, body)).await?.into_parts();
    let body = body.collect().await?;
    let trailers = body.trailers().cloned();
    Ok(Answer { status: parts.status, headers: parts.headers, message: body.to_bytes(), trailers })
}

impl Answer {
    fn into_response(self) -> Response<BoxBody<Bytes, Infallible>> {
        let trailers = self.trailers.map(Ok);
        let body = Full::new(self.message).with_trailers(async { trailers });
        let mut response = Response::new(body.boxed());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// The message of gRPC with fewer schemas: a byte that says whether it is compressed, its length in four
/// bytes, and Protocol Buffers.
fn reduced(framed: &[u8]) -> Bytes {
    let (prefix, message) = framed.split_at(5);
    assert_eq!(prefix[0], 0, "schemas are not compressed");
    let names = names();
    let mut reduced = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let field = field(rest);
        let is_kept = !MAPS.contains(&field.number)
            || names.contains(std::str::from_utf8(self::field(field.value).value).unwrap());
        if is_kept {
            reduced.extend_from_slice(&rest[..field.length]);
        }
        rest = &rest[field.length..];
    }
    let length = u32::try_from(reduced.len()).unwrap().to_be_bytes();
    [&[0][..], &length, &reduced].concat().into()
}

/// A field of a message.
struct Field<'a> {
    number: u64,
    /// The value of a string or a message.
    value: &'a [u8],
    /// The bytes of all of the field.
    length: usize,
}

/// Reads the first field (<https://protobuf.dev/programming-guides/encoding/>).
fn field(message: &[u8]) -> Field<'_> {
    let (key, mut at) = varint(message);
    let (value, more) = varint(&message[at..]);
    at += more;
    match key & 7 {
        0 => Field { number: key >> 3, value: &[], length: at },
        2 => {
            let end = at + usize::try_from(value).unwrap();
            Field { number: key >> 3, value: &message[at..end], length: end }
        }
        other => panic!("schemas have no fields of the wire type {other}"),
    }
}

/// A number, and how many bytes it takes.
fn varint(bytes: &[u8]) -> (u64, usize) {
    let length = 1 + bytes.iter().position(|byte| byte & 0x80 == 0).unwrap();
    let number = bytes[..length].iter().rev().fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f));
    (number, length)
}

/// Every word in the repository's Terraform and tests that can be the name of a type.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["cli/src/terraform", "cli/tests", "docs", "examples"] {
        let is_hidden = |entry: &DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
        for entry in
            WalkDir::new(repository().join(folder)).into_iter().filter_entry(|entry| !is_hidden(entry))
        {
            let entry = entry.unwrap();
            let Some(path) = Utf8Path::from_path(entry.path()) else { continue };
            let has_terraform = path.extension().is_some_and(|it| ["json", "md", "rs", "tf"].contains(&it));
            if !entry.file_type().is_file() || !has_terraform {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            names.extend(words.filter(|word| word.starts_with("aws_")).map(str::to_owned));
        }
    }
    names
}
