//! The value of `responses`: the declared responses of a route.
//!
//! In: the list in parentheses,
//! `(201 = Item, 404, 409 = "the name is taken", 303 = Redirect: "to the shop")`. Out: the statuses, each
//! with its type and text, if given. It refuses statuses that responses cannot have, duplicates, and a type
//! for a status without a body. The compiler reports a type that does not exist, in its place.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use routegen_spec::{attributes::Key, contract::Status};
use syn::{
    LitInt, LitStr, Token, Type,
    parse::{Parse, ParseStream, Parser as _},
    punctuated::Punctuated,
};

use crate::errors::{Errors, error, shown};

/// A declared response.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) status: LitInt,
    /// The type of its body, or of the response.
    pub(crate) ty: Option<Type>,
    /// Its meaning; empty if it is not given.
    pub(crate) description: String,
}

pub(crate) fn read(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<Response>> {
    let mut tokens = value.clone().into_iter();
    let list = match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => group,
        (Some(TokenTree::Group(group)), Some(rest)) if group.delimiter() == Delimiter::Parenthesis => {
            let message =
                format!("unexpected `{}` after the list of `{}`", shown(&rest.clone().into()), key.name);
            errors.push(&rest, message, "write only a comma before the next argument");
            return None;
        }
        _ => {
            let message = format!("`{}` requires a list in parentheses", key.name);
            errors.push(value, message, format!("write `{}`", key.example));
            return None;
        }
    };
    let responses = Punctuated::<Written, Token![,]>::parse_terminated.parse2(list.stream());
    let responses = responses.map_err(|wrong| errors.push_syntax(wrong)).ok()?;
    if responses.is_empty() {
        errors.push(value, format!("`{}` is empty", key.name), format!("write `{}`", key.example));
        return None;
    }
    let mut valid: Vec<Response> = Vec::new();
    let mut is_right = true;
    for Written(response) in responses {
        let is_given = |other: &Response| other.status.base10_digits() == response.status.base10_digits();
        if valid.iter().any(is_given) {
            let message = format!("duplicate status `{}`", response.status);
            errors.push(&response.status, message, "keep one of them");
            is_right = false;
        } else {
            is_right &= check(key, &response, errors);
            valid.push(response);
        }
    }
    is_right.then_some(valid)
}

fn check(key: Key, Response { status, ty, .. }: &Response, errors: &mut Errors) -> bool {
    let number = status.base10_parse::<u16>().ok().filter(|number| (200..600).contains(number));
    let Some(number) = number.filter(|_| status.suffix().is_empty()) else {
        errors.push(
            status,
            format!("`{status}` is not the status of a response"),
            format!("write one from 200 to 599: `{}`", key.example),
        );
        return false;
    };
    match ty {
        Some(ty) if !Status::Is(number).has_body() => {
            errors.push(
                ty,
                format!("a response with the status {number} has no body"),
                format!("remove the type: `{number}`, or `{number} = \"what it means\"`"),
            );
            false
        }
        _ => true,
    }
}

/// A response as written.
struct Written(Response);

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let example = Key::RESPONSES.example;
        if !input.peek(LitInt) {
            return Err(wrong(input, "is not the number of a status", &format!("write `{example}`")));
        }
        let mut response = Response { status: input.parse()?, ty: None, description: String::new() };
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(Self(response));
        }
        let status = &response.status;
        if !input.peek(Token![=]) {
            let help = format!(
                "write `{status} = Type`, `{status} = \"what it means\"`, or a comma before the next status"
            );
            return Err(wrong(input, "is unexpected after a status", &help));
        }
        input.parse::<Token![=]>()?;
        let help = format!("write `{status} = Item` or `{status} = \"what it means\"`");
        if !input.peek(LitStr) {
            if input.is_empty() || input.peek(Token![,]) {
                return Err(error(
                    &response.status,
                    format!("expected a type or a text after `{status} =`"),
                    help,
                ));
            }
            let fork = input.fork();
            if fork.parse::<Type>().is_err() {
                return Err(wrong(input, "is neither a type nor a text", &help));
            }
            response.ty = Some(input.parse()?);
            if input.is_empty() || input.peek(Token![,]) {
                return Ok(Self(response));
            }
            let help = "write a comma before the next status, or what it means after a colon: `201 = Item: \"the new item\"`";
            if !input.peek(Token![:]) {
                return Err(wrong(input, "is unexpected after a type", help));
            }
            input.parse::<Token![:]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                let message = format!("expected a text after the colon of `{}`", response.status);
                let help = "write what it means, `201 = Item: \"the new item\"`, or remove the colon";
                return Err(error(&response.status, message, help));
            }
            if !input.peek(LitStr) {
                return Err(wrong(input, "is not a string", help));
            }
        }
        let text: LitStr = input.parse()?;
        response.description = text.value();
        if response.description.trim().is_empty() {
            return Err(error(
                &text,
                "the text of a response is empty",
                "remove it, or write what the response means",
            ));
        }
        if !input.is_empty() && !input.peek(Token![,]) {
            let help = "write the type first, and then what it means: `201 = Item: \"the new item\"`";
            return Err(wrong(input, "is unexpected after a text", help));
        }
        Ok(Self(response))
    }
}

/// The error for the next token.
fn wrong(input: ParseStream<'_>, is: &str, help: &str) -> syn::Error {
    match input.fork().parse::<TokenTree>() {
        Ok(token) => {
            let text = shown(&token.clone().into());
            error(&token, format!("`{text}` {is}"), help)
        }
        Err(_) => error(&TokenStream::new(), format!("nothing {is}"), help),
    }
}
