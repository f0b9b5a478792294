//! The local issuer: its settings, and the running issuer.

use std::{
    collections::BTreeSet,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use routegen_spec::Scope;

use super::keys::{self, KeyError, SigningKey};
use crate::{
    lock::lock,
    reserved,
    secret::{self, NoRandomness},
};

/// The settings of the local issuer.
#[derive(Clone)]
pub struct LocalIssuer {
    clients: Vec<(String, String)>,
    scopes: BTreeSet<Scope>,
    key: Option<PathBuf>,
}

impl LocalIssuer {
    /// The id of the default client. Its secret is random and differs for each gateway
    /// ([`Gateway::client_credentials`](crate::Gateway::client_credentials)).
    pub const CLIENT_ID: &str = "local-client";

    /// An issuer with one client, [`LocalIssuer::CLIENT_ID`], and a key that lasts as long as this process.
    pub fn new() -> Self {
        Self { clients: Vec::new(), scopes: BTreeSet::new(), key: None }
    }

    /// Adds a client, which replaces [`LocalIssuer::CLIENT_ID`].
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.clients.push((id.into(), secret.into()));
        self
    }

    /// Adds a scope that clients may have, besides those that the API's routes require.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scopes.insert(scope);
        self
    }

    /// Keeps the key in this file, so that tokens outlive a restart on the same port. The file is created
    /// if it is missing, readable only by its owner.
    #[must_use]
    pub fn keep_key(mut self, file: impl Into<PathBuf>) -> Self {
        self.key = Some(file.into());
        self
    }
}

impl Default for LocalIssuer {
    fn default() -> Self {
        Self::new()
    }
}

/// Does not show the clients' secrets.
impl fmt::Debug for LocalIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clients: Vec<_> = self.clients.iter().map(|(id, _)| id).collect();
        let mut shown = f.debug_struct("LocalIssuer");
        shown.field("clients", &clients).field("scopes", &self.scopes).field("key", &self.key).finish()
    }
}

/// The running issuer.
pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) token_endpoint: String,
    pub(crate) key: Arc<SigningKey>,
    clients: Vec<(String, String)>,
    own_scopes: BTreeSet<Scope>,
    /// The scopes that the routes require, which change with them.
    route_scopes: Mutex<BTreeSet<Scope>>,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Issuer {
    /// An issuer on the gateway at `origin`: `http://127.0.0.1:3000`.
    pub(crate) async fn start(settings: LocalIssuer, origin: &str) -> Result<Self, KeyError> {
        let LocalIssuer { mut clients, scopes, key } = settings;
        if clients.is_empty() {
            let secret = secret::secret().map_err(|NoRandomness| KeyError::Generation)?;
            clients.push((LocalIssuer::CLIENT_ID.to_owned(), secret));
        }
        Ok(Self {
            url: format!("{origin}{}", reserved::ISSUER),
            token_endpoint: format!("{origin}{}", reserved::TOKEN),
            key: keys::load(key).await?,
            clients,
            own_scopes: scopes,
            route_scopes: Mutex::default(),
        })
    }

    /// Replaces the scopes of the routes.
    pub(crate) fn serve_scopes(&self, scopes: impl IntoIterator<Item = Scope>) {
        *lock(&self.route_scopes) = scopes.into_iter().collect();
    }

    /// The audience of its tokens.
    pub(crate) fn client_ids(&self) -> Vec<String> {
        self.clients.iter().map(|(id, _)| id.clone()).collect()
    }

    /// The client of tokens that do not name one.
    pub(crate) fn first_client(&self) -> &str {
        self.clients.first().map_or(LocalIssuer::CLIENT_ID, |(id, _)| id)
    }

    /// The first client with its secret.
    pub(crate) fn credentials(&self) -> Option<(&str, &str)> {
        self.clients.first().map(|(id, secret)| (id.as_str(), secret.as_str()))
    }

    pub(super) fn secret(&self, id: &str) -> Option<&str> {
        self.clients.iter().find(|(known, _)| known == id).map(|(_, secret)| secret.as_str())
    }

    /// The scopes that clients may have now.
    pub(crate) fn scopes(&self) -> BTreeSet<Scope> {
        &self.own_scopes | &*lock(&self.route_scopes)
    }
}
