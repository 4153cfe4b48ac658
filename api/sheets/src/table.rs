//! The rows of a file that was looked through, read by a form.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
};

use chrono::NaiveDate;

use crate::{
    date,
    form::{Form, Reads},
    issue::{Code, Issue, Words, quoted},
    number::{self, Number, Wrong},
    read::{Cell, Event, File, Row, Value},
    survey::{Layout, Survey, of_old_font, shown},
    text,
};

/// What stands in a row of totals, in lower case.
const TOTALS: [&str; 7] = ["tổng cộng", "tổng số", "tổng", "cộng", "total", "grand total", "sum"];

/// The first number that is taken for a day where no format says so: some day of 1954. Below are years that somebody has typed.
const FIRST_SERIAL: f64 = 20_000.0;

/// A cell, read by its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A text, a code, the word of a choice, a period.
    Text(String),
    /// A number.
    Number(Number),
    /// A whole number.
    Whole(i32),
    /// A day.
    Day(NaiveDate),
}

/// A row that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which sheet, in [`Survey::sheets`].
    pub sheet: usize,
    /// Its number.
    pub row: u32,
    /// What stands in it, by the columns of the form.
    pub values: Vec<Option<Read>>,
    /// What has to be mended; then it says nothing that could be taken.
    pub issues: Vec<Issue>,
}

impl Record {
    fn at(&self, form: &Form, key: &str) -> Option<&Read> {
        form.index(key).and_then(|n| self.values.get(n)).and_then(Option::as_ref)
    }

    /// All that is filled in, by the keys of the columns.
    pub fn said<'a>(&'a self, form: &'a Form) -> impl Iterator<Item = (&'static str, &'a Read)> {
        form.columns.iter().zip(&self.values).filter_map(|(column, read)| Some((column.key, read.as_ref()?)))
    }

    /// What stands in a column of words or codes; none where it is empty.
    #[must_use]
    pub fn text(&self, form: &Form, key: &str) -> Option<String> {
        match self.at(form, key)? {
            Read::Text(it) => Some(it.clone()),
            _ => None,
        }
    }

    /// What stands in a column of numbers; none where it is empty.
    #[must_use]
    pub fn number(&self, form: &Form, key: &str) -> Option<Number> {
        match self.at(form, key)? {
            Read::Number(it) => Some(*it),
            _ => None,
        }
    }

    /// What stands in a column of whole numbers; none where it is empty.
    #[must_use]
    pub fn whole(&self, form: &Form, key: &str) -> Option<i32> {
        match self.at(form, key)? {
            Read::Whole(it) => Some(*it),
            _ => None,
        }
    }
}

/// Reads the rows of a surveyed file. Rows that answer nothing, and rows of totals, are left out.
pub fn rows(
    file: &File<'_>,
    form: &Form,
    survey: &Survey,
    take: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<(), Issue> {
    let mut sheet: Option<usize> = None;
    let mut n = 0;
    let mut carried = Carried::default();
    let mut seen: HashMap<Vec<Option<String>>, (usize, u32)> = HashMap::new();
    file.read(&mut |event| match event {
        Event::Sheet(_) => {
            sheet = survey.sheets.contains_key(&n).then_some(n);
            carried = Carried::default();
            n += 1;
            ControlFlow::Continue(())
        }
        Event::Row(mut row) => {
            let Some((place, layout)) = sheet.and_then(|it| Some((it, survey.sheets.get(&it)?))) else {
                return ControlFlow::Continue(());
            };
            if row.number <= layout.heading {
                return ControlFlow::Continue(());
            }
            carried.carry(form, layout, &mut row);
            let Some(mut record) = record(form, layout, place, &row) else { return ControlFlow::Continue(()) };
            if record.issues.is_empty() {
                let first = *seen.entry(about(form, &record)).or_insert((place, row.number));
                if first != (place, row.number) {
                    record.issues.push(twice(form, survey, layout, row.number, first));
                }
            }
            take(record)
        }
    })
}

/// What a row is about: the texts of the columns that say so.
fn about(form: &Form, record: &Record) -> Vec<Option<String>> {
    let read = |key: &&str| match form.index(key).and_then(|n| record.values.get(n)) {
        Some(Some(Read::Text(it))) => Some(it.clone()),
        _ => None,
    };
    form.about.iter().map(read).collect()
}

fn twice(form: &Form, survey: &Survey, layout: &Layout, row: u32, (sheet, first): (usize, u32)) -> Issue {
    let other = survey.sheets.get(&sheet).map(|it| it.sheet.name.as_str()).filter(|it| *it != layout.sheet.name);
    let (of_vi, of_en) = match other {
        None => (String::new(), String::new()),
        Some(sheet) => (format!(" trang “{sheet}”"), format!(" of sheet “{sheet}”")),
    };
    let vi = format!("Trùng với dòng {first}{of_vi}: {}", form.same.0);
    let en = format!("The same as row {first}{of_en}: {}", form.same.1);
    Issue::of_file(Code::Duplicate, vi, en).at(layout.place(row, Some(0)))
}

/// Cells that are merged over several rows, in columns that say what a row is about: what stands there is so of each row.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    columns: BTreeMap<u32, (u32, Cell)>,
}

