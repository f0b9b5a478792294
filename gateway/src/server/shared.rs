//! What all requests of a gateway share.

use std::{
    sync::{Arc, PoisonError, RwLock, atomic::AtomicBool},
    time::Duration,
};

use super::{body::Room, tls::Tls};
#[cfg(feature = "page")]
use crate::page::Page;
use crate::{deployment::Deployment, events::Hub, functions::Services, host::Hosts, issuer::Issuer};

/// What all requests of a gateway share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) deployment: RwLock<Arc<Deployment>>,
    pub(crate) issuer: Option<Arc<Issuer>>,
    #[cfg(feature = "page")]
    pub(crate) page: Option<Page>,
    pub(crate) services: Services,
    pub(crate) events: Arc<Hub>,
    pub(crate) hosts: Hosts,
    /// Whether the token endpoint also answers remote clients.
    pub(crate) tokens_for_all: bool,
    pub(crate) room: Room,
    pub(crate) integration_timeout: Duration,
    pub(crate) port: u16,
    pub(crate) tls: Option<Tls>,
    /// Whether connections are about to be cut off.
    pub(crate) closing: AtomicBool,
}

impl Shared {
    /// The scheme of the gateway's URL.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// The current API. A request that began with it ends with it.
    pub(crate) fn deployment(&self) -> Arc<Deployment> {
        self.deployment.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
impl Shared {
    /// A gateway without an issuer and an observer.
    pub(crate) fn for_tests(api: &crate::Api) -> Arc<Self> {
        let services = Services::for_tests();
        let events = Hub::new(services.ids.clone(), services.observer.clone(), None);
        Arc::new(Self {
            events,
            deployment: RwLock::new(Arc::new(Deployment::new(api, &services, None).unwrap())),
            issuer: None,
            #[cfg(feature = "page")]
            page: None,
            services,
            tokens_for_all: false,
            room: Room::default(),
            hosts: Hosts::new(std::collections::BTreeSet::new(), "127.0.0.1:9".parse().unwrap()),
            integration_timeout: crate::Gateway::INTEGRATION_TIMEOUT,
            port: 9,
            tls: None,
            closing: AtomicBool::new(false),
        })
    }
}
