//! A first API: two routes behind Cognito, two Lambda functions, one table.
//!
//! It is a library with annotated handlers and nothing else. `routegen package -p items` makes an artifact of
//! each handler, and the Terraform for an HTTP API. The resource that a handler takes declares what its
//! function may do with the table, which is in the handwritten `terraform/main.tf`.

mod store;

use routegen::{Created, Json, Problem, Query, Res, http::StatusCode, route};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::store::{ReadItems, Store, WriteItems};

/// An item as clients see it.
#[derive(Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Item {
    id: u64,
    #[serde(flatten)]
    new: NewItem,
}

/// An item that has no id yet.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct NewItem {
    name: String,
    #[serde(default)]
    description: String,
}

/// Which items a client wants.
#[derive(Debug, Deserialize, JsonSchema)]
struct Page {
    /// The first id.
    #[serde(default)]
    from: u64,
    #[serde(default = "Page::default_limit")]
    limit: usize,
}

impl Page {
    fn default_limit() -> usize {
        100
    }
}

/// Retrieves items
#[route(GET, "/items", auth = "cognito", scopes = ["items/read"], memory = 256, timeout = 10)]
async fn get_items(Query(page): Query<Page>, items: Res<ReadItems>) -> Result<Json<Vec<Item>>, Problem> {
    Ok(Json(items.list(page.from, page.limit).await?))
}

/// Creates a new item
#[route(POST, "/items/create", auth = "cognito", scopes = ["items/write"])]
async fn create_item(
    items: Res<WriteItems>,
    Json(new): Json<NewItem>,
) -> Result<Created<Json<Item>>, Problem> {
    if new.name.trim().is_empty() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY).with_detail("an item needs a name"));
    }
    Ok(Created::new(Json(items.create(new).await?)))
}
