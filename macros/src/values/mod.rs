//! The value of one argument.
//!
//! In: the key and the tokens after its `=`, or those of the method or the path. Out: the value in the
//! vocabulary of routegen, or an error with its fix. It refuses the wrong kind of literal and what AWS would
//! refuse, by the rules of the crate `routegen-spec`; it sees no other argument.

mod event_source;

use std::{fmt::Display, ops::RangeInclusive};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use routegen_spec::{
    Auth, Date, EnvName, GrantSpec, IdentitySource, Method, Name, PathPattern, ResourceValue, Scope,
    Throttle, attributes::Key, limits,
};
use syn::{
    Expr, LitBool, LitInt, LitStr, Token, Type,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

pub(crate) use self::event_source::{
    async_max_age, async_retries, batch, bus, concurrency, consumer_timeout, expression, filter,
    flexible_window, parallel, pattern, receives, resource_name, start, stream_max_age, stream_retries,
    texts, timezone, window,
};
use crate::{
    arguments::split,
    errors::{Errors, shown},
};

pub(crate) fn method(argument: &TokenStream, errors: &mut Errors) -> Option<Method> {
    let text = syn::parse2::<LitStr>(argument.clone()).map(|text| text.value());
    if let Some(method) = text.ok().and_then(|text| text.to_uppercase().parse::<Method>().ok()) {
        errors.push(argument, "the method must not have quotes", format!("write `{method}`"));
        return None;
    }
    argument
        .to_string()
        .replace(' ', "")
        .parse()
        .inspect_err(|error: &routegen_spec::UnknownMethod| errors.push(argument, error, error.help()))
        .ok()
}

pub(crate) fn path(argument: &TokenStream, errors: &mut Errors) -> Option<PathPattern> {
    let wrong =
        || ("the path must be a string literal".to_owned(), "write it in quotes: `\"/items\"`".to_owned());
    let text: LitStr = read("the path", argument, wrong, errors)?;
    let path = text.value().parse::<PathPattern>();
    path.inspect_err(|error| errors.push(&text, error, error.help())).ok()
}

pub(crate) fn auth(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Auth> {
    let text = string(key, value, errors)?;
    let auth = text.value();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if auth.is_empty() || !auth.chars().all(is_word) {
        errors.push(
            &text,
            format!("{auth:?} cannot be the name of an authorizer"),
            "write `auth = \"cognito\"`, or `auth = \"none\"` for an open route",
        );
        return None;
    }
    // An authorizer's name may be written in kebab case.
    Some(auth.parse::<Name>().map_or(auth, String::from).into())
}

pub(crate) fn scopes(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<Scope>> {
    let arguments = list(key, value, errors)?;
    let most = limits::SCOPES_PER_ROUTE;
    if let Some(argument) = arguments.get(most) {
        errors.push(
            argument,
            format!("the route has {} scopes, but API Gateway accepts at most {most}", arguments.len()),
            "write fewer scopes: a token needs only one of them",
        );
        return None;
    }
    distinct("scope", &arguments, scope, errors)
}

fn scope(argument: &TokenStream, errors: &mut Errors) -> Option<Scope> {
    let text = item(Key::SCOPES, "the scope", argument, errors)?;
    let scope = text.value().parse::<Scope>();
    scope.inspect_err(|error| errors.push(&text, error, error.help())).ok()
}

pub(crate) fn identity_sources(
    key: Key,
    value: &TokenStream,
    errors: &mut Errors,
) -> Option<Vec<IdentitySource>> {
    let arguments = list(key, value, errors)?;
    distinct("identity source", &arguments, identity_source, errors)
}

fn identity_source(argument: &TokenStream, errors: &mut Errors) -> Option<IdentitySource> {
    let text = item(Key::IDENTITY_SOURCES, "the identity source", argument, errors)?;
    let source = text.value().parse::<IdentitySource>();
    source.inspect_err(|error| errors.push(&text, error, error.help())).ok()
}

pub(crate) fn ttl(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<u32> {
    number(key, value, "seconds", &limits::AUTHORIZER_TTL_S, errors)
}

pub(crate) fn env(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<EnvName>> {
    let arguments = list(key, value, errors)?;
    distinct("variable", &arguments, env_name, errors)
}

fn env_name(argument: &TokenStream, errors: &mut Errors) -> Option<EnvName> {
    let text = item(Key::ENV, "the variable", argument, errors)?;
    let name = text.value().parse::<EnvName>();
    name.inspect_err(|error| errors.push(&text, error, error.help())).ok()
}

pub(crate) fn memory(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<u32> {
    number(key, value, "MB", &limits::MEMORY_MB, errors)
}

pub(crate) fn timeout(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<u32> {
    number(key, value, "seconds", &limits::TIMEOUT_S, errors)
}

/// API Gateway's limit is lower for an authorizer than for a route.
pub(crate) fn authorizer_timeout(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<u32> {
    number(key, value, "seconds", &limits::AUTHORIZER_TIMEOUT_S, errors)
}

pub(crate) fn throttle(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Throttle> {
    let help = || format!("write requests a second and requests at once: `{}`", key.example);
    let wrong = || ("`throttle` takes two numbers in parentheses".to_owned(), help());
    let pair: Pair = read("the value of `throttle`", value, wrong, errors)?;
    let numbers = split(pair.0.stream(), errors);
    let [rate, burst] = numbers.as_slice() else {
        let (message, help) = wrong();
        errors.push(value, message, help);
        return None;
    };
    let rate = number(key, rate, "requests a second", &limits::THROTTLE, errors);
    let burst = number(key, burst, "requests at once", &limits::THROTTLE, errors);
    Some(Throttle::new(rate?, burst?))
}

/// What surrounds a handler.
#[derive(Clone)]
pub(crate) enum Around {
    /// A function with `#[middleware]`.
    Function(syn::Path),
    /// A layer of tower.
    Layer(Box<Expr>),
}

impl Parse for Around {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let fork = input.fork();
        if fork.parse::<Ident>().is_ok_and(|word| word == "layer") && fork.peek(syn::token::Paren) {
            input.parse::<Ident>()?;
            let layer;
            syn::parenthesized!(layer in input);
            return layer.parse().map(|layer| Self::Layer(Box::new(layer)));
        }
        syn::Path::parse_mod_style(input).map(Self::Function)
    }
}

impl ToTokens for Around {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Function(path) => path.to_tokens(tokens),
            Self::Layer(layer) => tokens.extend(quote!(layer(#layer))),
        }
    }
}

/// Types of extractors.
pub(crate) fn guards(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<Type>> {
    items(key, value, "types of extractors", errors)
}

pub(crate) fn middleware(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<Around>> {
    let wrong_form = |value: &TokenStream| {
        let group = value.clone().into_iter().next();
        let Some(TokenTree::Group(group)) = group else { return None };
        let items = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(group.stream()).ok()?;
        let item = items.into_iter().find(|item| syn::parse2::<Around>(item.to_token_stream()).is_err())?;
        Some(item.to_token_stream())
    };
    if let Some(item) = wrong_form(value) {
        let text = written(&item);
        errors.push(
            &item,
            format!("`{text}` is not the name of a function"),
            format!("write `layer({text})`, if it is a tower layer"),
        );
        return None;
    }
    items(key, value, "functions with `#[middleware]` and layers of tower", errors)
}

/// A list in brackets of anything that syn can parse.
fn items<T: Parse>(key: Key, value: &TokenStream, what: &str, errors: &mut Errors) -> Option<Vec<T>> {
    let list: Option<List> = syn::parse2(value.clone()).ok();
    let items =
        list.and_then(|list| Punctuated::<T, Token![,]>::parse_terminated.parse2(list.0.stream()).ok());
    if items.is_none() {
        let help = match syn::parse2::<T>(value.clone()) {
            Ok(_) => format!("write it in brackets: `{} = [{}]`", key.name, shown(value)),
            Err(_) => format!("write `{}`", key.example),
        };
        errors.push(value, format!("`{}` takes a list of {what}", key.name), help);
    }
    items.map(|items| items.into_iter().collect())
}

/// IAM actions. Whether they exist is not checked here.
pub(crate) fn actions(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<String>> {
    let arguments = list(key, value, errors)?;
    if arguments.is_empty() {
        errors.push(value, "the grant has no action", format!("write `{}`", key.example));
        return None;
    }
    let action = |argument: &TokenStream, errors: &mut Errors| {
        let text = item(key, "the action", argument, errors)?;
        let action = text.value();
        let wrong = GrantSpec::action(&action).err();
        let is_right = wrong.is_none();
        if let Some(error) = wrong {
            errors.push(&text, &error, error.help());
        }
        is_right.then_some(action)
    };
    distinct("action", &arguments, action, errors)
}

/// The suffixes of a resource's ARN: a list, or a single string.
pub(crate) fn suffixes(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<String>> {
    let arguments = match syn::parse2::<LitStr>(value.clone()) {
        Ok(_) => vec![value.clone()],
        Err(_) => list(key, value, errors)?,
    };
    if arguments.is_empty() {
        errors.push(value, "`on` is empty", "remove `on` to grant the resource itself");
        return None;
    }
    let suffix = |argument: &TokenStream, errors: &mut Errors| {
        let text = item(key, "the suffix", argument, errors)?;
        let suffix = text.value();
        let wrong = GrantSpec::check_suffix(&suffix).err();
        let is_right = wrong.is_none();
        if let Some(error) = wrong {
            errors.push(&text, &error, error.help());
        }
        is_right.then_some(suffix)
    };
    let suffixes = distinct("suffix", &arguments, suffix, errors)?;
    if suffixes.len() > 1 && suffixes.iter().any(|suffix| suffix == GrantSpec::ANY) {
        errors.push(
            value,
            "`\"*\"` includes all other resources",
            "write `on = \"*\"` alone, or remove `\"*\"`",
        );
        return None;
    }
    Some(suffixes)
}

/// What the environment variable of a resource contains.
pub(crate) fn resource_value(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<ResourceValue> {
    let text = string(key, value, errors)?;
    let word = text.value();
    let found = ResourceValue::ALL.into_iter().find(|value| value.as_str() == word);
    if found.is_none() {
        errors.push(
            &text,
            format!("{word:?} is not a value of a resource that a variable can contain"),
            "write `\"name\"`, `\"url\"` or `\"arn\"`",
        );
    }
    found
}

/// Types of resources.
pub(crate) fn resources(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<Type>> {
    items(key, value, "types of resources", errors)
}

/// The path of a function.
pub(crate) fn function(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<syn::ExprPath> {
    let wrong =
        || (format!("`{}` takes the path of a function", key.name), format!("write `{}`", key.example));
    read(&format!("the value of `{}`", key.name), value, wrong, errors)
}

/// Statuses of refusals, from 300 to 599.
pub(crate) fn statuses(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<u16>> {
    let statuses: Vec<LitInt> = items(key, value, "statuses", errors)?;
    let read = |literal: LitInt| {
        let status = literal.base10_parse::<u16>().ok();
        let status = status.filter(|status| literal.suffix().is_empty() && (300..600).contains(status));
        if status.is_none() {
            let message = format!("`{literal}` is not a status for refusing a request");
            errors.push(&literal, message, format!("write one from 300 to 599: `{}`", key.example));
        }
        status
    };
    statuses.into_iter().map(read).collect()
}

/// The status of an error: a number, or a constant that the generated code checks.
pub(crate) fn error_status(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Status> {
    let help = || format!("write one from 400 to 599: `{}`", key.example);
    if let Ok(path) = syn::parse2::<syn::Path>(value.clone()) {
        return Some(Status::Constant(path));
    }
    let wrong = || (format!("`{}` takes the number of a status", key.name), help());
    let literal: LitInt = read("the value of `status`", value, wrong, errors)?;
    let status = literal.base10_parse::<u16>().ok();
    let status = status.filter(|status| literal.suffix().is_empty() && (400..600).contains(status));
    if status.is_none() {
        errors.push(&literal, format!("`{literal}` is not an error status"), help());
    }
    status.map(Status::Number)
}

/// The status of a problem.
#[derive(Clone)]
pub(crate) enum Status {
    Number(u16),
    /// The path of a `StatusCode` constant.
    Constant(syn::Path),
}

/// A literal URI, not a format string.
pub(crate) fn uri(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<LitStr> {
    let text = string(key, value, errors)?;
    let uri = text.value();
    if uri.is_empty() || uri.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
    {
        errors.push(&text, format!("{uri:?} is not a URI"), format!("write `{}`", key.example));
        return None;
    }
    Some(text)
}

/// A string that must not be empty.
pub(crate) fn words(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<LitStr> {
    let text = string(key, value, errors)?;
    if text.value().trim().is_empty() {
        errors.push(
            &text,
            format!("`{}` is empty", key.name),
            format!("write `{}`, or leave it out", key.example),
        );
        return None;
    }
    Some(text)
}

/// The prefix of all paths.
pub(crate) fn prefix(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<PathPattern> {
    let text = string(key, value, errors)?;
    let prefix = text.value().parse::<PathPattern>();
    let prefix = prefix.inspect_err(|error| errors.push(&text, error, error.help())).ok()?;
    if prefix.segments().is_empty() || prefix.parameters().next().is_some() {
        errors.push(
            &text,
            format!("`{prefix}` cannot be the prefix of a path"),
            format!("write literal segments: `{}`; parameters belong to each route's path", key.example),
        );
        return None;
    }
    Some(prefix)
}

/// Tokens as the user would write them, for the manifest.
pub(crate) fn written(tokens: &impl ToTokens) -> String {
    fn write(tokens: TokenStream, text: &mut String) {
        let mut after_word = false;
        for token in tokens {
            let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
            if after_word && is_word {
                text.push(' ');
            }
            after_word = is_word;
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{ ", " }"),
                        Delimiter::None => ("", ""),
                    };
                    text.push_str(open);
                    write(group.stream(), text);
                    text.push_str(close);
                }
                TokenTree::Punct(mark) if mark.as_char() == ',' => text.push_str(", "),
                token => text.push_str(&token.to_string()),
            }
        }
    }
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

/// An identifier in snake or kebab case.
pub(crate) fn id(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Name> {
    let text = string(key, value, errors)?;
    let name = text.value().parse::<Name>();
    name.inspect_err(|error| errors.push(&text, error, error.help(key.name))).ok()
}

pub(crate) fn date(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Date> {
    let text = string(key, value, errors)?;
    let date = text.value().parse::<Date>();
    date.inspect_err(|error| errors.push(&text, error, error.help())).ok()
}

/// Any string.
pub(crate) fn text(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<String> {
    string(key, value, errors).map(|text| text.value())
}

pub(crate) fn tags(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<String>> {
    let arguments = list(key, value, errors)?;
    distinct("tag", &arguments, tag, errors)
}

fn tag(argument: &TokenStream, errors: &mut Errors) -> Option<String> {
    let text = item(Key::TAGS, "the tag", argument, errors)?;
    if text.value().trim().is_empty() {
        errors.push(&text, "a tag is empty", format!("remove it, or write `{}`", Key::TAGS.example));
        return None;
    }
    Some(text.value())
}

/// `true` or `false`.
pub(crate) fn flag(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<bool> {
    let name = key.name;
    let wrong = || (format!("`{name}` takes `true` or `false`"), format!("write `{}`", key.example));
    read::<LitBool>(&format!("the value of `{name}`"), value, wrong, errors).map(|word| word.value)
}

pub(crate) fn krate(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<syn::Path> {
    let wrong = || {
        let help = match syn::parse2::<LitStr>(value.clone()) {
            Ok(path) => format!("write it without quotes: `crate = {}`", path.value()),
            Err(_) => format!("write `{}`", key.example),
        };
        ("`crate` takes the path of the crate `routegen`".to_owned(), help)
    };
    read::<ModulePath>("the value of `crate`", value, wrong, errors).map(|path| path.0)
}

/// The items between the brackets of a list of strings.
fn list(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<TokenStream>> {
    let name = key.name;
    let wrong = || {
        let help = match syn::parse2::<LitStr>(value.clone()) {
            Ok(text) => format!("write it in brackets: `{name} = [\"{}\"]`", text.value()),
            Err(_) => format!("write `{}`", key.example),
        };
        (format!("`{name}` takes a list of strings"), help)
    };
    let list: List = read(&format!("the value of `{name}`"), value, wrong, errors)?;
    Some(split(list.0.stream(), errors))
}

/// An item of such a list.
fn item(key: Key, what: &str, argument: &TokenStream, errors: &mut Errors) -> Option<LitStr> {
    let wrong = || (format!("`{}` is not a string", shown(argument)), format!("write `{}`", key.example));
    read(what, argument, wrong, errors)
}

/// The values of a list, without duplicates.
fn distinct<T: Display + PartialEq>(
    what: &str,
    arguments: &[TokenStream],
    read: impl Fn(&TokenStream, &mut Errors) -> Option<T>,
    errors: &mut Errors,
) -> Option<Vec<T>> {
    let mut values = Vec::new();
    for argument in arguments {
        let value = read(argument, errors)?;
        if values.contains(&value) {
            errors.push(argument, format!("the {what} `{value}` is duplicated"), "keep one of the two");
            return None;
        }
        values.push(value);
    }
    Some(values)
}

fn string(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<LitStr> {
    let wrong = || {
        let help = match syn::parse2::<Ident>(value.clone()) {
            Ok(word) => format!("write it in quotes: `{} = \"{word}\"`", key.name),
            Err(_) => format!("write `{}`", key.example),
        };
        (format!("`{}` takes a string", key.name), help)
    };
    read(&format!("the value of `{}`", key.name), value, wrong, errors)
}

fn number(
    key: Key,
    value: &TokenStream,
    unit: &str,
    range: &RangeInclusive<u32>,
    errors: &mut Errors,
) -> Option<u32> {
    let name = key.name;
    let (least, most) = (range.start(), range.end());
    let help = || format!("write a whole number of {unit} from {least} to {most}: `{}`", key.example);
    let wrong = || (format!("`{name}` takes a number"), help());
    let literal: LitInt = read(&format!("the value of `{name}`"), value, wrong, errors)?;
    if !literal.suffix().is_empty() {
        errors.push(
            &literal,
            format!("the number of `{name}` has the suffix `{}`", literal.suffix()),
            help(),
        );
        return None;
    }
    // A number too large for a `u32` is out of range like any other.
    let number = literal.base10_parse().ok().filter(|number| range.contains(number));
    if number.is_none() {
        errors.push(&literal, format!("`{name}` cannot be {} {unit}", literal.base10_digits()), help());
    }
    number
}

/// Reads a value that is a `T` and nothing else. If it is not, `wrong` words the error and its fix.
fn read<T: Parse>(
    what: &str,
    value: &TokenStream,
    wrong: impl FnOnce() -> (String, String),
    errors: &mut Errors,
) -> Option<T> {
    let value_and_rest = |input: ParseStream<'_>| Ok((input.parse::<T>()?, input.parse::<TokenStream>()?));
    match value_and_rest.parse2(value.clone()) {
        Ok((value, rest)) if rest.is_empty() => return Some(value),
        Ok((_, rest)) => errors.push(
            &rest,
            format!("`{}` is unexpected after {what}", shown(&rest)),
            "write a comma before the next argument, and nothing else",
        ),
        Err(_) => {
            let (message, help) = wrong();
            errors.push(value, message, help);
        }
    }
    None
}

/// The content of brackets.
struct List(Group);

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let group: Group = input.parse()?;
        match group.delimiter() {
            Delimiter::Bracket => Ok(Self(group)),
            _ => Err(syn::Error::new(group.span(), "not a list")),
        }
    }
}

/// The content of parentheses.
struct Pair(Group);

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let group: Group = input.parse()?;
        match group.delimiter() {
            Delimiter::Parenthesis => Ok(Self(group)),
            _ => Err(syn::Error::new(group.span(), "not a pair")),
        }
    }
}

/// A path without generic arguments.
struct ModulePath(syn::Path);

impl Parse for ModulePath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(syn::Path::parse_mod_style).map(Self)
    }
}
