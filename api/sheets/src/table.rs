//! A file read by a form: where its headings are, how it writes numbers and days, and its rows.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
};

use chrono::NaiveDate;

use crate::{
    date,
    form::{Form, Reads},
    issue::{Code, Issue, Place, Words, quoted},
    number::{self, Number, Wrong},
    read::{Cell, Event, File, Row, Sheet, Value},
    stamp::{self, Stamp},
    text::{self, Legacy},
};

/// Rows in which headings are looked for.
const HEADINGS_WITHIN: u32 = 60;

/// Rows of all sheets that are taken at most.
pub const MOST_ROWS: u64 = 100_000;

/// Beginnings of what stands in a row of totals, folded.
const TOTALS: [&str; 7] = ["tong cong", "tong so", "tong", "cong", "total", "grand total", "sum"];

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

/// A sheet with headings.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The sheet.
    pub sheet: Sheet,
    /// The last row of its headings.
    pub heading: u32,
    /// The column in the sheet of each column of the form.
    pub columns: BTreeMap<usize, u32>,
    numbers: number::Usage,
    days: date::Usage,
}

impl Layout {
    /// The place of a row, and of a column of the form in it if the sheet has that.
    #[must_use]
    pub fn place(&self, row: u32, column: Option<usize>) -> Place {
        let column = column.and_then(|it| self.columns.get(&it)).copied();
        Place { sheet: self.sheet.name.clone(), row, column }
    }
}

/// What is known of a file before its rows are read.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// The sheets with headings, by their place in the file.
    pub sheets: BTreeMap<usize, Layout>,
    /// Of a template: for whom it was made.
    pub stamp: Option<Stamp>,
    /// Rows below headings in which something is filled in.
    pub rows: u64,
}

/// Looks through a file: headings, ways of writing, the number of rows. Nothing is refused for what stands in a single cell.
pub fn survey(file: &File<'_>, form: &Form) -> Result<Survey, Issue> {
    let mut surveying =
        Surveying { form, survey: Survey::default(), open: None, stamps: None, missing: None, legacy: None, n: 0 };
    let mut refused = None;
    file.read(&mut |event| match surveying.take(event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(issue) => {
            refused = Some(issue);
            ControlFlow::Break(())
        }
    })?;
    if let Some(issue) = refused {
        return Err(issue);
    }
    surveying.done()
}

struct Surveying<'f> {
    form: &'f Form,
    survey: Survey,
    open: Option<Open>,
    /// The rows of the hidden sheet of a template.
    stamps: Option<Vec<(String, String)>>,
    /// What is missing in the headings of a sheet that has some.
    missing: Option<Issue>,
    legacy: Option<Issue>,
    n: usize,
}

/// A sheet whose rows are coming.
struct Open {
    sheet: Sheet,
    place: usize,
    /// Matches of the row before, and its number.
    before: (u32, BTreeMap<usize, u32>),
    /// Columns of the form that were found.
    found: BTreeMap<usize, u32>,
    /// The last row of headings, once one was found.
    heading: u32,
    is_closed: bool,
    numbers: number::Usage,
    days: date::Usage,
    rows: u64,
}

