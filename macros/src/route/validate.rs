//! Validates the [`RouteAttr`]s of a function and the item under them as [`ValidRoutes`].
//!
//! In: the attributes, with each argument valid by itself, and the item's tokens. Out: the only type that is
//! expanded. It refuses contradictions between two arguments, or an argument and the function.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use routegen_spec::{Auth, Entry, Method, PathPattern, RouteKey, RouteSpec, Serves, attributes::Key};
use syn::Type;

use super::{parse::RouteAttr, responses::Response};
use crate::{
    errors::Errors,
    function,
    signature::{self, Handler, Role},
    slot::{Given, Slot},
    values::{self, Around},
};

/// The routes of one function, ready for expansion.
pub(crate) struct ValidRoutes {
    pub(crate) handler: Handler,
    /// The path of the crate `routegen`.
    pub(crate) krate: syn::Path,
    /// The routes in the order of the attributes; there is at least one.
    pub(crate) routes: Vec<ValidRoute>,
}

/// A route that is ready for expansion.
pub(crate) struct ValidRoute {
    /// The content of the attribute. Fields that only the compiler can fill are empty.
    pub(crate) spec: RouteSpec,
    /// The extractors whose values are not used.
    pub(crate) guards: Vec<Type>,
    /// What surrounds the guards and the handler, the outermost first.
    pub(crate) middleware: Vec<Around>,
    /// Its declared responses.
    pub(crate) responses: Vec<Response>,
    /// The attribute, for its location in the registry; empty for the one that the compiler expands.
    pub(crate) place: TokenStream,
}

