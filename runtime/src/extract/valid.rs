//! Validates what another extractor returns with the garde rules of its type.
//!
//! In: what another extractor reads. Out: the same value, or 422 with every broken rule and its place. It
//! refuses a value that breaks a rule of its type.

#[cfg(feature = "form")]
use axum::Form;
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use garde::{Report, Validate};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
#[cfg(feature = "registry")]
use routegen_spec::contract::{Answer, Schema};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Path, Query};
use crate::{Problem, rejection::Rejection};

/// Extracts what `E` extracts, and refuses values that break the [garde] rules of their type.
///
/// ```
/// use garde::Validate;
/// use routegen::{Json, Valid, route};
///
/// #[derive(serde::Deserialize, Validate)]
/// struct NewItem {
///     #[garde(length(min = 1, max = 40))]
///     name: String,
///     #[garde(range(min = 1))]
///     amount: u32,
/// }
///
/// #[route(POST, "/items", auth = "none")]
/// async fn create_item(Valid(Json(new)): Valid<Json<NewItem>>) -> String {
///     format!("{} {}", new.amount, new.name)
/// }
/// ```
///
/// The client gets 422 (RFC 9110, section 15.5.21) with all broken rules at once, as in the example of [RFC
/// 9457], section 3. A value in the body is identified by a JSON pointer (RFC 6901) as a fragment, a value in
/// the path or the query by the name of its parameter:
///
/// ```json
/// {
///   "title": "Unprocessable Entity",
///   "status": 422,
///   "errors": [
///     { "pointer": "#/name", "detail": "length is lower than 1" },
///     { "pointer": "#/amount", "detail": "lower than 1" }
///   ]
/// }
/// ```
///
/// The names are those that the client sent, whatever `#[serde(rename_all = "…")]` makes of them. If
/// `#[serde(rename = "…")]` changes a name to another word, or a value is missing, it is the field's own
/// name, because garde does not see serde's attributes. Input that cannot be parsed at all is refused by `E`,
/// as without `Valid`.
///
/// `E` is [`Json`], [`Path`], [`Query`], axum's `Form` (feature `form`), or an extractor of your own that
/// implements [`Validated`].
///
/// [garde]: https://docs.rs/garde
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457#section-3
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Valid<E>(pub E);

/// An extractor whose value can be validated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no value that could be validated",
    label = "not an extractor for `Valid`",
    note = "take `Valid<Json<T>>`, `Valid<Query<T>>` or `Valid<Path<T>>` of this crate, or implement `routegen::Validated` for it"
)]
pub trait Validated {
    /// The type that is validated.
    type Value: Validate<Context: Default>;

    /// Where the value is in a request.
    const PLACE: ValuePlace;

    /// Returns the value.
    fn value(&self) -> &Self::Value;
}

/// Where a value is in a request, which determines how an error names its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ValuePlace {
    /// In the body: named by a JSON pointer.
    Body,
    /// In the path: named by the parameter.
    Path,
    /// In the query: named by the parameter.
    Query,
}

macro_rules! validated {
    ($($extractor:ident $place:ident;)*) => {
        $(impl<T: Validate<Context: Default>> Validated for $extractor<T> {
            type Value = T;
            const PLACE: ValuePlace = ValuePlace::$place;

            fn value(&self) -> &T {
                &self.0
            }
        })*
    };
}

#[cfg(feature = "form")]
validated! { Form Body; }
validated! {
    Json Body;
    Path Path;
    Query Query;
}

impl<E: Validated + FromRequestParts<S> + Send, S: Send + Sync> FromRequestParts<S> for Valid<E> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        // In two steps, because the rejections of other extractors need not be `Send`.
        let extracted = E::from_request_parts(parts, state).await.map_err(Rejection::new);
        match extracted {
            Ok(extracted) => {
                let sent = || {
                    if E::PLACE == ValuePlace::Path {
                        return parameters(super::path::names(parts).iter().copied());
                    }
                    let names = super::query::names(parts.uri.query().unwrap_or_default());
                    parameters(names.iter().map(String::as_str))
                };
                valid(extracted, sent).map_err(Problem::into_response)
            }
            Err(rejection) => Err(rejection.into_response().await),
        }
    }
}

