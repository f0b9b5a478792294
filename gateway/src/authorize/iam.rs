//! Requests that are signed with an AWS key: Signature Version 4 in the header `authorization`
//! ([its steps]).
//!
//! The keys are those that the gateway was given. There are no policies: every valid signature may call.
//! Refused: signatures in the query, unsigned payloads, and Signature Version 4A. The page uses this module
//! to sign requests.
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
    header::{AUTHORIZATION, DATE, HOST, HeaderName, HeaderValue},
};
use jiff::{Timestamp, civil::DateTime, fmt::rfc2822, tz::TimeZone};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use routegen_apigw::{
    ACCOUNT_ID, Refusal,
    event::{IamIdentity, Identity, RoutedRequest},
};

use super::refused::Refused;
use crate::IamKey;

/// The maximum difference between the clocks of a client and of AWS.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// API Gateway's name in signatures.
const SERVICE: &str = "execute-api";

/// The last part of a signature's scope.
const TERMINATOR: &str = "aws4_request";

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The format of the header `x-amz-date`.
const AMZ_DATE: &str = "%Y%m%dT%H%M%SZ";

/// Everything except RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for paths.
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
    #[error("the header `authorization` is not a Signature Version 4")]
    Malformed,
    #[error("the signature is for another region, service or day")]
    Scope,
    #[error(
        "the header `x-amz-date`, or `date` in its place, is missing, malformed or more than five minutes off"
    )]
    Date,
    #[error("the access key is not one that the gateway was given")]
    Key,
    #[error("the signature does not cover `host` and the date, or names a header that is not there")]
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
        let (dated_by, signed_at) = signed_at(request.headers).ok_or(BadSignature::Date)?;
        let now = Timestamp::try_from(request.time).map_err(|_| BadSignature::Date)?;
        if now.duration_since(signed_at).unsigned_abs() > CLOCK_SKEW {
            return Err(BadSignature::Date);
        }
        let date = &*signed_at.strftime(AMZ_DATE).to_string();
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
        // Clients normalize a path that ends with a dot segment in two ways.
        for path in [normalized(request.path, false), normalized(request.path, true)] {
            let canonical = canonical_request(
                request.method,
                (&path, request.query),
                request.headers,
                (claim.signed_headers, &dated_by),
                &hash,
            )?;
            let expected =
                hex(&signature(&key.secret, &claim.scope, &to_sign(date, &claim.scope, &canonical)));
            if verify_slices_are_equal(expected.as_bytes(), claim.signature.as_bytes()).is_ok() {
                return Ok(&key.id);
            }
        }
        Err(BadSignature::Signature)
    }

    /// The headers that sign a request for a path and a query with the first key; `None` if there is no
    /// key.
    #[cfg_attr(not(feature = "page"), expect(dead_code, reason = "only the page signs"))]
    pub(crate) fn sign(
        &self,
        method: &Method,
        target: (&str, &str),
        host: &HeaderValue,
        body: &[u8],
        time: SystemTime,
    ) -> Option<Vec<(HeaderName, String)>> {
        let key = self.keys.first()?;
        let date = Timestamp::try_from(time).ok()?.strftime(AMZ_DATE).to_string();
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
        let target = (&*normalized(target.0, false), target.1);
        let canonical = canonical_request(method, target, &headers, (&names, &X_AMZ_DATE), &hash).ok()?;
        let scope = Scope { day: &date[..8], region: &self.region, service: SERVICE };
        let signature = hex(&signature(&key.secret, &scope, &to_sign(&date, &scope, &canonical)));
        let credential = format!("{}/{scope}", key.id);
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}");
        added.push((AUTHORIZATION, authorization));
        Some(added)
    }
}

/// The contents of the header `authorization`.
#[derive(Debug)]
struct Claim<'a> {
    key_id: &'a str,
    scope: Scope<'a>,
    signed_headers: &'a str,
    signature: &'a str,
}

/// The scope of a signature.
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

