//! A document of Word (Office Open XML), as far as a report needs one: paragraphs and tables on A4, in Times New Roman.
//!
//! The same text makes the same bytes: nothing in the file says when it was made.

use std::{
    fmt::Write as _,
    io::{self, Cursor, Write as _},
};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// How wide the text is: A4 less its margins of 30 mm and 20 mm, in twentieths of a point.
pub const WIDTH: u32 = 9071;

/// Where the lines of a paragraph stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At both margins.
    #[default]
    Both,
    /// At the left.
    Left,
    /// In the middle.
    Centre,
}

/// A run of letters that look alike.
#[derive(Debug, Clone, Default)]
pub struct Run {
    text: String,
    bold: bool,
    italic: bool,
    /// In half points; none as the paragraph has it.
    size: Option<u32>,
}

impl Run {
    /// Upright letters.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// In bold.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// In italics.
    #[must_use]
    pub fn italic(self) -> Self {
        Self { italic: true, ..self }
    }

    /// Of so many points.
    #[must_use]
    pub fn size(self, points: u32) -> Self {
        Self { size: Some(points * 2), ..self }
    }

    fn write(&self, xml: &mut String) {
        xml.push_str("<w:r><w:rPr>");
        if self.bold {
            xml.push_str("<w:b/><w:bCs/>");
        }
        if self.italic {
            xml.push_str("<w:i/><w:iCs/>");
        }
        if let Some(size) = self.size {
            let _ = write!(xml, "<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>");
        }
        let _ = write!(xml, "</w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(&self.text));
    }
}

/// A paragraph.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    runs: Vec<Run>,
    align: Align,
    /// How far its first line is set in, in twentieths of a point.
    first: u32,
    before: u32,
    after: u32,
    /// Whether it stays with what follows.
    keeps: bool,
    /// A line above it, set in from both sides by so much.
    rule: Option<u32>,
}

impl Paragraph {
    /// With one run.
    pub fn of(run: Run) -> Self {
        Self { runs: vec![run], ..Self::default() }
    }

    /// Of text in the body: its first line set in, both margins straight, six points below it.
    pub fn body(runs: impl IntoIterator<Item = Run>) -> Self {
        Self { runs: runs.into_iter().collect(), first: 567, after: 120, ..Self::default() }
    }

    /// A short line across the middle of what it stands in.
    #[must_use]
    pub fn rule(inset: u32) -> Self {
        Self { runs: vec![Run::new("").size(2)], rule: Some(inset), after: 60, align: Align::Left, ..Self::default() }
    }

    /// There.
    #[must_use]
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// With so many points above and below.
    #[must_use]
    pub fn spaced(self, before: u32, after: u32) -> Self {
        Self { before: before * 20, after: after * 20, ..self }
    }

    /// On the page of what follows.
    #[must_use]
    pub fn keeping(self) -> Self {
        Self { keeps: true, ..self }
    }

    fn write(&self, xml: &mut String) {
        xml.push_str("<w:p><w:pPr>");
        if self.keeps {
            xml.push_str("<w:keepNext/>");
        }
        if self.rule.is_some() {
            xml.push_str("<w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"000000\"/></w:pBdr>");
        }
        let (line, how) = if self.rule.is_some() { (60, "exact") } else { (264, "auto") };
        let _ = write!(
            xml,
            "<w:spacing w:before=\"{}\" w:after=\"{}\" w:line=\"{line}\" w:lineRule=\"{how}\"/>",
            self.before, self.after
        );
        match self.rule {
            Some(inset) => {
                let _ = write!(xml, "<w:ind w:left=\"{inset}\" w:right=\"{inset}\"/>");
            }
            None if self.first > 0 => {
                let _ = write!(xml, "<w:ind w:firstLine=\"{}\"/>", self.first);
            }
            None => {}
        }
        let align = match self.align {
            Align::Both => "both",
            Align::Left => "left",
            Align::Centre => "center",
        };
        let _ = write!(xml, "<w:jc w:val=\"{align}\"/></w:pPr>");
        self.runs.iter().for_each(|run| run.write(xml));
        xml.push_str("</w:p>");
    }
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    paragraphs: Vec<Paragraph>,
    span: usize,
}

impl Cell {
    /// With these paragraphs.
    #[must_use]
    pub fn of(paragraphs: Vec<Paragraph>) -> Self {
        Self { paragraphs, span: 1 }
    }

    /// With one.
    #[must_use]
    pub fn one(paragraph: Paragraph) -> Self {
        Self::of(vec![paragraph])
    }

    /// Over so many columns.
    #[must_use]
    pub fn over(self, span: usize) -> Self {
        Self { span, ..self }
    }
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    widths: Vec<u32>,
    rows: Vec<Vec<Cell>>,
    /// So many rows stand again on each page.
    headings: usize,
    is_ruled: bool,
}

