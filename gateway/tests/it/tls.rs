//! TLS: that of a remote issuer, whose keys are accepted only if the machine trusts its certificate, and
//! the gateway's own.
//!
//! The roots are the system's, or those in the file that `SSL_CERT_FILE` names. That variable applies to a
//! whole process, so the gateway runs in a separate one.

use std::{path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use routegen_gateway::{Api, Function, Gateway, LocalIssuer, Route, Tls, TlsError, Unready};
use routegen_spec::{Auth, Method};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

use crate::client::request;

#[tokio::test]
async fn the_keys_of_an_issuer_count_where_its_certificate_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (trusted, stranger) = (Authority::new("trusted"), Authority::new("stranger"));
    for (authority, name) in [(&trusted, "trusted.pem"), (&stranger, "stranger.pem")] {
        std::fs::write(folder.path().join(name), authority.0.pem()).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let settings = || LocalIssuer::new().keep_key(folder.path().join("key"));
    let token = settings().tokens(&origin).await.unwrap().token().mint();
    // The same key, as a gateway publishes it.
    let publisher = Gateway::builder(Api::new()).local_issuer(settings()).start().await.unwrap();
    let keys = request("GET /_routegen/issuer/.well-known/jwks.json").send(publisher.address()).await;
    let issuer = format!("{origin}/_routegen/issuer");
    let discovery = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }).to_string();
    tokio::spawn(serve(listener, trusted.acceptor("localhost"), discovery, keys.text().to_owned()));

    for (roots, answer) in [("trusted.pem", "200"), ("stranger.pem", "401")] {
        assert_eq!(answered(&folder.path().join(roots), &issuer, &token).await, answer, "{roots}");
    }
}

/// The status with which a gateway that trusts these roots answers a request with this token.
async fn answered(roots: &Path, issuer: &str, token: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_test-gateway"));
    command.env("SSL_CERT_FILE", roots).env_remove("SSL_CERT_DIR").env("ISSUER", issuer).env("TOKEN", token);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn a_gateway_with_a_certificate_speaks_https_on_all_its_addresses_and_says_so() {
    let authority = Authority::new("own");
    let (chain, key) = authority.signed("localhost");
    let key = key.serialize_pem();
    let tls = Tls::from_pem(chain.pem().as_bytes(), key.as_bytes()).unwrap();
    for (chain, key, error) in [
        ("", &*key, TlsError::NoCertificate),
        (&*chain.pem(), "", TlsError::NoKey),
        (&*key, &*chain.pem(), TlsError::NoCertificate),
    ] {
        assert_eq!(Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap_err(), error);
    }
    let other = KeyPair::generate().unwrap().serialize_pem();
    assert!(matches!(Tls::from_pem(chain.pem().as_bytes(), other.as_bytes()), Err(TlsError::Unusable(_))));

    let echo = Function::in_process(async |invocation| invocation.event());
    let route = Route::new(Method::Get, "/".parse().unwrap(), Auth::None, "echo");
    let api = Api::new().function("echo", echo).route(route);
    let listeners = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
    // Before there is an API, all clients get the reason.
    let unready = Unready::start(&listeners, Some(&tls), "it is built").unwrap();
    for address in addresses {
        let answer = authority.get(address, "localhost").await;
        assert!(
            answer.starts_with("HTTP/1.1 503") && answer.contains(r#"{"message":"it is built"}"#),
            "{answer}"
        );
    }
    unready.end().await;
    let builder = Gateway::builder(api).tls(tls).local_issuer(LocalIssuer::new());
    let builder = listeners.into_iter().fold(builder, routegen_gateway::GatewayBuilder::listener);
    let gateway = builder.start().await.unwrap();
    assert_eq!(gateway.origin(), format!("https://{}", addresses[0]));
    assert!(gateway.issuer().unwrap().starts_with("https://"));
    for address in addresses {
        let answer = authority.get(address, "localhost").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains(r#""x-forwarded-proto":"https""#), "{answer}");
    }
    // A plain HTTP request gets no answer.
    let mut plain = TcpStream::connect(addresses[0]).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"));
}

#[tokio::test]
async fn before_there_is_an_api_a_client_hears_why_and_then_the_api() {
    let listeners = [std::net::TcpListener::bind("127.0.0.1:0").unwrap()];
    let address = listeners[0].local_addr().unwrap();
    let unready = Unready::start(&listeners, None, "it is built").unwrap();
    let response = request("POST /any").body("a/b", "x").send(address).await;
    assert_eq!((response.status, response.json()), (503, json!({ "message": "it is built" })));
    assert_eq!(response.header("retry-after"), Some("1"));
    unready.end().await;
    let [listener] = listeners;
    let gateway = Gateway::builder(Api::new()).listener(listener).start().await.unwrap();
    assert_eq!(request("GET /any").send(gateway.address()).await.status, 404);
}

/// A certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for this name.
    fn signed(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap(), key)
    }

    /// The answer to a client that trusts the authority.
    async fn get(&self, address: std::net::SocketAddr, name: &'static str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(address).await.unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let mut stream = connector.connect(name.try_into().unwrap(), stream).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    /// A server with this name.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let (certificate, key) = self.signed(name);
        let chain: Vec<CertificateDer<'static>> = vec![certificate.into()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(chain, key.into()).unwrap()).into()
    }
}

/// Answers discovery, and everything else with the keys. A client that does not trust it disconnects before
/// it sends a request.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor, discovery: String, keys: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(stream) = acceptor.accept(stream).await else { continue };
        answer(stream, &discovery, &keys).await;
    }
}

async fn answer(stream: TlsStream<TcpStream>, discovery: &str, keys: &str) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let body = if line.contains("/.well-known/openid-configuration ") { discovery } else { keys };
    let mut head = line;
    while !head.ends_with("\r\n\r\n") {
        stream.read_line(&mut head).await.unwrap();
    }
    let response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(response.as_bytes()).await.unwrap();
    // Waits until the client has also closed the connection.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}
