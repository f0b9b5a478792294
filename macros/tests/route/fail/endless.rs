use std::convert::Infallible;

use futures_util::{Stream, StreamExt as _, stream};
use routegen::{
    axum::response::{Sse, sse::Event},
    route,
};

#[route(GET, "/events", auth = "none")]
async fn get_events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::repeat(Event::default().data("tick")).map(Ok))
}

fn main() {}