/// Returns `None` only together with an error.
pub(crate) fn validate(
    crate_name: &str,
    mut attributes: Vec<RouteAttr>,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<ValidRoutes> {
    for attribute in &attributes {
        check_scopes(attribute, errors);
        check_default(attribute, errors);
    }
    check_agreement(&attributes, errors);
    let handler = signature::read(item, Role::Route, errors)?;
    name(&mut attributes, &handler, errors);
    check_differences(&attributes, &handler, errors);
    let krate = attributes.iter_mut().map(|attribute| std::mem::take(&mut attribute.krate));
    let krate = krate.reduce(|first, second| if first.is_absent() { second } else { first })?;
    let routes = attributes.into_iter().map(|attribute| valid(crate_name, attribute, &handler));
    let routes = routes.collect::<Option<_>>()?;
    Some(ValidRoutes { krate: function::krate(krate)?, routes, handler })
}

fn valid(crate_name: &str, attribute: RouteAttr, handler: &Handler) -> Option<ValidRoute> {
    let (method, path) = (attribute.method.value()?, attribute.path.value()?);
    let serves = Serves::Route { method, path: path.clone() };
    let mut spec = RouteSpec::new(attribute.name.value()?, method, path, attribute.auth.value()?);
    spec.scopes = attribute.scopes.value().unwrap_or_default();
    spec.memory = attribute.memory.value();
    spec.timeout = attribute.timeout.value();
    spec.multi_thread = attribute.multi_thread.value();
    spec.env = attribute.env.value().unwrap_or_default();
    spec.throttle = attribute.throttle.value();
    spec.lambda = attribute.lambda.value();
    spec.description = function::description(attribute.description, handler)?;
    spec.tags = attribute.tags.value().unwrap_or_default();
    spec.deprecated = attribute.deprecated.value().unwrap_or_default();
    spec.sunset = attribute.sunset.value();
    spec.entry = Entry::new(crate_name, serves).to_string();
    let guards = attribute.guards.value().unwrap_or_default();
    let middleware = attribute.middleware.value().unwrap_or_default();
    spec.guards = guards.iter().map(values::written).collect();
    spec.middleware = middleware.iter().map(values::written).collect();
    let responses = attribute.responses.value().unwrap_or_default();
    Some(ValidRoute { spec, guards, middleware, responses, place: attribute.place })
}

/// Scopes are read from a token that an authorizer has verified.
fn check_scopes(attribute: &RouteAttr, errors: &mut Errors) {
    let (Some(auth), Some(scopes)) = (attribute.auth.given(), attribute.scopes.given()) else { return };
    if !matches!(auth.value, Auth::Authorizer(_)) && !scopes.value.is_empty() {
        errors.push(
            &scopes.tokens,
            format!("`scopes` requires a token, which `auth = \"{}\"` does not use", auth.value),
            "write `auth = \"cognito\"`, or remove `scopes`",
        );
    }
}

/// `$default` is a route key on its own, without a method.
fn check_default(attribute: &RouteAttr, errors: &mut Errors) {
    let (Some(method), Some(path)) = (attribute.method.given(), attribute.path.given()) else { return };
    if path.value.is_default() && method.value != Method::Any {
        errors.push(
            &method.tokens,
            format!("the route `{}` accepts every method", PathPattern::DEFAULT),
            format!("write `ANY, \"{}\"`", PathPattern::DEFAULT),
        );
    }
}

/// Checks that attributes agree about the function.
fn check_agreement(attributes: &[RouteAttr], errors: &mut Errors) {
    agree(Key::LAMBDA, attributes.iter().map(|attribute| &attribute.lambda), PartialEq::eq, errors);
    agree(Key::MEMORY, attributes.iter().map(|attribute| &attribute.memory), PartialEq::eq, errors);
    agree(Key::TIMEOUT, attributes.iter().map(|attribute| &attribute.timeout), PartialEq::eq, errors);
    agree(
        Key::MULTI_THREAD,
        attributes.iter().map(|attribute| &attribute.multi_thread),
        PartialEq::eq,
        errors,
    );
    let same_path = |one: &syn::Path, other: &syn::Path| {
        one.to_token_stream().to_string() == other.to_token_stream().to_string()
    };
    agree(Key::CRATE, attributes.iter().map(|attribute| &attribute.krate), same_path, errors);
}

fn agree<'a, T: 'a>(
    key: Key,
    slots: impl Iterator<Item = &'a Slot<T>>,
    same: impl Fn(&T, &T) -> bool,
    errors: &mut Errors,
) {
    let mut given = slots.filter_map(Slot::given);
    let Some(Given { value, tokens }) = given.next() else { return };
    for other in given.filter(|other| !same(&other.value, value)) {
        errors.push(
            &other.tokens,
            format!("`{}` differs from `{tokens}` of the same function", other.tokens),
            format!("write `{}` once: it applies to all routes of the function", key.name),
        );
    }
}

/// Gives the handler's name to routes without one, and to the function if it serves several routes. If the
/// author named the function once, that name applies to all of them.
fn name(attributes: &mut [RouteAttr], handler: &Handler, errors: &mut Errors) {
    let several = attributes.len() > 1;
    let said = attributes.iter().find(|attribute| !attribute.lambda.is_absent());
    let said = said.map(|attribute| attribute.lambda.given().map(|given| given.value.clone()));
    let asking = if attributes.iter().any(|attribute| attribute.name.is_absent()) {
        Some(Key::NAME)
    } else {
        (several && said.is_none()).then_some(Key::LAMBDA)
    };
    let own = asking.and_then(|key| function::name(handler, key, errors));
    let lambda = said.unwrap_or_else(|| own.clone().filter(|_| several));
    for attribute in attributes {
        attribute.name.settle(own.as_ref());
        attribute.lambda.settle(lambda.as_ref());
    }
}

/// Checks that the routes of a function have different names and keys.
fn check_differences(attributes: &[RouteAttr], handler: &Handler, errors: &mut Errors) {
    for (index, attribute) in attributes.iter().enumerate() {
        let earlier = &attributes[..index];
        // An incomplete attribute already has an error.
        let Some(key) = key(attribute) else { continue };
        if earlier.iter().any(|other| self::key(other) == Some(key)) {
            let message = format!("duplicate `{key}` above `{}`", handler.ident);
            errors.push(&attribute.place, message, "remove one of them");
            continue;
        }
        let Some(name) = attribute.name.given() else { continue };
        let named = |other: &RouteAttr| other.name.given().is_some_and(|other| other.value == name.value);
        if earlier.iter().any(named) {
            // A name that comes from the handler has no location.
            let place = if name.tokens.is_empty() { &attribute.place } else { &name.tokens };
            let message = format!("another route of `{}` also has the name `{}`", handler.ident, name.value);
            errors.push(place, message, "give this one a different name: `name = \"…\"`");
        }
    }
}

fn key(attribute: &RouteAttr) -> Option<RouteKey<'_>> {
    Some(RouteKey::new(attribute.method.given()?.value, &attribute.path.given()?.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{
        parse::parse,
        siblings::{self, Attribute},
    };

    fn validated_all(attribute: &str, item: &str) -> (Option<ValidRoutes>, Vec<String>) {
        let mut errors = Errors::default();
        let (siblings, item) = siblings::take(item.parse().unwrap());
        let first = Attribute::expanded(attribute.parse().unwrap());
        let attributes = [first].into_iter().chain(siblings);
        let attributes = attributes.map(|attribute| parse(attribute, &mut errors)).collect();
        let routes = validate("items", attributes, item, &mut errors);
        (routes, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
    }

    fn validated(attribute: &str, item: &str) -> (Option<RouteSpec>, Vec<String>) {
        let (routes, errors) = validated_all(attribute, item);
        (routes.and_then(|mut routes| routes.routes.pop()).map(|route| route.spec), errors)
    }

    #[test]
    fn the_function_gives_the_name_and_the_description() {
        let item = "/// Retrieves items\n\nasync fn r#get_items() {}";
        let (route, errors) = validated(r#"GET, "/items", auth = "cognito""#, item);
        assert_eq!(errors, [""; 0]);
        let route = route.unwrap();
        assert_eq!((route.name.as_str(), route.description.as_str()), ("get_items", "Retrieves items"));
        assert_eq!(route.entry, "routegen.items.GET.items");
    }

    #[test]
    fn the_attribute_prevails_over_the_function() {
        let item = "/// Retrieves items\nasync fn getItems() {}";
        let (route, errors) = validated(r#"GET, "/", auth = "none", name = "root", description = """#, item);
        assert_eq!(errors, [""; 0]);
        let route = route.unwrap();
        assert_eq!((route.name.as_str(), route.description.as_str()), ("root", ""));
    }

    #[test]
    fn every_contradiction_has_one_error_and_its_fix() {
        let written = [
            (r#"GET, "/", auth = "none", scopes = ["items/read"]"#, "async fn f() {}"),
            (r#"GET, "/", auth = "iam", scopes = ["items/read"]"#, "async fn f() {}"),
            (r#"GET, "$default", auth = "none""#, "async fn f() {}"),
            (r#"GET, "/", auth = "none""#, "async fn getItems() {}"),
            (r#"GET, "/", auth = "none""#, "async fn _f() {}"),
            (r#"GET, "/", auth = "none""#, "struct Items;"),
            (r#"GET, "/", auth = "none""#, r#"#[route(GET, "/b", auth = "none")] async fn f() {}"#),
            (
                r#"GET, "/", auth = "none""#,
                r#"#[route(GET, "/b", auth = "none", name = "f")] async fn f() {}"#,
            ),
            (
                r#"GET, "/", auth = "none", name = "a""#,
                r#"#[route(GET, "/b", auth = "none", name = "a")] async fn f() {}"#,
            ),
            (r#"GET, "/", auth = "none""#, r#"#[route(GET, "/", auth = "none")] async fn f() {}"#),
            (
                r#"GET, "/", auth = "none", name = "a""#,
                r#"#[route(GET, "/b", auth = "none", name = "b")] async fn getItems() {}"#,
            ),
            (
                r#"GET, "/", auth = "none""#,
                r#"#[route(GET, "/b", auth = "none", name = "b")] async fn getItems() {}"#,
            ),
            (
                r#"GET, "/", auth = "none", lambda = "a""#,
                r#"#[route(GET, "/b", auth = "none", name = "b", lambda = "b")] async fn f() {}"#,
            ),
            (
                r#"GET, "/", auth = "none", memory = 256"#,
                r#"#[route(GET, "/b", auth = "none", name = "b", memory = 512)] async fn f() {}"#,
            ),
            (
                r#"GET, "/", auth = "none", timeout = 5"#,
                r#"#[route(GET, "/b", auth = "none", name = "b", timeout = 6)] async fn f() {}"#,
            ),
            (
                r#"GET, "/", auth = "none", crate = a"#,
                r#"#[route(GET, "/b", auth = "none", name = "b", crate = b)] async fn f() {}"#,
            ),
            (r#"GET, "/", auth = "none""#, "#[route] async fn f() {}"),
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|(attribute, item)| {
                let (_, errors) = validated(attribute, item);
                assert_eq!(errors.len(), 1, "{attribute} {item}: {errors:?}");
                format!("#[route({attribute})] {item}\n    {}", errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn a_wrong_argument_hides_no_other_mistake() {
        let (route, errors) = validated(r#"get, "/a/", auth = "none", scopes = ["a/b"]"#, "fn getItems() {}");
        assert!(route.is_none());
        assert_eq!(errors.len(), 5, "{errors:?}");
    }

    fn names(attribute: &str, item: &str) -> Vec<String> {
        let (routes, errors) = validated_all(attribute, item);
        assert_eq!(errors, [""; 0]);
        let name = |route: ValidRoute| match route.spec.lambda {
            Some(lambda) => format!("{} in {lambda}", route.spec.name),
            None => route.spec.name.to_string(),
        };
        routes.unwrap().routes.into_iter().map(name).collect()
    }

    #[test]
    fn several_routes_of_a_handler_are_one_function() {
        let one = r#"GET, "/a", auth = "none""#;
        let b = r#"#[route(GET, "/b", auth = "none", name = "b")]"#;
        let c = r#"#[routegen::route(GET, "/c", auth = "none", name = "c", lambda = "all", memory = 256)]"#;
        assert_eq!(names(one, "async fn f() {}"), ["f"]);
        assert_eq!(names(one, &format!("{b} async fn f() {{}}")), ["f in f", "b in f"]);
        assert_eq!(names(one, &format!("{b} {c} async fn f() {{}}")), ["f in all", "b in all", "c in all"]);
        let named = r#"GET, "/a", auth = "none", name = "a", lambda = "all""#;
        assert_eq!(names(named, &format!("{b} async fn getItems() {{}}")), ["a in all", "b in all"]);
    }

    #[test]
    fn mistakes_in_all_attributes_are_reported() {
        let (routes, errors) = validated_all(
            r#"get, "/a", auth = "none""#,
            r#"#[route(GET, "/b/", auth = "none", memory = 1)] fn f() {}"#,
        );
        assert!(routes.is_none());
        assert_eq!(errors.len(), 4, "{errors:?}");
    }

    #[test]
    fn a_refused_argument_is_not_taken_for_an_absent_one() {
        let (route, errors) = validated(r#"GET, "/", auth = "none", name = 1"#, "async fn getItems() {}");
        assert!(route.is_none());
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}
