//! The meaning of a function's answer to a batch, if the event source mapping has
//! `ReportBatchItemFailures`.
//!
//! In: the answer, and the ids of the batch. Out: what Lambda does with the records, by the rules that
//! [SQS] and [DynamoDB] document.
//!
//! [SQS]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
//! [DynamoDB]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html

use serde_json::Value;
use thiserror::Error;

/// The meaning of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answered {
    /// Every record was processed.
    Done,
    /// These records failed: their indices in the batch, in ascending order.
    Failed(Vec<usize>),
}

/// An answer after which Lambda treats the whole batch as failed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the field holds the offending id")]
pub enum BatchError {
    #[error("`batchItemFailures` is not a list")]
    List,
    #[error("an entry of `batchItemFailures` has no `itemIdentifier`")]
    Identifier,
    #[error("an `itemIdentifier` is empty")]
    Empty,
    #[error("the batch has no record `{id}`")]
    Unknown { id: String },
}

impl Answered {
    /// Reads an answer about the records with these ids.
    ///
    /// # Errors
    ///
    /// If Lambda treats the whole batch as failed.
    pub fn read(answer: &Value, ids: &[&str]) -> Result<Self, BatchError> {
        // An answer that is null, empty or not an object, or that lacks the key, means success.
        let failures = match answer.get("batchItemFailures") {
            None | Some(Value::Null) => return Ok(Self::Done),
            Some(failures) => failures.as_array().ok_or(BatchError::List)?,
        };
        let mut failed = Vec::new();
        for failure in failures {
            let id = failure.get("itemIdentifier").and_then(Value::as_str).ok_or(BatchError::Identifier)?;
            if id.is_empty() {
                return Err(BatchError::Empty);
            }
            let place = ids.iter().position(|known| *known == id);
            failed.push(place.ok_or_else(|| BatchError::Unknown { id: id.to_owned() })?);
        }
        failed.sort_unstable();
        failed.dedup();
        Ok(if failed.is_empty() { Self::Done } else { Self::Failed(failed) })
    }

    /// Where a stream resumes: the index of the first failed record. It and all later records are retried.
    pub fn checkpoint(&self) -> Option<usize> {
        match self {
            Self::Done => None,
            Self::Failed(places) => places.first().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_read_as_lambda_documents() {
        let read = |answer: Value| Answered::read(&answer, &["a", "b", "c"]);
        for done in [
            json!(null),
            json!({}),
            json!(""),
            json!({ "batchItemFailures": null }),
            json!({ "batchItemFailures": [] }),
        ] {
            assert_eq!(read(done), Ok(Answered::Done));
        }
        let failures = json!({ "batchItemFailures": [{ "itemIdentifier": "c" }, { "itemIdentifier": "b" }, { "itemIdentifier": "c" }] });
        let failed = read(failures).unwrap();
        assert_eq!((failed.checkpoint(), failed), (Some(1), Answered::Failed(vec![1, 2])));
        for (answer, error) in [
            (json!({ "batchItemFailures": "a" }), BatchError::List),
            (json!({ "batchItemFailures": [{ "itemIdentifier": null }] }), BatchError::Identifier),
            (json!({ "batchItemFailures": [{ "id": "a" }] }), BatchError::Identifier),
            (json!({ "batchItemFailures": ["a"] }), BatchError::Identifier),
            (json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }), BatchError::Empty),
            (
                json!({ "batchItemFailures": [{ "itemIdentifier": "d" }] }),
                BatchError::Unknown { id: "d".to_owned() },
            ),
        ] {
            assert_eq!(read(answer), Err(error));
        }
    }
}
