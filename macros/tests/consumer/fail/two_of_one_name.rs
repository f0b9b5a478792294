use routegen::queue;

#[queue(orders)]
async fn on_order() {}

mod returns {
    #[routegen::queue(returns)]
    async fn on_order() {}
}

fn main() {}
