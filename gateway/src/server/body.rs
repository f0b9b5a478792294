//! The body of a request: read completely, or read and discarded if the request is refused first.
//!
//! The total size of all bodies is bounded too: a large one is read when there is room for it.
//!
//! Many clients read no answer before they have sent everything (Python's `http.client`), and a connection
//! that is closed while data still arrives is reset, which destroys the answer. So the rest of a refused
//! request is first read and discarded, within bounds. If a client waits for permission to send
//! (`expect: 100-continue`), the refusal is the reply.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{
    Version,
    body::{Body as _, Incoming},
    header::EXPECT,
    http::request::Parts,
};
use routegen_apigw::Refusal;
use routegen_spec::limits::REQUEST_BODY_BYTES;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The total size of the bodies of all requests that are being answered, except small ones: room for this
/// many of the largest.
pub(super) const ALL_BODIES_BYTES: usize = 12 * REQUEST_BODY_BYTES;

/// Bodies up to this size are read immediately: with the maximum number of connections, they take 64 MiB.
const SMALL_BYTES: usize = 16 * 1024;

/// How long a client may take to send a body, and how long a large one waits for room before that.
const BODY_TIME: Duration = Duration::from_secs(30);

/// How much is discarded: several times the allowed size, so that clients that send too much get an answer,
/// but little enough to arrive within a second on one machine.
pub(super) const AWAY_BYTES: u64 = 64 * 1024 * 1024;

/// How long discarding may take: as long as nginx lingers (`lingering_timeout`). Nothing is kept meanwhile.
pub(super) const AWAY_TIME: Duration = Duration::from_secs(5);

/// A body that has not been read yet.
#[derive(Debug)]
pub(super) struct RequestBody {
    incoming: Incoming,
    left: Left,
}

/// What is left of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Left {
    Nothing,
    /// It arrives, whatever the answer is.
    Coming,
    /// It arrives only if the client gets permission, or it does not arrive properly.
    Held,
}

/// Room for the bodies of all requests.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL_BODIES_BYTES)))
    }
}

/// A body that was read, with the room that it takes until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) refusal: Refusal,
    pub(super) why: String,
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, head: &Parts) -> Self {
        let left = if incoming.is_end_stream() {
            Left::Nothing
        } else if waits_for_a_word(head) {
            Left::Held
        } else {
            Left::Coming
        };
        Self { incoming, left }
    }

    /// The length that it declares, if any.
    pub(super) fn declared(&self) -> Option<u64> {
        self.incoming.size_hint().exact()
    }

    /// Refuses a body that declares more than `most` bytes.
    pub(super) fn check_size(&self, most: usize) -> Result<(), Unread> {
        if self.incoming.size_hint().lower() > most as u64 { Err(Unread::too_large(most)) } else { Ok(()) }
    }

    /// Reads it completely, up to `most` bytes.
    pub(super) async fn read(&mut self, most: usize, room: &Room) -> Result<Held, Unread> {
        if self.left == Left::Nothing {
            return Ok(Held { bytes: Bytes::new(), _room: None });
        }
        self.check_size(most)?;
        let declared = self.declared().and_then(|bytes| usize::try_from(bytes).ok());
        let mut room = room.take(declared.unwrap_or(most)).await?;
        self.left = Left::Held;
        match tokio::time::timeout(BODY_TIME, Limited::new(&mut self.incoming, most).collect()).await {
            Ok(Ok(body)) => {
                self.left = Left::Nothing;
                let bytes = body.to_bytes();
                // A body without a declared length took the maximum room; the rest is released.
                if let Some(room) = &mut room {
                    drop(room.split(room.num_permits().saturating_sub(bytes.len())));
                }
                Ok(Held { bytes, _room: room })
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                self.left = Left::Coming;
                Err(Unread::too_large(most))
            }
            // Usually the client is gone and does not read the answer.
            Ok(Err(error)) => Err(Unread::new(Refusal::BadRequest, format!("the body broke off: {error}"))),
            Err(_) => Err(Unread::new(
                Refusal::RequestTimeout,
                format!("the body did not come within {BODY_TIME:?}"),
            )),
        }
    }

    /// Reads and discards what still arrives. Returns whether nothing is left.
    pub(super) async fn read_away(&mut self) -> bool {
        let comes = self.left == Left::Coming && self.incoming.size_hint().lower() <= AWAY_BYTES;
        if comes && tokio::time::timeout(AWAY_TIME, self.away()).await.unwrap_or(false) {
            self.left = Left::Nothing;
        }
        self.left == Left::Nothing
    }

    async fn away(&mut self) -> bool {
        let mut bytes = 0;
        while let Some(frame) = self.incoming.frame().await {
            let Ok(frame) = frame else { return false };
            bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            if bytes > AWAY_BYTES {
                return false;
            }
        }
        true
    }
}

impl Room {
    async fn take(&self, bytes: usize) -> Result<Option<OwnedSemaphorePermit>, Unread> {
        if bytes <= SMALL_BYTES {
            return Ok(None);
        }
        // No body's length exceeds a `u32`.
        let room = self.0.clone().acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX));
        if let Ok(Ok(room)) = tokio::time::timeout(BODY_TIME, room).await {
            return Ok(Some(room));
        }
        let why = format!(
            "for {BODY_TIME:?} there was no room beside other bodies, of {ALL_BODIES_BYTES} bytes in all"
        );
        Err(Unread::new(Refusal::ServiceUnavailable, why))
    }
}

impl Unread {
    fn new(refusal: Refusal, why: String) -> Self {
        Self { refusal, why }
    }

    fn too_large(most: usize) -> Self {
        Self::new(Refusal::PayloadTooLarge, format!("the body is larger than {most} bytes"))
    }
}

/// RFC 9110, 10.1.1.
fn waits_for_a_word(head: &Parts) -> bool {
    let expects =
        head.headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    expects && head.version > Version::HTTP_10
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_bodies_wait_for_room_and_small_ones_do_not() {
        let room = Room::default();
        let mut held = Vec::new();
        for _ in 0..ALL_BODIES_BYTES / REQUEST_BODY_BYTES {
            held.push(room.take(REQUEST_BODY_BYTES).await.unwrap().unwrap());
        }
        let began = Instant::now();
        let refused = room.take(SMALL_BYTES + 1).await.unwrap_err();
        assert_eq!((refused.refusal, began.elapsed()), (Refusal::ServiceUnavailable, BODY_TIME));
        assert!(room.take(SMALL_BYTES).await.unwrap().is_none());
        let (waited, ()) = tokio::join!(room.take(REQUEST_BODY_BYTES), async { drop(held.pop()) });
        assert!(waited.unwrap().is_some());
    }
}
