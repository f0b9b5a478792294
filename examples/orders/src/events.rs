//! What calls the service besides clients: a queue, payments, the clock, and the table itself.

use routegen::{Change, Event, Message, Res, Scheduled, event, lambda_http::Error, queue, schedule, stream};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    order::{Order, PlacedOrder, Status, seconds},
    store::{CountOrders, ExpireOrders, WriteOrders},
};

/// The largest order that anyone can deliver.
const MOST: u32 = 1_000;

/// An unpaid order expires after a day.
const DAY: u64 = 24 * 60 * 60;

/// Accepts orders
///
/// An error is this message's failure alone: it is received again, and after its third time it is in the dead-letter queue. Receiving an
/// order twice does no harm, because its id is the key of its row.
#[queue(orders, batch = 10, concurrency = 5, receives = 3)]
async fn accept_order(placed: Message<PlacedOrder>, orders: Res<WriteOrders>) -> Result<(), Error> {
    let order = placed.body;
    if order.order.quantity > MOST {
        return Err(format!("nobody delivers {} of `{}`", order.order.quantity, order.order.item).into());
    }
    orders.accept(order.accepted()).await
}

/// A payment, as the payments service announces it.
#[derive(Debug, Deserialize, JsonSchema)]
struct Payment {
    order_id: String,
}

/// Marks orders as paid
#[event(source = "payments", detail_type = "Payment Received")]
async fn receive_payment(payment: Event<Payment>, orders: Res<WriteOrders>) -> Result<(), Error> {
    orders.set_status(&payment.detail.order_id, Status::Paid).await
}

/// Expires the orders that nobody has paid for
#[schedule("rate(1 hour)")]
async fn expire_orders(due: Scheduled, orders: Res<ExpireOrders>) -> Result<(), Error> {
    orders.expire(seconds(due.time).saturating_sub(DAY)).await
}

/// Counts what is ordered
///
/// The totals are rows of the same table, and no changes of theirs come here.
#[stream(orders_table, filter = [r#"{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": ["order"]}}}}"#])]
async fn count_order(change: Change<Order>, totals: Res<CountOrders>) -> Result<(), Error> {
    match change.new {
        Some(order) => totals.add(&order.item, order.quantity).await,
        None => Ok(()),
    }
}
