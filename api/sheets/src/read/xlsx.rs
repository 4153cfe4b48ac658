//! XLSX: values and formats by calamine; hidden rows, merged cells and formulas without a value from the sheet's own XML.

use std::{
    collections::{HashMap, HashSet},
    io::{BufReader, Cursor},
    ops::ControlFlow,
};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;
use quick_xml::{
    Reader,
    events::{BytesStart, Event as Xml},
};

use super::{
    Cell, Event, Limits, MOST_COLUMNS, Row, Sheet, Sink, Value, damaged, locked, too_large, too_many_cells,
    zipped::{self, Archive},
};
use crate::issue::{Code, Issue, Place, quoted};

/// Merged cells and formulas without a value of one sheet.
const MOST_MARKS: usize = 100_000;

/// The errors that calamine knows. Others would end its reading, without a word where.
const ERRORS: [&str; 8] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"];

/// What calamine does not tell of a sheet. Rows and columns are counted from 0.
#[derive(Debug, Default)]
struct Marks {
    hidden: HashSet<u32>,
    uncomputed: HashSet<(u32, u32)>,
    merged: HashMap<(u32, u32), (u32, u32)>,
}

pub(super) fn read(bytes: &[u8], limits: &Limits, sink: Sink<'_>) -> Result<(), Issue> {
    let mut archive = zipped::open(bytes)?;
    let paths = paths(&mut archive)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => locked(),
        other => damaged(&other.to_string()),
    })?;
    let from_1904 = book.has_1904_epoch();
    let mut left = limits.cells;
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let path = paths.get(&sheet.name).ok_or_else(|| damaged(&sheet.name))?;
        let marks = marks(&mut archive, path, &sheet.name, limits, &mut left)?;
        let hidden = sheet.visible != SheetVisible::Visible;
        let told = Sheet { name: sheet.name.clone(), hidden, from_1904 };
        if sink(Event::Sheet(told)).is_break() || rows(&mut book, &sheet.name, &marks, sink)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

fn rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, marks: &Marks, sink: Sink<'_>) -> Result<ControlFlow<()>, Issue> {
    let failed = |error: calamine::XlsxError| {
        damaged(&error.to_string()).at(Place { sheet: name.to_owned(), ..Place::default() })
    };
    let mut cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A sheet of a chart.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(ControlFlow::Continue(())),
        Err(error) => return Err(failed(error)),
    };
    let percents: Vec<bool> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().is_some_and(|it| is_percent(&it.format_code)))
        .collect();
    let mut row: Option<Row> = None;
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(failed)? {
        let (number, column) = cell.get_position();
        if column >= MOST_COLUMNS {
            continue;
        }
        let value = if marks.uncomputed.contains(&(number, column)) {
            Some(Value::Uncomputed)
        } else {
            value(cell.get_value())
        };
        let Some(value) = value else { continue };
        if row.as_ref().is_some_and(|it| it.number != number + 1)
            && let Some(done) = row.take()
            && sink(Event::Row(done)).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        let percent = Some(percents.get(style).copied().unwrap_or_default());
        let span = marks.merged.get(&(number, column)).copied().unwrap_or((1, 1));
        let hidden = marks.hidden.contains(&number);
        let row = row.get_or_insert_with(|| Row { number: number + 1, hidden, cells: Vec::new() });
        row.cells.push(Cell { column, value, percent, span });
    }
    Ok(row.map_or(ControlFlow::Continue(()), |done| sink(Event::Row(done))))
}

/// Whether a format shows percentages: an unquoted `%`.
pub(super) fn is_percent(format: &str) -> bool {
    let (mut is_quoted, mut is_literal) = (false, false);
    for character in format.chars() {
        match character {
            _ if is_literal => is_literal = false,
            '\\' | '_' | '*' => is_literal = true,
            '"' => is_quoted = !is_quoted,
            '%' if !is_quoted => return true,
            _ => {}
        }
    }
    false
}

/// What stands in a cell; nothing if it only has a format.
fn value(data: &DataRef<'_>) -> Option<Value> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| Value::Text(text.to_owned()));
    match data {
        DataRef::Empty => None,
        #[allow(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
        DataRef::Int(number) => Some(Value::Number(*number as f64)),
        DataRef::Float(number) => Some(Value::Number(*number)),
        DataRef::String(it) | DataRef::DateTimeIso(it) | DataRef::DurationIso(it) => text(it),
        DataRef::SharedString(it) => text(it),
        DataRef::Bool(it) => Some(Value::Bool(*it)),
        DataRef::DateTime(it) => Some(day(*it)),
        DataRef::Error(it) => Some(Value::Error(it.to_string())),
    }
}

/// A number that is shown as a day; one that is shown as a duration, or is no day that there is, is a number.
pub(super) fn day(it: calamine::ExcelDateTime) -> Value {
    let (year, month, of_month, ..) = it.to_ymd_hms_milli();
    let day = NaiveDate::from_ymd_opt(year.into(), month.into(), of_month.into());
    match day.filter(|_| it.is_datetime() && (1.0..200_000.0).contains(&it.as_f64())) {
        Some(day) => Value::Day(day),
        None => Value::Number(it.as_f64()),
    }
}

type Xmls<R> = Reader<BufReader<R>>;

