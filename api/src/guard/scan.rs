//! What can be counted before anything is parsed.
//!
//! The library's parser calls itself for every bracket and would overflow the stack, so the text is measured first, by
//! a loop that keeps nothing but a counter. It reads strings and comments exactly as the specification's lexer does;
//! where the two could differ (a string that never ends) it refuses.

use std::fmt;

/// What a document's raw text holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Extent {
    pub tokens: u64,
    /// Of brackets, braces and parentheses together.
    pub nesting: u64,
}

/// Why a text cannot be a document, whatever follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unreadable {
    UnterminatedString,
    ControlCharacter,
}

impl Unreadable {
    /// In Vietnamese what `Display` says in English.
    pub const fn in_vietnamese(self) -> &'static str {
        match self {
            Self::UnterminatedString => "một chuỗi không kết thúc",
            Self::ControlCharacter => "không được có ký tự điều khiển ở đây",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnterminatedString => "a string does not end",
            Self::ControlCharacter => "a control character is not allowed here",
        })
    }
}

/// Counts the tokens and the nesting of a GraphQL document in one pass.
pub(super) fn document(text: &str) -> Result<Extent, Unreadable> {
    let mut extent = Extent::default();
    let mut open = 0_u64;
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => tail,
            b'#' => skip_while(tail, |b| b != b'\n' && b != b'\r'),
            0..=31 => return Err(Unreadable::ControlCharacter),
            _ => {
                extent.tokens += 1;
                match byte {
                    b'{' | b'[' | b'(' => {
                        open += 1;
                        extent.nesting = extent.nesting.max(open);
                        tail
                    }
                    b'}' | b']' | b')' => {
                        open = open.saturating_sub(1);
                        tail
                    }
                    b'"' => string(rest)?,
                    b'.' => rest.strip_prefix(b"...").unwrap_or(tail),
                    b'_' | b'a'..=b'z' | b'A'..=b'Z' => skip_while(tail, |b| b == b'_' || b.is_ascii_alphanumeric()),
                    b'-' | b'0'..=b'9' => {
                        skip_while(tail, |b| matches!(b, b'.' | b'+' | b'-') || b.is_ascii_alphanumeric())
                    }
                    _ => tail,
                }
            }
        };
    }
    Ok(extent)
}

/// What a text holds that may be JSON: of tokens the values, about as many as are made of it.
pub(super) fn json(text: &str) -> Extent {
    let (mut open, mut extent) = (0_u64, Extent::default());
    let mut in_string = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => drop(bytes.next()),
            b'[' | b'{' if !in_string => {
                open += 1;
                extent.nesting = extent.nesting.max(open);
                extent.tokens += 1;
            }
            b']' | b'}' if !in_string => open = open.saturating_sub(1),
            b',' if !in_string => extent.tokens += 1,
            _ => {}
        }
    }
    extent
}

fn string(rest: &[u8]) -> Result<&[u8], Unreadable> {
    match rest.strip_prefix(b"\"\"\"") {
        Some(content) => block_string(content),
        None => line_string(rest.get(1..).unwrap_or_default()),
    }
}

fn line_string(mut rest: &[u8]) -> Result<&[u8], Unreadable> {
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b'"' => return Ok(tail),
            b'\n' | b'\r' => break,
            b'\\' if tail.starts_with(b"u0000") => return Err(Unreadable::ControlCharacter),
            b'\\' => tail.get(1..).unwrap_or_default(),
            b'\t' | 32.. => tail,
            _ => return Err(Unreadable::ControlCharacter),
        };
    }
    Err(Unreadable::UnterminatedString)
}

fn block_string(mut rest: &[u8]) -> Result<&[u8], Unreadable> {
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return Ok(after);
        }
        rest = match byte {
            b'\\' => rest.strip_prefix(b"\\\"\"\"").unwrap_or(tail),
            b'\t' | b'\n' | b'\r' | 32.. => tail,
            _ => return Err(Unreadable::ControlCharacter),
        };
    }
    Err(Unreadable::UnterminatedString)
}

fn skip_while(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let length = bytes.iter().take_while(|&&byte| belongs(byte)).count();
    bytes.get(length..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Extent, Unreadable, document, json};

    fn extent(text: &str) -> (u64, u64) {
        let Extent { tokens, nesting } = document(text).unwrap();
        (tokens, nesting)
    }

    #[test]
    fn counts_tokens_as_the_specification_does() {
        assert_eq!(extent(""), (0, 0));
        assert_eq!(extent("{ a, b }"), (4, 1));
        assert_eq!(extent("query Q($n: Int = -1.5e+3) { a(n: $n) @x ...F }"), (23, 2));
        assert_eq!(extent("{a...b...c...d}"), (9, 1));
        assert_eq!(extent("{ # [[[[ \"\r a }"), (3, 1));
        assert_eq!(extent(r#"{ a(s: "[[\"[[", t: """ [[ \""" [[ " "") """) }"#), (11, 2));
        assert_eq!(extent(r#"["" """""" ""]"#), (5, 1));
        assert_eq!(extent("{ a(s: \"tỉnh Cà Mau\") }"), (8, 2));
    }

    #[test]
    fn counts_nesting_of_all_brackets_together() {
        assert_eq!(extent("{ a(x: [{ y: 1 }]) }").1, 4);
        assert_eq!(extent(&"[".repeat(2_000)), (2_000, 2_000));
        assert_eq!(extent("}}}} { a }").1, 1);
    }

    /// The parser would read `""""` as two empty strings once it finds no end, and go on into the brackets.
    #[test]
    fn refuses_what_a_parser_could_read_otherwise() {
        for text in ["\"", "\"abc\n\"", "{a(x: [\"\"\"\" [[[[", "\"\"\" \\\"\"\"", "\"\\"] {
            assert_eq!(document(text), Err(Unreadable::UnterminatedString), "{text}");
        }
        for text in ["\0", "{ a(s: \"\0\") }", r#"{ a(s: "\u0000") }"#, "{ \u{7} }", "\"\"\"\0\"\"\""] {
            assert_eq!(document(text), Err(Unreadable::ControlCharacter), "{text:?}");
        }
        assert!(document(r#"{ a(s: "\\u0000") }"#).is_ok());
    }

    #[test]
    fn values_of_json_are_counted_and_what_stands_in_texts_is_not() {
        assert_eq!(
            json(r#"{"query": "{ a(x: [1, 2]), b }", "variables": {"codes": ["qng.stc", "Sở, ban, ngành"]}}"#).tokens,
            5
        );
        assert_eq!(json(&format!("[{}0]", "0,".repeat(50_000))).tokens, 50_001);
    }

    #[test]
    fn measures_json_without_reading_it() {
        let nesting = |text: &str| json(text).nesting;
        assert_eq!(nesting("1"), 0);
        assert_eq!(nesting(r#"{"a": [1, {"b": "[[[\"[["}]}"#), 3);
        assert_eq!(nesting(&"[".repeat(100_000)), 100_000);
    }
}
