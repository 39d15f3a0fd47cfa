//! The listeners of a running server: plain and TLS, metrics on loopback alone, a graceful stop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use server::{Server, config};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

async fn start(more: &str) -> (Server, std::path::PathBuf) {
    let folder =
        std::env::temp_dir().join(format!("plenary-listen-{:032x}", rand::random::<u128>()));
    let text = format!(
        "data = {:?}\n[media]\nlisten = \"127.0.0.1\"\nport = 0\nworkers = 1\n[http]\n{more}\
         listen = \"127.0.0.1:0\"\ninternal_listen = \"127.0.0.1:0\"\n",
        folder.display().to_string()
    );
    let config = config::load(&text, &BTreeMap::new(), |path| std::fs::read_to_string(path));
    let server = Server::start(config.expect("a good configuration"), false).await;
    (server.expect("the server starts"), folder)
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().expect("a port").parse().expect("a number")
}

async fn get(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    // A TLS client may see the end without a farewell: what counts is what came.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn plain(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.expect("it listens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_are_for_loopback_alone() {
    let (server, folder) = start("").await;

    let public = get(plain(port(server.public_url())).await, "/metrics").await;
    let internal = get(plain(port(&server.internal_url())).await, "/metrics").await;

    assert!(public.starts_with("HTTP/1.1 404"), "{public:.100}");
    assert!(internal.starts_with("HTTP/1.1 200"), "{internal:.100}");
    for name in ["plenary_server_request_total", "plenary_store_", "plenary_sfu_"] {
        assert!(internal.contains(name), "{name} in {internal}");
    }
    server.stop().await;
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_one_building_everything_is_encrypted() {
    let (server, folder) = start("lan = true\n").await;
    let port = port(server.public_url());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");

    let stream = TlsConnector::from(Arc::new(client)).connect(name, plain(port).await).await;
    let encrypted = get(stream.expect("a handshake"), "/livez").await;
    let refused = get(plain(port).await, "/livez").await;

    assert!(server.public_url().starts_with("https://"));
    assert!(encrypted.starts_with("HTTP/1.1 200"), "{encrypted:.100}");
    assert!(!refused.contains("200 OK"), "{refused:.100}");
    server.stop().await;
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_wait_for_idle_connections() {
    let (server, folder) = start("").await;
    let mut idle = plain(port(server.public_url())).await;
    idle.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = [0; 15];
    idle.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    let start = Instant::now();

    server.stop().await;

    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.expect("the connection was closed, not cut");
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

/// Trusts every certificate: the test asks whether there is one.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
