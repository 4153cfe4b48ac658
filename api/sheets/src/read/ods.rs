//! ODS, as `LibreOffice` saves it: element after element, with what is hidden, merged, computed and shown as a percentage.

use std::{
    borrow::Cow,
    collections::HashSet,
    io::{BufRead, BufReader},
    ops::ControlFlow,
};

use chrono::NaiveDate;
use quick_xml::{
    Reader,
    escape::{resolve_xml_entity, unescape},
    events::{BytesStart, Event as Xml},
};

use super::{
    Cell, Event, Limits, MOST_COLUMNS, Row, Sheet, Sink, Value, damaged, locked, too_many_cells,
    zipped::{self, Archive},
};
use crate::issue::Issue;

/// Rows of a sheet.
const MOST_ROWS: u32 = 1 << 20;

pub(super) fn read(bytes: &[u8], limits: &Limits, sink: Sink<'_>) -> Result<(), Issue> {
    let mut archive = zipped::open(bytes)?;
    if is_locked(&mut archive)? {
        return Err(locked());
    }
    let part = archive.by_name("content.xml").map_err(|_| damaged("content.xml"))?;
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let mut reading =
        Reading { reader, buffer: Vec::new(), limits: *limits, left: limits.cells, sink, hidden: HashSet::new() };
    reading.book()
}

fn is_locked(archive: &mut Archive<'_>) -> Result<bool, Issue> {
    let Ok(part) = archive.by_name("META-INF/manifest.xml") else { return Ok(false) };
    let (mut reader, mut buffer) = (Reader::from_reader(BufReader::new(part)), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Xml::Start(it) | Xml::Empty(it)) if it.local_name().as_ref() == "encryption-data" => return Ok(true),
            Ok(Xml::Eof) => return Ok(false),
            Ok(_) => {}
            Err(_) => return Err(damaged("META-INF/manifest.xml")),
        }
    }
}

struct Reading<'s, R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    limits: Limits,
    left: u64,
    sink: Sink<'s>,
    /// Styles of sheets that are hidden.
    hidden: HashSet<String>,
}

/// An element that begins, as far as it is of interest.
struct Begun {
    name: String,
    attributes: Vec<(String, String)>,
    is_empty: bool,
}

impl Begun {
    fn of(element: &BytesStart<'_>, is_empty: bool) -> Self {
        let mut found = element.attributes();
        let attributes = found.with_checks(false).flatten().map(|it| {
            let value = unescape(&it.value).map_or_else(|_| String::new(), Cow::into_owned);
            (it.key.as_ref().to_owned(), value)
        });
        Self { name: element.name().as_ref().to_owned(), attributes: attributes.collect(), is_empty }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn count(&self, name: &str) -> u32 {
        self.get(name).and_then(|it| it.parse().ok()).unwrap_or(1).max(1)
    }
}

/// What comes next.
enum Next {
    Begin(Begun),
    End(String),
    Text(String),
    Over,
}

impl<R: BufRead> Reading<'_, R> {
    fn next(&mut self) -> Result<Next, Issue> {
        loop {
            self.buffer.clear();
            return Ok(match self.reader.read_event_into(&mut self.buffer).map_err(|_| damaged("content.xml"))? {
                Xml::Start(element) => Next::Begin(Begun::of(&element, false)),
                Xml::Empty(element) => Next::Begin(Begun::of(&element, true)),
                Xml::End(element) => Next::End(element.name().as_ref().to_owned()),
                Xml::Text(text) => Next::Text(text.xml10_content().into_owned()),
                Xml::CData(text) => Next::Text(text.xml10_content().into_owned()),
                Xml::GeneralRef(entity) => {
                    let known = resolve_xml_entity(&entity).map(str::to_owned);
                    let character = || entity.resolve_char_ref().ok().flatten().map(String::from);
                    Next::Text(known.or_else(character).unwrap_or_default())
                }
                Xml::Eof => Next::Over,
                _ => continue,
            });
        }
    }

    fn book(&mut self) -> Result<(), Issue> {
        let mut style = String::new();
        loop {
            match self.next()? {
                Next::Begin(it) => match it.name.as_str() {
                    "style:style" => it.get("style:name").unwrap_or_default().clone_into(&mut style),
                    "style:table-properties" if it.get("table:display") == Some("false") => {
                        self.hidden.insert(style.clone());
                    }
                    "table:table" if !it.is_empty => {
                        let name = it.get("table:name").unwrap_or_default().to_owned();
                        let hidden = it.get("table:style-name").is_some_and(|it| self.hidden.contains(it));
                        let told = Sheet { name: name.clone(), hidden, from_1904: false };
                        if (self.sink)(Event::Sheet(told)).is_break() || self.table(&name)?.is_break() {
                            return Ok(());
                        }
                    }
                    _ => {}
                },
                Next::Over => return Ok(()),
                _ => {}
            }
        }
    }

