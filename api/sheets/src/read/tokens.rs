//! XML whose texts and tags are short, as those of spreadsheets are: readers hold a text as a whole, so that one text of a whole part
//! would cost as much memory several times over. What spreadsheet programs never write there (comments, `CDATA`) is refused, as
//! readers and this one could differ in what it hides.

use super::too_large;
use crate::issue::Issue;

/// Bytes of the text of a cell, or of a tag. A cell of Excel holds 32,767 characters.
const MOST: u32 = 1 << 20;

/// Tags of a part: eight for each of four million cells, of which most have four.
const MOST_TAGS: u32 = 32_000_000;

/// Tags of rows: two for each that a sheet of Excel can have.
const MOST_ROWS: u32 = 2 << 20;

/// What begins a cell, or a rule for cells: its text is counted from there.
const CELLS: [&[u8]; 8] =
    [b"c", b"si", b"row", b"table-cell", b"covered-table-cell", b"table-row", b"dataValidation", b"cfRule"];

const ROWS: [&[u8]; 2] = [b"row", b"table-row"];

/// What was met so far.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    text: u32,
    tags: u32,
    rows: u32,
    tag: Option<Tag>,
}

#[derive(Debug, Default)]
struct Tag {
    length: u32,
    /// Its name without its prefix, as far as it could be one of ours.
    name: [u8; 24],
    named: usize,
    is_named: bool,
    /// The quotation mark that ends the value which it is in.
    quote: Option<u8>,
}

impl Tokens {
    /// Takes what comes next; an error if it is not such XML.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), Issue> {
        while let Some((byte, rest)) = bytes.split_first() {
            if self.tag.is_some() {
                self.take_of_tag(*byte)?;
                bytes = rest;
            } else {
                let text = bytes.iter().position(|byte| *byte == b'<');
                self.text += u32::try_from(text.unwrap_or(bytes.len())).unwrap_or(MOST);
                if self.text > MOST {
                    return Err(too_long());
                }
                if text.is_some() {
                    self.tags += 1;
                    self.tag = Some(Tag::default());
                }
                bytes = text.and_then(|at| bytes.get(at + 1..)).unwrap_or_default();
            }
        }
        Ok(())
    }

    fn take_of_tag(&mut self, byte: u8) -> Result<(), Issue> {
        let Some(tag) = &mut self.tag else { return Ok(()) };
        tag.length += 1;
        if tag.length == 1 && byte == b'!' || tag.length > MOST {
            return Err(too_long());
        }
        if let Some(quote) = tag.quote {
            tag.quote = (quote != byte).then_some(quote);
            return Ok(());
        }
        match byte {
            b'>' => {
                let name = tag.name.get(..tag.named).unwrap_or_default();
                self.rows += u32::from(ROWS.contains(&name));
                if CELLS.contains(&name) {
                    self.text = 0;
                }
                self.tag = None;
                if self.rows > MOST_ROWS || self.tags > MOST_TAGS {
                    return Err(too_large("có quá nhiều dòng hoặc ô", "it has too many rows or cells"));
                }
            }
            b'"' | b'\'' => tag.quote = Some(byte),
            b':' if !tag.is_named => tag.named = 0,
            b'/' if tag.length > 1 => tag.is_named = true,
            byte if byte.is_ascii_whitespace() => tag.is_named = true,
            byte if !tag.is_named => {
                // A longer name is none of ours: it stays longer than the place for it.
                if let Some(place) = tag.name.get_mut(tag.named) {
                    *place = byte;
                }
                tag.named += 1;
            }
            _ => {}
        }
        Ok(())
    }
}

fn too_long() -> Issue {
    too_large("có ô quá dài", "a cell of it is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(xml: &str) -> bool {
        let (mut whole, mut parts) = (Tokens::default(), Tokens::default());
        let whole = whole.take(xml.as_bytes()).is_ok();
        assert_eq!(whole, xml.as_bytes().chunks(3).all(|some| parts.take(some).is_ok()), "{xml:.100}");
        whole
    }

    #[test]
    fn a_text_is_as_long_as_a_cell_at_most() {
        let long = "a".repeat(600_000);
        assert!(is_taken(&format!("<row><x:c r=\"A1\"><t>{long}</t></x:c><x:c><t>{long}</t></x:c></row>")));
        assert!(is_taken(&format!(
            "<table:table-cell a='>'>{long}</table:table-cell><table:table-cell/><table:table-cell>{long}"
        )));
        for more in [
            format!("<c><is><r><t>{long}</t></r><b/><r><t>{long}</t></r></is></c>"),
            format!("<c><t a=\"{long}{long}\"/></c>"),
            format!("<c><t>{long}<?pi <c ?>{long}</t></c>"),
            format!("<c><t a='<c '>{long}</t><t a=\" > <c > \">{long}</t></c>"),
            "<c><t><![CDATA[<c >]]></t></c>".to_owned(),
            "<c><t>a<!--<c >-->b</t></c>".to_owned(),
        ] {
            assert!(!is_taken(&more), "{more:.60}");
        }
    }

    #[test]
    fn rows_are_as_many_as_a_sheet_can_have_at_most() {
        assert!(is_taken(&"<row/>".repeat(1 << 20)));
        assert!(!is_taken(&"<x:row a=''></x:row>".repeat((1 << 20) + 1)));
        assert!(!is_taken(&"<a/>".repeat(32_000_001)));
    }
}
