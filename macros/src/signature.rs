//! Reads the item as a [`Handler`].
//!
//! In: the tokens of the item under the attribute. Out: what the expansion needs from the function. The body
//! is never parsed: while it is being written, the compiler's errors are enough. It refuses what cannot be
//! called for a request or an event: a function with another attribute that declares its caller, an item that
//! is not a function, and a function that is not async, is generic, takes `self`, or borrows its arguments.

use std::fmt;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Expr, FnArg, Lifetime, Meta, ParenthesizedGenericArguments, ReturnType, Safety, Signature,
    Token, Type, TypeFnPtr, TypeImplTrait, TypeReference, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    visit::{self, Visit},
};

use crate::errors::Errors;

/// The same limit as axum's; nobody needs more.
const MOST_ARGUMENTS: usize = 16;

/// The intended role of a function.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    Route,
    Authorizer,
    Consumer,
    Middleware,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Route => "a route",
            Self::Authorizer => "an authorizer",
            Self::Consumer => "a consumer",
            Self::Middleware => "middleware",
        })
    }
}

impl Role {
    /// What calls the function, and has nothing that arguments could borrow.
    fn called_by(self) -> &'static str {
        match self {
            Self::Route | Self::Authorizer | Self::Middleware => "request",
            Self::Consumer => "event",
        }
    }
}

/// A function that can be called for a request, or an event.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    /// The types of the arguments, in order.
    pub(crate) arguments: Vec<Type>,
    pub(crate) output: ReturnType,
}

impl Handler {
    /// The function's name, without the `r#` that it may need in Rust.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

/// Returns `None` if the item is not a function. A function with mistakes is still returned, so that errors
/// about its name can be reported too.
pub(crate) fn read(item: TokenStream, role: Role, errors: &mut Errors) -> Option<Handler> {
    match syn::parse2(item) {
        Ok(Item::Function { attributes, visibility, signature, has_body }) => {
            check(&signature, has_body, role, errors);
            check_others(&attributes, role, errors);
            let arguments = signature.inputs.into_iter().filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some(*argument.ty),
                FnArg::Receiver(_) => None,
            });
            Some(Handler {
                attributes,
                visibility,
                ident: signature.ident,
                arguments: arguments.collect(),
                output: signature.output,
            })
        }
        Ok(Item::Other { keyword }) => {
            errors.push(
                &keyword,
                format!("{role} must be a function"),
                "write the attribute above an `async fn`",
            );
            None
        }
        Err(error) => {
            errors.push_syntax(error);
            None
        }
    }
}

enum Item {
    Function { attributes: Vec<Attribute>, visibility: Visibility, signature: Box<Signature>, has_body: bool },
    Other { keyword: TokenStream },
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse::<Visibility>()?;
        if !is_function(&input.fork()) {
            let rest: TokenStream = input.parse()?;
            return Ok(Self::Other { keyword: rest.into_iter().next().into_token_stream() });
        }
        let signature = input.parse()?;
        let has_body = !input.peek(Token![;]);
        input.parse::<TokenStream>()?;
        Ok(Self::Function { attributes, visibility, signature, has_body })
    }
}

fn is_function(input: ParseStream<'_>) -> bool {
    let qualifier = |input: ParseStream<'_>| {
        input.parse::<Option<Token![const]>>()?;
        input.parse::<Option<Token![async]>>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Option<syn::Abi>>()
    };
    qualifier(input).is_ok() && input.peek(Token![fn])
}

fn check(signature: &Signature, has_body: bool, role: Role, errors: &mut Errors) {
    let name = &signature.ident;
    if !has_body {
        errors.push(
            name,
            format!("`{name}` has no body"),
            "write the attribute above a function with a body",
        );
    }
    if signature.asyncness.is_none() {
        errors.push(
            &signature.fn_token,
            format!("{role}'s function must be async"),
            format!("write `async fn {name}`"),
        );
    }
    check_qualifiers(signature, role, errors);
    check_generics(signature, role, errors);
    check_arguments(signature, role, errors);
}

/// The attributes that declare what calls a function.
const CALLERS: [&str; 6] = ["route", "authorizer", "schedule", "queue", "event", "stream"];

/// A Lambda function has one kind of event. An attribute is recognized only by name, `queue` or
/// `routegen::queue`.
fn check_others(attributes: &[Attribute], role: Role, errors: &mut Errors) {
    if let Role::Middleware = role {
        return;
    }
    for attribute in attributes {
        let path: Vec<String> =
            attribute.path().segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
        let name = match &path[..] {
            [krate, name] if krate == "routegen" => name,
            [name] => name,
            _ => continue,
        };
        if CALLERS.contains(&name.as_str()) && !matches!(attribute.meta, Meta::NameValue(_)) {
            errors.push(
                &attribute.path(),
                format!("the function is {role} already, and `#[{name}]` would make something else call it"),
                "write a second function, and call the common code from both",
            );
        }
    }
}

