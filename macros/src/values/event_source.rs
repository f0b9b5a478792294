//! The values of arguments that declare what calls a function.
//!
//! In: the key and the tokens after its `=`, or those of the first argument. Out: the value in the vocabulary
//! of routegen, or an error with its fix. It refuses an ARN in place of a name: Terraform has the resource's
//! ARN.

use proc_macro2::{Ident, TokenStream};
use routegen_spec::{
    GrantSpec, Name, Pattern, ScheduleExpression, StartingPosition, attributes::Key, limits,
};
use syn::{LitStr, ext::IdentExt as _};

use super::{distinct, item, list, number, read, string};
use crate::errors::{Errors, shown};

/// The expression of a schedule.
pub(crate) fn expression(argument: &TokenStream, errors: &mut Errors) -> Option<ScheduleExpression> {
    let wrong = || {
        (
            "the schedule must be a string literal".to_owned(),
            "write it in quotes: `\"rate(5 minutes)\"`".to_owned(),
        )
    };
    let text: LitStr = read("the schedule", argument, wrong, errors)?;
    let expression = text.value().parse::<ScheduleExpression>();
    expression.inspect_err(|error| errors.push(&text, error, error.help())).ok()
}

/// The name of a resource; `what` is its kind, and `example` a possible name.
pub(crate) fn resource_name(
    what: &str,
    example: &str,
    argument: &TokenStream,
    errors: &mut Errors,
) -> Option<Name> {
    if let Ok(text) = syn::parse2::<LitStr>(argument.clone()) {
        refuse_text(what, example, &text, errors);
        return None;
    }
    let wrong = || {
        (
            format!("`{}` cannot be the name of a {what}", shown(argument)),
            format!("write a name of your choice, such as `{example}`"),
        )
    };
    let word = syn::parse2::<AnyWord>(argument.clone());
    let Ok(AnyWord(word)) = word else {
        let (message, help) = wrong();
        errors.push(argument, message, help);
        return None;
    };
    let name = word.unraw().to_string();
    match GrantSpec::variable(&name) {
        Ok(_) => name.parse().ok(),
        Err(error) => {
            errors.push(&word, &error, error.help());
            None
        }
    }
}

/// A word, such as `r#type`.
struct AnyWord(Ident);

impl syn::parse::Parse for AnyWord {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        input.call(Ident::parse_any).map(Self)
    }
}

/// Refuses a name in quotes, an ARN or a URL.
fn refuse_text(what: &str, example: &str, text: &LitStr, errors: &mut Errors) {
    let written = text.value();
    let form = if written.starts_with("arn:") {
        "an ARN"
    } else if written.contains("://") {
        "a URL"
    } else {
        let name = if GrantSpec::variable(&written).is_ok() { &written } else { example };
        errors.push(text, format!("the name of the {what} must not have quotes"), format!("write `{name}`"));
        return;
    };
    errors.push(
        text,
        format!("the {what} is given by {form}, but code refers to it by name"),
        format!("write a name of your choice, such as `{example}`, and configure it in Terraform's variable `resources`"),
    );
}

/// The name of an event bus.
pub(crate) fn bus(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Name> {
    resource_name(key.name, "orders_bus", value, errors)
}

/// The name of a time zone. Whether it exists is not checked here.
pub(crate) fn timezone(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<String> {
    let text = string(key, value, errors)?;
    let zone = text.value();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    if zone.is_empty() || !zone.chars().all(is_name) {
        errors.push(
            &text,
            format!("{zone:?} is not the name of a time zone"),
            format!("write a name of the IANA database: `{}`", key.example),
        );
        return None;
    }
    Some(zone)
}

/// A list of strings, or a single string.
pub(crate) fn texts(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<String>> {
    let arguments = one_or_list(key, value, errors)?;
    let text = |argument: &TokenStream, errors: &mut Errors| {
        let text = item(key, "the text", argument, errors)?;
        let said = text.value();
        if said.trim().is_empty() {
            errors.push(
                &text,
                format!("a text of `{}` is empty", key.name),
                format!("write `{}`", key.example),
            );
            return None;
        }
        Some(said)
    };
    distinct("text", &arguments, text, errors)
}

/// The pattern that an event must match.
pub(crate) fn pattern(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Pattern> {
    let text = string(key, value, errors)?;
    read_pattern(&text, errors)
}

/// A list of patterns, or a single string.
pub(crate) fn filter(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<Pattern>> {
    let arguments = one_or_list(key, value, errors)?;
    if let Some(argument) = arguments.get(limits::FILTERS) {
        errors.push(
            argument,
            format!(
                "there are {} filters, but an event source mapping accepts at most {}",
                arguments.len(),
                limits::FILTERS
            ),
            "write fewer: several values of one key can be in one pattern",
        );
        return None;
    }
    let pattern = |argument: &TokenStream, errors: &mut Errors| {
        let text = item(key, "the pattern", argument, errors)?;
        read_pattern(&text, errors)
    };
    distinct("pattern", &arguments, pattern, errors)
}

fn read_pattern(text: &LitStr, errors: &mut Errors) -> Option<Pattern> {
    let pattern = text.value().parse::<Pattern>();
    pattern.inspect_err(|error| errors.push(text, error, error.help())).ok()
}

/// The items of a list that is not empty, or a single string in its place.
fn one_or_list(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<Vec<TokenStream>> {
    let arguments = match syn::parse2::<LitStr>(value.clone()) {
        Ok(_) => vec![value.clone()],
        Err(_) => list(key, value, errors)?,
    };
    if arguments.is_empty() {
        errors.push(
            value,
            format!("the list of `{}` is empty", key.name),
            format!("remove the key, or write `{}`", key.example),
        );
        return None;
    }
    Some(arguments)
}

/// Where a new function begins to read a stream.
pub(crate) fn start(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<StartingPosition> {
    let text = string(key, value, errors)?;
    let word = text.value();
    let found =
        StartingPosition::ALL.into_iter().find(|position| word.eq_ignore_ascii_case(position.as_str()));
    if found.is_none() {
        errors.push(
            &text,
            format!("a stream does not start at {word:?}"),
            "write `\"trim_horizon\"` for the oldest record, or `\"latest\"` for new records",
        );
    }
    found
}

/// Defines readers of whole numbers, each with its unit and range.
macro_rules! numbers {
    ($($name:ident: $unit:literal, $range:ident;)*) => {
        $(pub(crate) fn $name(key: Key, value: &TokenStream, errors: &mut Errors) -> Option<u32> {
            number(key, value, $unit, &limits::$range, errors)
        })*
    };
}

numbers! {
    consumer_timeout: "seconds", CONSUMER_TIMEOUT_S;
    flexible_window: "minutes", FLEXIBLE_WINDOW_MINUTES;
    async_retries: "calls", ASYNC_RETRIES;
    async_max_age: "seconds", ASYNC_MAX_AGE_S;
    batch: "records", BATCH;
    window: "seconds", BATCH_WINDOW_S;
    concurrency: "invocations", QUEUE_CONCURRENCY;
    receives: "receipts", RECEIVES;
    stream_retries: "calls", STREAM_RETRIES;
    stream_max_age: "seconds", STREAM_MAX_AGE_S;
    parallel: "batches", STREAM_PARALLEL;
}