impl Surveying<'_> {
    fn take(&mut self, event: Event) -> Result<(), Issue> {
        match event {
            Event::Sheet(sheet) => {
                self.close();
                if sheet.name == stamp::SHEET {
                    self.stamps = Some(Vec::new());
                } else if !sheet.hidden {
                    self.open = Some(Open {
                        sheet,
                        place: self.n,
                        before: (0, BTreeMap::new()),
                        found: BTreeMap::new(),
                        heading: 0,
                        is_closed: false,
                        numbers: number::Usage::default(),
                        days: date::Usage::default(),
                        rows: 0,
                    });
                }
                self.n += 1;
                Ok(())
            }
            Event::Row(row) => match (&mut self.open, &mut self.stamps) {
                (Some(open), _) => {
                    open.take(self.form, &row, &mut self.legacy);
                    let rows = self.survey.rows + open.rows;
                    if rows > MOST_ROWS {
                        let vi = format!("Tệp quá lớn: quá {MOST_ROWS} dòng");
                        return Err(Issue::of_file(
                            Code::TooLarge,
                            vi,
                            format!("The file is too large: more than {MOST_ROWS} rows"),
                        ));
                    }
                    Ok(())
                }
                (None, Some(stamps)) if stamps.len() < 20 => {
                    let texts: Vec<String> = row.cells.iter().map(|cell| shown(&cell.value)).collect();
                    if let [key, value, ..] = texts.as_slice() {
                        stamps.push((key.clone(), value.clone()));
                    }
                    Ok(())
                }
                _ => Ok(()),
            },
        }
    }

    fn close(&mut self) {
        if let Some(stamps) = self.stamps.take() {
            self.survey.stamp = Stamp::of_rows(&stamps);
            if self.survey.stamp.is_none() {
                let (vi, en) = (
                    "Trang ẩn của biểu mẫu đã bị sửa: hãy tải lại biểu mẫu",
                    "The template's hidden sheet was changed: fetch the template anew",
                );
                let place = Place { sheet: stamp::SHEET.to_owned(), ..Place::default() };
                self.missing = Some(Issue::of_file(Code::OtherTemplate, vi, en).at(place));
                self.survey.sheets.clear();
            }
        }
        let Some(open) = self.open.take() else { return };
        if open.heading == 0 {
            return;
        }
        let needed = self.form.about.first().and_then(|key| self.form.index(key));
        let entered = |n: &usize| self.form.columns.get(*n).is_some_and(|it| it.entered);
        let has_needed = needed.is_none_or(|it| open.found.contains_key(&it));
        if has_needed && open.found.keys().any(entered) {
            self.survey.rows += open.rows;
            let Open { sheet, place, found, heading, numbers, days, .. } = open;
            self.survey.sheets.insert(place, Layout { sheet, heading, columns: found, numbers, days });
            return;
        }
        let lacks = self
            .form
            .columns
            .iter()
            .enumerate()
            .find(|(n, it)| if has_needed { it.entered } else { Some(*n) == needed });
        let (vi, en) = lacks.map(|(_, it)| (it.vi, it.en)).unwrap_or_default();
        let place = Place { sheet: open.sheet.name, row: open.heading, column: None };
        let (vi, en) = (format!("Thiếu cột “{vi}” trong dòng tiêu đề"), format!("The headings have no column “{en}”"));
        self.missing.get_or_insert(Issue::of_file(Code::NoHeading, vi, en).at(place));
    }

    fn done(mut self) -> Result<Survey, Issue> {
        self.close();
        let is_tampered = self.missing.as_ref().is_some_and(|it| it.code == Code::OtherTemplate);
        if !self.survey.sheets.is_empty() && !is_tampered {
            return Ok(self.survey);
        }
        let needed =
            self.form.about.first().and_then(|key| self.form.index(key)).and_then(|n| self.form.columns.get(n));
        let nothing = || {
            let (vi, en) = needed.map(|it| (it.vi, it.en)).unwrap_or_default();
            let vi = format!(
                "Không tìm thấy dòng tiêu đề: cần có cột “{vi}” và ít nhất một cột số liệu trong {HEADINGS_WITHIN} dòng đầu của một trang không ẩn"
            );
            let en = format!(
                "No headings were found: the first {HEADINGS_WITHIN} rows of a sheet that is not hidden need the column “{en}” and at least one column of figures"
            );
            Issue::of_file(Code::NoHeading, vi, en)
        };
        Err(match (self.legacy, self.missing) {
            (Some(legacy), None) => legacy,
            (_, Some(missing)) => missing,
            (None, None) => nothing(),
        })
    }
}

impl Open {
    fn take(&mut self, form: &Form, row: &Row, legacy: &mut Option<Issue>) {
        if self.is_closed {
            self.learn(form, row);
            return;
        }
        if row.number > HEADINGS_WITHIN && self.heading == 0 {
            return;
        }
        let matches = matches(form, row);
        if self.heading == 0 {
            if legacy.is_none() {
                *legacy = old_font(&self.sheet.name, row);
            }
            let merged = if self.before.0 + 1 == row.number { self.before.1.len() } else { 0 };
            if matches.len() >= 2 || (!matches.is_empty() && merged > 0) {
                if merged > 0 {
                    self.found = std::mem::take(&mut self.before.1);
                }
                self.add(matches);
                self.heading = row.number;
            } else {
                self.before = (row.number, matches);
            }
            return;
        }
        // The headings go on as long as rows have some, and end with a row that numbers the columns.
        if !matches.is_empty() && row.number == self.heading + 1 {
            self.add(matches);
            self.heading = row.number;
            return;
        }
        self.is_closed = true;
        if row.number == self.heading + 1 && is_numbering(row) {
            self.heading = row.number;
        } else {
            self.learn(form, row);
        }
    }

    /// What stands further down is nearer to the cells.
    fn add(&mut self, matches: BTreeMap<usize, u32>) {
        self.found.retain(|_, column| !matches.values().any(|it| it == column));
        self.found.extend(matches);
    }

    fn learn(&mut self, form: &Form, row: &Row) {
        let mut is_filled = false;
        for (n, column) in &self.found {
            let (Some(of_form), Some(cell)) = (form.columns.get(*n), row.cells.iter().find(|it| it.column == *column))
            else {
                continue;
            };
            is_filled |= of_form.entered;
            if let Value::Text(typed) = &cell.value {
                match of_form.reads {
                    Reads::Number => self.numbers.note(*column, typed),
                    Reads::Day => self.days.note(*column, typed),
                    _ => {}
                }
            }
        }
        self.rows += u64::from(is_filled);
    }
}

/// The columns of the form whose headings stand in a row; of several for one column, the first.
fn matches(form: &Form, row: &Row) -> BTreeMap<usize, u32> {
    let mut found = BTreeMap::new();
    for cell in &row.cells {
        if let Value::Text(heading) = &cell.value
            && let Some(n) = form.column_of(heading)
        {
            found.entry(n).or_insert(cell.column);
        }
    }
    found
}

