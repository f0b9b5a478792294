//! A resource as an argument, and the resources of a user's own extractors.
//!
//! In: a request that carries the resources. Out: the requested one, created if it does not exist yet. It
//! refuses an extractor that uses an undeclared resource: if the resource has grants or reads variables, the
//! functions that use the extractor would not get them.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use super::check::Argument;
use crate::{
    Problem, Res, Resource,
    request::Surroundings,
    resource::{Declaration, Init, Maker, Needs, maker},
};

impl<T: Resource, S: Sync> FromRequestParts<S> for Res<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        const {
            assert!(
                <Self as Needs>::IS_SILENT,
                "this resource, or one that it needs, declares grants or variables: an extractor that takes it must implement \
                 `TakesResources` with it in `type Needs`, so that functions with the extractor have them"
            );
        }
        of(parts).await
    }
}

/// Returns a resource that the caller has declared.
pub(super) async fn of<T: Resource>(parts: &mut Parts) -> Result<Res<T>, Response> {
    let surroundings = parts.extensions.get::<Surroundings>();
    let init = surroundings.map(|surroundings| surroundings.init.clone()).unwrap_or_default();
    init.share().await.map_err(|error| Problem::internal(error).into_response())
}

/// Implement this for an extractor of your own that uses resources.
///
/// It declares them. Each function that has the extractor as an argument then creates them before the first
/// invocation, gets their permissions, and requires their variables.
///
/// ```
/// use routegen::{
///     Init, Res, Resource, Response, TakesResources, axum::extract::FromRequestParts, http::request::Parts, Error,
/// };
///
/// struct Sessions;
///
/// impl Resource for Sessions {
///     const ENV: &'static [&'static str] = &["SESSION_SALT"];
///
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self)
///     }
/// }
///
/// struct User(String);
///
/// impl TakesResources for User {
///     type Needs = Res<Sessions>;
/// }
///
/// impl<S: Sync> FromRequestParts<S> for User {
///     type Rejection = Response;
///
///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
///         let sessions = Self::resources(parts).await?;
/// #       let _ = sessions;
///         Ok(Self("Ada".to_owned()))
///     }
/// }
/// ```
///
/// An extractor that extracts this one must declare the same resources. If it does not, each of its requests
/// gets 500 and the log shows why, unless the resources declare nothing.
pub trait TakesResources: Sized {
    /// The resources that it uses: a `Res<T>`, or a tuple of them.
    type Needs: Needs;

    /// Returns the resources.
    ///
    /// # Errors
    ///
    /// A response with status 500 if they cannot be created, or if no argument of the route declares them.
    fn resources(parts: &mut Parts) -> impl Future<Output = Result<Self::Needs, Response>> + Send {
        let init = parts.extensions.get::<Surroundings>().map(|surroundings| surroundings.init.clone());
        async move {
            let made = match init {
                None => Self::Needs::made(&Init::default()).await,
                Some(init) => match init.prepared() {
                    Some(needs) => Ok(needs),
                    None if <Self::Needs as Needs>::IS_SILENT => Self::Needs::made(&init).await,
                    None => Err(undeclared::<Self>().into()),
                },
            };
            made.map_err(|error| Problem::internal(error).into_response())
        }
    }
}

/// Why undeclared resources are not created for a request either.
fn undeclared<T>() -> String {
    format!(
        "`{}` takes resources that no argument of the route declares, so that the function may lack permissions and variables: \
         write `impl TakesResources` for the argument that it is extracted in, with the same `Needs`",
        std::any::type_name::<T>()
    )
}

impl<T: TakesResources> TakesResources for Option<T> {
    type Needs = T::Needs;
}

impl<T: TakesResources, E> TakesResources for Result<T, E> {
    type Needs = T::Needs;
}

#[cfg(feature = "garde")]
impl<T: TakesResources> TakesResources for super::Valid<T> {
    type Needs = T::Needs;
}

impl<T: TakesResources, Auth, const PARAMETERS: usize> Argument<T, Auth, PARAMETERS> {
    /// What is created before the first invocation.
    pub const RESOURCE: Option<&'static Maker> = Some(const { &maker::<T::Needs>() });

    /// What that declares.
    pub const DECLARED: Option<Declaration> = Some(<T::Needs as Needs>::declared);
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use crate::{Error, Grant, http::StatusCode, route};

    use super::*;

    struct Sessions;

    impl Resource for Sessions {
        const GRANTS: &'static [Grant] = &[Grant::new("sessions_table", &["dynamodb:GetItem"])];

        async fn init(_: &Init) -> Result<Self, Error> {
            Ok(Self)
        }
    }

    /// Declares what it uses.
    struct User;

    impl TakesResources for User {
        type Needs = Res<Sessions>;
    }

    impl<S: Sync> FromRequestParts<S> for User {
        type Rejection = Response;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
            Self::resources(parts).await.map(|_| Self)
        }
    }

    /// Does not declare what the extractor within it uses.
    struct Admin;

    impl<S: Sync> FromRequestParts<S> for Admin {
        type Rejection = Response;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
            User::from_request_parts(parts, state).await.map(|_| Self)
        }
    }

    #[route(GET, "/resource/user", auth = "none", crate = crate)]
    async fn resource_user(_: User) {}

    #[route(GET, "/resource/admin", auth = "none", crate = crate)]
    async fn resource_admin(_: Admin) {}

    async fn status(
        init: Init,
        resources: &[Option<&'static Maker>],
        call: crate::middleware::Call,
    ) -> StatusCode {
        for maker in resources.iter().flatten() {
            maker.prepare(&init).await.expect("sessions are always made");
        }
        let mut request = crate::request::Request::default();
        request.extensions_mut().insert(Surroundings { parameters: &[], init });
        match call(request).await {
            Ok(response) => response.status(),
            Err(rejection) => rejection.into_response().await.status(),
        }
    }

    #[tokio::test]
    async fn what_no_argument_declares_is_not_given_to_an_extractor_within_another() {
        let route = |name: &str| {
            let found = crate::registry::routes().iter().find(|route| route.spec.name.as_str() == name);
            found.and_then(crate::registry::RegisteredRoute::route).unwrap()
        };
        let (user, admin) = (route("resource_user"), route("resource_admin"));
        assert_eq!(status(Init::default(), user.resources, user.call).await, StatusCode::OK);
        assert_eq!(
            status(Init::default(), admin.resources, admin.call).await,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        let stands_in = Init::default().with(Sessions);
        assert_eq!(status(stands_in, user.resources, user.call).await, StatusCode::OK);
    }
}
