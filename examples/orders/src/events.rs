//! What calls the service besides clients: a queue, payments, a schedule, and the table's stream.

use routegen::{Change, Error, Event, Message, Res, Scheduled, event, queue, schedule, stream};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    order::{Order, PlacedOrder, Status, seconds},
    store::{CountOrders, ExpireOrders, WriteOrders},
};

/// The largest quantity that can be delivered.
const MOST: u32 = 1_000;

/// An unpaid order expires after a day.
const DAY: u64 = 24 * 60 * 60;

/// Accepts orders
///
/// An error fails only this message: it is received again, and moved to the dead-letter queue after the third
/// time. Receiving an order twice does no harm, because its id is the key of its row.
#[queue(orders, batch = 10, concurrency = 5, receives = 3)]
async fn accept_order(placed: Message<PlacedOrder>, orders: Res<WriteOrders>) -> Result<(), Error> {
    let order = placed.body;
    if order.order.quantity > MOST {
        return Err(format!("nobody delivers {} of `{}`", order.order.quantity, order.order.item).into());
    }
    orders.accept(order.accepted()).await
}

/// A payment, as announced by the payments service.
#[derive(Debug, Deserialize, JsonSchema)]
struct Payment {
    order_id: String,
}

/// Marks orders as paid
#[event(source = "payments", detail_type = "Payment Received")]
async fn receive_payment(payment: Event<Payment>, orders: Res<WriteOrders>) -> Result<(), Error> {
    orders.set_status(&payment.detail.order_id, Status::Paid).await
}

/// Expires unpaid orders
#[schedule("rate(1 hour)")]
async fn expire_orders(due: Scheduled, orders: Res<ExpireOrders>) -> Result<(), Error> {
    orders.expire(seconds(due.time).saturating_sub(DAY)).await
}

/// Counts the ordered items
///
/// The totals are rows of the same table; the filter excludes their changes.
#[stream(orders_table, filter = [r#"{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": ["order"]}}}}"#])]
async fn count_order(change: Change<Order>, totals: Res<CountOrders>) -> Result<(), Error> {
    match change.new {
        Some(order) => totals.add(&order.item, order.quantity).await,
        None => Ok(()),
    }
}
