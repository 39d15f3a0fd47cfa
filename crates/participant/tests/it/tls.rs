use std::sync::Arc;

use participant::{Driver, JoinError, Options, TlsConfig};
use signal::token::TokenKind;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_behind_tls_is_joined_if_it_is_trusted() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("they fit");
    let server = Server::start_behind(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let driver = Driver::start().expect("a thread");
    let options = |trusted: &[CertificateDer<'static>]| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted.iter().cloned());
        let config = TlsConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let token = server.token("anna", TokenKind::Standard);
        Options { tls: Some(Arc::new(config)), ..Options::new(&server.url, token) }
    };

    let stranger = driver.join(options(&[])).await;
    let (anna, _events) = driver.join(options(&[certificate])).await.expect("it is trusted");

    assert!(matches!(stranger, Err(JoinError::Unreachable(_))), "{stranger:?}");
    assert_eq!(&*anna.identity(), "anna");
}