impl Carried {
    /// Puts what is carried into a row, and remembers what it carries on.
    pub(crate) fn carry(&mut self, form: &Form, layout: &Layout, row: &mut Row) {
        for (n, column) in &layout.columns {
            let is_about = form.columns.get(*n).is_some_and(|it| !it.entered);
            if !is_about {
                continue;
            }
            match row.cells.iter().find(|it| it.column == *column) {
                Some(cell) if cell.span.0 > 1 => {
                    let last = row.number.saturating_add(cell.span.0 - 1);
                    self.columns.insert(*column, (last, Cell { span: (1, 1), ..cell.clone() }));
                }
                Some(_) => drop(self.columns.remove(column)),
                None => {
                    if let Some((last, cell)) = self.columns.get(column)
                        && row.number <= *last
                    {
                        row.cells.push(cell.clone());
                    }
                }
            }
        }
        row.cells.sort_by_key(|it| it.column);
    }
}

/// A row, read; nothing if it answers nothing.
fn record(form: &Form, layout: &Layout, sheet: usize, row: &Row) -> Option<Record> {
    let cell = |n: usize| layout.columns.get(&n).and_then(|column| row.cells.iter().find(|it| it.column == *column));
    let is_filled =
        form.columns.iter().enumerate().any(|(n, it)| it.entered && cell(n).is_some_and(|it| !is_blank(&it.value)));
    let about = form.about.first().and_then(|key| form.index(key))?;
    // Words of people may begin with anything.
    let is_entered = |column: u32| {
        layout.columns.iter().any(|(n, it)| *it == column && form.columns.get(*n).is_some_and(|it| it.entered))
    };
    let says_total = || row.cells.iter().any(|it| !is_entered(it.column) && is_total(&it.value));
    if !is_filled || (cell(about).is_none_or(|it| is_total(&it.value)) && says_total()) {
        return None;
    }
    let mut values = vec![None; form.columns.len()];
    let mut issues = Vec::new();
    for (n, (column, value)) in form.columns.iter().zip(&mut values).enumerate() {
        let Some(cell) = cell(n) else { continue };
        match of_cell(column.reads, column.entered, layout, cell) {
            Ok(read) => *value = read,
            Err((code, words)) => issues.push(Issue { code, words, place: layout.place(row.number, Some(n)) }),
        }
    }
    let place = |column| layout.place(row.number, column);
    if row.hidden {
        let (vi, en) = (
            "Dòng bị ẩn nhưng có nội dung: hãy bỏ ẩn (hoặc bỏ lọc) để kiểm tra, hoặc xoá dòng",
            "The row is hidden, yet something stands in it: show it (or end the filter) and look, or delete it",
        );
        issues.push(Issue::of_file(Code::Hidden, vi, en).at(place(None)));
    }
    if values.get(about).is_some_and(Option::is_none) && !issues.iter().any(|it| it.place == place(Some(about))) {
        let (vi, en) = form.columns.get(about).map(|it| (it.vi, it.en)).unwrap_or_default();
        let (vi, en) = (
            format!("Thiếu “{vi}”: không rõ dòng này nói về gì"),
            format!("“{en}” is missing: the row does not say what it is about"),
        );
        issues.push(Issue::of_file(Code::Required, vi, en).at(place(Some(about))));
    }
    Some(Record { sheet, row: row.number, values, issues })
}

/// What no text has: it cannot be seen, and no database keeps it.
const fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f')
}

fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Text(it) if text::clean(it).is_empty())
}

fn is_total(value: &Value) -> bool {
    let Value::Text(it) = value else { return false };
    let said = text::clean(it).to_lowercase();
    let said = said.trim_end_matches([':', '.', ' ']);
    // “Công bố …” is no total, nor is “Tổng kết …”: what goes on is one only behind two words.
    let goes_on = |total: &&str| total.contains(' ') && said.strip_prefix(*total).is_some_and(|it| it.starts_with(' '));
    TOTALS.iter().any(|total| said == *total || goes_on(total))
}

fn malformed(vi: String, en: String) -> Wrong {
    (Code::Malformed, Words::new(vi, en))
}

