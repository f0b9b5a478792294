//! Requests that are signed with an AWS key: Signature Version 4 in the header `authorization` ([its steps]).
//!
//! The keys are those that the gateway was given, and there are no policies: who signs well may call. Refused: signatures in
//! the query, unsigned payloads, and Signature Version 4A. It also signs, for the page.
//!
//! [its steps]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
    hmac,
};
use hyper::{
    HeaderMap, Method,
    header::{AUTHORIZATION, HOST, HeaderName, HeaderValue},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use routegen_apigw::{
    ACCOUNT_ID, Refusal,
    event::{IamIdentity, Identity, RoutedRequest},
};
use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description,
};

use super::refused::Refused;
use crate::IamKey;

/// How far the clocks of a client and of AWS may be apart.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// API Gateway's name in signatures.
const SERVICE: &str = "execute-api";

/// What ends a signature's scope.
const TERMINATOR: &str = "aws4_request";

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

const AMZ_DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// Everything but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As above, in paths.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Verifies signatures.
#[derive(Clone, Debug)]
pub(crate) struct IamVerifier {
    keys: std::sync::Arc<[IamKey]>,
    region: std::sync::Arc<str>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum BadSignature {
    #[error("the request is not signed")]
    Missing,
    #[error("the header `authorization` is no Signature Version 4")]
    Malformed,
    #[error("the signature is for another region, service or day")]
    Scope,
    #[error("the header `x-amz-date` is missing, malformed or more than five minutes off")]
    Date,
    #[error("the access key is not one that the gateway was given")]
    Key,
    #[error("the signature does not cover `host` and `x-amz-date`, or names a header that is not there")]
    Headers,
    #[error("the security token is not that of the key")]
    Token,
    #[error("`x-amz-content-sha256` is not the hash of the body")]
    Body,
    #[error("the signature is not that of the request")]
    Signature,
}

impl IamVerifier {
    pub(crate) fn new(keys: std::sync::Arc<[IamKey]>, region: std::sync::Arc<str>) -> Self {
        Self { keys, region }
    }

    pub(crate) fn verify(&self, request: &RoutedRequest<'_>, body: &[u8]) -> Result<Identity, Refused> {
        let id = self
            .signer(request, body)
            .map_err(|error| Refused { refusal: Refusal::Forbidden(None), why: error.to_string() })?;
        Ok(Identity::Iam(IamIdentity {
            access_key: id.to_owned(),
            account_id: ACCOUNT_ID.into(),
            caller_id: "AIDALOCALLOCALLOCALLO".into(),
            cognito_identity: None,
            principal_org_id: None,
            user_arn: format!("arn:aws:iam::{ACCOUNT_ID}:user/local"),
            user_id: "AIDALOCALLOCALLOCALLO".into(),
        }))
    }

    fn signer(&self, request: &RoutedRequest<'_>, body: &[u8]) -> Result<&str, BadSignature> {
        let mut headers = request.headers.get_all(AUTHORIZATION).iter();
        let header =
            headers.next().ok_or(BadSignature::Missing)?.to_str().map_err(|_| BadSignature::Malformed)?;
        if headers.next().is_some() {
            return Err(BadSignature::Malformed);
        }
        let claim = Claim::parse(header)?;
        let key = self.keys.iter().find(|key| key.id == claim.key_id).ok_or(BadSignature::Key)?;
        let date =
            request.headers.get(X_AMZ_DATE).and_then(|date| date.to_str().ok()).ok_or(BadSignature::Date)?;
        let signed_at =
            PrimitiveDateTime::parse(date, AMZ_DATE).map_err(|_| BadSignature::Date)?.assume_utc();
        if (OffsetDateTime::from(request.time) - signed_at).unsigned_abs() > CLOCK_SKEW {
            return Err(BadSignature::Date);
        }
        let Scope { day, region, service } = claim.scope;
        if day != &date[..8] || region != &*self.region || service != SERVICE {
            return Err(BadSignature::Scope);
        }
        let token = request.headers.get(X_AMZ_SECURITY_TOKEN).map(HeaderValue::as_bytes);
        if token != key.session_token.as_ref().map(String::as_bytes) {
            return Err(BadSignature::Token);
        }
        let hash = hex(digest(&SHA256, body).as_ref());
        if request.headers.get("x-amz-content-sha256").is_some_and(|told| told.as_bytes() != hash.as_bytes())
        {
            return Err(BadSignature::Body);
        }
        let canonical = canonical_request(
            request.method,
            (request.path, request.query),
            request.headers,
            claim.signed_headers,
            &hash,
        )?;
        let expected = hex(&signature(&key.secret, &claim.scope, &to_sign(date, &claim.scope, &canonical)));
        verify_slices_are_equal(expected.as_bytes(), claim.signature.as_bytes())
            .map_err(|_| BadSignature::Signature)?;
        Ok(&key.id)
    }

