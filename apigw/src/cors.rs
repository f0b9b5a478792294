//! CORS as the API configures it ([its rules]). The gateway answers preflights itself, before any
//! authorizer, and drops the CORS headers of functions.
//!
//! [its rules]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html

use std::time::Duration;

use http::{
    HeaderMap, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN, VARY,
    },
};

/// The CORS configuration of an API ([its fields]). An empty list allows nothing; `*` allows everything.
///
/// [its fields]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cors {
    origins: Vec<String>,
    methods: Vec<String>,
    headers: Vec<String>,
    expose: Vec<String>,
    max_age: Option<Duration>,
    credentials: bool,
}

impl Cors {
    /// A configuration for these origins: `https://example.com`, `*` for all, or `https://*` and `http://*`
    /// for all origins of one scheme.
    pub fn origins(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { origins: texts(origins), ..Self::default() }
    }

    /// The methods that a preflight may request.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.methods = texts(methods);
        self
    }

    /// The request headers that a preflight may request.
    #[must_use]
    pub fn headers(mut self, headers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.headers = texts(headers);
        self
    }

    /// The response headers that scripts may read.
    #[must_use]
    pub fn expose(mut self, headers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.expose = texts(headers);
        self
    }

    /// How long browsers may cache the answer to a preflight.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Whether browsers may send cookies and their own `authorization`. It cannot be combined with an
    /// origin that stands for several.
    #[must_use]
    pub fn credentials(mut self, allowed: bool) -> Self {
        self.credentials = allowed;
        self
    }
}

/// A CORS configuration as headers.
#[derive(Debug)]
pub struct CorsHeaders {
    origins: Vec<String>,
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    expose: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    credentials: bool,
}

/// Why a configuration is invalid.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CorsError {
    /// Browsers refuse this combination for `*`, and so does API Gateway (reported, not documented). With
    /// `https://*` or `http://*` any site could act for the signed-in user: the Terraform module refuses
    /// all three.
    #[error("`*`, `https://*` and `http://*` cannot be origins for requests with credentials")]
    AnyOriginWithCredentials,
    /// A method, a header name or an origin is not valid in a header.
    #[error("`{0}` is not valid in a header")]
    Unspeakable(String),
}

/// The origins that stand for several: all, and all of one scheme. API Gateway has no other wildcard.
const EVERY_SITE: [&str; 3] = ["*", "https://*", "http://*"];

impl CorsHeaders {
    /// Refuses what API Gateway refuses, and what a header cannot express.
    pub fn new(cors: &Cors) -> Result<Self, CorsError> {
        if cors.credentials && cors.origins.iter().any(|origin| EVERY_SITE.contains(&origin.as_str())) {
            return Err(CorsError::AnyOriginWithCredentials);
        }
        let speakable = |text: &String| HeaderValue::from_str(text).map(drop).map_err(|_| text.clone());
        cors.origins.iter().try_for_each(speakable).map_err(CorsError::Unspeakable)?;
        let list = |texts: &[String]| {
            let text = texts.join(",");
            if text.is_empty() {
                return Ok(None);
            }
            HeaderValue::from_str(&text).map(Some).map_err(|_| CorsError::Unspeakable(text))
        };
        Ok(Self {
            origins: cors.origins.clone(),
            methods: list(&cors.methods)?,
            headers: list(&cors.headers)?,
            expose: list(&cors.expose)?,
            max_age: cors.max_age.map(|age| age.as_secs().into()),
            credentials: cors.credentials,
        })
    }

    /// The answer to a preflight: an `OPTIONS` request with `origin` and `access-control-request-method`.
    /// `None` for any other request.
    pub fn preflight(&self, method: &Method, request: &HeaderMap) -> Option<Response<()>> {
        let asks = request.contains_key(ACCESS_CONTROL_REQUEST_METHOD) && request.contains_key(ORIGIN);
        if method != Method::OPTIONS || !asks {
            return None;
        }
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if self.allow(request, headers) {
            let set = [
                (ACCESS_CONTROL_ALLOW_METHODS, &self.methods),
                (ACCESS_CONTROL_ALLOW_HEADERS, &self.headers),
                (ACCESS_CONTROL_MAX_AGE, &self.max_age),
            ];
            insert(headers, set);
        }
        Some(response)
    }

