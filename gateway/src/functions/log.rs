//! The output of functions, line by line, for the gateway's observer. An incomplete line is reported when
//! the invocation that wrote it ends.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{ChildStderr, ChildStdout},
    task::JoinSet,
    time::timeout,
};

use super::state::{Author, Environment};
use crate::observe::Observation;

/// A longer line is reported in parts, so that output without line ends does not fill the memory.
const LINE_BYTES: usize = 64 * 1024;

/// How long to read the output of a process that has ended: other processes may keep its pipes open.
const LAST_LINES: Duration = Duration::from_secs(1);

/// How long to wait, at the end of an invocation, for output from before its answer: it is already in the
/// pipe.
const LAST_BYTES: Duration = Duration::from_millis(5);

/// The readers of a process's output.
pub(super) struct LogReaders(JoinSet<()>);

impl LogReaders {
    pub(super) fn start(
        environment: &Arc<Environment>,
        (stdout, stderr): (Option<ChildStdout>, Option<ChildStderr>),
    ) -> Self {
        let mut readers = JoinSet::new();
        if let Some(stdout) = stdout {
            readers.spawn(read(environment.clone(), stdout));
        }
        if let Some(stderr) = stderr {
            readers.spawn(read(environment.clone(), stderr));
        }
        Self(readers)
    }

    /// Reads the remaining output of a process that has ended.
    pub(super) async fn end(mut self) {
        let _ = timeout(LAST_LINES, async { while self.0.join_next().await.is_some() {} }).await;
    }
}

async fn read(environment: Arc<Environment>, output: impl AsyncRead + Unpin) {
    let mut ended = environment.ended.subscribe();
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    // The author of the incomplete line, if its invocation has ended.
    let mut author: Option<Author> = None;
    loop {
        let filled = if author.is_some() {
            let Ok(filled) = timeout(LAST_BYTES, reader.fill_buf()).await else {
                if !line.is_empty() {
                    tell(&environment, &mut line, author.clone());
                }
                author = None;
                continue;
            };
            filled
        } else {
            tokio::select! {
                biased;
                filled = reader.fill_buf() => filled,
                Ok(()) = ended.changed() => {
                    author.clone_from(&ended.borrow_and_update());
                    continue;
                }
            }
        };
        let (used, complete) = match filled {
            Ok([]) | Err(_) => break,
            Ok(bytes) => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let room = LINE_BYTES - line.len();
                let used = end.map_or(bytes.len(), |end| end + 1).min(room);
                line.extend_from_slice(&bytes[..used]);
                (used, line.last() == Some(&b'\n') || line.len() == LINE_BYTES)
            }
        };
        reader.consume(used);
        if complete {
            tell(&environment, &mut line, None);
        }
    }
    if !line.is_empty() {
        tell(&environment, &mut line, None);
    }
}

fn tell(environment: &Environment, line: &mut Vec<u8>, author: Option<Author>) {
    let text = String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']).to_owned();
    line.clear();
    let (function, invocation) = match author {
        Some((function, invocation)) => (function, Some(invocation)),
        None => environment.author(),
    };
    environment.pool.services.observer.tell(|| Observation::Log { function, invocation, line: text });
}
