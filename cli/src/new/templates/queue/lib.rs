//! An API that hands its work to a queue, and a timer. `routegen dev` runs all of it on this machine, and `routegen package`
//! builds the Lambda functions and the Terraform, with the queue, its dead-letter queue and the schedule.

use routegen::{
    Accepted, Error, Json, Message, Problem, QueueMessage, Res, Scheduled, http::StatusCode, queue,
    route, schedule,
};
use routegen_sqs::Queue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An order of a client, and the message of the queue `orders`.
#[derive(Debug, Deserialize, JsonSchema, QueueMessage, Serialize)]
#[queue_message(orders)]
pub struct Order {
    /// The name of the item.
    pub item: String,
    /// The number of items.
    pub quantity: u32,
}

/// Accepts an order, which is processed a moment later
#[route(POST, "/orders", auth = "cognito", scopes = ["orders/write"])]
async fn place_order(
    orders: Res<Queue<Order>>,
    Json(order): Json<Order>,
) -> Result<Accepted<Json<Order>>, Problem> {
    if order.quantity == 0 {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY).with_detail("`quantity` is 0"));
    }
    orders.send(&order).await?;
    Ok(Accepted(Json(order)))
}

/// Processes one order
///
/// An error affects only this message: it is delivered again, and after five attempts it moves to the dead-letter queue. A
/// message can also be delivered twice without an error, so processing it twice must do no harm.
#[queue(orders, batch = 10)]
async fn on_order(order: Message<Order>) -> Result<(), Error> {
    let Order { item, quantity } = order.body;
    if quantity > 1_000 {
        return Err(format!("cannot deliver {quantity} of `{item}`").into());
    }
    tracing::info!("{quantity} of `{item}` are on their way");
    Ok(())
}

/// Cleans up
#[schedule("rate(1 hour)")]
async fn clean_up(due: Scheduled) {
    tracing::info!(attempt = due.attempt, "cleaned up");
}
