//! The orders in a DynamoDB table, which all functions share.
//!
//! The table's key is `pk` and `sk`: `order` and an order's id, or `total` and an item. A partition accepts
//! 1,000 writes a second.

use std::collections::HashMap;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, error::SdkError, operation::put_item::PutItemError, types::AttributeValue};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use routegen::Error;
use serde_json::Value;

use crate::order::{Order, Status};

const ORDER: &str = "order";
const TOTAL: &str = "total";

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

    pub(crate) async fn order(&self, id: &str) -> Result<Option<Order>, Error> {
        let row = self.row(ORDER, id).await?;
        row.map(|row| order(&row).ok_or_else(|| "a row of the table is not an order".into())).transpose()
    }

    pub(crate) async fn total(&self, item: &str) -> Result<u64, Error> {
        let row = self.row(TOTAL, item).await?;
        let ordered = row.and_then(|row| row.get("ordered")?.as_n().ok()?.parse().ok());
        Ok(ordered.unwrap_or_default())
    }

    pub(crate) async fn accept(&self, order: &Order) -> Result<(), Error> {
        let put =
            self.client.put_item().table_name(&self.table).condition_expression("attribute_not_exists(pk)");
        let put = put.set_item(Some(HashMap::from([
            ("pk".to_owned(), text(ORDER)),
            ("sk".to_owned(), text(&order.id)),
            ("id".to_owned(), text(&order.id)),
            ("item".to_owned(), text(&order.item)),
            ("quantity".to_owned(), number(order.quantity.into())),
            ("placed_at".to_owned(), number(order.placed_at)),
            ("status".to_owned(), text(order.status.as_str())),
        ])));
        match put.send().await {
            Err(error) if !is_condition(&error) => Err(error.into()),
            // It was already accepted when the message was received before.
            _ => Ok(()),
        }
    }

    pub(crate) async fn set_status(&self, id: &str, status: Status) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table);
        let update = update.key("pk", text(ORDER)).key("sk", text(id));
        let update =
            update.condition_expression("attribute_exists(pk)").update_expression("SET #status = :status");
        let update = update.expression_attribute_names("#status", "status");
        update.expression_attribute_values(":status", text(status.as_str())).send().await?;
        Ok(())
    }

    pub(crate) async fn expire(&self, before: u64) -> Result<(), Error> {
        let query = self.client.query().table_name(&self.table).key_condition_expression("pk = :pk");
        let query = query.filter_expression("#status = :accepted AND placed_at < :before");
        let query = query.expression_attribute_names("#status", "status");
        let query = query.expression_attribute_values(":pk", text(ORDER));
        let query = query.expression_attribute_values(":accepted", text(Status::Accepted.as_str()));
        let query = query.expression_attribute_values(":before", number(before));
        let mut rows = query.into_paginator().items().send();
        while let Some(row) = rows.next().await {
            if let Some(order) = order(&row?) {
                self.set_status(&order.id, Status::Expired).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn add(&self, item: &str, quantity: u32) -> Result<(), Error> {
        let update = self.client.update_item().table_name(&self.table);
        let update = update.key("pk", text(TOTAL)).key("sk", text(item));
        let update = update.update_expression("ADD ordered :quantity");
        update.expression_attribute_values(":quantity", number(quantity.into())).send().await?;
        Ok(())
    }

    async fn row(&self, pk: &str, sk: &str) -> Result<Option<HashMap<String, AttributeValue>>, Error> {
        let get = self.client.get_item().table_name(&self.table);
        Ok(get.key("pk", text(pk)).key("sk", text(sk)).send().await?.item)
    }
}

/// Whether the put was refused because the row exists.
fn is_condition(error: &SdkError<PutItemError>) -> bool {
    error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
}

fn order(row: &HashMap<String, AttributeValue>) -> Option<Order> {
    let text = |key: &str| row.get(key)?.as_s().ok().cloned();
    Some(Order {
        id: text("id")?,
        item: text("item")?,
        quantity: row.get("quantity")?.as_n().ok()?.parse().ok()?,
        placed_at: row.get("placed_at")?.as_n().ok()?.parse().ok()?,
        status: serde_json::from_value(Value::String(text("status")?)).ok()?,
    })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
