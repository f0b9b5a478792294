// Code has to be made for this to fail: run it together with the case that passes, by `trybuild=undeclared`.
use routegen::{Grant, Init, Res, Resource, Error, route};

struct Table;

impl Resource for Table {
    const GRANTS: &'static [Grant] = &[Grant::new("items_table", &["dynamodb:Query"])];

    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

struct Items(Res<Table>);

impl Resource for Items {
    async fn init(init: &Init) -> Result<Self, Error> {
        Ok(Self(init.get().await?))
    }
}

#[route(GET, "/items", auth = "none")]
async fn get_items(items: Res<Items>) {
    let _ = &items.0;
}

fn main() {}