fn check_qualifiers(signature: &Signature, role: Role, errors: &mut Errors) {
    if let Safety::Unsafe(token) = &signature.safety {
        errors.push(
            token,
            format!("{role}'s function cannot be unsafe"),
            "remove `unsafe`, and write an `unsafe` block in the body if it needs one",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.push(abi, format!("{role}'s function must have Rust's ABI"), "remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        errors.push(variadic, format!("{role}'s function cannot be variadic"), "remove `...`");
    }
}

fn check_generics(signature: &Signature, role: Role, errors: &mut Errors) {
    let generics = &signature.generics;
    let help = format!("write concrete types: {role} has no caller that could choose them");
    if !generics.params.is_empty() {
        errors.push(generics, format!("{role}'s function cannot be generic"), help);
    } else if let Some(clause) = &generics.where_clause {
        errors.push(clause, format!("{role}'s function cannot have a `where` clause"), help);
    }
}

fn check_arguments(signature: &Signature, role: Role, errors: &mut Errors) {
    if let Some(argument) = signature.inputs.iter().nth(MOST_ARGUMENTS) {
        errors.push(
            argument,
            format!(
                "{role}'s function can have at most {MOST_ARGUMENTS} arguments, but `{}` has {}",
                signature.ident,
                signature.inputs.len()
            ),
            "combine several of them in a struct that is an extractor",
        );
    }
    for argument in &signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => errors.push(
                receiver,
                format!("a method cannot be {role}"),
                "move the function out of the `impl` or `trait`, and remove `self`",
            ),
            FnArg::Typed(argument) => {
                for attribute in argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")) {
                    errors.push(
                        attribute,
                        format!("an argument of {role} cannot depend on `cfg`"),
                        "write two functions, each with its own `#[cfg(…)]`",
                    );
                }
                check_type(&argument.ty, role, errors);
            }
        }
    }
}

fn check_type(ty: &Type, role: Role, errors: &mut Errors) {
    match without_groups(ty) {
        Type::Reference(reference) => errors.push(
            ty,
            format!("an argument of {role} cannot be a reference"),
            format!("take it by value: `{}`", owned(&reference.elem)),
        ),
        _ => Within { role, errors }.visit_type(ty),
    }
}

/// The owned form of a reference's type.
fn owned(ty: &Type) -> String {
    match ty {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", slice.elem.to_token_stream()),
        ty => ty.to_token_stream().to_string(),
    }
}

/// A type without parentheses and the invisible groups that come from `macro_rules`.
fn without_groups(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        }
    }
}

/// Reports what makes a function generic without `<…>`, anywhere in a type: `impl Trait`, and elided
/// lifetimes.
struct Within<'a> {
    role: Role,
    errors: &'a mut Errors,
}

impl Within<'_> {
    fn refuse_borrow(&mut self, place: &impl ToTokens) {
        let role = self.role;
        self.errors.push(
            place,
            format!("an argument of {role} cannot borrow from the {}", role.called_by()),
            "write a type that owns its data, for example `String` for `&str`",
        );
    }
}

impl<'ast> Visit<'ast> for Within<'_> {
    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        let role = self.role;
        self.errors.push(
            ty,
            format!("an argument of {role} cannot be `impl Trait`"),
            "write the concrete type: the function has no caller that could choose it",
        );
    }

    fn visit_type_reference(&mut self, ty: &'ast TypeReference) {
        match &ty.lifetime {
            Some(_) => visit::visit_type_reference(self, ty),
            None => self.refuse_borrow(ty),
        }
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident == "_" {
            self.refuse_borrow(lifetime);
        }
    }

    // The elided lifetimes of a function's type belong to its caller, not to the route.
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}

    // The length of an array contains no type of the argument.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(item: &str) -> Vec<String> {
        let mut errors = Errors::default();
        read(item.parse().unwrap(), Role::Route, &mut errors);
        errors.into_vec().iter().map(|error| error.to_string().replace('\n', "; ")).collect()
    }

    #[test]
    fn handlers_are_taken_whatever_their_body_holds() {
        for item in [
            "async fn f() {}",
            "#[cold] pub(crate) async fn r#type(mut a: A, (b, c): (B, C), _: [u8; 2]) -> impl D { let x = ; }",
            "async fn f(a: Json<fn(&str) -> &str>) -> Result<Json<Vec<Item>>, Problem> {}",
            "async fn f(a: Json<&'static str>, b: Box<dyn Fn(&str)>) {}",
        ] {
            assert_eq!(errors(item), [""; 0], "{item}");
        }
    }

    #[test]
    fn the_raw_name_and_the_types_are_kept() {
        let mut errors = Errors::default();
        let handler =
            read("async fn r#type(a: A, B(b): B) {}".parse().unwrap(), Role::Route, &mut errors).unwrap();
        assert_eq!(handler.name(), "type");
        let types: Vec<String> =
            handler.arguments.iter().map(|ty| ty.to_token_stream().to_string()).collect();
        assert_eq!(types, ["A", "B"]);
    }

    #[test]
    fn every_mistake_has_one_error_and_its_fix() {
        let many = "_: A, ".repeat(17);
        let written = [
            "struct Items;",
            "pub mod items {}",
            "pub const N: u8 = 1;",
            "unsafe impl Send for Items {}",
            "use a::b;",
            "async fn f();",
            "fn f() {}",
            "async unsafe fn f() {}",
            "async extern \"C\" fn f() {}",
            "async fn f<T>() where T: A {}",
            "async fn f<const N: usize>() {}",
            "async fn f<'a>(a: A<'a>) {}",
            "async fn f() where A: B {}",
            "async fn f(&self) {}",
            "async fn f(self: Arc<Self>) {}",
            "async fn f(a: &str) {}",
            "async fn f(a: &[u8]) {}",
            "async fn f(a: (&'static mut A)) {}",
            "async fn f(a: impl A) {}",
            "async fn f(a: Json<impl A>) {}",
            "async fn f(a: Json<&str>) {}",
            "async fn f(a: Json<Cow<'_, str>>) {}",
            "async fn f(#[cfg(debug_assertions)] a: A) {}",
            &format!("async fn f({many}) {{}}"),
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|item| {
                let errors = errors(item);
                assert_eq!(errors.len(), 1, "{item}: {errors:?}");
                format!("{item}\n    {}", errors[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn several_mistakes_are_all_reported() {
        assert_eq!(errors("unsafe fn f<T>(a: &T, b: impl A) {}").len(), 5);
    }
}