fn xml<'z, 'b: 'z>(archive: &'z mut Archive<'b>, path: &str) -> Result<Xmls<impl std::io::Read + use<'z, 'b>>, Issue> {
    let part = archive.by_name(path).map_err(|_| damaged(path))?;
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    Ok(reader)
}

/// An attribute by its name without a prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|it| it.key.local_name().as_ref() == name)?;
    quick_xml::escape::unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// The parts in which the sheets are, by their names.
fn paths(archive: &mut Archive<'_>) -> Result<HashMap<String, String>, Issue> {
    let mut targets = HashMap::new();
    each(archive, "xl/_rels/workbook.xml.rels", |element| {
        if element.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target"))
        {
            let path = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            };
            targets.insert(id, path);
        }
    })?;
    let mut paths = HashMap::new();
    each(archive, "xl/workbook.xml", |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id"))
            && let Some(path) = targets.get(&id)
        {
            paths.insert(name, path.clone());
        }
    })?;
    Ok(paths)
}

fn each(archive: &mut Archive<'_>, path: &str, mut work: impl FnMut(&BytesStart<'_>)) -> Result<(), Issue> {
    let (mut reader, mut buffer) = (xml(archive, path)?, Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Xml::Start(element) | Xml::Empty(element)) => work(&element),
            Ok(Xml::Eof) => return Ok(()),
            Ok(_) => {}
            Err(_) => return Err(damaged(path)),
        }
    }
}

/// `B7` as row and column from 0.
pub(super) fn position(text: &str) -> Option<(u32, u32)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = (text.get(..letters)?, text.get(letters..)?);
    let column = column
        .bytes()
        .try_fold(0_u32, |sum, it| sum.checked_mul(26)?.checked_add(u32::from(it.to_ascii_uppercase() - b'A') + 1))?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// The cell that is being looked at.
#[derive(Default)]
struct Looked {
    at: (u32, u32),
    is_error: bool,
    has_formula: bool,
    value: String,
    in_value: bool,
}

fn marks(archive: &mut Archive<'_>, path: &str, name: &str, limits: &Limits, left: &mut u64) -> Result<Marks, Issue> {
    let place = || Place { sheet: name.to_owned(), ..Place::default() };
    let (mut reader, mut buffer) = (xml(archive, path)?, Vec::new());
    let (mut marks, mut row, mut next, mut cell) = (Marks::default(), 0_u32, 0_u32, Looked::default());
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|_| damaged(name).at(place()))?;
        let is_empty = matches!(event, Xml::Empty(_));
        match event {
            Xml::Start(element) | Xml::Empty(element) => match element.local_name().as_ref() {
                "row" => {
                    row = attribute(&element, "r").and_then(|it| it.parse().ok()).unwrap_or(row + 1);
                    next = 0;
                    if attribute(&element, "hidden").is_some_and(|it| it == "1" || it == "true") {
                        marks.hidden.insert(row.saturating_sub(1));
                    }
                }
                "c" => {
                    *left = left.checked_sub(1).ok_or_else(|| too_many_cells(limits, name))?;
                    let told = attribute(&element, "r").and_then(|it| position(&it));
                    let at = told.unwrap_or((row.saturating_sub(1), next));
                    next = at.1 + 1;
                    cell =
                        Looked { at, is_error: attribute(&element, "t").as_deref() == Some("e"), ..Looked::default() };
                }
                "f" => cell.has_formula = true,
                "v" | "is" => cell.in_value = !is_empty,
                "mergeCell" => {
                    let span = attribute(&element, "ref").and_then(|it| spanned(&it));
                    marks.merged.extend(span);
                }
                _ => {}
            },
            Xml::Text(text) if cell.in_value => cell.value.push_str(text.xml10_content().get(..).unwrap_or_default()),
            Xml::End(element) => match element.local_name().as_ref() {
                "v" | "is" => cell.in_value = false,
                "c" => looked(&std::mem::take(&mut cell), name, &mut marks)?,
                _ => {}
            },
            Xml::Eof => return Ok(marks),
            _ => {}
        }
        if marks.uncomputed.len().max(marks.merged.len()) > MOST_MARKS {
            return Err(too_large("quá nhiều ô gộp hoặc công thức", "too many merged cells or formulas").at(place()));
        }
    }
}

fn looked(cell: &Looked, name: &str, marks: &mut Marks) -> Result<(), Issue> {
    if cell.has_formula && cell.value.is_empty() {
        marks.uncomputed.insert(cell.at);
    }
    if cell.is_error && !ERRORS.contains(&cell.value.as_str()) {
        let place = Place { sheet: name.to_owned(), row: cell.at.0 + 1, column: Some(cell.at.1) };
        let told = quoted(&cell.value);
        return Err(Issue::of_file(
            Code::ErrorValue,
            format!("Ô có giá trị lỗi {told}"),
            format!("The cell's value is the error {told}"),
        )
        .at(place));
    }
    Ok(())
}

/// The first cell of a span, and how many rows and columns it takes.
fn spanned(text: &str) -> Option<((u32, u32), (u32, u32))> {
    let (from, to) = text.split_once(':')?;
    let (from, to) = (position(from)?, position(to)?);
    Some((from, (to.0.checked_sub(from.0)? + 1, to.1.checked_sub(from.1)? + 1)))
}
