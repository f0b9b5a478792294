//! The MD5 sums with which SQS clients verify that their data has arrived ([message attributes]).
//!
//! [message attributes]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use routegen_apigw::consumer::MessageAttribute;

/// The sum of a message's body.
pub(super) fn of_body(body: &str) -> String {
    of(body.as_bytes())
}

/// The sum of a message's attributes, in the order of their names; `None` if there are none.
pub(super) fn of_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Option<String> {
    fn put(bytes: &[u8], into: &mut Vec<u8>) {
        into.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        into.extend(bytes);
    }
    let mut all = Vec::new();
    for (name, attribute) in attributes {
        let (data_type, kind, value) = match attribute {
            MessageAttribute::Text { data_type, value } => (data_type, 1, value.as_bytes().to_vec()),
            MessageAttribute::Binary { data_type, value } => {
                (data_type, 2, STANDARD.decode(value).unwrap_or_default())
            }
            _ => continue,
        };
        put(name.as_bytes(), &mut all);
        put(data_type.as_bytes(), &mut all);
        all.push(kind);
        put(&value, &mut all);
    }
    (!all.is_empty()).then(|| of(&all))
}

fn of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_that_botocore_computes() {
        // AWS's own example of an SQS event has this body with this sum.
        assert_eq!(of_body("Test message."), "e4e68fb7bd0e697a0ae8f1bb342846b3");
        assert_eq!(of_attributes(&BTreeMap::new()), None);
        let text = |data_type: &str, value: &str| MessageAttribute::Text {
            data_type: data_type.to_owned(),
            value: value.to_owned(),
        };
        let binary = MessageAttribute::Binary { data_type: "Binary".to_owned(), value: "AAEC".to_owned() };
        let attributes = BTreeMap::from([
            ("who".to_owned(), text("String", "someone")),
            ("count".to_owned(), text("Number", "7")),
            ("bytes".to_owned(), binary),
        ]);
        // Computed with moto's `md5_of_message_attributes`, which follows the documentation.
        assert_eq!(of_attributes(&attributes).as_deref(), Some("e992e0a20ce6a2eb1ae20a912822a59a"));
    }
}
