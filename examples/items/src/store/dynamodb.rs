//! The items in a DynamoDB table, which all functions share.
//!
//! The table's key is `pk` and `id`. The items are in the partition `items`, sorted by number; the last
//! number is in a partition of its own. A partition accepts 1,000 writes a second.

use std::collections::HashMap;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValue},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use routegen::Error;

use crate::{Item, NewItem};

pub(crate) struct DynamoDb {
    client: Client,
    table: String,
}

impl DynamoDb {
    /// The SDK gets region and credentials from its usual sources: in Lambda, from the environment.
    pub(crate) async fn connect(table: String) -> Self {
        // ring compiles in a fifth of the time of the SDK's default.
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
        Self { client: Client::new(&config), table }
    }

    pub(crate) async fn create(&self, new: NewItem) -> Result<Item, Error> {
        let id = self.next_id().await?;
        let put = self.client.put_item().table_name(&self.table);
        let put = put.set_item(Some(HashMap::from([
            ("pk".to_owned(), text("items")),
            ("id".to_owned(), number(id)),
            ("name".to_owned(), text(&new.name)),
            ("description".to_owned(), text(&new.description)),
        ])));
        put.send().await?;
        Ok(Item { id, new })
    }

    pub(crate) async fn list(&self, from: u64, limit: usize) -> Result<Vec<Item>, Error> {
        let query = self.client.query().table_name(&self.table);
        let query = query.key_condition_expression("pk = :pk AND id >= :from");
        let query = query.expression_attribute_values(":pk", text("items"));
        let query = query.expression_attribute_values(":from", number(from));
        let page = i32::try_from(limit.clamp(1, 1_000))?;
        let mut rows = query.into_paginator().page_size(page).items().send();
        let mut items = Vec::new();
        while items.len() < limit
            && let Some(row) = rows.next().await
        {
            items.push(item(&row?).ok_or("a row of the table is no item")?);
        }
        Ok(items)
    }

    /// Counts in the table itself, so that two requests never get the same number.
    async fn next_id(&self) -> Result<u64, Error> {
        let update = self.client.update_item().table_name(&self.table);
        let update = update.key("pk", text("counter")).key("id", number(0));
        let update =
            update.update_expression("ADD last_id :one").expression_attribute_values(":one", number(1));
        let counted = update.return_values(ReturnValue::UpdatedNew).send().await?;
        let last = counted.attributes().and_then(|row| row.get("last_id")?.as_n().ok());
        Ok(last.ok_or("the table did not count")?.parse()?)
    }
}

fn item(row: &HashMap<String, AttributeValue>) -> Option<Item> {
    let text = |key: &str| row.get(key)?.as_s().ok().cloned();
    let id = row.get("id")?.as_n().ok()?.parse().ok()?;
    Some(Item { id, new: NewItem { name: text("name")?, description: text("description")? } })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_item_only_with_all_of_its_columns() {
        let mut row = HashMap::from([
            ("id".to_owned(), number(7)),
            ("name".to_owned(), text("pen")),
            ("description".to_owned(), text("blue")),
        ]);
        let new = NewItem { name: "pen".to_owned(), description: "blue".to_owned() };
        assert_eq!(item(&row), Some(Item { id: 7, new }));
        row.insert("id".to_owned(), text("7"));
        assert_eq!(item(&row), None);
        row.remove("id");
        assert_eq!(item(&row), None);
    }
}