    /// Replaces the function's CORS headers with the API's.
    pub fn apply(&self, request: &HeaderMap, response: &mut HeaderMap) {
        for name in [
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            ACCESS_CONTROL_ALLOW_HEADERS,
            ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS,
            ACCESS_CONTROL_MAX_AGE,
        ] {
            response.remove(name);
        }
        if self.allow(request, response) {
            insert(response, [(ACCESS_CONTROL_EXPOSE_HEADERS, &self.expose)]);
        }
    }

    /// Adds the header that allows the request's origin, if it is allowed.
    fn allow(&self, request: &HeaderMap, response: &mut HeaderMap) -> bool {
        let Some(origin) = request.get(ORIGIN) else { return false };
        let any = self.origins.iter().any(|allowed| allowed == "*");
        if !any && !self.origins.iter().any(|allowed| is_of(origin.as_bytes(), allowed)) {
            return false;
        }
        let allowed = if any { HeaderValue::from_static("*") } else { origin.clone() };
        if !any {
            // The answer depends on the origin, so caches must distinguish it.
            response.append(VARY, HeaderValue::from_static("origin"));
        }
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.credentials {
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        true
    }
}

/// Whether an origin is the allowed one, or has the allowed scheme.
fn is_of(origin: &[u8], allowed: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(scheme) if EVERY_SITE.contains(&allowed) => origin.starts_with(scheme.as_bytes()),
        _ => origin == allowed.as_bytes(),
    }
}

fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

fn insert<const N: usize>(headers: &mut HeaderMap, set: [(HeaderName, &Option<HeaderValue>); N]) {
    for (name, value) in set {
        if let Some(value) = value {
            headers.insert(name, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The allowed origin and the `vary` header that a page of this origin sees.
    fn allowed(origins: &[&str], origin: &str) -> (Option<String>, bool) {
        let cors = CorsHeaders::new(&Cors::origins(origins.iter().copied())).unwrap();
        let request = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_str(origin).unwrap())]);
        let mut response = HeaderMap::new();
        cors.apply(&request, &mut response);
        let allowed = response.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        (allowed.map(|origin| origin.to_str().unwrap().to_owned()), response.contains_key(VARY))
    }

    #[test]
    fn an_origin_is_one_that_is_named_or_any_or_any_of_a_scheme() {
        let told = |origin: &str| (Some(origin.to_owned()), true);
        let app = "https://app.test";
        assert_eq!(allowed(&["*"], app), (Some("*".to_owned()), false));
        assert_eq!(allowed(&[app], app), told(app));
        assert_eq!(allowed(&["https://*"], app), told(app));
        assert_eq!(allowed(&["http://*"], "http://localhost:5173"), told("http://localhost:5173"));
        assert_eq!(allowed(&["http://*", app], app), told(app));
        for (origins, origin) in [
            (&["http://*"][..], app),
            (&["https://*"], "http://app.test"),
            (&["https://*"], "null"),
            (&["https://*"], "httpsx://app.test"),
            // API Gateway has no wildcard within a host, and takes these literally.
            (&["https://*.test"], app),
            (&["https://app.*"], app),
        ] {
            assert_eq!(allowed(origins, origin), (None, false), "{origins:?} {origin}");
        }
    }

    #[test]
    fn with_credentials_no_wildcard_is_an_origin() {
        let new = |origins: &[&str]| {
            CorsHeaders::new(&Cors::origins(origins.iter().copied()).credentials(true)).map(drop)
        };
        for every_site in EVERY_SITE {
            for origins in [&[every_site][..], &["https://app.test", every_site]] {
                assert_eq!(new(origins), Err(CorsError::AnyOriginWithCredentials), "{origins:?}");
            }
        }
        assert_eq!(new(&["https://app.test", "http://localhost:5173"]), Ok(()));
    }
}
