//! Expands a [`ValidConsumer`] into an entry point and a registration, like a route.
//!
//! In: the consumer. Out: the code after the function. It refuses nothing. The generated code follows the
//! rules in `glue.rs`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use routegen_spec::EventSource;

use super::{parse::Family, validate::ValidConsumer};
use crate::{
    glue::{self, Argument, Call, Known},
    place::{Ends, ends},
    signature::Handler,
};

pub(crate) fn expand(consumer: &ValidConsumer) -> TokenStream {
    let entry = entry(consumer);
    let call = call(consumer.family, &consumer.handler);
    let checks = checks(consumer);
    let registration = registration(consumer);
    let items = quote_spanned! {Span::mixed_site()=>
        #entry
        #call
        #checks
        #registration
    };
    glue::scope(&consumer.handler, &consumer.krate, &items, [consumer.spec.entry.as_str()].into_iter())
}

/// The exported function, which only an artifact links to.
fn entry(consumer: &ValidConsumer) -> TokenStream {
    let ValidConsumer { spec, handler, family, .. } = consumer;
    let site = Span::mixed_site();
    let ident = glue::beside(handler, "entry_of");
    let call = glue::call(&glue::beside(handler, "call_of"), handler.arguments.iter());
    let (name, symbol) = (spec.name.as_str(), &spec.entry);
    let arguments = &handler.arguments;
    let source = Ident::new(&family.as_str().to_uppercase(), site);
    let takes = takes_batch(handler);
    quote_spanned! {site=>
        #[unsafe(export_name = #symbol)]
        fn #ident() -> __private::Consumer {
            __private::Consumer {
                name: #name,
                source: __private::source::#source,
                takes_batch: const { #takes },
                resources: const { &[#(__private::Argument::<#arguments, __private::Claimless, 0>::RESOURCE),*] },
                call: #call,
            }
        }
    }
}

/// Whether an argument is a batch.
fn takes_batch(handler: &Handler) -> TokenStream {
    let site = Span::mixed_site();
    let batches =
        handler.arguments.iter().map(|ty| quote_spanned!(site=> || __private::Records::<#ty>::BATCH));
    quote_spanned!(site=> false #(#batches)*)
}

/// The function from a delivery to its result. Each argument reads the delivery without consuming it.
fn call(family: Family, handler: &Handler) -> TokenStream {
    let site = Span::mixed_site();
    let of = Ident::new(&family.argument_trait(), site);
    let arguments = Argument::all(&handler.arguments);
    let bounds = arguments
        .iter()
        .map(|Argument { ty, marker, .. }| quote_spanned!(site=> #ty: __private::source::#of<#marker>));
    let extractions = arguments.iter().map(|Argument { ty, marker, variable }| {
        let made = quote_spanned!(site=> <#ty as __private::source::#of<#marker>>::from_delivery(&delivery));
        glue::extract(variable, &made)
    });
    let extraction = quote_spanned!(site=> #(#extractions)*);
    let delivery =
        if arguments.is_empty() { quote_spanned!(site=> _) } else { quote_spanned!(site=> delivery) };
    Call {
        handler,
        ident: glue::beside(handler, "call_of"),
        arguments: &arguments,
        guards: 0,
        parameters: quote_spanned!(site=> #delivery: __private::Delivery),
        passed: Vec::new(),
        extraction,
        bounds: bounds.collect(),
        result: quote_spanned!(site=> __private::Handled),
        conversion: quote_spanned!(site=> __private::IntoHandled::<_>::into_handled),
        is_response: false,
    }
    .to_token_stream()
}

/// The checks that refuse a single record beside a batch, and messages that belong to another queue.
fn checks(ValidConsumer { spec, handler, .. }: &ValidConsumer) -> TokenStream {
    if handler.arguments.is_empty() {
        return TokenStream::new();
    }
    let site = Span::mixed_site();
    let takes = takes_batch(handler);
    let checks = handler.arguments.iter().map(|ty| {
        let check = quote_spanned!(site=> __private::Beside::<#ty, { #takes }>::CHECK);
        glue::check(&check, ty)
    });
    let queue =
        if let EventSource::Queue(queue) = &spec.consumes { Some(queue.queue.as_str()) } else { None };
    let queues = queue.into_iter().flat_map(|queue| {
        let message = format!(
            "the messages of this type are sent to another queue than `{queue}`, as its `QueueMessage` declares"
        );
        handler.arguments.iter().map(move |ty| {
            let Ends(first, last) = ends(ty);
            let check = quote_spanned!(first=> __private::check_queue);
            let arguments = quote_spanned!(last=> (__private::OfQueue::<#ty>::QUEUE, #queue, #message));
            quote_spanned!(site=> const _: () = #check #arguments;)
        })
    });
    quote_spanned! {site=>
        use __private::{ArgumentCheck as _, BesideCheck as _, OfQueueCheck as _, RecordsCheck as _};
        #(#checks)*
        #(#queues)*
    }
}

fn registration(ValidConsumer { spec, handler, .. }: &ValidConsumer) -> TokenStream {
    let site = Span::mixed_site();
    let kind = quote_spanned!(site=> Consumer);
    let entry = glue::beside(handler, "entry_of");
    let arguments = handler.arguments.iter().map(|ty| {
        let argument = quote_spanned!(site=> __private::Argument::<#ty, __private::Claimless, 0>);
        quote_spanned!(site=> (__private::Option::None, __private::Records::<#ty>::BATCH, false, #argument::DECLARED))
    });
    let types = &handler.arguments;
    let types = quote_spanned!(site=> payload [#(#types),*]);
    let known = Known { arguments: arguments.collect(), types, ..Known::default() };
    glue::registration(handler, &kind, &spec.to_declaration(), &TokenStream::new(), &known, &entry)
}

#[cfg(test)]
mod tests {
    use crate::consumer::{Family, consumer};

    /// The expansion as rustfmt would format it, after the errors if there are any.
    fn expansion(family: Family, attribute: &str, item: &str) -> String {
        let (tokens, errors) = consumer(family, "items", attribute.parse().unwrap(), item.parse().unwrap());
        let mut expansion: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
        expansion.push(prettyplease::unparse(&syn::parse2(tokens).unwrap()));
        expansion.join("\n")
    }

    #[test]
    fn of_a_schedule_without_an_argument() {
        insta::assert_snapshot!(expansion(Family::Schedule, r#""rate(1 hour)""#, "async fn expire() {}"));
    }

    #[test]
    fn of_a_queue_with_keys_and_arguments() {
        insta::assert_snapshot!(expansion(
            Family::Queue,
            r#"orders, batch = 100, window = 5, timeout = 60, env = ["LEVEL"], name = "order", crate = api::routegen"#,
            "/// Takes orders
            #[cfg(unix)]
            async fn on_order(order: Message<NewOrder>, store: Res<WriteItems>) -> Result<(), Error> { store.put(order).await }",
        ));
    }

    #[test]
    fn an_error_leaves_the_item_alone() {
        insta::assert_snapshot!(expansion(
            Family::Stream,
            "items_table, batch = 0",
            "async fn f(_: Change<Item>) {}"
        ));
    }
}
