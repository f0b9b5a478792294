//! The log as server-sent events ([their format]), for as long as the page listens.
//!
//! The id of each event consists of the log's id and the entry's number, so that a page that reconnects
//! continues where it was. Neither a slow page nor a fast-growing log costs memory: displaced entries are
//! left out.
//!
//! [their format]: https://html.spec.whatwg.org/multipage/server-sent-events.html

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    body::{Body, Frame},
    http::request::Parts,
};
use routegen_apigw::QueryParameters;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{sleep, timeout},
};

use super::log::Log;

/// The maximum time without data, so that the end of a connection is noticed.
const SILENCE: Duration = Duration::from_secs(15);

/// The number of entries that are sent at once, before a pause: a browser cannot show more.
const AT_ONCE: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// The body of a continuing response.
#[derive(Debug)]
pub(crate) struct Events {
    events: mpsc::Receiver<Bytes>,
    _permit: OwnedSemaphorePermit,
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.events.poll_recv(context).map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}

/// The id of the last event that the page has, if any.
pub(super) fn seen(parts: &Parts) -> Option<String> {
    QueryParameters::parse(parts.uri.query().unwrap_or_default()).get("after").map(str::to_owned)
}

/// Sends the log from that entry on, or from its beginning.
pub(super) fn follow(log: Arc<Log>, seen: Option<String>, permit: OwnedSemaphorePermit) -> Events {
    let (sender, events) = mpsc::channel(1);
    tokio::spawn(async move {
        tokio::select! {
            () = sender.closed() => {}
            () = tell(&log, number(&log, seen.as_deref()), &sender) => {}
        }
    });
    Events { events, _permit: permit }
}

fn number(log: &Log, seen: Option<&str>) -> u64 {
    let own = seen.and_then(|id| id.split_once('.')).filter(|(id, _)| *id == log.id);
    own.and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}

async fn tell(log: &Log, mut after: u64, sender: &mpsc::Sender<Bytes>) {
    let mut newest = log.newest();
    let hello = format!("event: hello\ndata: {{\"log\":\"{}\"}}\n\n", log.id);
    if sender.send(hello.into()).await.is_err() {
        return;
    }
    loop {
        newest.borrow_and_update();
        let mut told = 0;
        while let Some(entry) = log.after(after) {
            after = entry.number;
            let data = entry.describe(&log.credentials());
            let event = format!("event: entry\nid: {}.{after}\ndata: {data}\n\n", log.id);
            if sender.send(event.into()).await.is_err() {
                return;
            }
            told += 1;
            if told % AT_ONCE == 0 {
                sleep(PAUSE).await;
            }
        }
        match timeout(SILENCE, newest.changed()).await {
            Ok(Err(_)) => return,
            Err(_) if sender.send(Bytes::from_static(b":\n\n")).await.is_err() => return,
            Ok(Ok(())) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::page::entry::What;

    fn following(log: &Arc<Log>, seen: Option<&str>, streams: &Arc<Semaphore>) -> Events {
        let permit = streams.clone().try_acquire_owned().unwrap();
        follow(log.clone(), seen.map(str::to_owned), permit)
    }

    async fn next(events: &mut Events) -> String {
        let frame = events.frame().await.unwrap().unwrap();
        String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_comes_back_goes_on_where_it_was_unless_the_log_is_another_one() {
        let (log, streams) = (Arc::new(Log::new("this".to_owned())), Arc::new(Semaphore::new(9)));
        for _ in 0..3 {
            log.record(What::Replaced);
        }
        for (seen, first) in
            [(None, 1), (Some("this.2"), 3), (Some("other.2"), 1), (Some("this.x"), 1), (Some(""), 1)]
        {
            let mut events = following(&log, seen, &streams);
            assert_eq!(next(&mut events).await, "event: hello\ndata: {\"log\":\"this\"}\n\n");
            let event = next(&mut events).await;
            assert!(event.starts_with(&format!("event: entry\nid: this.{first}\ndata: {{")), "{event}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn in_silence_a_comment_is_sent_and_who_left_frees_its_place() {
        let (log, streams) = (Arc::new(Log::new("this".to_owned())), Arc::new(Semaphore::new(1)));
        let mut events = following(&log, None, &streams);
        next(&mut events).await;
        assert_eq!(next(&mut events).await, ":\n\n");
        assert_eq!(streams.available_permits(), 0);
        drop(events);
        assert_eq!(streams.available_permits(), 1);
        while Arc::strong_count(&log) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
