//! Quotes arguments of commands that people copy into a shell.
//!
//! In: arbitrary text: a path, a scope, a name. Out: one word of a POSIX shell that stands for exactly that
//! text.

use std::borrow::Cow;

/// `text` as one word: unchanged if a shell would not interpret it, else in single quotes.
pub(crate) fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+:,./-_=".contains(c);
    // In zsh, `=word` is the path of a program.
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn only_what_needs_it_is_quoted() {
        for plain in ["items/read", "-chdir=terraform", "/a/b-c_d.e", "x@y:z,1+2%3"] {
            assert_eq!(quoted(plain), plain);
        }
        for (text, expected) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("~", "'~'"),
            ("=ls", "'=ls'"),
            ("x/';id;'", r"'x/'\'';id;'\'''"),
            ("$(id)`id`", "'$(id)`id`'"),
            ("ä", "'ä'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn a_shell_reads_back_every_text_as_one_word() {
        let ascii = (1..128_u8).map(char::from);
        let texts: Vec<String> = ascii
            .flat_map(|c| {
                [c.to_string(), format!("{c}{c}"), format!("a{c}b"), format!("'{c}"), format!("{c}$(id)")]
            })
            .chain(["x/';id;'", "!!", "a\nb", "\\", "'\\''", "*", "ünï", "\u{202e}"].map(str::to_owned))
            .collect();
        let words: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
        let script = format!("printf '%s\\0' {}", words.join(" "));
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success());
        let heard = String::from_utf8(output.stdout).unwrap();
        assert_eq!(heard.split_terminator('\0').collect::<Vec<_>>(), texts);
    }
}
