//! Turns Terraform's native syntax into its JSON syntax, for `.tf.json` files ([JSON configuration]).
//!
//! In: the text of a `.tf` file that routegen wrote. Out: JSON in which every expression is a template with
//! one interpolation, and every literal is escaped so that it contains no template. Comments are dropped. It
//! refuses nothing: it only reads files that routegen wrote, and the tests convert each of them. A quoted
//! string inside an expression may have escapes or interpolations, but not both: hcl-rs would write it
//! without its escapes.
//!
//! [JSON configuration]: https://developer.hashicorp.com/terraform/language/syntax/json

use ::hcl::{
    Attribute, Block, BlockLabel, Body, Expression, ObjectKey, Structure, Template,
    eval::{Context, Evaluate as _},
    expr::TemplateExpr,
    format::{Format as _, Formatter},
    template::Element,
};
use serde_json::{Map, Value};

/// The text as JSON.
pub(super) fn from_hcl(text: &str) -> String {
    let body = ::hcl::parse(text).expect("the module and what is rendered are valid HCL, as the tests show");
    let json = Value::Object(self::body(&body, Words::Expressions));
    serde_json::to_string_pretty(&json).expect("JSON of strings and numbers is always written") + "\n"
}

/// Escapes `text` for a place where Terraform reads a template.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '%']) {
        out.push_str(&rest[..at]);
        let signs = &rest[at..];
        let length = signs.find(|c| c != '$' && c != '%').unwrap_or(signs.len());
        let (signs, after) = signs.split_at(length);
        match (after.starts_with('{'), length) {
            (true, 1) => out.extend([signs, signs]),
            // With several signs before a brace, a scanner would have to guess which two belong together.
            (true, _) => out.extend(["${\"", signs, "\"}"]),
            (false, _) => out.push_str(signs),
        }
        rest = after;
    }
    out + rest
}

/// How Terraform treats an attribute that has no quotes.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Words {
    /// Values that are computed when Terraform runs.
    Expressions,
    /// Types or addresses, which are plain strings in JSON.
    Names,
}

fn body(body: &Body, words: Words) -> Map<String, Value> {
    let mut map = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                map.insert(attribute.key().to_owned(), self::attribute(attribute, words));
            }
            Structure::Block(block) => insert(&mut map, block),
        }
    }
    map
}

fn attribute(attribute: &Attribute, words: Words) -> Value {
    let of_names = matches!(attribute.key(), "depends_on" | "ignore_changes" | "replace_triggered_by");
    let words = if of_names { Words::Names } else { words };
    value(attribute.expr(), words)
}

/// Inserts a block under its type and labels; repeated blocks become a list.
fn insert(map: &mut Map<String, Value>, block: &Block) {
    // A variable's type, and both ends of a move.
    let words = match block.identifier() {
        "moved" => Words::Names,
        _ => Words::Expressions,
    };
    let mut content = body(block.body(), words);
    if let (Some(type_), "variable") = (find(block.body(), "type"), block.identifier()) {
        content.insert("type".to_owned(), value(type_, Words::Names));
    }
    let mut names = block.labels().iter().map(BlockLabel::as_str);
    let mut slot = map.entry(block.identifier()).or_insert(Value::Null);
    for name in names.by_ref() {
        if slot.is_null() {
            *slot = Value::Object(Map::new());
        }
        slot = &mut slot[name];
    }
    let content = Value::Object(content);
    match slot {
        Value::Null => *slot = content,
        Value::Array(blocks) => blocks.push(content),
        first => *first = Value::Array(vec![first.take(), content]),
    }
}

fn find<'a>(body: &'a Body, key: &str) -> Option<&'a Expression> {
    body.attributes().find(|attribute| attribute.key() == key).map(Attribute::expr)
}

fn value(expression: &Expression, words: Words) -> Value {
    match expression {
        Expression::Null => Value::Null,
        Expression::Bool(value) => Value::Bool(*value),
        Expression::Number(number) => number.as_u64().map_or_else(|| number.as_f64().into(), Value::from),
        Expression::String(text) => Value::String(escape(text)),
        Expression::Array(items) => items.iter().map(|item| value(item, words)).collect(),
        Expression::Object(entries) => {
            let entries = entries.iter().map(|(key, entry)| (self::key(key), value(entry, words)));
            Value::Object(entries.collect())
        }
        Expression::TemplateExpr(text) => Value::String(template(text, expression)),
        other if words == Words::Names => Value::String(written(other)),
        other => Value::String(format!("${{{}}}", written(other))),
    }
}

fn key(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Expression(Expression::String(text)) => escape(text),
        ObjectKey::Expression(other) => format!("${{{}}}", written(other)),
        name => name.to_string(),
    }
}

fn template(text: &TemplateExpr, expression: &Expression) -> String {
    // An expression that needs no computation is a literal: a string with escapes, or a heredoc.
    if let Ok(::hcl::Value::String(literal)) = expression.evaluate(&Context::new()) {
        return escape(&literal);
    }
    let template = Template::from_expr(text).expect("a template of a valid file is valid");
    let elements = template.elements().iter().map(|element| match element {
        Element::Literal(text) => escape(text),
        Element::Interpolation(interpolation) => format!("${{{}}}", written(&interpolation.expr)),
        Element::Directive(_) => unreachable!("the module has no directives, as the tests show"),
    });
    elements.collect()
}

/// An expression on one line, in Terraform's native syntax.
fn written(expression: &Expression) -> String {
    let mut formatter = Formatter::builder().compact(true).build_vec();
    expression.format(&mut formatter).expect("a vector takes everything");
    String::from_utf8(formatter.into_inner()).expect("HCL is text")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_escaped_is_read_back_as_the_same_text(text in prop_oneof!["\\PC*", "([$%]{1,3}\\{|\\}|[\"\\\\\n$%a~{])*"]) {
            let template: Template = escape(&text).parse().unwrap();
            prop_assert_eq!(template.evaluate(&Context::new()).unwrap(), text);
        }
    }

    #[test]
    fn expressions_become_templates_and_blocks_lists() {
        let text = r#"
# A comment.
variable "names" {
  type    = map(object({ a = optional(list(string), []) }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.names) : can(regex("^[^\"\\$${]+$", name))])
    error_message = "Not \"${join(", ", keys(var.names))}\": 100 % $5.\n"
  }

  validation {
    condition     = var.names != null
    error_message = "$${literal} %%{ if }"
  }
}

resource "a" "b" {
  for_each   = toset(["x"])
  size       = 1.5
  open       = true
  tags       = { "two words" = local.a[each.key], (each.key) = null }
  depends_on = [a.c, a.d["k"]]
  text       = <<-EOT
    One line.
      Another.
  EOT

  lifecycle {
    ignore_changes       = [name]
    replace_triggered_by = [a.c[each.key].arn]
  }
}

moved {
  from = a.b["x"]
  to   = a.b["y"]
}
"#;
        insta::assert_snapshot!(from_hcl(text));
    }

    #[test]
    fn literal_texts_are_inert() {
        for (text, escaped) in [
            ("${a}", "$${a}"),
            ("%{ if a }", "%%{ if a }"),
            ("$${a}", "${\"$$\"}{a}"),
            ("%${a}", "${\"%$\"}{a}"),
            ("100% $5 {a} $", "100% $5 {a} $"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