/// When the request was signed, and the header with that time: `x-amz-date`, or, if that is missing,
/// `date`, which may have the form of `x-amz-date` or of HTTP ([the elements of a request]).
///
/// [the elements of a request]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
fn signed_at(headers: &HeaderMap) -> Option<(HeaderName, Timestamp)> {
    let name = if headers.contains_key(X_AMZ_DATE) { X_AMZ_DATE } else { DATE };
    let mut values = headers.get_all(&name).iter();
    let (text, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    // Parsing also accepts spaces and numbers with fewer digits.
    let is_exact = |at: &Timestamp| at.strftime(AMZ_DATE).to_string() == text;
    let basic = DateTime::strptime(AMZ_DATE, text).and_then(|at| TimeZone::UTC.to_timestamp(at));
    let basic = basic.ok().filter(is_exact);
    let of_http = || rfc2822::parse(text).ok().filter(|_| name == DATE).map(|at| at.timestamp());
    Some((name.clone(), basic.or_else(of_http)?))
}

/// A path without dot segments and empty segments, as it is signed for every service except S3
/// ([the steps]). If it ends with a dot segment, RFC 3986 (5.2.4) makes it a folder; AWS's own clients do
/// not.
///
/// [the steps]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
fn normalized(path: &str, dots_are_folders: bool) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let ends_with_dots = path.ends_with("/.") || path.ends_with("/..");
    let is_folder = path.ends_with('/') || dots_are_folders && ends_with_dots;
    let last = if is_folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{last}", segments.join("/"))
}

