//! The reference of the Terraform module: its variables and outputs, from the emitted files.

use std::{env, fs};

use hcl::{
    Body, Expression,
    expr::{Heredoc, TemplateExpr},
    structure::Structure,
};

use super::repository;

/// A section for each variable or output in a file of the module, in its order.
fn sections(file: &str) -> String {
    let path = repository().join("cli/src/terraform/module").join(file);
    let text = fs::read_to_string(path).unwrap();
    let body: Body = hcl::from_str(&text).unwrap();
    let sections = body.into_iter().filter_map(|structure| match structure {
        Structure::Block(block) => Some(section(block.labels[0].as_str(), &block.body, &text)),
        Structure::Attribute(_) => None,
    });
    sections.collect()
}

fn section(name: &str, body: &Body, file: &str) -> String {
    let value =
        |key: &str| body.attributes().find(|attribute| attribute.key() == key).map(|found| &found.expr);
    let mut text = format!("### {name}\n\n{}\n", description(value("description").expect("a description")));
    let sensitive = if value("sensitive").is_some() { ", sensitive" } else { "" };
    if value("type").is_some() {
        let default = value("default").map_or("required".to_owned(), |value| {
            format!("default `{}`", hcl::format::to_string(value).unwrap().trim())
        });
        let kind = kind(name, file);
        let (before, after) =
            if kind.contains('\n') { ("```hcl\n", "\n```\n\nOf this type") } else { ("Type `", "`") };
        text.extend(["\n", before, &kind, after, ", ", &default, sensitive, ".\n"]);
    } else if !sensitive.is_empty() {
        text += "\nIt is sensitive.\n";
    }
    text + "\n"
}

/// A description, which may have several lines. Some of these explain one or several keys, and begin with
/// their names.
fn description(description: &Expression) -> String {
    let text = match description {
        Expression::String(text) => text,
        Expression::TemplateExpr(template) => match &**template {
            TemplateExpr::QuotedString(text) | TemplateExpr::Heredoc(Heredoc { template: text, .. }) => text,
        },
        other => panic!("{other:?} is no text"),
    };
    let mut paragraphs = String::new();
    for line in text.replace('<', "&lt;").lines().map(str::trim) {
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        match line.split_once(": ") {
            Some((names, rest)) if names.split(", ").all(is_name) => {
                let list = if paragraphs.contains("\n- ") { "" } else { "\n" };
                paragraphs.extend([list, "\n- `", &names.replace(", ", "`, `"), "`: ", rest]);
            }
            _ => paragraphs.extend([if paragraphs.is_empty() { "" } else { " " }, line]),
        }
    }
    paragraphs
}

/// The type of a variable, as written in the file.
fn kind(name: &str, file: &str) -> String {
    let (_, variable) = file.split_once(&format!("variable \"{name}\" {{\n")).unwrap();
    let mut lines = variable.lines().skip_while(|line| !line.starts_with("  type "));
    let (_, first) = lines.next().unwrap().split_once("= ").unwrap();
    let mut kind = first.to_owned();
    if first.ends_with('{') {
        let end = |line: &&str| !line.starts_with("  }");
        let inner: Vec<_> = lines.clone().take_while(end).collect();
        for line in inner.iter().chain(&lines.nth(inner.len())) {
            kind += "\n";
            kind += line.strip_prefix("  ").unwrap_or_default();
        }
    }
    kind
}

/// `just bless` writes them.
#[test]
fn the_reference_of_the_module_has_its_variables_and_outputs() {
    let path = repository().join("docs/module.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut expected = page;
    for file in ["variables.tf", "outputs.tf"] {
        let (begin, end) = (format!("<!-- {file} -->\n"), format!("<!-- end of {file} -->"));
        let (before, rest) = expected.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        expected = format!("{before}{begin}\n{}{end}{after}", sections(file));
    }
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == expected,
        "docs/module.md is not that of the module: run `just bless`"
    );
}
