//! Files as programs save them, and as nobody should.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// A container of these parts.
pub fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A sheet of an XLSX: its name, its state, and the XML between `<worksheet>` and `</worksheet>`.
pub struct XlsxSheet<'a> {
    pub name: &'a str,
    pub state: &'a str,
    pub xml: String,
}

/// An XLSX of these sheets. Style 1 is a percentage, 2 a day, 3 a percentage in quotes.
pub fn xlsx(sheets: &[XlsxSheet<'_>], from_1904: bool) -> Vec<u8> {
    let (mut listed, mut related) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (n, sheet) in (1..).zip(sheets) {
        let XlsxSheet { name, state, xml } = sheet;
        write!(listed, r#"<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>"#).unwrap();
        write!(related, r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#).unwrap();
        let xml = format!(
            r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{xml}</worksheet>"#
        );
        parts.push((format!("xl/worksheets/sheet{n}.xml"), xml.into_bytes()));
    }
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="170" formatCode="0&quot; %&quot;"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>"#;
    let workbook = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="{}"/><sheets>{listed}</sheets></workbook>"#,
        u8::from(from_1904)
    );
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#
    );
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    parts.push(("_rels/.rels".into(), root.as_bytes().to_vec()));
    parts.push(("xl/styles.xml".into(), styles.as_bytes().to_vec()));
    parts.push(("xl/workbook.xml".into(), workbook.into_bytes()));
    parts.push(("xl/_rels/workbook.xml.rels".into(), relations.into_bytes()));
    zipped(&parts.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect::<Vec<_>>())
}

/// A cell of an XLSX with a text.
pub fn text(at: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(r#"<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

/// A cell of an XLSX with a number, in a style.
pub fn number(at: &str, value: &str, style: u8) -> String {
    format!(r#"<c r="{at}" s="{style}"><v>{value}</v></c>"#)
}

/// A row of an XLSX, with more attributes if it has some.
pub fn row(number: u32, more: &str, cells: &[String]) -> String {
    format!(r#"<row r="{number}" {more}>{}</row>"#, cells.concat())
}

/// An XLSX of one sheet that is not hidden.
pub fn sheet(rows: &[String], after: &str) -> Vec<u8> {
    let xml = format!("<sheetData>{}</sheetData>{after}", rows.concat());
    xlsx(&[XlsxSheet { name: "Số liệu", state: "visible", xml }], false)
}

/// An ODS with this in its spreadsheet, and these styles.
pub fn ods(styles: &str, tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml", b"<manifest/>".to_vec()),
        ("content.xml", content.into_bytes()),
    ])
}

/// A record of an XLS.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// A cell of an XLS: at a row and a column from 0.
pub enum XlsCell<'a> {
    Text(u16, u16, &'a str),
    /// With the place of its format: 0 is general, 1 a percentage, 2 a day.
    Number(u16, u16, f64, u16),
}

/// An XLS of one sheet, as Excel 97 lays it out: what is needed of it. `hidden` are rows from 0.
pub fn xls(cells: &[XlsCell<'_>], hidden: &[u16]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[&[0x00, 0x06][..], &kind.to_le_bytes(), &[0; 12]].concat());
    let name: Vec<u16> = "Số liệu".encode_utf16().collect();
    let formats: Vec<u8> = [0_u16, 9, 14]
        .iter()
        .flat_map(|id| record(0x00e0, &[&[0, 0][..], &id.to_le_bytes(), &[0; 16]].concat()))
        .collect();
    let globals = |at: u32| {
        let name: Vec<u8> = name.iter().flat_map(|it| it.to_le_bytes()).collect();
        let length = u8::try_from(name.len() / 2).unwrap();
        let bound = [&at.to_le_bytes()[..], &[0, 0, length, 1], &name].concat();
        [
            begin(0x0005),
            record(0x0042, &1200_u16.to_le_bytes()),
            formats.clone(),
            record(0x0085, &bound),
            record(0x000a, &[]),
        ]
        .concat()
    };
    let at = u32::try_from(globals(0).len()).unwrap();
    let mut sheet = begin(0x0010);
    for row in hidden {
        sheet.extend(record(0x0208, &[&row.to_le_bytes()[..], &[0; 10], &0x20_u16.to_le_bytes(), &[0; 2]].concat()));
    }
    for cell in cells {
        sheet.extend(match cell {
            XlsCell::Text(row, column, text) => {
                let units: Vec<u16> = text.encode_utf16().collect();
                let length = u16::try_from(units.len()).unwrap();
                let text: Vec<u8> = units.iter().flat_map(|it| it.to_le_bytes()).collect();
                let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0], length.to_le_bytes()].concat();
                record(0x0204, &[&place[..], &[1], &text].concat())
            }
            XlsCell::Number(row, column, number, format) => {
                let place = [row.to_le_bytes(), column.to_le_bytes(), format.to_le_bytes()].concat();
                record(0x0203, &[&place[..], &number.to_le_bytes()].concat())
            }
        });
    }
    sheet.extend(record(0x000a, &[]));
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/Workbook").unwrap().write_all(&[globals(at), sheet].concat()).unwrap();
    container.flush().unwrap();
    container.into_inner().into_inner()
}
