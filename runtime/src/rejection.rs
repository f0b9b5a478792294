//! Why an argument could not be extracted, as clients see it.
//!
//! In: the response that an extractor returned instead of its value, and whose extractor it is. Out: what the
//! client receives, and what is logged. A rejection of axum's, which is plain text, becomes a problem of RFC
//! 9457, as those of this crate are already; the response of a user's own extractor is sent as it is. Server
//! errors are logged in either case.

use std::any::type_name;

use axum::{
    body::{Body, to_bytes},
    http::header,
    response::{IntoResponse, Response},
};
use lambda_runtime::Error;

use crate::{Problem, problem::Cause};

/// The response instead of an argument, as the extractor returned it.
#[derive(Debug)]
pub struct Rejection {
    response: Response,
    /// Whether axum or this crate made it.
    is_ours: bool,
}

impl Rejection {
    /// The rejection of any extractor.
    pub(crate) fn new<R: IntoResponse>(rejection: R) -> Self {
        Self { response: rejection.into_response(), is_ours: is_axums(type_name::<R>()) }
    }

    /// The rejection of one of this crate's extractors.
    pub(crate) fn own(response: Response) -> Self {
        Self { response, is_ours: true }
    }

    /// Why the argument could not be extracted, where no client receives a response. A server error is
    /// returned as an error.
    pub(crate) async fn into_reason(self) -> Result<String, Error> {
        let (parts, body) = self.response.into_parts();
        let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = match parts.extensions.get::<Cause>() {
            Some(cause) => cause.to_string(),
            None => with_way_out(String::from_utf8_lossy(&text).into_owned()),
        };
        let reason =
            if text.is_empty() { parts.status.to_string() } else { format!("{}: {text}", parts.status) };
        if parts.status.is_server_error() { Err(reason.into()) } else { Ok(reason) }
    }

    /// The response that the client receives.
    pub(crate) async fn into_response(self) -> Response {
        let Self { response, is_ours } = self;
        let status = response.status();
        let is_problem =
            is_ours && is_plain(&response) && (status.is_client_error() || status.is_server_error());
        // Those of this crate carry their cause.
        let has_cause = !status.is_server_error() || response.extensions().get::<Cause>().is_some();
        if !is_problem && has_cause {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        // The body is in memory, in one piece; one that cannot be read has no text.
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let problem = match text {
            text if text.is_empty() => Problem::new(status),
            // Server errors are for the author only.
            text if status.is_server_error() => Problem::new(status).with_cause(with_way_out(text)),
            text => Problem::new(status).with_detail(text),
        };
        let (head, body) = problem.into_response().into_parts();
        if let Some(cause) = head.extensions.get::<Cause>() {
            parts.extensions.insert(cause.clone());
        }
        if !is_problem {
            return Response::from_parts(parts, Body::from(bytes));
        }
        parts.headers.remove(header::CONTENT_LENGTH);
        // The rejection's other headers are kept.
        parts.headers.extend(head.headers);
        Response::from_parts(parts, body)
    }
}

/// Whether a type is one of axum's rejections, judged by its path.
fn is_axums(name: &str) -> bool {
    ["axum::", "axum_core::", "axum_extra::"].iter().any(|krate| name.starts_with(krate))
}

/// axum's messages when an extractor needs its router or server, and what to use instead.
const WAYS_OUT: [(&str, &str); 4] = [
    (
        "No paths parameters found for matched route",
        "axum's `Path` and `RawPathParams` find the parameters only behind axum's router: within an extractor, take `routegen::Path`",
    ),
    (
        "No matched path found",
        "axum's `MatchedPath` exists only behind axum's router: within an extractor, take `routegen::RouteKey`",
    ),
    (
        "ConnectInfo<",
        "axum's server sets `ConnectInfo`, and a function has no such server: within an extractor, take the address from `request_context()` \
         of `lambda_http::RequestExt` (feature `lambda_http`), or take `ConnectInfo<SocketAddr>` as an argument of the handler",
    ),
    (
        "Missing request extension",
        "nothing has put it there: within an extractor, take `routegen::Res` of a type that implements `Resource`",
    ),
];

/// The text, followed by the replacement if one is known.
fn with_way_out(text: String) -> String {
    match WAYS_OUT.iter().find(|(says, _)| text.contains(says)) {
        Some((_, way_out)) => format!("{text}: {way_out}"),
        None => text,
    }
}

/// Whether the response has no format of its author's: plain text as in axum's own rejections, or nothing at
/// all.
fn is_plain(response: &Response<Body>) -> bool {
    match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(kind) => kind.to_str().is_ok_and(|kind| {
            let essence = kind.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case("text/plain")
        }),
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Json,
        extract::{FromRequestParts, MatchedPath, Path, rejection::PathRejection},
        http::{HeaderName, Request, StatusCode},
    };
    use futures_util::FutureExt as _;

    use super::*;

    /// Status, content type, body, and what is logged.
    fn answer(rejection: Rejection) -> (u16, String, String, Option<String>) {
        let response = rejection.into_response().now_or_never().unwrap();
        let (parts, body) = response.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or_else(String::new, |kind| kind.to_str().unwrap().to_owned());
        let body = to_bytes(body, usize::MAX).now_or_never().unwrap().unwrap();
        let cause = parts.extensions.get::<Cause>().map(ToString::to_string);
        (parts.status.as_u16(), kind, String::from_utf8(body.to_vec()).unwrap(), cause)
    }

