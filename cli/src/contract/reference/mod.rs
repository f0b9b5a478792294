//! The document as a page to read: one file, with its viewer in it.
//!
//! In: the document as JSON, and its title. Out: HTML that works offline. Its policy lets no script run but the two that are in it, and
//! lets them ask nobody for anything. The viewer is Swagger UI, which `cargo xtask viewer` takes from its package; it is
//! in `viewer/`, with its licence.

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

/// The page of a document.
pub(super) fn page(document: &str, title: &str) -> String {
    let viewer = script(&file("swagger-ui-bundle.js"));
    let start = script(START);
    let policy = format!(
        "default-src 'none'; script-src {} {}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
        source(&viewer),
        source(&start)
    );
    let licence = ["NOTICE", "LICENSE", "swagger-ui-bundle.js.LICENSE.txt"].map(file).join("\n");
    // Each is replaced once, so that what comes in for one cannot name another.
    let parts = [
        ("{policy}", policy),
        ("{title}", escaped(title)),
        // A comment ends with two hyphens and a bracket.
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

/// A script as it stands in HTML, where these words would end it, in texts and patterns alone.
fn script(text: &str) -> String {
    text.replace("<!--", "\\x3c!--").replace("<script", "\\x3cscript").replace("</script", "\\x3c/script")
}

/// How a policy names a script.
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
