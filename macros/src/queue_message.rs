//! `#[derive(QueueMessage)]`: a type that is sent to one queue.
//!
//! In: the tokens of a struct or an enum with `#[queue_message(orders)]`. Out: the implementation of the
//! trait, and every error. It refuses a type that names no queue, or two.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use routegen_spec::{Name, attributes::Key};
use syn::{DeriveInput, Meta};

use crate::{
    arguments::{is_assignment, split},
    errors::Errors,
    function,
    slot::Slot,
    table::{Row, Table},
    values,
};

/// The attributes of a type.
#[derive(Default)]
struct QueueMessageAttr {
    queue: Slot<Name>,
    krate: Slot<syn::Path>,
}

pub(crate) fn queue_message(item: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let item = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return (TokenStream::new(), vec![error]),
    };
    let said = read(&item, &mut errors);
    let (queue, krate) = (said.queue.value(), function::krate(said.krate));
    let errors = errors.into_vec();
    match (queue, krate) {
        (Some(queue), Some(krate)) if errors.is_empty() => (expand(&item, &queue, &krate), errors),
        _ => (TokenStream::new(), errors),
    }
}

fn read(item: &DeriveInput, errors: &mut Errors) -> QueueMessageAttr {
    let mut said = QueueMessageAttr::default();
    for attribute in item.attrs.iter().filter(|attribute| attribute.path().is_ident("queue_message")) {
        let arguments = match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
        };
        for (index, argument) in split(arguments, errors).into_iter().enumerate() {
            if index > 0 || is_assignment(&argument) {
                Table(vec![Row::new(Key::CRATE, &mut said.krate, values::krate)]).read(argument, errors);
            } else if said.queue.is_absent() {
                let queue = values::resource_name("queue", "orders", &argument, errors);
                said.queue.fill(queue, argument);
            } else {
                errors.push(&argument, "the type declares two queues", "keep one of the two");
            }
        }
        if said.queue.is_absent() {
            errors.push(&attribute.meta, "the attribute names no queue", "write `#[queue_message(orders)]`");
            said.queue.excuse();
        }
    }
    if said.queue.is_absent() {
        errors.push(
            &item.ident,
            format!("`{}` does not declare its queue", item.ident),
            "write the queue's name above it: `#[queue_message(orders)]`",
        );
    }
    said
}

fn expand(item: &DeriveInput, queue: &Name, krate: &syn::Path) -> TokenStream {
    let ident = &item.ident;
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    let queue = queue.as_str().to_token_stream();
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #generics #krate::QueueMessage for #ident #arguments #bounds {
            const QUEUE: &'static str = #queue;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_names_its_queue() {
        let item = "#[queue_message(orders, crate = api::routegen)] struct Order<T: A>(T) where T: B;";
        let (tokens, errors) = queue_message(item.parse().unwrap());
        assert!(errors.is_empty(), "{errors:?}");
        let expanded = prettyplease::unparse(&syn::parse2(tokens).unwrap());
        let expected = "#[automatically_derived]
impl<T: A> api::routegen::QueueMessage for Order<T>
where
    T: B,
{
    const QUEUE: &'static str = \"orders\";
}
";
        assert_eq!(expanded, expected);
    }

    #[test]
    fn every_mistake_has_one_error_and_what_to_write() {
        let written = [
            "struct Order;",
            "#[queue_message] struct Order;",
            "#[queue_message()] struct Order;",
            "#[queue_message(\"orders\")] struct Order;",
            "#[queue_message(\"arn:aws:sqs:us-east-1:123456789012:orders\")] struct Order;",
            "#[queue_message(Orders)] struct Order;",
            "#[queue_message(orders)] #[queue_message(returns)] struct Order;",
            "#[queue_message(orders, fifo = true)] enum Order { A }",
        ];
        let shown: Vec<String> = written
            .into_iter()
            .map(|item| {
                let errors = queue_message(item.parse().unwrap()).1;
                assert_eq!(errors.len(), 1, "{item}: {errors:?}");
                format!("{item}\n    {}", errors[0].to_string().replace('\n', "; "))
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
