//! A diagnostic as it is shown to people.
//!
//! In: an error or a warning, whose texts may quote names, paths, files and the output of other programs.
//! Out: the same diagnostic, without anything that a terminal would interpret ([`printable_lines`]). Styles
//! are added after this.

use std::{borrow::Cow, error::Error, fmt, iter};

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};
use routegen_spec::{printable, printable_lines};

/// A diagnostic with printable texts.
pub(crate) struct Shown<'a> {
    message: String,
    code: Option<String>,
    severity: Option<Severity>,
    help: Option<String>,
    labels: Option<Vec<LabeledSpan>>,
    source_code: Option<&'a dyn SourceCode>,
    related: Vec<Shown<'a>>,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(diagnostic: &'a dyn Diagnostic) -> Self {
        let text = |text: &dyn fmt::Display| printable_lines(&text.to_string()).into_owned();
        let label = |span: LabeledSpan| {
            let label = span.label().map(|label| printable(label).into_owned());
            if span.primary() {
                LabeledSpan::new_primary_with_span(label, *span.inner())
            } else {
                LabeledSpan::new_with_span(label, *span.inner())
            }
        };
        Self {
            message: text(&diagnostic),
            code: diagnostic.code().map(|code| text(&code)),
            severity: diagnostic.severity(),
            help: diagnostic.help().map(|help| text(&help)),
            labels: diagnostic.labels().map(|labels| labels.map(label).collect()),
            source_code: diagnostic.source_code(),
            related: diagnostic.related().into_iter().flatten().map(Self::new).collect(),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("message", &self.message).finish_non_exhaustive()
    }
}

impl Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(self.code.as_ref()?))
    }

    fn severity(&self) -> Option<Severity> {
        self.severity
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(self.help.as_ref()?))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.as_ref()?.iter().cloned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source_code
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn Diagnostic> + 'b>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|related| related as &dyn Diagnostic)))
    }
}

/// A file for a label. Unprintable characters become as many question marks as they have bytes, so that spans
/// stay valid.
pub(crate) fn source(name: &str, text: &str) -> NamedSource<String> {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        if matches!(printable(content), Cow::Borrowed(_)) {
            shown.push_str(line);
            continue;
        }
        for c in content.chars() {
            let mut bytes = [0; 4];
            match printable(c.encode_utf8(&mut bytes)) {
                Cow::Borrowed(own) => shown.push_str(own),
                Cow::Owned(_) => shown.extend(iter::repeat_n('?', c.len_utf8())),
            }
        }
        shown.push_str(&line[content.len()..]);
    }
    NamedSource::new(printable(name), shown)
}

#[cfg(test)]
mod tests {
    use miette::SourceSpan;

    use super::*;

    #[derive(Debug, Diagnostic, thiserror::Error)]
    #[error("no `{0}`")]
    #[diagnostic(code(RG0000), severity(Warning), help("not `{0}`"))]
    struct Named(
        String,
        #[source_code] NamedSource<String>,
        #[label("{0}")] SourceSpan,
        #[related] Vec<Named>,
    );

    fn render(diagnostic: &dyn Diagnostic) -> String {
        let mut text = String::new();
        let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
        handler.with_width(120).render_report(&mut text, &Shown::new(diagnostic)).unwrap();
        text
    }

    #[test]
    fn no_part_of_a_diagnostic_has_what_a_terminal_obeys() {
        for c in ('\0'..'\u{a0}').chain(['\u{2028}', '\u{202e}', '\u{2066}']) {
            let part = || format!("x{c}y");
            let one = |related| {
                let file = format!("first {c}\r\n{}: last\n", part());
                let span = SourceSpan::from((file.find('x').unwrap(), part().len()));
                Named(part(), source(&part(), &file), span, related)
            };
            let shown = render(&one(vec![one(Vec::new())]));
            let raw = |c: char| c != '\n' && matches!(printable(&c.to_string()), Cow::Owned(_));
            assert!(!shown.contains(raw), "{c:?}: {shown:?}");
            // The label stays below its part of the line, whatever replaces that.
            if raw(c) {
                let marks = "?".repeat(c.len_utf8());
                assert!(shown.contains(&format!("x{marks}y: last")), "{shown}");
                assert!(shown.contains(&format!("x{}y`", c.escape_unicode())), "{shown}");
            }
        }
    }
}
