//! SQS queues as resources that send messages.
//!
//! A message's type names its queue ([`QueueMessage`](routegen::QueueMessage)), and a function that takes
//! [`Res<Queue<T>>`](routegen::Res) may send such messages: its policy has `sqs:SendMessage` on that queue,
//! and its environment has the queue's URL, without anything in an attribute.
//!
//! ```
//! use routegen::{Json, Message, Problem, QueueMessage, Res, http::StatusCode, Error, queue, route};
//! use routegen_sqs::Queue;
//!
//! #[derive(serde::Deserialize, serde::Serialize, QueueMessage)]
//! #[queue_message(orders)]
//! struct NewOrder {
//!     item: String,
//! }
//!
//! /// Takes an order
//! #[route(POST, "/orders", auth = "cognito", scopes = ["orders/write"])]
//! async fn place_order(orders: Res<Queue<NewOrder>>, Json(order): Json<NewOrder>) -> Result<StatusCode, Problem> {
//!     orders.send(&order).await?;
//!     Ok(StatusCode::ACCEPTED)
//! }
//!
//! /// Processes an order
//! #[queue(orders)]
//! async fn on_order(order: Message<NewOrder>) -> Result<(), Error> {
//!     println!("one {}", order.body.item);
//!     Ok(())
//! }
//! ```
//!
//! The client is the AWS SDK's. All queues of a function share one client, [`Sqs`], which is created in
//! Lambda's init phase. It gets its region, credentials and endpoint (`AWS_ENDPOINT_URL_SQS`) as every
//! program with the SDK does; `routegen dev` sets that endpoint to its own queues.
//!
//! # In tests
//!
//! [`Queue::recording`] sends nothing and keeps what would be sent:
//!
//! ```
//! # mod orders {
//! # use routegen::{Json, Problem, QueueMessage, Res, http::StatusCode, route};
//! # use routegen_sqs::Queue;
//! # #[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize, QueueMessage)]
//! # #[queue_message(orders)]
//! # pub struct NewOrder { pub item: String }
//! # #[route(POST, "/orders", auth = "cognito", scopes = ["orders/write"])]
//! # pub async fn place_order(orders: Res<Queue<NewOrder>>, Json(order): Json<NewOrder>) -> Result<StatusCode, Problem> {
//! #     orders.send(&order).await?;
//! #     Ok(StatusCode::ACCEPTED)
//! # }
//! # }
//! # use orders::*;
//! use routegen::testing;
//! use routegen_sqs::Queue;
//!
//! # fn main() {
//! # futures_util::future::FutureExt::now_or_never(async {
//! let orders = Queue::<NewOrder>::recording();
//! let order = NewOrder { item: "pen".to_owned() };
//! let response = testing::post("/orders").json(&order).with(orders.clone()).call(place_order).await;
//! assert_eq!(response.status(), 202);
//! assert_eq!(orders.sent()[0].json::<NewOrder>(), order);
//! # }).unwrap();
//! # }
//! ```

mod error;
mod outgoing;
mod queue;
mod recording;
mod sqs;
#[cfg(test)]
mod tests;

pub use error::{SendError, Unsent};
pub use outgoing::Outgoing;
pub use queue::Queue;
pub use recording::Sent;
pub use sqs::Sqs;
