//! The API of the seed: two routes behind Cognito, two Lambda functions.
//!
//! A library with annotated handlers, and nothing else: `routegen package -p items` makes an artifact of each, and the
//! Terraform that puts them behind an HTTP API.

mod store;

use routegen::{IntoResponse, Json, Problem, Query, http::StatusCode, route};
use serde::{Deserialize, Serialize};

use crate::store::Store;

/// An item as clients see it.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Item {
    id: u64,
    #[serde(flatten)]
    new: NewItem,
}

/// An item that has no id yet.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NewItem {
    name: String,
    #[serde(default)]
    description: String,
}

/// Which items a client wants.
#[derive(Debug, Deserialize)]
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
async fn get_items(Query(page): Query<Page>) -> Result<Json<Vec<Item>>, Problem> {
    Ok(Json(Store::from_env().list(page.from, page.limit)?))
}

/// Creates a new item
#[route(POST, "/items/create", auth = "cognito", scopes = ["items/write"])]
async fn create_item(Json(new): Json<NewItem>) -> Result<impl IntoResponse, Problem> {
    if new.name.trim().is_empty() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY).with_detail("an item needs a name"));
    }
    Ok((StatusCode::CREATED, Json(Store::from_env().create(new)?)))
}
