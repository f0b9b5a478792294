//! What a consumer may take and return.
#![deny(warnings)]

use axum::extract::State;
use routegen::{
    Batch, BatchFailures, Change, Event, Init, Message, Problem, QueueMessage, Res, Resource, Scheduled, event,
    Context, Error,
    queue, schedule, stream,
};

#[derive(Clone)]
struct Store;

impl Resource for Store {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

#[derive(serde::Deserialize)]
struct Order {}

impl QueueMessage for Order {
    const QUEUE: &'static str = "orders";
}

mod nothing {
    #[routegen::schedule("rate(1 minute)")]
    pub async fn on_time() {}

    #[routegen::queue(orders)]
    pub async fn on_order() {}

    #[routegen::event(source = "a")]
    pub async fn on_event() {}

    #[routegen::stream(items_table)]
    pub async fn on_change() {}
}

#[schedule("at(2027-01-31T08:00:00)")]
async fn once(_: Res<Store>, _: Scheduled, _: State<Store>, _: Context) -> Result<(), Error> {
    Ok(())
}

#[queue(orders)]
async fn io(_: Message<Order>) -> Result<(), std::io::Error> {
    Ok(())
}

#[queue(orders)]
async fn text(_: Message<Order>) -> Result<(), String> {
    Ok(())
}

#[queue(orders)]
async fn problem(_: Batch<Message<Order>>) -> Result<BatchFailures, Problem> {
    Ok(BatchFailures::new())
}

#[event(detail_type = "b")]
async fn r#type(_: Event<Vec<Option<String>>>) -> Result<(), Problem> {
    Ok(())
}

#[stream(items_table)]
async fn changes(_: Res<Store>, _: Batch<Change<Order>>) -> BatchFailures {
    BatchFailures::new()
}

fn main() {}
