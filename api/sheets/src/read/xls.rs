//! XLS: values by calamine; hidden rows and percentages from the records themselves.
//!
//! calamine holds each sheet as a whole, from its first cell to its last: two cells far apart would cost as much as a full sheet. So
//! the records are looked through before.

use std::{
    collections::{HashMap, HashSet},
    io::{Cursor, Read as _},
};

use calamine::{Data, Reader as _, SheetVisible, Xls};

use super::{
    Cell, Event, Limits, MOST_COLUMNS, Row, Sheet, Sink, Value, damaged, locked, no_sheet, too_large, too_many_cells,
    xlsx::{day, is_percent},
};
use crate::issue::Issue;

/// What calamine does not tell of a sheet, by rows and columns from 0.
#[derive(Debug, Default)]
struct Marks {
    hidden: HashSet<u16>,
    percent: HashSet<(u16, u16)>,
    /// First and last row, first and last column.
    extent: Option<(u16, u16, u16, u16)>,
}

/// That it is a workbook, and not larger than is read.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), Issue> {
    let sheets = scan(&stream(bytes)?)?;
    let cells: u64 = sheets
        .iter()
        .filter_map(|it| it.extent)
        .map(|(top, bottom, left, right)| (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1))
        .sum();
    if cells > limits.cells { Err(too_many_cells(limits, "")) } else { Ok(()) }
}

pub(super) fn read(bytes: &[u8], _: &Limits, sink: Sink<'_>) -> Result<(), Issue> {
    let marks = scan(&stream(bytes)?)?;
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsError::Password => locked(),
        other => damaged(&other.to_string()),
    })?;
    let from_1904 = book.has_1904_epoch();
    let nothing = Marks::default();
    for (n, sheet) in book.sheets_metadata().to_vec().into_iter().enumerate() {
        let marks = marks.get(n).unwrap_or(&nothing);
        let hidden = sheet.visible != SheetVisible::Visible;
        if sink(Event::Sheet(Sheet { name: sheet.name.clone(), hidden, from_1904 })).is_break() {
            return Ok(());
        }
        let merged = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let spans: HashMap<(u32, u32), (u32, u32)> = merged
            .into_iter()
            .map(|it| (it.start, (it.end.0.saturating_sub(it.start.0) + 1, it.end.1.saturating_sub(it.start.1) + 1)))
            .collect();
        let range = book.worksheet_range(&sheet.name).map_err(|error| damaged(&error.to_string()))?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, number) in range.rows().zip(top..) {
            let mut cells = Vec::new();
            for (data, column) in row.iter().zip(left..).filter(|(_, column)| *column < MOST_COLUMNS) {
                let Some(value) = value(data) else { continue };
                let at = (u16::try_from(number).unwrap_or_default(), u16::try_from(column).unwrap_or_default());
                let percent = Some(marks.percent.contains(&at));
                cells.push(Cell {
                    column,
                    value,
                    percent,
                    span: spans.get(&(number, column)).copied().unwrap_or((1, 1)),
                });
            }
            let hidden = u16::try_from(number).is_ok_and(|it| marks.hidden.contains(&it));
            if !cells.is_empty() && sink(Event::Row(Row { number: number + 1, hidden, cells })).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn value(data: &Data) -> Option<Value> {
    match data {
        Data::Empty => None,
        #[allow(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
        Data::Int(number) => Some(Value::Number(*number as f64)),
        Data::Float(number) => Some(Value::Number(*number)),
        Data::String(it) | Data::DateTimeIso(it) | Data::DurationIso(it) => {
            (!it.trim().is_empty()).then(|| Value::Text(it.clone()))
        }
        Data::Bool(it) => Some(Value::Bool(*it)),
        Data::DateTime(it) => Some(day(*it)),
        Data::Error(it) => Some(Value::Error(it.to_string())),
    }
}

/// The stream of records of a workbook.
fn stream(bytes: &[u8]) -> Result<Vec<u8>, Issue> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| damaged("CFB"))?;
    if container.exists("/EncryptedPackage") {
        return Err(locked());
    }
    let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|it| container.exists(it));
    let name = name.ok_or_else(|| no_sheet("Word, PowerPoint, …"))?;
    let (mut records, most) = (Vec::new(), u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    let read = container.open_stream(name).and_then(|stream| stream.take(most).read_to_end(&mut records));
    read.map_err(|_| damaged("CFB"))?;
    Ok(records)
}

