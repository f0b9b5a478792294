//! Writes values as HCL, in the layout of `terraform fmt`. The only place where text becomes Terraform.
//!
//! Every string is written so that Terraform reads back the same string: no interpolation (`${…}`), no
//! directive (`%{…}`) and no quote in it takes effect.

use std::fmt::Write as _;

/// An HCL value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(u32),
    String(String),
    List(Vec<Value>),
    /// The entries, in the order in which they are written.
    Object(Vec<(String, Value)>),
    /// An instance of a resource with `for_each`: the resource's address and the key.
    Instance(&'static str, String),
    /// A resource without `for_each`: its type, and its name, which must be an HCL identifier.
    Resource(&'static str, String),
}

impl Value {
    pub(super) fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Object(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    pub(super) fn strings<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::List(items.into_iter().map(|item| Self::String(item.into())).collect())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

/// A `locals` block with `entries`, each below its comment.
pub(super) fn locals(entries: &[(&str, &str, Value)]) -> String {
    let mut out = "locals {\n".to_owned();
    for (index, (comment, name, value)) in entries.iter().enumerate() {
        let blank = if index == 0 { "" } else { "\n" };
        let _ = write!(out, "{blank}  # {comment}\n  {name} = ");
        write_value(&mut out, value, 1);
        out.push('\n');
    }
    out + "}\n"
}

/// A block without labels.
pub(super) fn block(kind: &str, entries: &[(String, Value)]) -> String {
    let mut out = format!("{kind} ");
    write_object(&mut out, entries, 0);
    out + "\n"
}

/// `text`, escaped for a quoted string.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut previous = None;
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                // A doubled sign before a brace is an escape, unless another sign comes before it: then HCL's
                // scanner would have to guess which two belong together.
                if previous == Some(c) {
                    let _ = write!(out, "\\u{:04x}", u32::from(c));
                } else {
                    out.extend([c, c]);
                }
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
        previous = Some(c);
    }
    out
}

fn write_value(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => {
            let _ = write!(out, "\"{}\"", escape(text));
        }
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_value(out, item, depth);
            }
            out.push(']');
        }
        Value::Instance(resource, key) => {
            let _ = write!(out, "{resource}[\"{}\"]", escape(key));
        }
        Value::Resource(type_, name) => {
            let _ = write!(out, "{type_}.{name}");
        }
        Value::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Value::Object(entries) => write_object(out, entries, depth),
    }
}

fn write_object(out: &mut String, entries: &[(String, Value)], depth: usize) {
    out.push_str("{\n");
    let mut rest = entries;
    while let Some((_, first)) = rest.first() {
        // `terraform fmt` aligns the equals signs of neighbouring entries of one line each.
        let run = rest.iter().take_while(|(_, value)| is_one_line(value)).count().max(1);
        let (aligned, after) = rest.split_at(run);
        let width = if is_one_line(first) {
            aligned.iter().map(|(key, _)| write_key(key).chars().count()).max().unwrap_or(0)
        } else {
            0
        };
        for (key, value) in aligned {
            let _ = write!(out, "{:indent$}{:width$} = ", "", write_key(key), indent = 2 * (depth + 1));
            write_value(out, value, depth + 1);
            out.push('\n');
        }
        rest = after;
    }
    let _ = write!(out, "{:indent$}}}", "", indent = 2 * depth);
}

fn is_one_line(value: &Value) -> bool {
    match value {
        Value::Object(entries) => entries.is_empty(),
        Value::List(items) => items.iter().all(is_one_line),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Instance(..)
        | Value::Resource(..) => true,
    }
}

/// The key as a bare identifier if HCL allows it, otherwise in quotes.
fn write_key(key: &str) -> String {
    let mut chars = key.chars();
    let bare = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    // As a bare key, `null`, `true`, `false` or `for` would be a keyword, not a name.
    if bare && !matches!(key, "null" | "true" | "false" | "for") {
        key.to_owned()
    } else {
        format!("\"{}\"", escape(key))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_laid_out_as_terraform_fmt_does() {
        let value = Value::object([
            (
                "get_items",
                Value::object([
                    ("name", Value::from("get-items")),
                    ("memory_size", Value::Number(256)),
                    ("scopes", Value::strings(["items/read", "items/write"])),
                    ("nothing", Value::Null),
                    ("inner", Value::object([("a", Value::Number(1))])),
                    ("after", Value::Object(Vec::new())),
                ]),
            ),
            ("https://api.example.com", Value::List(Vec::new())),
        ]);
        insta::assert_snapshot!(locals(&[
            ("What it is", "x", value),
            ("Nothing", "y", Value::Object(Vec::new()))
        ]));
    }

    #[test]
    fn hostile_strings_are_inert() {
        for (text, escaped) in [
            ("a\"b\\c", "a\\\"b\\\\c"),
            ("${var.secret}", "$${var.secret}"),
            ("%{ if true }", "%%{ if true }"),
            ("$${x}", "$\\u0024{x}"),
            ("100% {a} $5 $", "100% {a} $5 $"),
            ("a\nb\r\tc\0", "a\\nb\\r\\tc\\u0000"),
            ("caf\u{e9} \u{1f980}", "caf\u{e9} \u{1f980}"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        // Arbitrary text, and text that HCL could interpret.
        let text = prop_oneof!["\\PC*", "([$%]{1,3}\\{|\\}|[\"\\\\\\n\\r\\t$%a~])*"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<u32>().prop_map(Value::Number),
            text.clone().prop_map(Value::String)
        ];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::btree_map(text.clone(), inner, 0..4).prop_map(Value::object),
            ]
        })
    }

    fn as_read(value: &Value) -> ::hcl::Value {
        match value {
            Value::Null => ::hcl::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => (*number).into(),
            Value::String(text) => text.clone().into(),
            Value::List(items) => items.iter().map(as_read).collect::<Vec<_>>().into(),
            Value::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.clone(), as_read(value)));
                ::hcl::Value::Object(entries.collect())
            }
            Value::Instance(..) | Value::Resource(..) => unreachable!("no value, but a reference"),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_as_the_same_value(value in values()) {
            use ::hcl::eval::{Context, Evaluate as _};
            let body = ::hcl::parse(&locals(&[("comment", "value", value.clone())])).unwrap();
            let block = body.blocks().next().unwrap();
            let read = block.body().attributes().next().unwrap().expr().evaluate(&Context::new()).unwrap();
            prop_assert_eq!(read, as_read(&value));
        }
    }

    #[test]
    fn keys_that_are_no_names_are_quoted() {
        assert_eq!(write_key("get_items"), "get_items");
        for key in ["null", "for", "2a", "", "a.b", "${a}"] {
            assert!(write_key(key).starts_with('"'), "{key}");
        }
    }
}
