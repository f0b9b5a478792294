use routegen::{Init, Res, Resource, Error};

struct Config;

impl Resource for Config {
    async fn init(_: &Init) -> Result<Self, Error> {
        Ok(Self)
    }
}

#[derive(Resource)]
#[resource(init = Items::connect)]
struct Items;

impl Items {
    async fn connect(_config: Res<Config>) -> Result<Self, Error> {
        Ok(Self)
    }
}

fn main() {}