/// Records from a place on: their kind and their data.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (number(self.0, 0)?, usize::from(number(self.0, 2)?));
        let data = self.0.get(4..4 + length)?;
        self.0 = self.0.get(4 + length..)?;
        Some((kind, data))
    }
}

fn number(data: &[u8], at: usize) -> Option<u16> {
    let two: [u8; 2] = data.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_le_bytes(two))
}

const EOF: u16 = 0x000a;
const BOF: u16 = 0x0809;
const BOUND_SHEET: u16 = 0x0085;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const ROW: u16 = 0x0208;
const MUL_RK: u16 = 0x00bd;
/// FORMULA, NUMBER, LABEL, BOOLERR, RK, RSTRING, LABELSST: a row, a column, a format.
const CELLS: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x027e, 0x00d6, 0x00fd];

/// Sheets of a workbook, far more than people make: each is gone through by itself.
const MOST_SHEETS: usize = 1_000;

/// The marks of all sheets, in the order of the workbook. Each record is one sheet's: together they are not looked at more than twice.
fn scan(stream: &[u8]) -> Result<Vec<Marks>, Issue> {
    let (mut begins, mut formats, mut percents) = (Vec::new(), HashSet::from([9, 10]), Vec::new());
    for (kind, data) in Records(stream) {
        match kind {
            BOUND_SHEET => {
                let (low, high) = (number(data, 0).unwrap_or_default(), number(data, 2).unwrap_or_default());
                begins.push(usize::from(low) | usize::from(high) << 16);
            }
            FORMAT => {
                let code = String::from_utf8_lossy(data.get(5..).unwrap_or_default()).replace('\0', "");
                if let Some(id) = number(data, 0).filter(|_| is_percent(&code)) {
                    formats.insert(id);
                }
            }
            XF => percents.push(number(data, 2).is_some_and(|id| formats.contains(&id))),
            EOF => break,
            _ => {}
        }
    }
    if begins.len() > MOST_SHEETS {
        return Err(too_large("có quá nhiều trang", "it has too many sheets"));
    }
    let mut left = stream.len() / 2;
    begins.into_iter().map(|begin| scan_sheet(stream.get(begin..).unwrap_or_default(), &percents, &mut left)).collect()
}

fn scan_sheet(stream: &[u8], percents: &[bool], left: &mut usize) -> Result<Marks, Issue> {
    let (mut marks, mut depth) = (Marks::default(), 0_u32);
    for (kind, data) in Records(stream) {
        *left = left.checked_sub(1).ok_or_else(|| damaged("XLS"))?;
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            // A chart within the sheet.
            _ if depth > 1 => {}
            ROW => {
                if let (Some(row), Some(options)) = (number(data, 0), number(data, 12))
                    && options & 0x20 != 0
                {
                    marks.hidden.insert(row);
                }
            }
            MUL_RK => {
                let (Some(row), Some(first)) = (number(data, 0), number(data, 2)) else { continue };
                let formats =
                    data.get(4..).unwrap_or_default().chunks_exact(6).map(|it| number(it, 0).unwrap_or_default());
                for (column, format) in (first..).zip(formats) {
                    marks.cell((row, column), format, percents);
                }
            }
            _ if CELLS.contains(&kind) => {
                if let (Some(row), Some(column), Some(format)) = (number(data, 0), number(data, 2), number(data, 4)) {
                    marks.cell((row, column), format, percents);
                }
            }
            _ => {}
        }
    }
    Ok(marks)
}

impl Marks {
    fn cell(&mut self, at @ (row, column): (u16, u16), format: u16, percents: &[bool]) {
        let (top, bottom, left, right) = self.extent.unwrap_or((row, row, column, column));
        self.extent = Some((top.min(row), bottom.max(row), left.min(column), right.max(column)));
        if percents.get(usize::from(format)).copied().unwrap_or_default() {
            self.percent.insert(at);
        }
    }
}
