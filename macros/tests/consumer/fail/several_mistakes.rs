use routegen::queue;

#[queue("orders", batch = 11, fifo = true, concurency = 5)]
fn on_order() {}

fn main() {}
