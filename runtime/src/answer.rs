//! Responses whose status is part of their type, for handlers whose signature should say more than a tuple
//! does.
//!
//! In: the body. Out: the response. Clients and the OpenAPI document read the status from the signature.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::Problem;

/// A response with status 201, the created item and, optionally, its location.
///
/// ```
/// use routegen::{Created, Json, route};
///
/// #[derive(serde::Serialize)]
/// struct Item {
///     id: u64,
/// }
///
/// #[route(POST, "/items", auth = "none")]
/// async fn create_item() -> Created<Json<Item>> {
///     Created::new(Json(Item { id: 7 })).at("/items/7")
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Created<T> {
    body: T,
    location: Option<String>,
}

impl<T> Created<T> {
    /// Creates the response with the created item as its body.
    pub fn new(body: T) -> Self {
        Self { body, location: None }
    }

    /// Sets the `Location` header to the URI of the item, which may be relative to the request's.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, self.body).into_response();
        if let Some(location) = self.location {
            match HeaderValue::try_from(location) {
                Ok(location) => {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                // A line feed could inject another header.
                Err(error) => return Problem::internal(error).into_response(),
            }
        }
        response
    }
}

/// A response with status 202: the request was accepted and will be processed later. The body describes its
/// current state.
#[derive(Clone, Debug)]
pub struct Accepted<T>(pub T);

impl<T: IntoResponse> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_in_the_type() {
        let created = Created::new("pen").at("/items/7").into_response();
        assert_eq!(
            (created.status(), &created.headers()["location"]),
            (StatusCode::CREATED, &HeaderValue::from_static("/items/7"))
        );
        assert!(!Created::new(()).into_response().headers().contains_key("location"));
        assert_eq!(Accepted("soon").into_response().status(), StatusCode::ACCEPTED);
    }

    #[test]
    fn a_location_that_is_no_header_is_an_error_of_the_server() {
        let forged = Created::new(()).at("/items\r\nset-cookie: a=b").into_response();
        assert_eq!(forged.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!forged.headers().contains_key("set-cookie"));
    }
}
