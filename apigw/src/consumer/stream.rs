//! Turns changes of a DynamoDB table into the event of a function.

use serde_json::{Map, Value, json};

use super::attribute_value::to_item;

/// What happened to an item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "their names are self-explanatory")]
pub enum ChangeKind {
    Insert,
    Modify,
    Remove,
}

/// A record of a table's stream, with its images as plain JSON.
#[derive(Clone, Debug)]
pub struct StreamRecord {
    /// Its id.
    pub event_id: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The attributes of the item's key.
    pub keys: Map<String, Value>,
    /// The item after the change, if the stream includes it.
    pub new_image: Option<Map<String, Value>>,
    /// The item before the change, if the stream includes it.
    pub old_image: Option<Map<String, Value>>,
    /// Its position in the shard.
    pub sequence_number: String,
    /// Approximately when it happened, in seconds since the beginning of 1970.
    pub created: u64,
}

impl ChangeKind {
    /// AWS's word for it.
    pub const fn as_aws(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Modify => "MODIFY",
            Self::Remove => "REMOVE",
        }
    }
}

/// The event for a function that receives these records of a stream ([its form]).
///
/// [its form]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
pub fn stream_event(stream_arn: &str, records: &[StreamRecord]) -> Value {
    let region = stream_arn.split(':').nth(3).unwrap_or_default();
    let records: Vec<Value> = records.iter().map(|record| record.to_value(stream_arn, region)).collect();
    json!({ "Records": records })
}

impl StreamRecord {
    fn to_value(&self, stream_arn: &str, region: &str) -> Value {
        let mut data = Map::new();
        data.insert("ApproximateCreationDateTime".to_owned(), self.created.into());
        data.insert("Keys".to_owned(), to_item(&self.keys).into());
        let images = [("NewImage", &self.new_image), ("OldImage", &self.old_image)];
        data.extend(
            images
                .into_iter()
                .filter_map(|(key, image)| Some((key.to_owned(), to_item(image.as_ref()?).into()))),
        );
        data.insert("SequenceNumber".to_owned(), self.sequence_number.clone().into());
        data.insert("StreamViewType".to_owned(), self.view().into());
        json!({
            "eventID": self.event_id, "eventName": self.kind.as_aws(), "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": region, "dynamodb": data, "eventSourceARN": stream_arn,
        })
    }

    /// The stream's view type, as far as this record shows it: a new item has no old image, for example.
    fn view(&self) -> &'static str {
        match (self.kind, &self.new_image, &self.old_image) {
            (ChangeKind::Modify, Some(_), None) => "NEW_IMAGE",
            (ChangeKind::Modify, None, Some(_)) => "OLD_IMAGE",
            (_, None, None) => "KEYS_ONLY",
            _ => "NEW_AND_OLD_IMAGES",
        }
    }
}