impl Table {
    /// With lines, and columns of these widths; its first row stands again on each page.
    #[must_use]
    pub fn ruled(widths: &[u32]) -> Self {
        Self { widths: widths.to_vec(), headings: 1, is_ruled: true, rows: Vec::new() }
    }

    /// Without lines: for what stands side by side.
    #[must_use]
    pub fn plain(widths: &[u32]) -> Self {
        Self { widths: widths.to_vec(), ..Self::default() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    fn write(&self, xml: &mut String) {
        let width: u32 = self.widths.iter().sum();
        let _ = write!(xml, "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/>");
        if self.is_ruled {
            xml.push_str("<w:tblBorders>");
            for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
                let _ = write!(xml, "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
            }
            xml.push_str("</w:tblBorders>");
        }
        let side = if self.is_ruled { 70 } else { 0 };
        let _ = write!(
            xml,
            "<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"{side}\" w:type=\"dxa\"/><w:right w:w=\"{side}\" \
             w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>"
        );
        for width in &self.widths {
            let _ = write!(xml, "<w:gridCol w:w=\"{width}\"/>");
        }
        xml.push_str("</w:tblGrid>");
        for (index, row) in self.rows.iter().enumerate() {
            xml.push_str("<w:tr><w:trPr><w:cantSplit/>");
            if index < self.headings {
                xml.push_str("<w:tblHeader/>");
            }
            xml.push_str("</w:trPr>");
            let mut widths = self.widths.iter();
            for cell in row {
                let width: u32 = widths.by_ref().take(cell.span).sum();
                let _ = write!(xml, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>");
                if cell.span > 1 {
                    let _ = write!(xml, "<w:gridSpan w:val=\"{}\"/>", cell.span);
                }
                if self.is_ruled && index < self.headings {
                    xml.push_str("<w:vAlign w:val=\"center\"/>");
                }
                xml.push_str("</w:tcPr>");
                cell.paragraphs.iter().for_each(|paragraph| paragraph.write(xml));
                xml.push_str("</w:tc>");
            }
            xml.push_str("</w:tr>");
        }
        xml.push_str("</w:tbl>");
    }
}

/// A document that grows.
#[derive(Debug, Default)]
pub struct Docx(String);

impl Docx {
    /// Adds a paragraph.
    pub fn paragraph(&mut self, paragraph: &Paragraph) {
        paragraph.write(&mut self.0);
    }

    /// Adds a table.
    pub fn table(&mut self, table: &Table) {
        table.write(&mut self.0);
    }

    /// The file.
    pub fn pack(self, title: &str) -> io::Result<Vec<u8>> {
        // A4; margins of 20 mm above, below and at the right, 30 mm at the left.
        let section = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
             <w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1701\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>\
             <w:titlePg/></w:sectPr>";
        let body = format!("{XML}<w:document {NAMES}><w:body>{}{section}</w:body></w:document>", self.0);
        let core = format!(
            "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:language>vi-VN</dc:language></cp:coreProperties>",
            escaped(title)
        );
        let parts = [
            ("[Content_Types].xml", format!("{XML}{TYPES}")),
            ("_rels/.rels", format!("{XML}{PACKAGE}")),
            ("docProps/core.xml", core),
            ("word/document.xml", body),
            ("word/_rels/document.xml.rels", format!("{XML}{RELATIONS}")),
            ("word/styles.xml", format!("{XML}<w:styles {NAMES}>{STYLES}</w:styles>")),
            ("word/header1.xml", format!("{XML}<w:hdr {NAMES}>{PAGE}</w:hdr>")),
        ];
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, options)?;
            zip.write_all(text.as_bytes())?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    <Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
    <Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>\
    <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";

const PACKAGE: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
    <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
    </Relationships>";

const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>\
    <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/header\" Target=\"header1.xml\"/>\
    </Relationships>";

/// Times New Roman of 14 points for all scripts, and the spelling of Vietnamese.
const STYLES: &str = "<w:docDefaults><w:rPrDefault><w:rPr>\
    <w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"Times New Roman\" w:cs=\"Times New Roman\"/>\
    <w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/><w:lang w:val=\"vi-VN\" w:eastAsia=\"vi-VN\"/></w:rPr></w:rPrDefault></w:docDefaults>\
    <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>";

/// The number of the page, in the middle above.
const PAGE: &str = "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>\
    <w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>\
    <w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";

/// A text as XML takes it: what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_makes_the_same_bytes() {
        let made = || {
            let mut docx = Docx::default();
            docx.paragraph(&Paragraph::body([Run::new("Sở Khoa học & Công nghệ <1>")]));
            docx.pack("Báo cáo").unwrap()
        };
        assert_eq!(made(), made());
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(escaped("a\u{1}b & \"c\"\n<d>"), "ab &amp; &quot;c&quot; &lt;d&gt;");
    }
}
