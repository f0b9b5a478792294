//! Inspects the heads of requests before the HTTP library parses them.
//!
//! In: the bytes of a connection. Out: the same bytes, except for two things that the HTTP library parses
//! wrongly: a fragment in a request's target, which it cuts off and which must be refused (RFC 9112, 3.2:
//! no form of a target has one), and a body length that is too large for it to count, which it answers
//! itself with 431. Nothing is refused here; the changed bytes are refused when they are parsed.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longer lines are not inspected further: the server does not read longer heads.
const LINE_BYTES: usize = 64 * 1024;

/// The lengths that HTTP allows and the library cannot count. They are replaced by one that it can count,
/// and that is refused as too large.
const UNCOUNTED: [&[u8]; 2] = [b"18446744073709551615", b"18446744073709551614"];

/// Whose turn it is on a connection: even while the client has to send a head, odd while its request is
/// being answered.
#[derive(Debug, Default)]
pub(super) struct Turns(AtomicU64);

impl Turns {
    pub(super) fn next(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The part of a request that the next byte belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    RequestLine,
    Headers,
    /// The body of the request that is answered in the turn after this one.
    Body(u64),
}

/// A connection whose heads are inspected.
pub(super) struct Heads<S> {
    stream: S,
    turns: Arc<Turns>,
    scanner: Scanner,
}

#[derive(Debug)]
struct Scanner {
    at: At,
    /// The part of the current line that has arrived.
    line: Vec<u8>,
    has_body: bool,
}

impl<S> Heads<S> {
    pub(super) fn new(stream: S, turns: Arc<Turns>) -> Self {
        Self { stream, turns, scanner: Scanner { at: At::RequestLine, line: Vec::new(), has_body: false } }
    }
}

impl Scanner {
    /// Inspects bytes that arrived in a turn, and changes those that would be parsed wrongly.
    fn scan(&mut self, bytes: &mut [u8], turn: u64) {
        if let At::Body(of) = self.at
            && turn >= of + 2
        {
            (self.at, self.has_body) = (At::RequestLine, false);
            self.line.clear();
        }
        let mut rest = bytes;
        while !rest.is_empty() && !matches!(self.at, At::Body(_)) {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (part, after) = rest.split_at_mut(end.map_or(rest.len(), |end| end + 1));
            let room = LINE_BYTES.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if end.is_some() {
                self.line(part, turn);
                self.line.clear();
            }
            rest = after;
        }
    }

    /// Inspects a complete line, whose last received part is `part`.
    fn line(&mut self, part: &mut [u8], turn: u64) {
        let line = self.line.trim_ascii_end();
        match self.at {
            At::RequestLine if line.is_empty() => {}
            At::RequestLine => {
                self.at = At::Headers;
                if has_fragment(line) {
                    // This byte is not valid anywhere in a request line.
                    part[0] = 0;
                }
            }
            At::Headers if line.is_empty() => {
                self.at = if self.has_body { At::Body(turn) } else { At::RequestLine };
                self.has_body = false;
            }
            At::Headers => {
                let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
                let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
                if name.eq_ignore_ascii_case(b"transfer-encoding") {
                    self.has_body = true;
                } else if name.eq_ignore_ascii_case(b"content-length") {
                    self.has_body |= value != b"0";
                    let last = part.iter().rposition(u8::is_ascii_digit);
                    if let Some(last) = last.filter(|_| UNCOUNTED.contains(&value)) {
                        part[last] = b'3';
                    }
                }
            }
            At::Body(_) => {}
        }
    }
}

/// Whether this is a request line with a `#` in its target.
fn has_fragment(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let (Some(_), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    version.starts_with(b"HTTP/") && target.contains(&b'#')
}

impl<S: AsyncRead + Unpin> AsyncRead for Heads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let (before, turn) = (buffer.filled().len(), this.turns.now());
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if read.is_ready() && turn.is_multiple_of(2) {
            this.scanner.scan(&mut buffer.filled_mut()[before..], turn);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of parts that arrive one after the other, each in a turn.
    fn scanned(parts: &[(&str, u64)]) -> String {
        let mut scanner = Heads::new((), Arc::default()).scanner;
        let mut seen = Vec::new();
        for (part, turn) in parts {
            let mut bytes = part.as_bytes().to_vec();
            scanner.scan(&mut bytes, *turn);
            seen.extend(bytes);
        }
        String::from_utf8(seen).unwrap()
    }

    #[test]
    fn a_fragment_is_no_part_of_a_request_and_is_one_of_everything_else() {
        for (parts, changed) in [
            (&[("GET /a#b HTTP/1.1\r\n\r\n", 0)][..], true),
            (&[("\r\nGET /?a#b HTTP/1.1\r\n\r\n", 0)], true),
            (&[("GET /a#", 0), ("b HTTP/1.1\r\n\r\n", 0)], true),
            (&[("GET /a HTTP/1.1\r\nhost: a\r\n\r\nGET /# HTTP/1.1\r\n\r\n", 0)], true),
            (&[("POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\nx", 0), ("GET /# HTTP/1.1\r\n\r\n", 2)], true),
            (&[("GET /a HTTP/1.1\r\nreferer: /a#b HTTP/1.1\r\n\r\n", 0)], false),
            (&[("POST / HTTP/1.1\r\ncontent-length: 18\r\n\r\nGET /# HTTP/1.1\r\n\r\n", 0)], false),
            (
                &[("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", 0), ("GET /# HTTP/1.1\r\n", 0)],
                false,
            ),
            (&[("a line of a body # HTTP/1.1\r\n", 0)], false),
            (&[("GET /%23 HTTP/1.1\r\n\r\n", 0)], false),
        ] {
            let sent: String = parts.iter().map(|(part, _)| *part).collect();
            let seen = scanned(parts);
            assert_eq!(seen != sent, changed, "{parts:?}");
            assert_eq!(seen.contains('\0'), changed, "{parts:?}");
            assert_eq!(seen.len(), sent.len());
        }
    }

    #[test]
    fn a_length_that_is_not_counted_is_one_that_is_and_is_too_large_all_the_same() {
        let length = |length: &str| format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
        for (sent, seen) in [
            ("18446744073709551615", "18446744073709551613"),
            ("18446744073709551614", "18446744073709551613"),
            ("18446744073709551613", "18446744073709551613"),
            ("18446744073709551616", "18446744073709551616"),
            ("5", "5"),
        ] {
            assert_eq!(scanned(&[(&length(sent), 0)]), length(seen));
        }
    }
}
