//! The routes that clients call.

use routegen::{Accepted, Json, Path, Problem, Res, route};
use routegen_sqs::Queue;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    order::{NewOrder, Order, PlacedOrder},
    store::ReadOrders,
};

/// Why an order is refused.
#[derive(Debug, Problem)]
enum OrderError {
    /// The order is empty.
    #[problem(status = 422, title = "An order needs an item and a quantity", detail = "{0}")]
    Empty(&'static str),
    /// There is no such order, or the queue's function has not accepted it yet.
    #[problem(
        status = 404,
        title = "There is no such order",
        detail = "there is no order `{id}`, or it is not accepted yet"
    )]
    Unknown {
        /// The requested id.
        id: String,
    },
    /// The queue or the table does not respond: the cause is in the log.
    #[problem(transparent)]
    Other(#[from] Problem),
}

/// What a client receives for an order.
#[derive(Debug, JsonSchema, Serialize)]
struct Receipt {
    id: String,
}

/// Places an order
///
/// It is accepted a moment later: until then, `GET` returns 404.
#[route(POST, "/orders", auth = "cognito", scopes = ["orders/write"])]
async fn place_order(
    orders: Res<Queue<PlacedOrder>>,
    Json(new): Json<NewOrder>,
) -> Result<Accepted<Json<Receipt>>, OrderError> {
    if new.item.trim().is_empty() {
        return Err(OrderError::Empty("`item` is empty"));
    }
    if new.quantity == 0 {
        return Err(OrderError::Empty("`quantity` is 0"));
    }
    let placed = PlacedOrder::now(new);
    orders.send(&placed).await.map_err(Problem::from)?;
    Ok(Accepted(Json(Receipt { id: placed.id })))
}

/// Retrieves an order
#[route(GET, "/orders/{id}", auth = "cognito", scopes = ["orders/read"])]
async fn get_order(Path(id): Path<String>, orders: Res<ReadOrders>) -> Result<Json<Order>, OrderError> {
    let order = orders.order(&id).await.map_err(Problem::from)?;
    order.map(Json).ok_or(OrderError::Unknown { id })
}

/// How many units of an item were ordered.
#[derive(Debug, JsonSchema, Serialize)]
struct Total {
    item: String,
    ordered: u64,
}

/// Returns how many units of an item were ordered
#[route(GET, "/totals/{item}", auth = "cognito", scopes = ["orders/read"])]
async fn get_total(Path(item): Path<String>, orders: Res<ReadOrders>) -> Result<Json<Total>, Problem> {
    let ordered = orders.total(&item).await?;
    Ok(Json(Total { item, ordered }))
}