impl<E: Validated + FromRequest<S> + Send, S: Send + Sync> FromRequest<S> for Valid<E> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let bytes = match bytes.map_err(Rejection::new) {
            Ok(bytes) => bytes,
            Err(rejection) => return Err(rejection.into_response().await),
        };
        let request = Request::from_parts(parts, bytes.clone().into());
        let extracted = E::from_request(request, state).await.map_err(Rejection::new);
        match extracted {
            Ok(extracted) => valid(extracted, || sent(&bytes)).map_err(Problem::into_response),
            Err(rejection) => Err(rejection.into_response().await),
        }
    }
}

/// The value, or the rules that it breaks, with the names that the client has `sent`.
fn valid<E: Validated>(extracted: E, sent: impl FnOnce() -> Value) -> Result<Valid<E>, Problem> {
    match extracted.value().validate() {
        Ok(()) => Ok(Valid(extracted)),
        Err(report) => Err(problem(&report, E::PLACE, &sent())),
    }
}

/// A body as JSON, or the fields of a form.
fn sent(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let names = super::query::names(&String::from_utf8_lossy(body));
        parameters(names.iter().map(String::as_str))
    })
}

fn parameters<'a>(names: impl Iterator<Item = &'a str>) -> Value {
    names.map(|name| (name.to_owned(), Value::Null)).collect()
}

/// The OpenAPI document takes its description from `E`.
#[cfg(feature = "registry")]
impl<E: Validated> crate::contract::DescribeWrapper for Valid<E> {
    type Inner = E;

    fn refusals() -> Vec<Answer> {
        let place = match E::PLACE {
            ValuePlace::Body => "pointer",
            ValuePlace::Path | ValuePlace::Query => "parameter",
        };
        let errors = serde_json::json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": { (place): { "type": "string" }, "detail": { "type": "string" } },
                "required": ["detail"],
            },
        });
        let answer =
            Answer::problem(422).with_description("The input breaks rules. `errors` lists them all.");
        vec![answer.with_member("errors", Schema::known(errors))]
    }
}

/// A broken rule with its place.
#[derive(Serialize)]
struct Broken<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    detail: &'a str,
}

fn problem(report: &Report, place: ValuePlace, sent: &Value) -> Problem {
    let errors = report.iter().map(|(path, error)| {
        let names = names(path, sent);
        let (pointer, parameter) = match place {
            ValuePlace::Body => (Some(pointer(&names)), None),
            // A rule about all of them together has no name.
            ValuePlace::Path | ValuePlace::Query => (None, names.into_iter().next()),
        };
        Broken { pointer, parameter, detail: error.message() }
    });
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY).with_member("errors", &errors.collect::<Vec<_>>())
}

/// The names and indexes on the path to a value, as the client wrote them: the type's own may differ because
/// of serde's `rename_all`, which garde does not see.
fn names(path: &garde::Path, sent: &Value) -> Vec<String> {
    // The components of a path are public only in their serialized form: pairs of a kind and a text.
    let components = serde_json::to_value(path).and_then(serde_json::from_value::<Vec<(String, String)>>);
    let mut at = Some(sent);
    let components = components.unwrap_or_default().into_iter().filter(|(kind, _)| kind != "none");
    let names = components.map(|(kind, name)| {
        if kind == "index" {
            at = at.and_then(|value| value.get(name.parse::<usize>().ok()?));
            return name;
        }
        let members = at.and_then(Value::as_object);
        let alike = |members: &Map<String, Value>| {
            members.keys().find(|key| letters(key).eq(letters(&name))).cloned()
        };
        let name = match members {
            Some(members) if !members.contains_key(&name) => alike(members).unwrap_or(name),
            _ => name,
        };
        at = members.and_then(|members| members.get(&name));
        name
    });
    names.collect()
}

/// The letters that all spellings of a name share: `perShelf`, `per_shelf`, `PER-SHELF`.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase)
}

/// Characters that a URI fragment must escape (RFC 3986, section 3.5).
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A JSON pointer in the fragment of a URI (RFC 6901, section 6).
fn pointer(names: &[String]) -> String {
    names.iter().fold("#".to_owned(), |pointer, name| {
        let name = name.replace('~', "~0").replace('/', "~1");
        format!("{pointer}/{}", utf8_percent_encode(&name, ESCAPED))
    })
}
