//! A [`RouteAttr`] and the item under it become a [`ValidRoute`].
//!
//! In: the attribute, each argument right by itself, and the item's tokens. Out: the only type that is expanded.
//! It refuses what two arguments, or an argument and the function, say against each other.

use proc_macro2::Span;
use routegen_spec::{Auth, Entry, EnvName, Method, Name, PathPattern, Scope, Serves, Throttle};
use syn::parse_quote_spanned;

use crate::{
    doc,
    errors::Errors,
    parse::{RouteAttr, Slot},
    signature::{self, Handler},
};

/// A route that can be expanded.
pub(crate) struct ValidRoute {
    pub(crate) name: Name,
    pub(crate) method: Method,
    pub(crate) path: PathPattern,
    pub(crate) auth: Auth,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) memory: Option<u32>,
    pub(crate) timeout: Option<u32>,
    pub(crate) env: Vec<EnvName>,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) lambda: Option<Name>,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
    pub(crate) deprecated: bool,
    /// The path of the crate `routegen`.
    pub(crate) krate: syn::Path,
    /// The exported symbol of the entry point.
    pub(crate) entry: String,
    pub(crate) handler: Handler,
}

/// `None` only where an error says why.
pub(crate) fn validate(
    crate_name: &str,
    attribute: RouteAttr,
    item: proc_macro2::TokenStream,
    errors: &mut Errors,
) -> Option<ValidRoute> {
    check_scopes(&attribute, errors);
    check_default(&attribute, errors);
    let handler = signature::read(item, errors)?;
    let name = name(attribute.name, &handler, errors);
    let method = attribute.method.value()?;
    let path = attribute.path.value()?;
    let serves = Serves::Route { method, path: path.clone() };
    Some(ValidRoute {
        name: name?,
        auth: attribute.auth.value()?,
        scopes: attribute.scopes.value().unwrap_or_default(),
        memory: attribute.memory.value(),
        timeout: attribute.timeout.value(),
        env: attribute.env.value().unwrap_or_default(),
        throttle: attribute.throttle.value(),
        lambda: attribute.lambda.value(),
        tags: attribute.tags.value().unwrap_or_default(),
        deprecated: attribute.deprecated.value().unwrap_or_default(),
        description: match attribute.description {
            Slot::Absent => doc::first_paragraph(&handler.attributes),
            slot => slot.value()?,
        },
        krate: match attribute.krate {
            Slot::Absent => parse_quote_spanned!(Span::mixed_site()=> ::routegen),
            slot => slot.value()?,
        },
        entry: Entry { crate_name: crate_name.to_owned(), serves }.to_string(),
        method,
        path,
        handler,
    })
}

/// Scopes are read from a token that an authorizer has checked.
fn check_scopes(attribute: &RouteAttr, errors: &mut Errors) {
    let (Some(auth), Some(scopes)) = (attribute.auth.given(), attribute.scopes.given()) else { return };
    if matches!(auth.value, Auth::None | Auth::Iam) && !scopes.value.is_empty() {
        errors.push(
            &scopes.tokens,
            format!("`auth = \"{}\"` has no token, and `scopes` are read from one", auth.value),
            "write `auth = \"cognito\"`, or leave `scopes` out",
        );
    }
}

/// `$default` is a route key by itself, without a method.
fn check_default(attribute: &RouteAttr, errors: &mut Errors) {
    let (Some(method), Some(path)) = (attribute.method.given(), attribute.path.given()) else { return };
    if path.value.is_default() && method.value != Method::Any {
        errors.push(
            &method.tokens,
            format!("the route `{}` takes every method", PathPattern::DEFAULT),
            format!("write `ANY, \"{}\"`", PathPattern::DEFAULT),
        );
    }
}

/// The name that was given, or the function's.
fn name(slot: Slot<Name>, handler: &Handler, errors: &mut Errors) -> Option<Name> {
    match slot {
        Slot::Absent => {
            let name = handler.name().parse::<Name>();
            name.inspect_err(|error| errors.push(&handler.ident, error, error.help("name"))).ok()
        }
        slot => slot.value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn validated(attribute: &str, item: &str) -> (Option<ValidRoute>, Vec<String>) {
        let mut errors = Errors::default();
        let attribute = parse(attribute.parse().unwrap(), &mut errors);
        let route = validate("items", attribute, item.parse().unwrap(), &mut errors);
        (route, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
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
    fn every_contradiction_has_one_error_and_its_mend() {
        let written = [
            (r#"GET, "/", auth = "none", scopes = ["items/read"]"#, "async fn f() {}"),
            (r#"GET, "/", auth = "iam", scopes = ["items/read"]"#, "async fn f() {}"),
            (r#"GET, "$default", auth = "none""#, "async fn f() {}"),
            (r#"GET, "/", auth = "none""#, "async fn getItems() {}"),
            (r#"GET, "/", auth = "none""#, "async fn _f() {}"),
            (r#"GET, "/", auth = "none""#, "struct Items;"),
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

    #[test]
    fn a_refused_argument_is_not_taken_for_an_absent_one() {
        let (route, errors) = validated(r#"GET, "/", auth = "none", name = 1"#, "async fn getItems() {}");
        assert!(route.is_none());
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}
