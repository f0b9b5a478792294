//! `requestContext`: what the gateway itself adds about a request.

use std::{borrow::Cow, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::value::RawValue;

/// The caller, as an authorizer identified it; `requestContext.authorizer`.
#[derive(Clone, Debug)]
pub enum Identity {
    /// The route is open.
    Open,
    /// The claims of a token, and its scopes if the route requires any.
    Jwt {
        /// The claims in the form of [`crate::claims::shown`].
        claims: Arc<RawValue>,
        /// The token's scopes, by [`crate::claims::shown_scopes`].
        scopes: Option<Arc<[String]>>,
    },
    /// The context that a Lambda authorizer returned, if any.
    Lambda(Option<Arc<RawValue>>),
    /// The signer.
    Iam(IamIdentity),
}

/// The signer of a request with Signature Version 4.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IamIdentity {
    /// The id of the access key.
    pub access_key: String,
    /// The account of the signer.
    pub account_id: Cow<'static, str>,
    /// The signer's unique id, with the session name for a role.
    pub caller_id: Cow<'static, str>,
    /// Cognito's information about the signer, for credentials of an identity pool.
    pub cognito_identity: Option<Box<RawValue>>,
    /// The organization of the account.
    pub principal_org_id: Option<String>,
    /// The signer's ARN.
    pub user_arn: String,
    /// The signer's unique id.
    pub user_id: Cow<'static, str>,
}

impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Jwt<'a> {
            claims: &'a RawValue,
            /// `null` if the route requires none.
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
pub(super) struct RequestContext<'a> {
    pub(super) account_id: &'a str,
    pub(super) api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authorizer: Option<&'a Identity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) domain_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) domain_prefix: Option<&'a str>,
    pub(super) http: Http<'a>,
    pub(super) request_id: &'a str,
    pub(super) route_key: &'a str,
    pub(super) stage: &'a str,
    pub(super) time: &'a str,
    pub(super) time_epoch: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) protocol: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_ip: Option<&'a str>,
    pub(super) user_agent: &'a str,
}
