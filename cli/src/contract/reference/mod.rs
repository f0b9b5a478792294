//! The document as a page: one file that includes its viewer.
//!
//! In: the document as JSON, and its title. Out: HTML that works offline. Its content security policy allows
//! only the two scripts in the page, and no requests. The viewer is Swagger UI, which `cargo xtask viewer`
//! takes from its package; it is in `viewer/`, with its licence.

use std::io::{Cursor, Read as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

const VIEWER: &[u8] = include_bytes!("viewer/swagger-ui.zip");
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("own.css");
const START: &str = include_str!("start.js");

/// The script and the style of the viewer.
pub(crate) fn viewer() -> (String, String) {
    (file("swagger-ui-bundle.js"), file("swagger-ui.css") + STYLE)
}

/// The page for a document.
pub(super) fn page(document: &str, title: &str) -> String {
    let viewer = script(&file("swagger-ui-bundle.js"));
    let start = script(START);
    let policy = format!(
        "default-src 'none'; script-src {} {}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
        source(&viewer),
        source(&start)
    );
    let licence = ["NOTICE", "LICENSE", "swagger-ui-bundle.js.LICENSE.txt"].map(file).join("\n");
    // Each placeholder is replaced once, so that no inserted text can contain another placeholder.
    let parts = [
        ("{policy}", policy),
        ("{title}", escaped(title)),
        // Two hyphens and a bracket would end the comment.
        ("{licence}", licence.replace("--", "- -")),
        ("{style}", file("swagger-ui.css").replace("</", "<\\/")),
        ("{own_style}", STYLE.to_owned()),
        ("{document}", document.replace('<', "\\u003c")),
        ("{viewer}", viewer),
        ("{start}", start),
    ];
    let mut page = String::new();
    let mut rest = PAGE;
    for (name, part) in parts {
        if let Some((before, after)) = rest.split_once(name) {
            page.push_str(before);
            page.push_str(&part);
            rest = after;
        }
    }
    page + rest
}

/// A file of the viewer.
fn file(name: &str) -> String {
    let mut text = String::new();
    let read = ZipArchive::new(Cursor::new(VIEWER)).and_then(|mut archive| {
        archive.by_name(name)?.read_to_string(&mut text)?;
        Ok(())
    });
    debug_assert!(read.is_ok(), "{name}: {read:?}");
    text
}

/// Escapes a script for HTML, where these words would end it. They only occur in its strings and patterns.
fn script(text: &str) -> String {
    text.replace("<!--", "\\x3c!--").replace("<script", "\\x3cscript").replace("</script", "\\x3c/script")
}

/// The policy's source expression for a script.
fn source(script: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_whole_and_what_the_document_says_stays_text() {
        let document = r#"{"info":{"title":"</script><script>alert(1)</script>{start}<!--"}}"#;
        let page = page(document, "a <b> & c");
        assert!(page.contains("<title>a &lt;b> &amp; c</title>"));
        assert!(page.contains(r#""\u003c/script>\u003cscript>alert(1)\u003c/script>{start}\u003c!--""#));
        assert_eq!((page.matches("<script").count(), page.matches("</script>").count()), (3, 3));
        assert_eq!(page.matches("<!--").count(), 1, "the licences");
        assert!(
            page.contains("SwaggerUIBundle({")
                && page.contains("Apache License")
                && page.contains(".swagger-ui")
        );
        assert!(!page.contains("{viewer}") && !page.contains("{style}") && !page.contains("{licence}"));
    }
}
