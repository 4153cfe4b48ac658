//! From bytes to rows of cells, row after row, whatever program has saved them.
//!
//! XLSX and XLS go through calamine, text through csv. What calamine does not tell (which rows are hidden, which formulas have no
//! value, what is merged, what is shown as a percentage) is read beside it; ODS, of which it tells none of that, is read here.

mod delimited;
mod ods;
mod tokens;
mod xls;
mod xlsx;
mod zipped;

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
};

use chrono::NaiveDate;

use crate::issue::{Code, Issue, Place};

/// How much of a file is read before it counts as too large. A small file can unpack to any size.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of all parts, unpacked.
    pub unpacked: u64,
    /// Bytes of the table of texts of an XLSX, which is held as a whole.
    pub texts: u64,
    /// Bytes of any other part that is held as a whole.
    pub part: u64,
    /// Cells in which something stands or which have a format.
    pub cells: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked: 256 << 20, texts: 32 << 20, part: 2 << 20, cells: 4_000_000 }
    }
}

/// Columns beyond this one are not read.
pub const MOST_COLUMNS: u32 = 256;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text as it was typed.
    Text(String),
    /// A number as it is stored.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// A day; the time of day is left out.
    Day(NaiveDate),
    /// An error, as the program shows it: `#DIV/0!`.
    Error(String),
    /// A formula of which the file has no value.
    Uncomputed,
}

/// A cell in which something stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The column, from 0.
    pub column: u32,
    /// What stands there.
    pub value: Value,
    /// Whether a number is shown as a percentage; none where the file does not say.
    pub percent: Option<bool>,
    /// How many rows and columns it takes, if it is merged with others.
    pub span: (u32, u32),
}

impl Cell {
    const fn of(column: u32, value: Value) -> Self {
        Self { column, value, percent: Some(false), span: (1, 1) }
    }
}

/// A row in which something stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number as the program shows it, from 1.
    pub number: u32,
    /// Whether it is hidden, by hand or by a filter.
    pub hidden: bool,
    /// Its cells, in order.
    pub cells: Vec<Cell>,
}

/// A sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty in a file of text.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Whether its days are counted from 1904.
    pub from_1904: bool,
}

/// What is met in a file, in order.
#[derive(Debug)]
pub enum Event {
    /// A sheet begins.
    Sheet(Sheet),
    /// A row of it.
    Row(Row),
}

/// Takes what is met; `Break` ends the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Event) -> ControlFlow<()>;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Excel since 2007.
    Xlsx,
    /// Excel until 2003.
    Xls,
    /// `LibreOffice` and others.
    Ods,
    /// Text with a separator.
    Text,
}

/// A file that can be read, as often as needed.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    bytes: &'a [u8],
    kind: Kind,
    limits: Limits,
}

impl<'a> File<'a> {
    /// Looks what a file is, by its content, and that it does not unpack to more than is read.
    pub fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, Issue> {
        let kind = guarded(|| kind(bytes, &limits))?;
        Ok(Self { bytes, kind, limits })
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Reads it from the beginning.
    pub fn read(&self, sink: Sink<'_>) -> Result<(), Issue> {
        let mut named = |event| {
            sink(match event {
                // No database keeps what cannot be seen.
                Event::Sheet(sheet) => Event::Sheet(Sheet { name: sheet.name.replace(char::is_control, ""), ..sheet }),
                row @ Event::Row(_) => row,
            })
        };
        let sink: Sink<'_> = &mut named;
        guarded(move || match self.kind {
            Kind::Xlsx => xlsx::read(self.bytes, &self.limits, sink),
            Kind::Xls => xls::read(self.bytes, &self.limits, sink),
            Kind::Ods => ods::read(self.bytes, &self.limits, sink),
            Kind::Text => delimited::read(self.bytes, &self.limits, sink),
        })
    }
}

/// A file made to do harm may find a place in a library that nobody thought of: it is damaged then, and nothing else.
fn guarded<T>(work: impl FnOnce() -> Result<T, Issue>) -> Result<T, Issue> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged("it cannot be read")))
}

const CFB: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

fn kind(bytes: &[u8], limits: &Limits) -> Result<Kind, Issue> {
    if bytes.is_empty() {
        return Err(Issue::of_file(Code::UnreadableFile, "Tệp rỗng", "The file is empty"));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return zipped::kind(bytes, limits);
    }
    if bytes.starts_with(CFB) {
        return xls::check(bytes, limits).map(|()| Kind::Xls);
    }
    let begin = bytes.iter().position(|it| !it.is_ascii_whitespace()).unwrap_or_default();
    let rest = bytes.get(begin..).unwrap_or_default();
    let known: [(&[u8], &str); 9] = [
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"{\\rtf", "RTF"),
        (b"<", "HTML/XML"),
        (b"{", "JSON"),
        (b"\x1f\x8b", "GZIP"),
        (b"7z\xbc\xaf", "7z"),
    ];
    if let Some((_, name)) = known.iter().find(|(mark, _)| rest.starts_with(mark)) {
        return Err(no_sheet(name));
    }
    if delimited::is_text(bytes) { Ok(Kind::Text) } else { Err(no_sheet("?")) }
}

/// A file of another kind.
fn no_sheet(kind: &str) -> Issue {
    Issue::of_file(
        Code::UnreadableFile,
        format!("Tệp không phải là bảng tính ({kind}): hãy lưu thành XLSX, XLS, ODS hoặc CSV"),
        format!("The file is no spreadsheet ({kind}): save it as XLSX, XLS, ODS or CSV"),
    )
}

/// A file that says it is a spreadsheet and is not whole.
fn damaged(reason: &str) -> Issue {
    Issue::of_file(
        Code::UnreadableFile,
        format!("Tệp bị hỏng, không đọc được ({reason}): hãy mở rồi lưu lại"),
        format!("The file is damaged ({reason}): open it and save it again"),
    )
}

/// A file that only its owner's password opens.
fn locked() -> Issue {
    Issue::of_file(
        Code::UnreadableFile,
        "Tệp được đặt mật khẩu mở: hãy bỏ mật khẩu rồi gửi lại",
        "The file is locked by a password: take it off and send the file again",
    )
}

/// More than is read.
fn too_large(vi: &str, en: &str) -> Issue {
    Issue::of_file(Code::TooLarge, format!("Tệp quá lớn: {vi}"), format!("The file is too large: {en}"))
}

fn too_many_cells(limits: &Limits, sheet: &str) -> Issue {
    let most = limits.cells;
    too_large(
        &format!("quá {most} ô (kể cả ô trống có định dạng)"),
        &format!("more than {most} cells, empty ones with a format among them"),
    )
    .at(Place { sheet: sheet.to_owned(), ..Place::default() })
}
