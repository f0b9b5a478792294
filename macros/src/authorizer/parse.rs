//! Parses the attribute's tokens into an [`AuthorizerAttr`].
//!
//! In: the tokens between the parentheses of `#[authorizer(…)]`. Out: the value of every argument with its
//! tokens. It refuses arguments that are wrong by themselves, and never stops at the first mistake. Rules
//! about two arguments, or about the function, are in `validate.rs`.

use proc_macro2::TokenStream;
use routegen_spec::{EnvName, IdentitySource, Name, attributes::Key};

use crate::{
    arguments::split,
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// The attribute as written, with each argument valid by itself.
#[derive(Default)]
pub(crate) struct AuthorizerAttr {
    pub(crate) identity_sources: Slot<Vec<IdentitySource>>,
    pub(crate) ttl: Slot<u32>,
    pub(crate) memory: Slot<u32>,
    pub(crate) timeout: Slot<u32>,
    pub(crate) env: Slot<Vec<EnvName>>,
    pub(crate) name: Slot<Name>,
    pub(crate) description: Slot<String>,
    pub(crate) krate: Slot<syn::Path>,
}

pub(crate) fn parse(attribute: TokenStream, errors: &mut Errors) -> AuthorizerAttr {
    let mut authorizer = AuthorizerAttr::default();
    for argument in split(attribute, errors) {
        authorizer.table().read(argument, errors);
    }
    authorizer
}

impl AuthorizerAttr {
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::IDENTITY_SOURCES, &mut self.identity_sources, values::identity_sources),
            Row::new(Key::TTL, &mut self.ttl, values::ttl),
            Row::new(Key::MEMORY, &mut self.memory, values::memory),
            Row::new(Key::TIMEOUT, &mut self.timeout, values::authorizer_timeout),
            Row::new(Key::ENV, &mut self.env, values::env),
            Row::new(Key::NAME, &mut self.name, values::id),
            Row::new(Key::DESCRIPTION, &mut self.description, values::text),
            Row::new(Key::CRATE, &mut self.krate, values::krate),
        ])
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::attributes;

    use super::*;

    /// The attribute and its errors, one per line.
    fn read(attribute: &str) -> (AuthorizerAttr, Vec<String>) {
        let mut errors = Errors::default();
        let authorizer = parse(attribute.parse().unwrap(), &mut errors);
        (authorizer, errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect())
    }

    #[test]
    fn the_keys_are_those_of_the_table_that_the_documentation_is_made_of() {
        let known: Vec<Key> = attributes::AUTHORIZER.iter().map(|argument| argument.key).collect();
        assert_eq!(AuthorizerAttr::default().table().keys(), known);
    }

    #[test]
    fn every_key_is_read() {
        let (authorizer, errors) = read(
            r#"identity_sources = ["$request.header.x-api-key", "$context.routeKey"], ttl = 300, memory = 128, timeout = 5,
               env = ["KEYS"], name = "keys", description = "Knows keys", crate = a::b"#,
        );
        assert_eq!(errors, [""; 0]);
        let sources = authorizer.identity_sources.value().unwrap();
        let sources: Vec<_> = sources.iter().map(ToString::to_string).collect();
        assert_eq!(sources, ["$request.header.x-api-key", "$context.routeKey"]);
        let numbers = (authorizer.ttl.value(), authorizer.memory.value(), authorizer.timeout.value());
        assert_eq!(numbers, (Some(300), Some(128), Some(5)));
        assert_eq!(authorizer.env.value().unwrap()[0].as_str(), "KEYS");
        assert_eq!(authorizer.name.value().unwrap().as_str(), "keys");
        assert_eq!(authorizer.description.value().unwrap(), "Knows keys");
        assert_eq!(authorizer.krate.value().unwrap().segments.len(), 2);
    }

    #[test]
    fn nothing_must_be_written() {
        let (authorizer, errors) = read("");
        assert_eq!(errors, [""; 0]);
        assert!(authorizer.identity_sources.is_absent() && authorizer.ttl.is_absent());
    }

    #[test]
    fn every_mistake_has_one_error_and_its_fix() {
        let written = [
            r#"identity_sources = "$request.header.a""#,
            r"identity_sources = [a]",
            r#"identity_sources = ["x-api-key"]"#,
            r#"identity_sources = ["$request.header.a", "$request.header.a"]"#,
            r#""$request.header.a""#,
            r#"identity_source = ["$request.header.a"]"#,
            r"ttl = 3601",
            r#"ttl = "300""#,
            r"ttl",
            r"ttl = 1, ttl = 2",
            r"timeout = 11",
            r#"auth = "none""#,
            r#"name = "api key""#,
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|attribute| {
                let (_, errors) = read(attribute);
                assert_eq!(errors.len(), 1, "{attribute}: {errors:?}");
                format!("{attribute}\n    {}", errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn several_mistakes_are_all_reported() {
        let (_, errors) = read(r#"identity_sources = 1, ttl = -1, memory = 1, colour = "red""#);
        assert_eq!(errors.len(), 4, "{errors:?}");
    }
}