/// Whether a row only numbers its columns: `1 2 3`, `(1) (2) (3)`, `A B 1 2`.
fn is_numbering(row: &Row) -> bool {
    let mut last = 0.0;
    let mut counts = 0;
    let all = row.cells.iter().all(|cell| match &cell.value {
        Value::Number(it) => {
            let rises = *it > last && it.fract() == 0.0 && *it < 100.0;
            last = *it;
            counts += 1;
            rises
        }
        Value::Text(it) => {
            let bare = it.trim().trim_start_matches('(').trim_end_matches(')');
            let bare = bare.split('=').next().unwrap_or_default().trim();
            match bare.parse::<u8>() {
                Ok(number) => {
                    let rises = f64::from(number) > last;
                    last = f64::from(number);
                    counts += 1;
                    rises
                }
                Err(_) => bare.len() == 1 && bare.bytes().all(|it| it.is_ascii_uppercase()),
            }
        }
        _ => false,
    });
    all && counts >= 2
}

fn old_font(sheet: &str, row: &Row) -> Option<Issue> {
    row.cells.iter().find_map(|cell| {
        let Value::Text(typed) = &cell.value else { return None };
        let place = Place { sheet: sheet.to_owned(), row: row.number, column: Some(cell.column) };
        let (code, words) = of_old_font(typed)?;
        Some(Issue { code, place, words })
    })
}

fn of_old_font(typed: &str) -> Option<Wrong> {
    let name = Legacy::of(typed)?.name();
    let vi = format!("{} viết bằng bảng mã {name} (phông chữ cũ): hãy chuyển sang Unicode", quoted(typed));
    let en = format!("{} is written in {name}, a font from before Unicode: convert it to Unicode", quoted(typed));
    Some((Code::LegacyEncoding, Words::new(vi, en)))
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
                    record.issues.push(twice(survey, layout, row.number, first));
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

fn twice(survey: &Survey, layout: &Layout, row: u32, (sheet, first): (usize, u32)) -> Issue {
    let other = survey.sheets.get(&sheet).map(|it| it.sheet.name.as_str()).filter(|it| *it != layout.sheet.name);
    let (of_vi, of_en) = match other {
        None => (String::new(), String::new()),
        Some(sheet) => (format!(" trang “{sheet}”"), format!(" of sheet “{sheet}”")),
    };
    let vi = format!("Trùng với dòng {first}{of_vi}: cùng chỉ tiêu, cùng đối tượng");
    let en = format!("The same as row {first}{of_en}: the same indicator of the same subject");
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
    if !is_filled
        || (cell(about).is_none_or(|it| is_total(&it.value)) && row.cells.iter().any(|it| is_total(&it.value)))
    {
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
            "Dòng bị ẩn nhưng có số liệu: hãy bỏ ẩn (hoặc bỏ lọc) để kiểm tra, hoặc xoá dòng",
            "The row is hidden, yet has figures: show it (or end the filter) and look, or delete it",
        );
        issues.push(Issue::of_file(Code::Hidden, vi, en).at(place(None)));
    }
    if values.get(about).is_some_and(Option::is_none) && !issues.iter().any(|it| it.place == place(Some(about))) {
        let (vi, en) = form.columns.get(about).map(|it| (it.vi, it.en)).unwrap_or_default();
        let (vi, en) = (
            format!("Thiếu “{vi}”: dòng có số liệu mà không rõ của chỉ tiêu nào"),
            format!("“{en}” is missing: the row has figures, and does not say of what"),
        );
        issues.push(Issue::of_file(Code::Required, vi, en).at(place(Some(about))));
    }
    Some(Record { sheet, row: row.number, values, issues })
}

fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Text(it) if text::clean(it).is_empty())
}

fn is_total(value: &Value) -> bool {
    let Value::Text(it) = value else { return false };
    let folded = text::folded(it);
    TOTALS.iter().any(|total| folded == *total || folded.strip_prefix(total).is_some_and(|rest| rest.starts_with(' ')))
}

/// What stands in a cell, as its program shows it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Text(it) => text::clean(it),
        Value::Number(it) => number::of_binary(*it, None).map_or_else(|_| it.to_string(), |it| it.value.to_string()),
        Value::Bool(it) => if *it { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Day(it) => it.format("%d/%m/%Y").to_string(),
        Value::Error(it) => it.clone(),
        Value::Uncomputed => String::new(),
    }
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
            let number = number_of(layout, cell, value)?.value;
            let whole = i32::try_from(number).ok().filter(|it| rust_decimal::Decimal::from(*it) == number);
            let wrong = || {
                malformed(
                    format!("{} không phải là số nguyên", quoted(&typed())),
                    format!("{} is no whole number", quoted(&typed())),
                )
            };
            Read::Whole(whole.ok_or_else(wrong)?)
        }
        (Reads::Day, Value::Day(day)) => Read::Day(*day),
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
