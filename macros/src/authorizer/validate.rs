//! Validates an [`AuthorizerAttr`] and the item under it as a [`ValidAuthorizer`].
//!
//! In: the attribute, with each argument valid by itself, and the item's tokens. Out: the only type that is
//! expanded. It refuses contradictions between two arguments, or an argument and the function, and a name
//! that means something else to routes.

use proc_macro2::TokenStream;
use routegen_spec::{Auth, AuthorizerSpec, Entry, Name, Serves, attributes::Key};

use super::parse::AuthorizerAttr;
use crate::{
    errors::Errors,
    function,
    signature::{self, Handler, Role},
    slot::Slot,
};

/// An authorizer that can be expanded.
pub(crate) struct ValidAuthorizer {
    /// The content of the attribute. Fields that only the compiler can fill are empty.
    pub(crate) spec: AuthorizerSpec,
    /// The path of the crate `routegen`.
    pub(crate) krate: syn::Path,
    pub(crate) handler: Handler,
}

/// Returns `None` only together with an error.
pub(crate) fn validate(
    crate_name: &str,
    attribute: AuthorizerAttr,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<ValidAuthorizer> {
    check_cache(&attribute, errors);
    let handler = signature::read(item, Role::Authorizer, errors)?;
    let name = name(attribute.name, &handler, errors)?;
    let serves = Serves::Authorizer(name.clone());
    let mut spec = AuthorizerSpec::new(name);
    if !attribute.identity_sources.is_absent() {
        spec.identity_sources = attribute.identity_sources.value()?;
    }
    spec.ttl = attribute.ttl.value().unwrap_or_default();
    spec.memory = attribute.memory.value();
    spec.timeout = attribute.timeout.value();
    spec.env = attribute.env.value().unwrap_or_default();
    spec.description = function::description(attribute.description, &handler)?;
    spec.entry = Entry::new(crate_name, serves).to_string();
    Some(ValidAuthorizer { spec, krate: function::krate(attribute.krate)?, handler })
}

/// A decision is cached under the values of the identity sources in a request.
fn check_cache(attribute: &AuthorizerAttr, errors: &mut Errors) {
    let (Some(sources), Some(ttl)) = (attribute.identity_sources.given(), attribute.ttl.given()) else {
        return;
    };
    if sources.value.is_empty() && ttl.value > 0 {
        errors.push(
            &ttl.tokens,
            "a cached decision would apply to every caller, because there is no identity source",
            format!("write `ttl = 0`, or an identity source: `{}`", Key::IDENTITY_SOURCES.example),
        );
    }
}

/// The given name, or the function's. Routes write it as `auth`, where some words are reserved.
fn name(slot: Slot<Name>, handler: &Handler, errors: &mut Errors) -> Option<Name> {
    let (name, tokens) = match slot {
        Slot::Absent => (function::name(handler, Key::NAME, errors)?, TokenStream::new()),
        Slot::Refused => return None,
        Slot::Given(given) => (given.value, given.tokens),
    };
    if !matches!(Auth::from(name.to_string()), Auth::Authorizer(word) if word != Auth::COGNITO) {
        let message = format!("`auth = \"{name}\"` is reserved");
        let help = "give the authorizer another name: `name = \"api_key\"`";
        if tokens.is_empty() {
            errors.push(&handler.ident, message, help);
        } else {
            errors.push(&tokens, message, help);
        }
        return None;
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorizer::parse::parse;

    fn validated(attribute: &str, item: &str) -> (Option<ValidAuthorizer>, Vec<String>) {
        let mut errors = Errors::default();
        let attribute = parse(attribute.parse().unwrap(), &mut errors);
        let authorizer = validate("items", attribute, item.parse().unwrap(), &mut errors);
        (authorizer, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
    }

    #[test]
    fn nothing_is_kept_unless_the_author_says_so() {
        let (authorizer, errors) = validated("", "/// Knows keys\nasync fn api_key() {}");
        assert_eq!(errors, [""; 0]);
        let authorizer = authorizer.unwrap().spec;
        assert_eq!((authorizer.name.as_str(), authorizer.description.as_str()), ("api_key", "Knows keys"));
        assert_eq!(authorizer.ttl, 0);
        assert_eq!(authorizer.identity_sources[0].to_string(), "$request.header.Authorization");
        assert_eq!(authorizer.entry, "routegen.items.authorizer.api_5fkey");
    }

    #[test]
    fn no_identity_source_is_an_authorizer_that_is_always_asked() {
        let (authorizer, errors) = validated("identity_sources = []", "async fn anyone() {}");
        assert_eq!(errors, [""; 0]);
        assert_eq!(authorizer.unwrap().spec.identity_sources, []);
    }

    #[test]
    fn every_contradiction_has_one_error_and_its_fix() {
        let written = [
            ("identity_sources = [], ttl = 1", "async fn f() {}"),
            ("", "async fn iam() {}"),
            (r#"name = "none""#, "async fn f() {}"),
            (r#"name = "cognito""#, "async fn f() {}"),
            ("", "async fn apiKey() {}"),
            ("", "struct ApiKey;"),
            ("", "fn f() {}"),
            ("", "async fn f(request: &AuthorizerRequest) {}"),
            ("", "async fn f(request: impl Request) {}"),
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|(attribute, item)| {
                let (_, errors) = validated(attribute, item);
                assert_eq!(errors.len(), 1, "{attribute} {item}: {errors:?}");
                format!("#[authorizer({attribute})] {item}\n    {}", errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
