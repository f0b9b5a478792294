//! An issuer elsewhere over TLS: its keys count only where the machine trusts its certificate.
//!
//! The roots are the system's, or those of the file that `SSL_CERT_FILE` names. That variable is of a whole process, and so the
//! gateway runs in another one.

use std::{path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use routegen_gateway::{Api, Gateway, LocalIssuer};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
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

/// The status with which a gateway that trusts these roots answers a request with a token.
async fn answered(roots: &Path, issuer: &str, token: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_test-gateway"));
    command.env("SSL_CERT_FILE", roots).env_remove("SSL_CERT_DIR").env("ISSUER", issuer).env("TOKEN", token);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Somebody who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server of this name.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.into()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(chain, key.into()).unwrap()).into()
    }
}

/// Answers discovery, and everything else with the keys. Who does not trust it breaks off before a request.
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
    // Until the client has closed it too.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}
