//! Where a request has what identifies its caller.

use std::borrow::Cow;

use hyper::header::HeaderName;
use percent_encoding::percent_decode_str;
use routegen_spec::{IdentitySource, RequestPlace};

use crate::event::Call;

/// An identity source that the gateway can look up.
#[derive(Clone, Debug)]
pub(crate) enum SourceOf {
    Header(HeaderName),
    Query(String),
    Stage(String),
    Context(Context),
}

/// What `$context` has of a request before anybody is authorized.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Context {
    RouteKey,
    Method,
    Path,
    SourceIp,
    UserAgent,
    Stage,
    DomainName,
}

/// What a request has there.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Found<'a> {
    One(Cow<'a, str>),
    Nothing,
    /// Several header lines, of which nobody can say which one counts.
    Several,
}

impl SourceOf {
    /// Nothing where the source is one that the gateway does not imitate.
    pub(crate) fn of(source: &IdentitySource) -> Option<Self> {
        Some(match source.place()? {
            RequestPlace::Header(name) => Self::Header(HeaderName::from_bytes(name.as_bytes()).ok()?),
            RequestPlace::Query(name) => Self::Query(name.to_owned()),
            RequestPlace::StageVariable(name) => Self::Stage(name.to_owned()),
            RequestPlace::RouteKey => Self::Context(Context::RouteKey),
            RequestPlace::HttpMethod => Self::Context(Context::Method),
            RequestPlace::Path => Self::Context(Context::Path),
            RequestPlace::SourceIp => Self::Context(Context::SourceIp),
            RequestPlace::UserAgent => Self::Context(Context::UserAgent),
            RequestPlace::Stage => Self::Context(Context::Stage),
            RequestPlace::DomainName => Self::Context(Context::DomainName),
        })
    }

    pub(crate) fn find<'a>(&self, call: &'a Call<'_>) -> Found<'a> {
        let text = match self {
            Self::Header(name) => {
                let mut values = call.parts.headers.get_all(name).iter();
                let first = values.next().map(|value| String::from_utf8_lossy(value.as_bytes()));
                if values.next().is_some() {
                    return Found::Several;
                }
                first
            }
            Self::Query(name) => call.query.get(name).map(Cow::Borrowed),
            Self::Stage(name) => {
                call.api.stage_variables.get(name).map(|value| Cow::Borrowed(value.as_str()))
            }
            Self::Context(context) => Some(context.find(call)),
        };
        text.filter(|text| !text.is_empty()).map_or(Found::Nothing, Found::One)
    }
}

impl Context {
    fn find<'a>(self, call: &'a Call<'_>) -> Cow<'a, str> {
        use hyper::header;
        match self {
            Self::RouteKey => Cow::Borrowed(&call.route.key),
            Self::Method => Cow::Borrowed(call.parts.method.as_str()),
            // As the event has it.
            Self::Path => percent_decode_str(call.parts.uri.path()).decode_utf8_lossy(),
            Self::SourceIp => Cow::Owned(call.client.ip().to_string()),
            Self::UserAgent => Cow::Borrowed(call.header(header::USER_AGENT).unwrap_or_default()),
            Self::Stage => Cow::Borrowed(call.api.stage_name()),
            Self::DomainName => Cow::Borrowed(call.domain_name()),
        }
    }
}
