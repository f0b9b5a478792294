//! Parses the attributes `#[problem(…)]` of a type, a variant and a field into a [`ProblemAttr`] and a
//! [`Member`].
//!
//! In: all attributes, including others. Out: the value of every argument with its tokens. It refuses
//! arguments that are wrong by themselves, and never stops at the first mistake.

use proc_macro2::{Ident, TokenStream};
use routegen_spec::attributes::Key;
use syn::{Attribute, LitStr, Meta, Token, parse::Parser as _};

use crate::{
    arguments::split,
    errors::Errors,
    slot::Slot,
    table::{Row, Table},
    values::{self, Status},
};

/// The attribute of a type or a variant as written, with each argument valid by itself.
#[derive(Default)]
pub(super) struct ProblemAttr {
    pub(super) status: Slot<Status>,
    pub(super) kind: Slot<LitStr>,
    pub(super) title: Slot<LitStr>,
    pub(super) detail: Slot<LitStr>,
    pub(super) instance: Slot<LitStr>,
    pub(super) krate: Slot<syn::Path>,
    /// The word `transparent`.
    pub(super) transparent: Option<Ident>,
    /// Whether there were no arguments.
    pub(super) is_empty: bool,
}

pub(super) fn parse(attributes: &[Attribute], errors: &mut Errors) -> ProblemAttr {
    let mut problem = ProblemAttr { is_empty: true, ..ProblemAttr::default() };
    for arguments in arguments(attributes) {
        for argument in split(arguments, errors) {
            problem.is_empty = false;
            match syn::parse2::<Ident>(argument.clone()) {
                Ok(word) if word == "transparent" => problem.transparent = Some(word),
                _ => problem.table().read(argument, errors),
            }
        }
    }
    problem
}

/// The tokens between the parentheses of each `#[problem(…)]`.
fn arguments(attributes: &[Attribute]) -> impl Iterator<Item = TokenStream> {
    attributes.iter().filter(|attribute| is_problem(attribute)).filter_map(|attribute| {
        match &attribute.meta {
            Meta::List(list) => Some(list.tokens.clone()),
            Meta::Path(_) | Meta::NameValue(_) => None,
        }
    })
}

fn is_problem(attribute: &Attribute) -> bool {
    attribute.path().is_ident("problem")
}

impl ProblemAttr {
    fn table(&mut self) -> Table<'_> {
        Table(vec![
            Row::new(Key::STATUS, &mut self.status, values::error_status),
            Row::new(Key::TYPE, &mut self.kind, values::uri),
            Row::new(Key::TITLE, &mut self.title, values::words),
            Row::new(Key::DETAIL, &mut self.detail, values::words),
            Row::new(Key::INSTANCE, &mut self.instance, values::words),
            Row::new(Key::CRATE, &mut self.krate, values::krate),
        ])
    }

    /// Whether it declares anything about a response.
    pub(super) fn answers(&self) -> bool {
        let Self { status, kind, title, detail, instance, krate: _, transparent, is_empty: _ } = self;
        !status.is_absent()
            || transparent.is_some()
            || [kind, title, detail, instance].iter().any(|slot| !slot.is_absent())
    }
}

/// The name of the member that a field becomes.
pub(super) enum Member {
    /// The field's own.
    Field(Ident),
    Named(LitStr),
}

/// Reads `#[problem(member)]` and `#[problem(member = "name")]` of a field.
pub(super) fn member(attributes: &[Attribute], errors: &mut Errors) -> Option<Member> {
    let attribute = attributes.iter().find(|attribute| is_problem(attribute))?;
    let read = |input: syn::parse::ParseStream<'_>| {
        let word: Ident = input.parse()?;
        if word != "member" {
            return Err(input.error("another word"));
        }
        if input.is_empty() {
            return Ok(Member::Field(word));
        }
        input.parse::<Token![=]>()?;
        input.parse().map(Member::Named)
    };
    let member = match &attribute.meta {
        Meta::List(list) => read.parse2(list.tokens.clone()).ok(),
        Meta::Path(_) | Meta::NameValue(_) => None,
    };
    if member.is_none() {
        errors.push(
            attribute,
            "unknown argument of a field",
            "write `#[problem(member)]`, or `#[problem(member = \"name\")]` for another name than the field's",
        );
    }
    member
}

#[cfg(test)]
mod tests {
    use routegen_spec::attributes;

    use super::*;

    #[test]
    fn the_keys_are_those_of_the_table_that_the_documentation_is_made_of() {
        let known: Vec<Key> = attributes::PROBLEM.iter().map(|argument| argument.key).collect();
        assert_eq!(ProblemAttr::default().table().keys(), known);
    }
}
