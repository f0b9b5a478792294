//! The body of a request: read whole, or read away where the request is refused before.
//!
//! Many clients read no answer before they have sent everything (Python's `http.client`), and a connection that is closed while
//! something still comes is reset, which takes the answer with it. So what comes of a refused request is read and thrown away
//! first, within bounds. Where a client waits for a word before it sends (`expect: 100-continue`), the refusal is that word.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{
    Version,
    body::{Body as _, Incoming},
    header::EXPECT,
    http::request::Parts,
};

use crate::refusal::Refusal;

/// The largest request body ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const BODY_BYTES: usize = 10 * 1024 * 1024;

/// How long a client may take for a body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// How much is read away: several times what may be sent, because whoever sends too much should hear it, and little enough to
/// come within a second on one machine.
pub(super) const AWAY_BYTES: u64 = 64 * 1024 * 1024;

/// How long reading away may take: as long as nginx lingers (`lingering_timeout`). None of it is kept meanwhile.
pub(super) const AWAY_TIME: Duration = Duration::from_secs(5);

/// A body that has not come yet.
#[derive(Debug)]
pub(super) struct RequestBody {
    incoming: Incoming,
    left: Left,
}

/// What is left of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Left {
    Nothing,
    /// It comes, whatever is answered.
    Coming,
    /// It comes when the client is told so, or does not come as it should.
    Held,
}

/// A body that is none.
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

    /// Reads it whole.
    pub(super) async fn read(&mut self) -> Result<Bytes, Unread> {
        let unread = |refusal, why: &dyn std::fmt::Display| Unread { refusal, why: why.to_string() };
        let too_large =
            || unread(Refusal::PayloadTooLarge, &format_args!("the body is larger than {BODY_BYTES} bytes"));
        if self.left == Left::Nothing {
            return Ok(Bytes::new());
        }
        if self.incoming.size_hint().lower() > BODY_BYTES as u64 {
            return Err(too_large());
        }
        self.left = Left::Held;
        match tokio::time::timeout(BODY_TIME, Limited::new(&mut self.incoming, BODY_BYTES).collect()).await {
            Ok(Ok(body)) => {
                self.left = Left::Nothing;
                Ok(body.to_bytes())
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                self.left = Left::Coming;
                Err(too_large())
            }
            // Mostly nobody is there any more to read the answer.
            Ok(Err(error)) => Err(unread(Refusal::BadRequest, &format_args!("the body broke off: {error}"))),
            Err(_) => Err(unread(
                Refusal::RequestTimeout,
                &format_args!("the body did not come within {BODY_TIME:?}"),
            )),
        }
    }

    /// Reads away what still comes of it, and says whether nothing is left.
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

/// RFC 9110, 10.1.1.
fn waits_for_a_word(head: &Parts) -> bool {
    let expects =
        head.headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    expects && head.version > Version::HTTP_10
}
