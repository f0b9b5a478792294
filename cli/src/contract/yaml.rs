//! A document as YAML.
//!
//! In: a [`Node`]. Out: YAML 1.2 that readers of YAML 1.1 read in the same way: a string is quoted as in JSON
//! unless it is clearly a plain word. The output has no anchors, tags or block scalars.

use std::fmt::Write as _;

use routegen_spec::printable_json;
use serde_json::Value;

use super::node::{Node, Object};

/// The document, with a final line feed.
pub(super) fn text(node: &Node) -> String {
    let mut text = String::new();
    write(node, 0, &mut text);
    text
}

fn write(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Object(Object(members)) if !members.is_empty() => {
            for (name, value) in members {
                member(name, value, depth, out);
            }
        }
        Node::Value(Value::Object(members)) if !members.is_empty() => {
            for (name, value) in members {
                member(name, &Node::Value(value.clone()), depth, out);
            }
        }
        Node::List(list) if !list.is_empty() => {
            for value in list {
                item(value, depth, out);
            }
        }
        Node::Value(Value::Array(list)) if !list.is_empty() => {
            for value in list {
                item(&Node::Value(value.clone()), depth, out);
            }
        }
        node => {
            let _ = writeln!(out, "{}", scalar(node));
        }
    }
}

fn member(name: &str, value: &Node, depth: usize, out: &mut String) {
    let _ = write!(out, "{:1$}{2}:", "", depth * 2, plain(name));
    below(value, depth + 1, out);
}

fn below(value: &Node, depth: usize, out: &mut String) {
    if is_nested(value) {
        out.push('\n');
        write(value, depth, out);
    } else {
        let _ = writeln!(out, " {}", scalar(value));
    }
}

fn item(value: &Node, depth: usize, out: &mut String) {
    let _ = write!(out, "{:1$}-", "", depth * 2);
    if !is_nested(value) {
        let _ = writeln!(out, " {}", scalar(value));
        return;
    }
    // The first line goes beside the hyphen.
    let mut nested = String::new();
    write(value, depth + 1, &mut nested);
    out.push(' ');
    out.push_str(nested.trim_start());
}

fn is_nested(node: &Node) -> bool {
    match node {
        Node::Object(Object(members)) => !members.is_empty(),
        Node::List(list) => !list.is_empty(),
        Node::Value(Value::Object(members)) => !members.is_empty(),
        Node::Value(Value::Array(list)) => !list.is_empty(),
        Node::Value(_) => false,
    }
}

fn scalar(node: &Node) -> String {
    match node {
        Node::Value(Value::String(text)) => plain(text),
        node => serde_json::to_string(node).unwrap_or_default(),
    }
}

/// A plain word as it is, anything else in quotes. Text that a reader of YAML 1.1 takes for a number, a date,
/// null or a boolean is not a plain word.
fn plain(text: &str) -> String {
    const MEANT: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '$'));
    let word = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$' | ' ' | '+'));
    let is_plain =
        starts && word && !text.ends_with(' ') && !MEANT.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        return text.to_owned();
    }
    printable_json(&serde_json::to_string(text).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_nested_by_their_indentation() {
        let document = Object::default()
            .with("openapi", "3.1.1")
            .with("empty", json!({}))
            .with("tags", vec![Object::default().with("name", "pets").with("x", json!([1, [], [2, "b"]]))])
            .with("paths", Object::default().with("/a/{b}", json!({ "200": null, "on": true })));
        let expected = "openapi: \"3.1.1\"\nempty: {}\ntags:\n  - name: pets\n    x:\n      - 1\n      - []\n      - - 2\n        \
                        - b\npaths:\n  \"/a/{b}\":\n    \"200\": null\n    \"on\": true\n";
        assert_eq!(text(&document.into()), expected);
    }

    #[test]
    fn what_means_something_else_is_quoted() {
        for quoted in [
            "",
            "1",
            "1.0",
            "2027-01-01",
            "Yes",
            "null",
            "~",
            "a: b",
            "a #b",
            "- a",
            "&a",
            "*a",
            "!a",
            "a\nb",
            " a",
            "a ",
            "\u{1b}",
            "a\"b",
            "NO",
        ] {
            assert!(plain(quoted).starts_with('"'), "{quoted}");
        }
        for word in ["items/read", "$default", "text/plain", "Says that it is up", "id", "get_items"] {
            assert_eq!(plain(word), word);
        }
        assert!(!plain("\u{1b}[31m").contains('\u{1b}'));
    }
}
