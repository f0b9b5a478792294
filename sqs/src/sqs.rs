//! The SQS client, which all queues of a function share.

use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use routegen::{Error, Init, Resource};

/// The SQS client. It grants nothing by itself: the function's [`Queue`](crate::Queue)s declare what it may
/// send.
#[derive(Clone, Debug)]
pub struct Sqs(Client);

impl Sqs {
    /// Creates it from your own client, for tests.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// Returns the client.
    pub fn client(&self) -> &Client {
        &self.0
    }
}

impl Resource for Sqs {
    async fn init(_: &Init) -> Result<Self, Error> {
        // ring compiles in a fifth of the time of the SDK's default.
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
        Ok(Self(Client::new(&config)))
    }
}
