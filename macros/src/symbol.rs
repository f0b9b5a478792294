//! The exported symbol of a route's entry point.
//!
//! In: the crate's name, the method and the path. Out: `routegen.<crate>.<METHOD>` and the path, in letters,
//! digits, `_`, `.` and `$`, which linkers and version scripts take without quotes. It refuses nothing, and two
//! routes never share a symbol: the same method and path twice in a crate is an error of the compiler.
//!
//! | in a path  | in the symbol                     |
//! |------------|-----------------------------------|
//! | `/`        | `.`                               |
//! | `{name}`   | `$name`                           |
//! | `{name+}`  | `$name$`                          |
//! | `$default` | `$default`, with no `.` before it |
//! | letters and digits | themselves                |
//! | other bytes        | `_` and two hexadecimal digits |

use std::fmt::Write as _;

use routegen_spec::{Method, PathPattern, Segment};

/// `routegen.items.GET.items.$id` for `GET /items/{id}` of the crate `items`.
pub(crate) fn entry(crate_name: &str, method: Method, path: &PathPattern) -> String {
    let mut symbol = "routegen.".to_owned();
    push_escaped(&mut symbol, crate_name);
    symbol.push('.');
    symbol.push_str(method.as_str());
    if path.is_default() {
        // Every other path begins with a dot.
        symbol.push_str(PathPattern::DEFAULT);
        return symbol;
    }
    if path.segments().is_empty() {
        // The root: no segment of a path is empty, so nothing else ends in a dot.
        symbol.push('.');
    }
    for segment in path.segments() {
        symbol.push('.');
        match segment {
            Segment::Literal(text) => push_escaped(&mut symbol, text),
            Segment::Param(name) => {
                symbol.push('$');
                push_escaped(&mut symbol, name);
            }
            Segment::Greedy(name) => {
                symbol.push('$');
                push_escaped(&mut symbol, name);
                symbol.push('$');
            }
        }
    }
    symbol
}

/// Appends `text` in letters, digits and `_`.
fn push_escaped(symbol: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            symbol.push(char::from(byte));
        } else {
            write!(symbol, "_{byte:02x}").expect("a String takes all that is written to it");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn symbol(crate_name: &str, method: &str, path: &str) -> String {
        entry(crate_name, method.parse().unwrap(), &path.parse().unwrap())
    }

    #[test]
    fn a_symbol_reads_like_its_route() {
        for (crate_name, method, path, expected) in [
            ("items", "GET", "/items", "routegen.items.GET.items"),
            ("my_items", "GET", "/items/{id}", "routegen.my_5fitems.GET.items.$id"),
            ("items", "ANY", "/files/{rest+}", "routegen.items.ANY.files.$rest$"),
            ("items", "GET", "/", "routegen.items.GET."),
            ("items", "GET", "/v1.0/a_b", "routegen.items.GET.v1_2e0.a_5fb"),
            ("items", "ANY", "$default", "routegen.items.ANY$default"),
            ("items", "ANY", "/default", "routegen.items.ANY.default"),
            ("items", "ANY", "/{default}", "routegen.items.ANY.$default"),
        ] {
            assert_eq!(symbol(crate_name, method, path), expected);
        }
    }

    /// What `entry` was given, read back from what it gave.
    fn route_of(symbol: &str) -> (String, String, String) {
        let rest = symbol.strip_prefix("routegen.").unwrap();
        let (crate_name, rest) = rest.split_once('.').unwrap();
        if let Some(method) = rest.strip_suffix(PathPattern::DEFAULT).filter(|method| !method.contains('.')) {
            return (unescaped(crate_name), method.to_owned(), PathPattern::DEFAULT.to_owned());
        }
        let (method, segments) = rest.split_once('.').unwrap();
        let path = segments.split('.').map(|segment| match segment.strip_prefix('$') {
            None => format!("/{}", unescaped(segment)),
            Some(name) => match name.strip_suffix('$') {
                None => format!("/{{{}}}", unescaped(name)),
                Some(name) => format!("/{{{}+}}", unescaped(name)),
            },
        });
        (unescaped(crate_name), method.to_owned(), path.collect())
    }

    fn unescaped(text: &str) -> String {
        let mut parts = text.split('_');
        let mut bytes = parts.next().unwrap().as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        }
        String::from_utf8(bytes).unwrap()
    }

    fn paths() -> impl Strategy<Value = String> {
        let segment = "[a-c$_.~:@-]{1,4}|\\{[a-c_.-]{1,3}\\}";
        let segments =
            (proptest::collection::vec(segment, 0..4), proptest::option::of("\\{[a-c_.-]{1,3}\\+\\}"));
        segments.prop_map(|(segments, greedy)| {
            segments.into_iter().chain(greedy).flat_map(|segment| ["/".to_owned(), segment]).collect()
        })
    }

    proptest! {
        /// What has an inverse is injective.
        #[test]
        fn a_symbol_tells_its_route(
            crate_name in "[a-z_][a-z0-9_]{0,5}|\\PC{0,4}",
            method in 0..Method::ALL.len(),
            path in prop_oneof![8 => paths(), 1 => Just("/".to_owned()), 1 => Just("$default".to_owned())],
        ) {
            let method = Method::ALL[method];
            let Ok(pattern) = path.parse::<PathPattern>() else { return Ok(()) };
            let symbol = entry(&crate_name, method, &pattern);
            prop_assert!(symbol.chars().all(|c| c.is_ascii_alphanumeric() || "_.$".contains(c)), "{}", symbol);
            prop_assert_eq!(route_of(&symbol), (crate_name, method.to_string(), path));
        }
    }
}
