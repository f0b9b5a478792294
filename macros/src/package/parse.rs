//! Parses the tokens of `package!` into a [`PackageAttr`].
//!
//! In: the tokens between its braces. Out: the value of every argument with its tokens. It refuses arguments
//! that are wrong by themselves, and never stops at the first mistake.

use proc_macro2::TokenStream;
use routegen_spec::{EnvName, PathPattern, attributes::Key};

use crate::{
    arguments::split,
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// The arguments as written, each valid by itself.
#[derive(Default)]
pub(super) struct PackageAttr {
    pub(super) prefix: Slot<PathPattern>,
    pub(super) guards: Slot<Vec<syn::Type>>,
    pub(super) middleware: Slot<Vec<values::Around>>,
    pub(super) env: Slot<Vec<EnvName>>,
    pub(super) krate: Slot<syn::Path>,
}

pub(super) fn parse(arguments: TokenStream, errors: &mut Errors) -> PackageAttr {
    let mut package = PackageAttr::default();
    for argument in split(arguments, errors) {
        package.table().read(argument, errors);
    }
    package
}

impl PackageAttr {
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::PREFIX, &mut self.prefix, values::prefix),
            Row::new(Key::GUARDS, &mut self.guards, values::guards),
            Row::new(Key::MIDDLEWARE, &mut self.middleware, values::middleware),
            Row::new(Key::ENV, &mut self.env, values::env),
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
        let known: Vec<Key> = attributes::PACKAGE.iter().map(|argument| argument.key).collect();
        assert_eq!(PackageAttr::default().table().keys(), known);
    }
}
