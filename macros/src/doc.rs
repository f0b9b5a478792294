//! A function's description in its doc comment.
//!
//! In: the function's attributes. Out: the first paragraph on one line; empty if there is none. It reads
//! comments and plain strings, and does not expand macros such as `include_str!`.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The first paragraph of a doc comment, with its lines joined by spaces.
pub(crate) fn first_paragraph(attributes: &[Attribute]) -> String {
    let texts: Vec<String> = attributes.iter().filter_map(text).collect();
    let lines = texts.iter().flat_map(|text| lines(text));
    let paragraph = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

/// The lines of a doc comment after its first paragraph, as Markdown.
pub(crate) fn after_the_first_paragraph(attributes: &[Attribute]) -> String {
    let texts: Vec<String> = attributes.iter().filter_map(text).collect();
    let lines = texts.iter().flat_map(|text| lines(text));
    let rest = lines.skip_while(|line| line.is_empty()).skip_while(|line| !line.is_empty());
    rest.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The text of one `///` line, one `/** */` block or one `#[doc = "…"]`.
fn text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The trimmed lines of a text, without the column of asterisks in a block comment.
fn lines(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
    let starred = lines.len() > 1 && lines[1..].iter().all(|line| line.is_empty() || line.starts_with('*'));
    if !starred {
        return lines;
    }
    lines.into_iter().map(|line| line.strip_prefix('*').unwrap_or(line).trim()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(item: &str) -> String {
        first_paragraph(&syn::parse_str::<syn::ItemFn>(item).unwrap().attrs)
    }

    #[test]
    fn the_first_paragraph_becomes_one_line() {
        assert_eq!(paragraph("/// Retrieves\n///   items\n///\n/// and more\nfn f() {}"), "Retrieves items");
        assert_eq!(paragraph("///\n/// \n/// Retrieves `\"items\"`\nfn f() {}"), "Retrieves `\"items\"`");
        assert_eq!(paragraph("#[doc = \"Retrieves\\nitems\"] #[cold] fn f() {}"), "Retrieves items");
        assert_eq!(
            paragraph("/** Retrieves\n  * items\n  *\n  * and more\n  */\nfn f() {}"),
            "Retrieves items"
        );
        assert_eq!(paragraph("/**\nRetrieves\n* items\n*/\nfn f() {}"), "Retrieves * items");
    }

    #[test]
    fn the_other_paragraphs_stay_as_they_are_written() {
        let rest =
            |item: &str| after_the_first_paragraph(&syn::parse_str::<syn::ItemFn>(item).unwrap().attrs);
        assert_eq!(
            rest(
                "/// Retrieves\n///   items\n///\n/// Those of\n/// a page.\n///\n/// - all\n///\nfn f() {}"
            ),
            "Those of\na page.\n\n- all"
        );
        assert_eq!(rest("/// Retrieves\nfn f() {}"), "");
    }

    #[test]
    fn no_comment_is_an_empty_description() {
        assert_eq!(paragraph("fn f() {}"), "");
        assert_eq!(paragraph("#[doc(hidden)] #[doc = include_str!(\"a.md\")] fn f() {}"), "");
    }
}