fn of_cell(reads: Reads, entered: bool, layout: &Layout, cell: &Cell) -> Result<Option<Read>, Wrong> {
    if reads == Reads::Nothing {
        return Ok(None);
    }
    match &cell.value {
        value if is_blank(value) => return Ok(None),
        Value::Error(it) => {
            let told = quoted(it);
            return Err((
                Code::ErrorValue,
                Words::new(format!("Ô có giá trị lỗi {told}"), format!("The cell's value is the error {told}")),
            ));
        }
        Value::Text(it) if it.contains(is_control) => {
            return Err(malformed(
                format!("{} có ký tự điều khiển", quoted(it)),
                format!("{} has control characters", quoted(it)),
            ));
        }
        Value::Uncomputed => {
            let vi =
                "Ô có công thức nhưng tệp không có kết quả: hãy mở tệp, tính lại rồi lưu, hoặc dán giá trị".to_owned();
            let en = "The cell has a formula, and the file does not have its value: open the file, compute and save it, or paste the value";
            return Err((Code::NoValue, Words::new(vi, en)));
        }
        _ => {}
    }
    if entered && cell.span != (1, 1) {
        let vi = "Ô số liệu bị gộp với ô khác: mỗi dòng phải có ô riêng".to_owned();
        return Err((
            Code::Merged,
            Words::new(vi, "The cell of a figure is merged with others: each row needs one of its own"),
        ));
    }
    let typed = || shown(&cell.value);
    Ok(Some(match (reads, &cell.value) {
        (Reads::Number, value) => Read::Number(number_of(layout, cell, value)?),
        (Reads::Whole, value) => {
            let Number { value: number, percent } = number_of(layout, cell, value)?;
            let whole = i32::try_from(number).ok().filter(|it| rust_decimal::Decimal::from(*it) == number);
            let whole = whole.filter(|_| percent != Some(true));
            let wrong = || {
                malformed(
                    format!("{} không phải là số nguyên", quoted(&typed())),
                    format!("{} is no whole number", quoted(&typed())),
                )
            };
            Read::Whole(whole.ok_or_else(wrong)?)
        }
        (Reads::Day, Value::Day(day)) => Read::Day(*day),
        (Reads::Day, Value::Number(serial)) if *serial < FIRST_SERIAL => {
            let told = quoted(&typed());
            let vi = format!("{told} là một số, không rõ ngày nào: ghi đủ ngày, như 31/12/2030");
            let en = format!("{told} is a number, and no day is clear from it: write the day, such as 31/12/2030");
            return Err((Code::Ambiguous, Words::new(vi, en)));
        }
        (Reads::Day, Value::Number(serial)) => Read::Day(date::of_serial(*serial, layout.sheet.from_1904)?),
        (Reads::Day, _) => Read::Day(date::of_text(&typed(), layout.days.order(cell.column))?),
        (Reads::Period, Value::Day(day)) => Read::Text(day.format("%Y-%m").to_string()),
        (Reads::Choice(words), _) => {
            let folded = text::folded(&typed());
            let found =
                words.iter().find(|(word, vi, en)| [*word, *vi, *en].iter().any(|it| text::folded(it) == folded));
            let wrong = || {
                let vi: Vec<_> = words.iter().map(|(_, vi, _)| *vi).collect();
                let en: Vec<_> = words.iter().map(|(_, _, en)| *en).collect();
                malformed(
                    format!("{} không có trong danh sách: {}", quoted(&typed()), vi.join(", ")),
                    format!("{} is none of {}", quoted(&typed()), en.join(", ")),
                )
            };
            Read::Text(found.ok_or_else(wrong)?.0.to_owned())
        }
        (Reads::Code, Value::Day(_)) => {
            let told = quoted(&typed());
            let vi = format!(
                "Ô là ngày {told}: phần mềm đã đổi mã vừa gõ thành ngày. Hãy đặt định dạng văn bản rồi nhập lại"
            );
            let en = format!(
                "The cell is the day {told}: the program made a day of the code that was typed. Format it as text and enter it again"
            );
            return Err((Code::Ambiguous, Words::new(vi, en)));
        }
        (Reads::Code, Value::Number(number)) if number.fract() != 0.0 => {
            let told = quoted(&typed());
            let vi = format!("{told} là một số: mã như 1.10 đã mất số 0. Hãy đặt định dạng văn bản rồi nhập lại");
            let en =
                format!("{told} is a number: a code such as 1.10 has lost its 0. Format it as text and enter it again");
            return Err((Code::Ambiguous, Words::new(vi, en)));
        }
        (Reads::Code, _) => Read::Text(text::bare(&typed()).to_owned()),
        _ => {
            let typed = typed();
            if let Some(wrong) = of_old_font(&typed) {
                return Err(wrong);
            }
            Read::Text(text::bare(&typed).to_owned())
        }
    }))
}

fn number_of(layout: &Layout, cell: &Cell, value: &Value) -> Result<Number, Wrong> {
    match value {
        Value::Number(stored) => number::of_binary(*stored, cell.percent),
        Value::Text(typed) => number::of_text(typed, layout.numbers.mark(cell.column)),
        Value::Day(day) => {
            let told = quoted(&day.format("%d/%m/%Y").to_string());
            let vi = format!(
                "Ô là ngày {told}, không phải số: phần mềm đã đổi số vừa gõ thành ngày. Hãy đặt định dạng số rồi nhập lại"
            );
            let en = format!(
                "The cell is the day {told} and no number: the program made a day of what was typed. Format it as a number and enter it again"
            );
            Err((Code::Ambiguous, Words::new(vi, en)))
        }
        Value::Bool(_) | Value::Error(_) | Value::Uncomputed => {
            let told = quoted(&shown(value));
            Err(malformed(
                format!("{told} không phải là số: có hoặc không thì ghi 1 hoặc 0"),
                format!("{told} is no number: for yes or no, write 1 or 0"),
            ))
        }
    }
}
