//! `requestContext`: what the gateway itself knows of a request.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::value::RawValue;

/// Who called, as an authorizer found out; `requestContext.authorizer`.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// The route is open.
    Open,
    /// The claims of a token, and its scopes where the route asks for any.
    Jwt { claims: Arc<RawValue>, scopes: Option<Arc<[String]>> },
    /// What a Lambda authorizer said, if anything.
    Lambda(Option<Arc<RawValue>>),
    /// Who signed.
    Iam(IamIdentity),
}

/// The signer of a request with Signature Version 4.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IamIdentity {
    pub(crate) access_key: String,
    pub(crate) account_id: &'static str,
    pub(crate) caller_id: &'static str,
    pub(crate) cognito_identity: Option<()>,
    pub(crate) principal_org_id: Option<()>,
    pub(crate) user_arn: String,
    pub(crate) user_id: &'static str,
}

impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Jwt<'a> {
            claims: &'a RawValue,
            /// `null` where the route asks for none.
            scopes: Option<&'a [String]>,
        }
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Open => {}
            Self::Jwt { claims, scopes } => {
                map.serialize_entry("jwt", &Jwt { claims, scopes: scopes.as_deref() })?;
            }
            Self::Lambda(context) => map.serialize_entry("lambda", &context.as_deref())?,
            Self::Iam(identity) => map.serialize_entry("iam", identity)?,
        }
        map.end()
    }
}

/// The context of one request. Empty fields are left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestContext<'a> {
    pub(crate) account_id: &'static str,
    pub(crate) api_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorizer: Option<&'a Identity>,
    pub(crate) domain_name: &'a str,
    pub(crate) domain_prefix: &'a str,
    pub(crate) http: Http<'a>,
    pub(crate) request_id: &'a str,
    pub(crate) route_key: &'a str,
    pub(crate) stage: &'a str,
    pub(crate) time: &'a str,
    pub(crate) time_epoch: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Http<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) protocol: &'static str,
    pub(crate) source_ip: &'a str,
    pub(crate) user_agent: &'a str,
}
