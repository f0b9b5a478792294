//! Parses the attributes `#[grant(…)]` and `#[resource(…)]` of a type into [`GrantAttr`]s and a
//! [`ResourceAttr`].
//!
//! In: all attributes, including others. Out: the value of every argument with its tokens. It refuses
//! arguments that are wrong by themselves, and never stops at the first mistake.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use routegen_spec::{GrantSpec, ResourceValue, attributes::Key};
use syn::{Attribute, Ident, LitStr, Meta, Type};

use crate::{
    arguments::split,
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// A `#[grant(…)]` as written, with each argument valid by itself.
#[derive(Default)]
pub(super) struct GrantAttr {
    /// The tokens as written, for their location.
    pub(super) tokens: TokenStream,
    /// The resource's name; absent if there is none, or an invalid one.
    pub(super) resource: Slot<String>,
    pub(super) actions: Slot<Vec<String>>,
    pub(super) on: Slot<Vec<String>>,
    pub(super) value: Slot<ResourceValue>,
    pub(super) reason: Slot<LitStr>,
}

/// The `#[resource(…)]` of a type, with each argument valid by itself.
#[derive(Default)]
pub(super) struct ResourceAttr {
    pub(super) env: Slot<Vec<routegen_spec::EnvName>>,
    pub(super) init: Slot<syn::ExprPath>,
    pub(super) needs: Slot<Vec<Type>>,
    pub(super) krate: Slot<syn::Path>,
}

/// All grants of a type.
pub(super) fn grants(attributes: &[Attribute], errors: &mut Errors) -> Vec<GrantAttr> {
    let grants = attributes.iter().filter(|attribute| attribute.path().is_ident("grant"));
    grants.map(|attribute| grant(attribute, errors)).collect()
}

fn grant(attribute: &Attribute, errors: &mut Errors) -> GrantAttr {
    let mut grant = GrantAttr { tokens: attribute.meta.to_token_stream(), ..GrantAttr::default() };
    let arguments = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    for (index, argument) in split(arguments, errors).into_iter().enumerate() {
        if index > 0 {
            grant.table().read(argument, errors);
        } else if let Ok(name) = syn::parse2::<Ident>(argument.clone()) {
            let name = name.to_string();
            let wrong = GrantSpec::variable(&name).err();
            let is_right = wrong.is_none();
            if let Some(error) = wrong {
                errors.push(&argument, &error, error.help());
            }
            grant.resource.fill(is_right.then_some(name), argument);
        } else if let Ok(name) = syn::parse2::<LitStr>(argument.clone()) {
            errors.push(
                &argument,
                "the name of the resource must not have quotes",
                format!(
                    "write `{}`",
                    if GrantSpec::variable(&name.value()).is_ok() {
                        name.value()
                    } else {
                        "items_table".to_owned()
                    }
                ),
            );
            grant.resource.excuse();
        } else {
            grant.table().read(argument, errors);
        }
    }
    grant
}

pub(super) fn resource(attributes: &[Attribute], errors: &mut Errors) -> ResourceAttr {
    let mut resource = ResourceAttr::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("resource")) {
        let Meta::List(list) = &attribute.meta else {
            errors.push(
                &attribute.meta,
                "`resource` requires its arguments in parentheses",
                "write `#[resource(env = [\"LEVEL\"])]`, or remove the attribute",
            );
            continue;
        };
        for argument in split(list.tokens.clone(), errors) {
            resource.table().read(argument, errors);
        }
    }
    resource
}

impl GrantAttr {
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::ACTIONS, &mut self.actions, values::actions),
            Row::new(Key::ON, &mut self.on, values::suffixes),
            Row::new(Key::VALUE, &mut self.value, values::resource_value),
            Row::new(Key::REASON, &mut self.reason, values::words),
        ])
    }
}

impl ResourceAttr {
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::ENV, &mut self.env, values::env),
            Row::new(Key::INIT, &mut self.init, values::function),
            Row::new(Key::NEEDS, &mut self.needs, values::resources),
            Row::new(Key::CRATE, &mut self.krate, values::krate),
        ])
    }
}

#[cfg(test)]
mod tests {
    use routegen_spec::attributes;

    use super::*;

    #[test]
    fn the_keys_are_those_of_the_tables_that_the_documentation_is_made_of() {
        let known = |arguments: &[attributes::Argument]| {
            arguments.iter().map(|argument| argument.key).collect::<Vec<Key>>()
        };
        assert_eq!(GrantAttr::default().table().keys(), known(&attributes::GRANT));
        assert_eq!(ResourceAttr::default().table().keys(), known(&attributes::RESOURCE));
    }
}
