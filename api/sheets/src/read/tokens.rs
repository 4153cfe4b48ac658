//! XML whose texts and tags are short, as those of spreadsheets are: readers hold a text as a whole, so that one text of a whole part
//! would cost as much memory several times over. What spreadsheet programs never write there (comments, `CDATA`) is refused, as
//! readers and this one could differ in what it hides.

/// Bytes of the text of a cell, or of a tag. A cell of Excel holds 32,767 characters.
const MOST: u32 = 1 << 20;

/// What begins a cell, or a rule for cells: its text is counted from there.
const CELLS: [&[u8]; 8] =
    [b"c", b"si", b"row", b"table-cell", b"covered-table-cell", b"table-row", b"dataValidation", b"cfRule"];

/// What was met so far.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    text: u32,
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
    /// Takes what comes next; false if it is not such XML.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| self.take_one(*byte))
    }

    fn take_one(&mut self, byte: u8) -> bool {
        let Some(tag) = &mut self.tag else {
            if byte == b'<' {
                self.tag = Some(Tag::default());
            } else {
                self.text += 1;
            }
            return self.text <= MOST;
        };
        if tag.length == 0 && byte == b'!' {
            return false;
        }
        tag.length += 1;
        if let Some(quote) = tag.quote {
            tag.quote = (quote != byte).then_some(quote);
            return tag.length <= MOST;
        }
        match byte {
            b'>' => {
                if tag.name.get(..tag.named).is_some_and(|name| CELLS.contains(&name)) {
                    self.text = 0;
                }
                self.tag = None;
                return true;
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
        tag.length <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(xml: &str) -> bool {
        let (mut whole, mut parts) = (Tokens::default(), Tokens::default());
        let whole = whole.take(xml.as_bytes());
        assert_eq!(whole, xml.as_bytes().chunks(3).all(|some| parts.take(some)), "{xml:.100}");
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
}