    /// The headers that sign a request for a path and a query with the first key; nothing where there is none.
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "the page alone signs"))]
    pub(crate) fn sign(
        &self,
        method: &Method,
        target: (&str, &str),
        host: &HeaderValue,
        body: &[u8],
        time: SystemTime,
    ) -> Option<Vec<(HeaderName, String)>> {
        let key = self.keys.first()?;
        let date = OffsetDateTime::from(time).format(AMZ_DATE).ok()?;
        let mut added = vec![(X_AMZ_DATE, date.clone())];
        added.extend(key.session_token.iter().map(|token| (X_AMZ_SECURITY_TOKEN, token.clone())));
        let mut headers = HeaderMap::from_iter([(HOST, host.clone())]);
        for (name, value) in &added {
            headers.insert(name, HeaderValue::from_str(value).ok()?);
        }
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let names = names.join(";");
        let hash = hex(digest(&SHA256, body).as_ref());
        let canonical = canonical_request(method, target, &headers, &names, &hash).ok()?;
        let scope = Scope { day: &date[..8], region: &self.region, service: SERVICE };
        let signature = hex(&signature(&key.secret, &scope, &to_sign(&date, &scope, &canonical)));
        let credential = format!("{}/{scope}", key.id);
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}");
        added.push((AUTHORIZATION, authorization));
        Some(added)
    }
}

/// What the header `authorization` says.
#[derive(Debug)]
struct Claim<'a> {
    key_id: &'a str,
    scope: Scope<'a>,
    signed_headers: &'a str,
    signature: &'a str,
}

/// What a signature is good for.
#[derive(Clone, Copy, Debug)]
struct Scope<'a> {
    day: &'a str,
    region: &'a str,
    service: &'a str,
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{TERMINATOR}", self.day, self.region, self.service)
    }
}

impl<'a> Claim<'a> {
    fn parse(header: &'a str) -> Result<Self, BadSignature> {
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or(BadSignature::Malformed)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=').ok_or(BadSignature::Malformed)?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(BadSignature::Malformed),
            };
            if place.replace(value).is_some() {
                return Err(BadSignature::Malformed);
            }
        }
        let parts: Vec<&str> = credential.ok_or(BadSignature::Malformed)?.split('/').collect();
        let [key_id, day, region, service, TERMINATOR] = parts[..] else {
            return Err(BadSignature::Malformed);
        };
        let signed_headers = signed_headers.ok_or(BadSignature::Malformed)?;
        let signature = signature.ok_or(BadSignature::Malformed)?;
        Ok(Self { key_id, scope: Scope { day, region, service }, signed_headers, signature })
    }
}

fn canonical_request(
    method: &Method,
    (path, query): (&str, &str),
    sent: &HeaderMap,
    signed: &str,
    body_hash: &str,
) -> Result<String, BadSignature> {
    let mut names: Vec<&str> = signed.split(';').collect();
    if !names.contains(&"host") || !names.contains(&"x-amz-date") {
        return Err(BadSignature::Headers);
    }
    names.sort_unstable();
    let mut headers = String::new();
    for name in names {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadSignature::Headers)?;
        if !sent.contains_key(&name) {
            return Err(BadSignature::Headers);
        }
        let values = sent.get_all(&name).iter();
        let values: Vec<String> = values
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes());
                text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        headers.extend([name.as_str(), ":", &values.join(","), "\n"]);
    }
    // The path is encoded once more than the client sent it: so it is for every service but S3.
    let path = utf8_percent_encode(path, ENCODED_IN_PATH);
    let query = canonical_query(query);
    Ok(format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{body_hash}"))
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| {
        let decoded: Cow<'_, [u8]> = percent_decode_str(text).into();
        percent_encoding::percent_encode(&decoded, ENCODED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn to_sign(date: &str, scope: &Scope<'_>, canonical: &str) -> String {
    format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(digest(&SHA256, canonical.as_bytes()).as_ref()))
}

fn signature(secret: &str, scope: &Scope<'_>, to_sign: &str) -> Vec<u8> {
    let hmac = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let steps = [scope.day, scope.region, scope.service, TERMINATOR];
    let key = steps.into_iter().fold(format!("AWS4{secret}").into_bytes(), |key, step| hmac(&key, step));
    hmac(&key, to_sign)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signing key of AWS's documentation ([its example]).
    ///
    /// [its example]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    #[test]
    fn the_signature_is_that_of_the_documentations_example() {
        let header = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                      SignedHeaders=content-type;host;x-amz-date, \
                      Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        let claim = Claim::parse(header).unwrap();
        let to_sign = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
                       f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        let signature = signature("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &claim.scope, to_sign);
        assert_eq!(hex(&signature), claim.signature);
    }

    #[test]
    fn a_query_is_sorted_and_encoded_one_way() {
        assert_eq!(canonical_query("b=%7e&a=2&a=1&c"), "a=1&a=2&b=~&c=");
        assert_eq!(canonical_query("a=b%20c%2fd"), "a=b%20c%2Fd");
    }

    #[test]
    fn what_is_no_signature_is_none() {
        for header in [
            "Bearer x",
            "AWS4-HMAC-SHA256 ",
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
        ] {
            assert_eq!(Claim::parse(header).unwrap_err(), BadSignature::Malformed, "{header}");
        }
    }
}
