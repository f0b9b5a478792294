//! Two routes behind Cognito. `routegen dev` serves them on this machine, and `routegen package` builds the Lambda
//! function and the Terraform for them.

use std::sync::{Mutex, PoisonError};

use routegen::{Created, Error, Init, Json, Query, Res, Resource, route};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An item as clients see it.
#[derive(Clone, Deserialize, JsonSchema, Serialize)]
struct Item {
    name: String,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize, JsonSchema)]
struct Page {
    /// How many items at most.
    limit: Option<usize>,
}

/// The items, in memory: each process has its own and loses them when it ends, also on Lambda. Replace them with a
/// database before anyone relies on them.
#[derive(Default)]
struct Items(Mutex<Vec<Item>>);

impl Resource for Items {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self::default())
    }
}

// Both routes name the same function with `lambda`, to share its memory. Without it, each route has its own function.

/// Retrieves items
#[route(GET, "/items", auth = "cognito", scopes = ["items/read"], lambda = "items")]
async fn get_items(Query(page): Query<Page>, items: Res<Items>) -> Json<Vec<Item>> {
    let items = items.0.lock().unwrap_or_else(PoisonError::into_inner);
    let limit = page.limit.unwrap_or(items.len());
    Json(items.iter().take(limit).cloned().collect())
}

/// Creates a new item
#[route(POST, "/items/create", auth = "cognito", scopes = ["items/write"], lambda = "items")]
async fn create_item(items: Res<Items>, Json(item): Json<Item>) -> Created<Json<Item>> {
    let mut items = items.0.lock().unwrap_or_else(PoisonError::into_inner);
    items.push(item.clone());
    Created::new(Json(item))
}
