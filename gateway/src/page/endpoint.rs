//! The paths of the page with their methods.

use hyper::Method;

use super::refused::Refused;
use crate::reserved;

/// The endpoint of a request to the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Endpoint {
    Document,
    Style,
    Script,
    /// The API's reference.
    Reference,
    ReferenceScript,
    ViewerScript,
    ViewerStyle,
    /// The API's document.
    OpenApi,
    /// The routes, the consumers and the scopes.
    Api,
    /// The dead letters, and how much is waiting.
    Events,
    /// The log, from a given entry on.
    Log,
    Clear,
    Token,
    Signature,
}

impl Endpoint {
    /// The endpoint of a request; `None` if the path does not belong to the page.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Result<Self, Refused>> {
        let rest = path.strip_prefix('/')?.strip_prefix(reserved::SEGMENT)?;
        let (allowed, endpoints): (_, &[(Method, Self)]) = match rest {
            "" | "/" => ("GET", &[(Method::GET, Self::Document)]),
            "/page/style.css" => ("GET", &[(Method::GET, Self::Style)]),
            "/page/script.js" => ("GET", &[(Method::GET, Self::Script)]),
            "/reference" => ("GET", &[(Method::GET, Self::Reference)]),
            "/page/reference.js" => ("GET", &[(Method::GET, Self::ReferenceScript)]),
            "/page/viewer.js" => ("GET", &[(Method::GET, Self::ViewerScript)]),
            "/page/viewer.css" => ("GET", &[(Method::GET, Self::ViewerStyle)]),
            "/page/openapi" => ("GET", &[(Method::GET, Self::OpenApi)]),
            "/page/api" => ("GET", &[(Method::GET, Self::Api)]),
            "/page/events" => ("GET", &[(Method::GET, Self::Events)]),
            "/page/log" => ("GET, DELETE", &[(Method::GET, Self::Log), (Method::DELETE, Self::Clear)]),
            "/page/token" => ("POST", &[(Method::POST, Self::Token)]),
            "/page/signature" => ("POST", &[(Method::POST, Self::Signature)]),
            _ => return None,
        };
        let found = endpoints.iter().find(|(known, _)| known == method);
        Some(found.map(|(_, endpoint)| *endpoint).ok_or(Refused::Method { allowed }))
    }

    /// Whether it requires the key: all endpoints do, except the files of the page, which are the same for
    /// everyone.
    pub(super) fn needs_secret(self) -> bool {
        !matches!(
            self,
            Self::Document
                | Self::Style
                | Self::Script
                | Self::Reference
                | Self::ReferenceScript
                | Self::ViewerScript
                | Self::ViewerStyle
        )
    }

    /// Whether a person opens it, so that other pages may link to it.
    pub(super) fn is_opened(self) -> bool {
        matches!(self, Self::Document | Self::Reference)
    }
}
