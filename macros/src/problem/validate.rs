//! Validates the attributes of a type as a [`ValidProblem`].
//!
//! In: the type. Out: the problem of each of its variants. It refuses what does not fit together: a variant
//! without a status, a transparent one with a response of its own, duplicate members.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Field, Fields, LitStr, Type, ext::IdentExt as _};

use super::{
    format,
    parse::{Member, ProblemAttr, member, parse},
};
use crate::{doc, errors::Errors, function, values::Status};

/// A type whose values are problems.
pub(super) struct ValidProblem {
    pub(super) krate: syn::Path,
    pub(super) kinds: Vec<Kind>,
    /// Whether another derive, such as thiserror's, implements `Error` for the type and reads `#[from]`.
    pub(super) is_error: bool,
}

/// A variant, or the struct.
pub(super) struct Kind {
    /// Its path within the type: `Self`, or `Self::Variant`.
    pub(super) path: TokenStream,
    /// Its name in the log.
    pub(super) name: String,
    /// The first paragraph of its doc comment.
    pub(super) description: String,
    pub(super) fields: Vec<KindField>,
    pub(super) answer: Answer,
}

pub(super) struct KindField {
    pub(super) member: syn::Member,
    /// The variable that it is bound to, which format strings refer to.
    pub(super) variable: Ident,
    pub(super) ty: Type,
    /// The name of the problem's member that it becomes.
    pub(super) shown_as: Option<LitStr>,
    /// Whether a value of its type is converted into this variant.
    pub(super) from: bool,
    /// Whether it is the source of the error.
    pub(super) source: bool,
}

pub(super) enum Answer {
    Own {
        status: Status,
        kind: Option<LitStr>,
        title: Option<LitStr>,
        detail: Option<LitStr>,
        instance: Option<LitStr>,
    },
    /// It answers as its only field does.
    Transparent,
}

impl Kind {
    /// Its field, if a value of the field's type is converted into this variant.
    pub(super) fn from(&self) -> Option<&KindField> {
        self.fields.iter().find(|field| field.from)
    }

    /// Whether any error is converted into this variant, because its field is a `Problem`, which any error
    /// converts into.
    pub(super) fn takes_any(&self) -> bool {
        let is_problem = |ty: &Type| matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Problem"));
        matches!(self.answer, Answer::Transparent) && self.from().is_some_and(|field| is_problem(&field.ty))
    }
}

