//! Validates the attributes of a struct as a [`ValidResource`].
//!
//! In: the struct. Out: how it is created and what it declares. It refuses what does not fit together: a
//! grant without actions, one without a resource that is not `on` any, fields that are never initialized.

use proc_macro2::TokenStream;
use routegen_spec::{GrantSpec, ResourceValue};
use syn::{Data, DeriveInput, Fields, Type};

use super::parse::{GrantAttr, ResourceAttr, grants, resource};
use crate::errors::Errors;

/// A struct that is a resource.
pub(super) struct ValidResource {
    pub(super) krate: syn::Path,
    pub(super) grants: Vec<ValidGrant>,
    pub(super) env: Vec<String>,
    pub(super) made: Made,
}

pub(super) struct ValidGrant {
    /// The tokens as written, for their location.
    pub(super) tokens: TokenStream,
    /// The resource; `None` for no particular one.
    pub(super) resource: Option<String>,
    pub(super) actions: Vec<String>,
    /// `None` for the resource itself.
    pub(super) on: Option<Vec<String>>,
    pub(super) value: Option<ResourceValue>,
    pub(super) reason: Option<String>,
}

/// How it is created.
pub(super) enum Made {
    /// From its fields, each of which is a `Res<T>`.
    OfFields(Vec<(syn::Member, Type)>),
    /// By a function that takes a `Res<T>` for each of these types.
    By(syn::ExprPath, Vec<Type>),
}

pub(super) fn validate(item: &DeriveInput, errors: &mut Errors) -> Option<ValidResource> {
    let grants = grants(&item.attrs, errors);
    let ResourceAttr { env, init, needs, krate } = resource(&item.attrs, errors);
    let grants: Vec<_> = grants.into_iter().filter_map(|grant| valid_grant(grant, errors)).collect();
    let made = if let Some(init) = init.given() {
        Some(Made::By(init.value.clone(), needs.given().map(|needs| needs.value.clone()).unwrap_or_default()))
    } else if let Some(needs) = needs.given() {
        errors.push(
            &needs.tokens,
            "`needs` requires `init`, whose function takes them",
            "write `init = Self::connect`, or remove `needs`: the struct is then made of its fields, each a `Res<T>`",
        );
        None
    } else {
        of_fields(item, errors)
    };
    Some(ValidResource {
        krate: krate.given().map_or_else(|| syn::parse_quote!(::routegen), |krate| krate.value.clone()),
        grants,
        env: env.given().map(|env| env.value.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        made: made?,
    })
}

fn valid_grant(grant: GrantAttr, errors: &mut Errors) -> Option<ValidGrant> {
    let GrantAttr { tokens, resource, actions, on, value, reason } = grant;
    if actions.is_absent() {
        errors.push(
            &tokens,
            "missing `actions`, which the grant allows",
            "write `#[grant(items_table, actions = [\"dynamodb:GetItem\"])]`",
        );
        return None;
    }
    let on = on.given().map(|on| on.value.clone());
    let is_on_any = on.as_deref().is_some_and(|on| on.iter().any(|suffix| suffix == GrantSpec::ANY));
    if resource.is_absent() && !is_on_any {
        errors.push(
            &tokens,
            "missing resource, to which the grant applies",
            "write a name of your choice first, such as `#[grant(items_table, …)]`, or `on = \"*\"` for any resource",
        );
        return None;
    }
    if let Some(value) = value.given().filter(|_| resource.is_absent()) {
        errors.push(&value.tokens, "a grant on any resource has no variable", "remove `value`");
        return None;
    }
    Some(ValidGrant {
        tokens,
        resource: resource.given().map(|resource| resource.value.clone()),
        actions: actions.given()?.value.clone(),
        on,
        value: value.given().map(|value| value.value),
        reason: reason.given().map(|reason| reason.value.value()),
    })
}

/// The fields of a struct that is made from them. The compiler checks that each is a `Res<T>`.
fn of_fields(item: &DeriveInput, errors: &mut Errors) -> Option<Made> {
    let Data::Struct(data) = &item.data else {
        errors.push(
            &item.ident,
            format!("`{}` is not a struct, so it requires `init`", item.ident),
            "write `#[resource(init = Self::connect)]` with an async function that returns `Result<Self, Error>`",
        );
        return None;
    };
    let members = match &data.fields {
        Fields::Named(_) | Fields::Unnamed(_) | Fields::Unit => data.fields.members(),
    };
    Some(Made::OfFields(members.zip(data.fields.iter().map(|field| field.ty.clone())).collect()))
}