    fn table(&mut self, sheet: &str) -> Result<ControlFlow<()>, Issue> {
        let mut number = 1_u32;
        loop {
            match self.next()? {
                Next::Begin(it) if it.name == "table:table-row" => {
                    let hidden = matches!(it.get("table:visibility"), Some("collapse" | "filter"));
                    let repeated = it.count("table:number-rows-repeated");
                    let cells = if it.is_empty { Vec::new() } else { self.row(sheet)? };
                    if !cells.is_empty() {
                        for n in 0..repeated.min(MOST_ROWS.saturating_sub(number) + 1) {
                            if n > 0 {
                                self.spend(cells.len(), sheet)?;
                            }
                            let row = Row { number: number + n, hidden, cells: cells.clone() };
                            if (self.sink)(Event::Row(row)).is_break() {
                                return Ok(ControlFlow::Break(()));
                            }
                        }
                    }
                    number = number.saturating_add(repeated);
                }
                // A drawing may hold tables of its own.
                Next::Begin(it) if it.name == "table:shapes" && !it.is_empty => self.skip(&it.name)?,
                Next::End(name) if name == "table:table" => return Ok(ControlFlow::Continue(())),
                Next::Over => return Err(damaged("content.xml")),
                _ => {}
            }
        }
    }

    fn spend(&mut self, cells: usize, sheet: &str) -> Result<(), Issue> {
        let left = self.left.checked_sub(u64::try_from(cells).unwrap_or(u64::MAX));
        self.left = left.ok_or_else(|| too_many_cells(&self.limits, sheet))?;
        Ok(())
    }

    fn skip(&mut self, name: &str) -> Result<(), Issue> {
        let mut depth = 1_u32;
        while depth > 0 {
            match self.next()? {
                Next::Begin(it) if it.name == name && !it.is_empty => depth += 1,
                Next::End(end) if end == name => depth -= 1,
                Next::Over => return Err(damaged("content.xml")),
                _ => {}
            }
        }
        Ok(())
    }

    fn row(&mut self, sheet: &str) -> Result<Vec<Cell>, Issue> {
        let (mut cells, mut column) = (Vec::new(), 0_u32);
        loop {
            match self.next()? {
                Next::Begin(it) if matches!(it.name.as_str(), "table:table-cell" | "table:covered-table-cell") => {
                    let repeated = it.count("table:number-columns-repeated");
                    self.spend(1, sheet)?;
                    let text = if it.is_empty { String::new() } else { self.text(&it.name)? };
                    // What a merged cell covers is not shown.
                    if let Some(cell) = cell(&it, text).filter(|_| it.name == "table:table-cell") {
                        for column in (column..MOST_COLUMNS).take(usize::try_from(repeated).unwrap_or(usize::MAX)) {
                            self.spend(1, sheet)?;
                            cells.push(Cell { column, ..cell.clone() });
                        }
                    }
                    column = column.saturating_add(repeated);
                }
                Next::End(name) if name == "table:table-row" => return Ok(cells),
                Next::Over => return Err(damaged("content.xml")),
                _ => {}
            }
        }
    }

    /// The text that is shown in a cell: its paragraphs, without its notes.
    fn text(&mut self, cell: &str) -> Result<String, Issue> {
        let (mut text, mut paragraphs) = (String::new(), 0);
        loop {
            match self.next()? {
                Next::Begin(it) => match it.name.as_str() {
                    "text:p" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                    }
                    "text:s" => text
                        .extend(std::iter::repeat_n(' ', usize::try_from(it.count("text:c").min(1000)).unwrap_or(1))),
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    "office:annotation" | "draw:frame" | "draw:custom-shape" if !it.is_empty => self.skip(&it.name)?,
                    _ => {}
                },
                Next::Text(it) if paragraphs > 0 => text.push_str(&it),
                Next::End(name) if name == cell => return Ok(text),
                Next::Over => return Err(damaged("content.xml")),
                _ => {}
            }
        }
    }
}

/// What stands in a cell; nothing if it only has a format.
fn cell(it: &Begun, text: String) -> Option<Cell> {
    let number = || it.get("office:value").and_then(|it| it.parse().ok()).map(Value::Number);
    let is_percent = it.get("office:value-type") == Some("percentage");
    let value = match it.get("office:value-type") {
        _ if it.get("calcext:value-type") == Some("error") => Some(Value::Error(text)),
        Some("float" | "percentage" | "currency") => number(),
        Some("boolean") => it.get("office:boolean-value").map(|it| Value::Bool(it == "true")),
        Some("date") => {
            let day = it.get("office:date-value").and_then(|it| it.get(..10));
            day.and_then(|it| NaiveDate::parse_from_str(it, "%Y-%m-%d").ok()).map(Value::Day)
        }
        _ if !text.trim().is_empty() => Some(Value::Text(text)),
        None if it.get("table:formula").is_some() => Some(Value::Uncomputed),
        _ => None,
    };
    let span = (it.count("table:number-rows-spanned"), it.count("table:number-columns-spanned"));
    Some(Cell { column: 0, value: value?, percent: Some(is_percent), span })
}