    fn ours(rejection: impl IntoResponse) -> (u16, String, String, Option<String>) {
        answer(Rejection::own(rejection.into_response()))
    }

    fn theirs(rejection: impl IntoResponse) -> (u16, String, String, Option<String>) {
        answer(Rejection::new(rejection))
    }

    const PROBLEM: &str = "application/problem+json";
    const TEXT: &str = "text/plain; charset=utf-8";

    #[test]
    fn a_text_of_ours_is_the_detail_of_a_problem() {
        let expected = r#"{"title":"Bad Request","status":400,"detail":"no \"id\""}"#;
        let text = (StatusCode::BAD_REQUEST, "no \"id\"");
        assert_eq!(ours(text), (400, PROBLEM.into(), expected.into(), None));
    }

    #[test]
    fn a_status_of_ours_is_a_problem_without_detail() {
        let expected = r#"{"title":"Forbidden","status":403}"#;
        assert_eq!(ours(StatusCode::FORBIDDEN), (403, PROBLEM.into(), expected.into(), None));
    }

    #[test]
    fn what_is_wrong_with_the_server_goes_to_the_log() {
        let rejection = (StatusCode::INTERNAL_SERVER_ERROR, "no extension `Pool`");
        let expected = r#"{"title":"Internal Server Error","status":500}"#;
        assert_eq!(
            ours(rejection),
            (500, PROBLEM.into(), expected.into(), Some("no extension `Pool`".into()))
        );
    }

    /// The rejection of an axum extractor that finds nothing without its router.
    fn of_axum<T: FromRequestParts<()>>() -> T::Rejection {
        let mut parts = Request::new(()).into_parts().0;
        match T::from_request_parts(&mut parts, &()).now_or_never().unwrap() {
            Err(rejection) => rejection,
            Ok(_) => panic!("it is made of nothing"),
        }
    }

    #[test]
    fn a_rejection_of_axum_is_known_by_its_type() {
        let body = of_axum::<axum::extract::Query<(u8, u8)>>();
        let (status, kind, ..) = theirs(body);
        assert_eq!((status, &*kind), (400, PROBLEM));
        let not_utf8 = axum::http::Request::new(Body::from(vec![0xff]));
        let text = <String as axum::extract::FromRequest<()>>::from_request(not_utf8, &());
        assert_eq!(theirs(text.now_or_never().unwrap().unwrap_err()).1, PROBLEM);
    }

    #[test]
    fn what_the_users_extractor_answers_stays() {
        assert_eq!(theirs((StatusCode::BAD_REQUEST, "no")), (400, TEXT.into(), "no".into(), None));
        assert_eq!(theirs(StatusCode::FORBIDDEN), (403, String::new(), String::new(), None));
        let json = (StatusCode::BAD_REQUEST, Json("no"));
        assert_eq!(theirs(json), (400, "application/json".into(), "\"no\"".into(), None));
        let problem = || Problem::new(StatusCode::BAD_REQUEST).with_detail("no").with_cause("secret");
        let expected = r#"{"title":"Bad Request","status":400,"detail":"no"}"#;
        assert_eq!(theirs(problem()), (400, PROBLEM.into(), expected.into(), Some("secret".into())));
        assert_eq!(ours(problem()), theirs(problem()));
        assert_eq!(theirs(axum::response::Redirect::to("/login")).0, 303);
        let busy = (StatusCode::SERVICE_UNAVAILABLE, "come back");
        assert_eq!(theirs(busy), (503, TEXT.into(), "come back".into(), Some("come back".into())));
    }

    #[test]
    fn what_axum_finds_only_behind_its_router_has_a_way_out_in_the_log() {
        let logged = |(status, _, _, cause): (u16, String, String, Option<String>)| {
            assert_eq!(status, 500);
            cause.unwrap()
        };
        let path = of_axum::<Path<u8>>;
        assert!(logged(theirs(path())).ends_with("within an extractor, take `routegen::Path`"));
        // No matter how an extractor passes it on.
        let text = |path: PathRejection| (StatusCode::INTERNAL_SERVER_ERROR, Json(path.body_text()));
        for rejection in [theirs(path().into_response()), theirs(text(path()))] {
            assert!(!rejection.2.contains("routegen"), "{rejection:?}");
            assert!(logged(rejection).ends_with("within an extractor, take `routegen::Path`"));
        }
        assert!(logged(theirs(of_axum::<axum::extract::RawPathParams>())).contains("`routegen::Path`"));
        assert!(logged(theirs(of_axum::<MatchedPath>())).ends_with("take `routegen::RouteKey`"));
        let extension = logged(theirs(of_axum::<axum::Extension<u8>>()));
        assert!(extension.contains("`u8`") && extension.contains("`routegen::Res`"), "{extension}");
        let address = logged(theirs(of_axum::<axum::extract::ConnectInfo<std::net::SocketAddr>>()));
        assert!(address.contains("`request_context()`"), "{address}");
    }

    #[test]
    fn headers_of_a_rejection_of_ours_hold_except_for_those_of_its_body() {
        let headers = [
            (header::WWW_AUTHENTICATE, "Basic"),
            (header::CONTENT_LENGTH, "2"),
            (HeaderName::from_static("retry-after"), "3"),
        ];
        let rejection = Rejection::own((StatusCode::UNAUTHORIZED, headers, "no").into_response());
        let response = rejection.into_response().now_or_never().unwrap();
        let names: Vec<&str> = response.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Basic");
        assert_eq!(response.headers()["retry-after"], "3");
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM);
    }
}