pub(super) fn validate(item: &DeriveInput, errors: &mut Errors) -> Option<ValidProblem> {
    let mut over = parse(&item.attrs, errors);
    let krate = std::mem::take(&mut over.krate);
    let name = item.ident.to_string();
    let is_error_attribute =
        |attributes: &[Attribute]| attributes.iter().any(|attribute| attribute.path().is_ident("error"));
    let mut is_error = is_error_attribute(&item.attrs);
    let kinds = match &item.data {
        Data::Struct(data) => vec![{
            let description = doc::first_paragraph(&item.attrs);
            kind((quote!(Self), name, &item.ident), (over, description), &data.fields, errors)
        }],
        Data::Enum(data) => {
            if over.answers() {
                errors.push(
                    &item.ident,
                    format!("each variant of `{name}` requires its own status"),
                    "write `#[problem(status = 404)]` above each variant",
                );
            }
            let variants = data.variants.iter().map(|variant| {
                is_error |= is_error_attribute(&variant.attrs);
                let attribute = parse(&variant.attrs, errors);
                if let Some(given) = attribute.krate.given() {
                    errors.push(
                        &given.tokens,
                        "`crate` belongs above the whole type",
                        format!("write it above `{name}`"),
                    );
                }
                let ident = &variant.ident;
                let path = quote!(Self::#ident);
                let description = doc::first_paragraph(&variant.attrs);
                kind(
                    (path, format!("{name}::{ident}"), ident),
                    (attribute, description),
                    &variant.fields,
                    errors,
                )
            });
            variants.collect()
        }
        Data::Union(data) => {
            errors.push(&data.union_token, "a union cannot derive `Problem`", "write an enum or a struct");
            return None;
        }
    };
    let kinds: Vec<Kind> = kinds.into_iter().collect::<Option<_>>()?;
    if let Some(second) = kinds.iter().filter(|kind| kind.takes_any()).nth(1) {
        let message = format!("`{}` is the second variant that accepts any error", second.name);
        let help = "remove `#[from]` from one of them";
        errors.push(&second.path, message, help);
    }
    Some(ValidProblem { krate: function::krate(krate)?, kinds, is_error })
}

fn kind(
    (path, name, ident): (TokenStream, String, &Ident),
    (attribute, description): (ProblemAttr, String),
    fields: &Fields,
    errors: &mut Errors,
) -> Option<Kind> {
    let fields: Vec<KindField> =
        fields.iter().enumerate().map(|(index, field)| self::field(index, field, errors)).collect();
    check_members(&fields, errors);
    if let Some(field) = fields.iter().find(|field| field.from)
        && fields.len() > 1
    {
        errors.push(
            &field.ty,
            format!("`#[from]` cannot fill the other fields of `{ident}`"),
            "remove the other fields, or write `#[source]` and build the error yourself",
        );
    }
    let answer = answer(ident, attribute, &fields, errors)?;
    Some(Kind { path, name, description, fields, answer })
}

fn answer(
    ident: &Ident,
    attribute: ProblemAttr,
    fields: &[KindField],
    errors: &mut Errors,
) -> Option<Answer> {
    if let Some(word) = &attribute.transparent {
        let ProblemAttr { status, kind, title, detail, instance, .. } = attribute;
        if fields.len() != 1 {
            errors.push(
                word,
                format!("a transparent problem must have one field, but `{ident}` has {}", fields.len()),
                "give it one field, whose type is a `Problem` or derives it",
            );
        } else if !status.is_absent() || [kind, title, detail, instance].iter().any(|slot| !slot.is_absent())
        {
            errors.push(
                word,
                "a transparent problem has no keys of its own",
                "remove `transparent`, or the other keys",
            );
        } else if fields.iter().any(|field| field.shown_as.is_some()) {
            errors.push(word, "a transparent problem has no members of its own", "remove `member`");
        }
        return Some(Answer::Transparent);
    }
    if attribute.status.is_absent() {
        let message = format!("`{ident}` has no `status`");
        let help = "write `#[problem(status = 404)]` above it, or `#[problem(transparent)]` if its one field is a problem";
        // A misspelt key is an error of its own.
        if attribute.is_empty || attribute.answers() {
            errors.push(ident, message, help);
        }
        return None;
    }
    let ProblemAttr { status, kind, title, detail, instance, .. } = attribute;
    let texts = [&kind, &title, &detail, &instance].map(|slot| slot.given().map(|given| given.value.clone()));
    let [kind, title, detail, instance] = texts;
    for text in [&detail, &instance].into_iter().flatten() {
        check_names(ident, text, fields, errors);
    }
    Some(Answer::Own { status: status.value()?, kind, title, detail, instance })
}

fn field(index: usize, field: &Field, errors: &mut Errors) -> KindField {
    let has = |name: &str| field.attrs.iter().any(|attribute| attribute.path().is_ident(name));
    let (member, variable) = match &field.ident {
        Some(ident) => (ident.clone().into(), ident.clone()),
        None => (index.into(), format_ident!("_{index}", span = Span::call_site())),
    };
    let shown_as = self::member(&field.attrs, errors).and_then(|shown| match (shown, &field.ident) {
        (Member::Named(name), _) => Some(name),
        (Member::Field(_), Some(ident)) => Some(LitStr::new(&ident.unraw().to_string(), ident.span())),
        (Member::Field(word), None) => {
            errors.push(
                &word,
                "a field without a name requires a name for its member",
                "write `#[problem(member = \"name\")]`",
            );
            None
        }
    });
    let from = has("from");
    let source = from || has("source") || field.ident.as_ref().is_some_and(|ident| ident == "source");
    KindField { member, variable, ty: field.ty.clone(), shown_as, from, source }
}

/// A name in a text is a field, the value itself, or a constant, which is in capitals.
fn check_names(ident: &Ident, text: &LitStr, fields: &[KindField], errors: &mut Errors) {
    let names = fields.iter().map(|field| match &field.member {
        syn::Member::Named(name) => name.unraw().to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    });
    let names: Vec<String> = names.collect();
    let value = text.value();
    let is_known = |name: &str| {
        name == "self"
            || name.starts_with(|c: char| c.is_uppercase())
            || names.iter().any(|known| known == name)
    };
    if let Some((_, name)) = format::names(&value).find(|(_, name)| !is_known(name)) {
        let help = match names.as_slice() {
            [] => "it has no fields; for braces in the text write `{{` and `}}`".to_owned(),
            names => format!(
                "write {}",
                names.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(" or ")
            ),
        };
        errors.push(text, format!("`{ident}` has no field for `{{{name}}}`"), help);
    }
}

/// Refuses the members that RFC 9457 defines, and duplicates.
fn check_members(fields: &[KindField], errors: &mut Errors) {
    let mut names = BTreeSet::from(["type", "title", "status", "detail", "instance"].map(str::to_owned));
    for name in fields.iter().filter_map(|field| field.shown_as.as_ref()) {
        if !names.insert(name.value()) {
            errors.push(
                &name.to_token_stream(),
                format!("duplicate member `{}`", name.value()),
                "write `#[problem(member = \"name\")]` with another name",
            );
        }
    }
}