fn canonical_request(
    method: &Method,
    (path, query): (&str, &str),
    sent: &HeaderMap,
    (signed, dated_by): (&str, &HeaderName),
    body_hash: &str,
) -> Result<String, BadSignature> {
    let mut names: Vec<&str> = signed.split(';').collect();
    if !names.contains(&"host") || !names.contains(&dated_by.as_str()) {
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
    // The path is encoded once more than the client sent it, as for every service except S3.
    let path = utf8_percent_encode(path, ENCODED_IN_PATH);
    let query = canonical_query(query);
    Ok(format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{body_hash}"))
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| {
        // In a query, `+` is a space, however it was signed (tedder/requests-aws4auth #54).
        let text = text.replace('+', " ");
        let decoded: Cow<'_, [u8]> = percent_decode_str(&text).into();
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

    /// The signing key from AWS's documentation ([its example]).
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

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// 2015-08-30 12:36:00, as in AWS's test vectors.
    const TIME: u64 = 1_440_938_160;

    fn verified(
        method: &Method,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<(), BadSignature> {
        let verifier = IamVerifier::new([IamKey::new("AKIDEXAMPLE", SECRET)].into(), "us-east-1".into());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let headers: HeaderMap = headers.collect();
        let request = RoutedRequest {
            stage: &routegen_apigw::ApiStage::default(),
            route_key: "$default",
            path_parameters: &[],
            method,
            path,
            query,
            headers: &headers,
            cookies: &[],
            added_headers: &[],
            protocol: "HTTP/1.1",
            source_ip: None,
            request_id: "id",
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(TIME),
        };
        verifier.signer(&request, body.as_bytes()).map(drop)
    }

    fn authorization(signed: &str, signature: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, \
             SignedHeaders={signed}, Signature={signature}"
        )
    }

    /// Requests like those of AWS's test vectors, signed by botocore 1.43: its targets and its signatures.
    #[test]
    fn what_botocore_signs_passes_however_its_path_and_its_query_are_written() {
        for (target, signature) in [
            ("/", "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"),
            (
                "/?Param2=value2&Param1=value1",
                "63a2c5c0c9c7da3e893f1c6a1cea590225532f3c536b55abde0fec3fb79616e5",
            ),
            ("/?q=a+b", "4eec6efc1b4564e4efb3afb0c7d51e6a3c99e42bf5c50230dec51d4eaef71975"),
            ("/?q=a%2Bb", "b54435d1e777ffa4d8d7b5599c5544fac59fe12bb5a7bdb750ad0f954a14b0b2"),
            (
                "/?a+b=c+d+e&%C3%BC=%2A~%27%28%29",
                "c35848006abdee978b5ca1e71c85f90dfde3e73e2dd22e49132420b588601170",
            ),
            ("//", "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"),
            ("//example//", "3458adf898d1324ba8c9ece6f16d2cab9300c6d38086ee9e7b8ff0ceee481483"),
            ("/./", "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"),
            ("/./example", "5590b95e0c6139b29a293eaa050f937dea2fb0cda5eca12e13724cb0cb405f8e"),
            ("/example/..", "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"),
            ("/example1/example2/../..", "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"),
            ("/../example", "5590b95e0c6139b29a293eaa050f937dea2fb0cda5eca12e13724cb0cb405f8e"),
            ("/example/.", "5590b95e0c6139b29a293eaa050f937dea2fb0cda5eca12e13724cb0cb405f8e"),
            ("/a//b/./c/../d/", "bcecbd63a4d18cc52ad5ad38283f876e204388db2463c07612fbe8d18eb719df"),
            ("/a/.../..b/c..", "2e15f76694af123bd1bb2c7e47d03f28f534dd4b802f84a282840a9168e58476"),
            ("/a%2Fb/%2E%2E/c", "03fd8a1e5bcc52781c98e86b9ac11caf1a36eb948ed7da2d25358afcc54971cf"),
            ("/ex%20ample/%E1%88%B4", "0d0a9217f78636a1a951320dc4dccf1e58cdddd2ab27be57567534125ed7220e"),
        ] {
            let authorization = authorization("host;x-amz-date", signature);
            let headers = [
                ("host", "example.amazonaws.com"),
                ("x-amz-date", "20150830T123600Z"),
                ("authorization", &authorization),
            ];
            assert_eq!(verified(&Method::GET, target, &headers, ""), Ok(()), "{target}");
            for other in [format!("{target}x"), format!("/x{target}"), target.replace('+', "-") + "?"] {
                let refused = verified(&Method::GET, &other, &headers, "");
                let same = normalized(other.split('?').next().unwrap(), false)
                    == normalized(target.split('?').next().unwrap(), false)
                    && canonical_query(other.split_once('?').map_or("", |it| it.1))
                        == canonical_query(target.split_once('?').map_or("", |it| it.1));
                assert_eq!(refused.is_ok(), same, "{other} signed as {target}");
            }
        }
        let authorization = authorization(
            "content-type;host;my-header1;x-amz-date",
            "604b41978fe6f7d5c939acb205912574fd7ac68014487b1dcf8c1116260cf89e",
        );
        let headers = [
            ("host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("my-header1", "  a   b  c  "),
            ("authorization", &authorization),
        ];
        assert_eq!(verified(&Method::POST, "/", &headers, "Param1=value1"), Ok(()));
        assert_eq!(verified(&Method::POST, "/", &headers, "Param1=value2"), Err(BadSignature::Signature));
    }

    #[test]
    fn a_date_may_stand_in_place_of_amazons() {
        let signed = |names: &str, dated: &[(&str, &str)], time: &str| {
            let mut headers = vec![("host", "h")];
            headers.extend(dated);
            let sent = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            let by = if names.contains("x-amz-date") { X_AMZ_DATE } else { DATE };
            let hash = hex(digest(&SHA256, b"").as_ref());
            let canonical = canonical_request(&Method::GET, ("/", ""), &sent.collect(), (names, &by), &hash);
            let scope = Scope { day: "20150830", region: "us-east-1", service: SERVICE };
            let signature = hex(&signature(SECRET, &scope, &to_sign(time, &scope, &canonical.unwrap())));
            let authorization = authorization(names, &signature);
            headers.push(("authorization", &authorization));
            verified(&Method::GET, "/", &headers, "")
        };
        let time = "20150830T123600Z";
        let of_http = "Sun, 30 Aug 2015 12:36:00 GMT";
        for date in [of_http, time] {
            assert_eq!(signed("date;host", &[("date", date)], time), Ok(()), "{date}");
        }
        let both = [("date", "Sun, 30 Aug 2015 12:00:00 GMT"), ("x-amz-date", time)];
        assert_eq!(signed("date;host;x-amz-date", &both, time), Ok(()), "the other one counts");
        assert_eq!(signed("date;host", &both, time), Err(BadSignature::Headers), "and has to be signed");
        for (date, time) in [
            ("Sun, 30 Aug 2015 12:30:59 GMT", "20150830T123059Z"),
            ("30 August 2015", time),
            ("1440938160", time),
        ] {
            assert_eq!(signed("date;host", &[("date", date)], time), Err(BadSignature::Date), "{date}");
        }
        let of_http = [("x-amz-date", of_http)];
        assert_eq!(signed("host;x-amz-date", &of_http, time), Err(BadSignature::Date), "it has one form");
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
