//! Parses the attribute's tokens into a [`MiddlewareAttr`].
//!
//! In: the tokens between the parentheses of `#[middleware(…)]`. Out: the value of every argument with its
//! tokens. It refuses arguments that are wrong by themselves, and never stops at the first mistake.

use proc_macro2::TokenStream;
use routegen_spec::{EnvName, attributes::Key};

use crate::{
    arguments::split,
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// The attribute as written, with each argument valid by itself.
#[derive(Default)]
pub(crate) struct MiddlewareAttr {
    pub(crate) env: Slot<Vec<EnvName>>,
    pub(crate) refuses: Slot<Vec<u16>>,
    pub(crate) krate: Slot<syn::Path>,
}

pub(crate) fn parse(attribute: TokenStream, errors: &mut Errors) -> MiddlewareAttr {
    let mut middleware = MiddlewareAttr::default();
    for argument in split(attribute, errors) {
        middleware.table().read(argument, errors);
    }
    middleware
}

impl MiddlewareAttr {
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::ENV, &mut self.env, values::env),
            Row::new(Key::REFUSES, &mut self.refuses, values::statuses),
            Row::new(Key::CRATE, &mut self.krate, values::krate),
        ])
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::attributes;

    use super::*;

    #[test]
    fn the_keys_are_those_of_the_table_that_the_documentation_is_made_of() {
        let known: Vec<Key> = attributes::MIDDLEWARE.iter().map(|argument| argument.key).collect();
        assert_eq!(MiddlewareAttr::default().table().keys(), known);
    }

    #[test]
    fn every_mistake_has_one_error_and_what_to_write() {
        let written = [
            "refuses = 403",
            "refuses = [\"403\"]",
            "refuses = [200]",
            "refuses = [403u16]",
            "env = \"TABLE\"",
            "guards = [Admin]",
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|attribute| {
                let mut errors = Errors::default();
                parse(attribute.parse().unwrap(), &mut errors);
                let errors = errors.into_vec();
                assert_eq!(errors.len(), 1, "{attribute}: {errors:?}");
                format!("{attribute}\n    {}", errors[0].to_string().replace('\n', "; "))
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
