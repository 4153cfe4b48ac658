//! A file looked through by a form: where its headings are, how it writes numbers and days, how many rows say something.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    date,
    form::{Form, Reads},
    issue::{Code, Issue, Place, Words, quoted},
    mapping::Mapping,
    number::{self, Wrong},
    read::{Event, File, Row, Sheet, Value},
    stamp::{self, Stamp},
    text::{self, Legacy},
};

/// Rows in which headings are looked for.
const HEADINGS_WITHIN: u32 = 60;

/// Rows of all sheets that are taken at most.
pub const MOST_ROWS: u64 = 100_000;

/// A sheet with headings.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The sheet.
    pub sheet: Sheet,
    /// The last row of its headings.
    pub heading: u32,
    /// The column in the sheet of each column of the form.
    pub columns: BTreeMap<usize, u32>,
    /// How its numbers are written.
    pub(crate) numbers: number::Usage,
    /// How its days are written.
    pub(crate) days: date::Usage,
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

/// Looks through a file: headings, ways of writing, the number of rows. Nothing is refused for what stands in a single cell. Whoever
/// has headings of their own means them: a sheet that has not all of them is refused.
pub fn survey(file: &File<'_>, form: &Form, mapping: &Mapping) -> Result<Survey, Issue> {
    let mut surveying = Surveying {
        form,
        mapping,
        survey: Survey::default(),
        open: None,
        stamps: None,
        missing: None,
        legacy: None,
        seen: BTreeSet::new(),
        n: 0,
    };
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
    mapping: &'f Mapping,
    survey: Survey,
    open: Option<Open>,
    /// The rows of the hidden sheet of a template.
    stamps: Option<Vec<(String, String)>>,
    /// What is missing in the headings of a sheet that has some.
    missing: Option<Issue>,
    legacy: Option<Issue>,
    /// The columns of the form whose headings were seen, on whichever sheet.
    seen: BTreeSet<usize>,
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
    /// The columns of the form whose headings were seen, in whichever row.
    seen: BTreeSet<usize>,
    /// What stands twice in the headings, and their row.
    twice: Option<(String, u32)>,
    numbers: number::Usage,
    days: date::Usage,
    rows: u64,
}

impl Surveying<'_> {
    fn take(&mut self, event: Event) -> Result<(), Issue> {
        match event {
            Event::Sheet(sheet) => {
                self.close()?;
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
                        seen: BTreeSet::new(),
                        twice: None,
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
                    open.take(self.form, self.mapping, &row, &mut self.legacy);
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

    fn close(&mut self) -> Result<(), Issue> {
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
        let Some(open) = self.open.take() else { return Ok(()) };
        self.seen.extend(&open.seen);
        if open.heading == 0 {
            return Ok(());
        }
        let needed = self.form.about.first().and_then(|key| self.form.index(key));
        let entered = |n: &usize| self.form.columns.get(*n).is_some_and(|it| it.entered);
        let has_needed = needed.is_none_or(|it| open.found.contains_key(&it));
        if has_needed && open.found.keys().any(entered) {
            open.keeps(self.mapping)?;
            self.survey.rows += open.rows;
            let Open { sheet, place, found, heading, numbers, days, .. } = open;
            self.survey.sheets.insert(place, Layout { sheet, heading, columns: found, numbers, days });
            return Ok(());
        }
        let place = Place { sheet: open.sheet.name, row: open.heading, column: None };
        if let Some(unread) = self.mapping.unread(|n| open.found.contains_key(&n)) {
            self.missing.get_or_insert(no_heading(&unread).at(place));
            return Ok(());
        }
        let lacks = self
            .form
            .columns
            .iter()
            .enumerate()
            .find(|(n, it)| if has_needed { it.entered } else { Some(*n) == needed });
        let (vi, en) = lacks.map(|(_, it)| (it.vi, it.en)).unwrap_or_default();
        let (vi, en) = (format!("Thiếu cột “{vi}” trong dòng tiêu đề"), format!("The headings have no column “{en}”"));
        self.missing.get_or_insert(Issue::of_file(Code::NoHeading, vi, en).at(place));
        Ok(())
    }

    fn done(mut self) -> Result<Survey, Issue> {
        self.close()?;
        let is_tampered = self.missing.as_ref().is_some_and(|it| it.code == Code::OtherTemplate);
        if !self.survey.sheets.is_empty() && !is_tampered {
            return Ok(self.survey);
        }
        let needed =
            self.form.about.first().and_then(|key| self.form.index(key)).and_then(|n| self.form.columns.get(n));
        let nothing = || {
            if let Some(unread) = self.mapping.unread(|n| self.seen.contains(&n)) {
                return no_heading(&unread);
            }
            let (vi, en) = needed.map(|it| (it.vi, it.en)).unwrap_or_default();
            let vi = format!(
                "Không tìm thấy dòng tiêu đề: cần có cột “{vi}” và ít nhất một cột để nhập trong {HEADINGS_WITHIN} dòng đầu của một trang không ẩn"
            );
            let en = format!(
                "No headings were found: the first {HEADINGS_WITHIN} rows of a sheet that is not hidden need the column “{en}” and at least one column that is filled in"
            );
            Issue::of_file(Code::NoHeading, vi, en)
        };
        Err(match (&self.legacy, &self.missing) {
            (Some(legacy), None) => legacy.clone(),
            (_, Some(missing)) => missing.clone(),
            (None, None) => nothing(),
        })
    }
}

/// Headings of a mapping that the file does not have.
fn no_heading(unread: &str) -> Issue {
    let vi = format!("Không tìm thấy tiêu đề {unread} của ánh xạ cột: sửa tệp, hoặc sửa ánh xạ cho khớp với tệp");
    let en = format!("The headings have no {unread}, which the mapping names: mend the file, or the mapping");
    Issue::of_file(Code::NoHeading, vi, en)
}

impl Open {
    fn take(&mut self, form: &Form, mapping: &Mapping, row: &Row, legacy: &mut Option<Issue>) {
        if self.is_closed {
            self.learn(form, row);
            return;
        }
        if row.number > HEADINGS_WITHIN && self.heading == 0 {
            return;
        }
        let matches = matches(form, mapping, row);
        self.seen.extend(matches.keys());
        if self.twice.is_none() {
            self.twice = mapping.twice(row).map(|it| (it.to_owned(), row.number));
        }
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
        if !matches.is_empty() && row.number == self.heading + 1 && !self.is_about_something(form, &matches, row) {
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

    /// An error unless the headings have all that a mapping names, each once.
    fn keeps(&self, mapping: &Mapping) -> Result<(), Issue> {
        let at = |row| Place { sheet: self.sheet.name.clone(), row, column: None };
        if let Some(unread) = mapping.unread(|n| self.found.contains_key(&n)) {
            return Err(no_heading(&unread).at(at(self.heading)));
        }
        let Some((heading, row)) = &self.twice else { return Ok(()) };
        let told = quoted(heading);
        let vi = format!("Tiêu đề {told} của ánh xạ cột có ở nhiều cột: hãy đổi tên để chỉ còn một cột");
        let en = format!("{told}, which the mapping names, is the heading of more than one column: let it be one");
        Err(Issue::of_file(Code::Ambiguous, vi, en).at(at(*row)))
    }

    /// Whether what must be filled in is, and not by a heading: words that people write may be like one.
    fn is_about_something(&self, form: &Form, matches: &BTreeMap<usize, u32>, row: &Row) -> bool {
        let needed = form.about.first().and_then(|key| form.index(key)).and_then(|n| self.found.get(&n));
        needed.is_some_and(|column| {
            row.cells.iter().any(|it| it.column == *column) && !matches.values().any(|it| it == column)
        })
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
fn matches(form: &Form, mapping: &Mapping, row: &Row) -> BTreeMap<usize, u32> {
    let mut found = BTreeMap::new();
    for cell in &row.cells {
        if let Value::Text(heading) = &cell.value
            && let Some(n) = mapping.column_of(form, heading)
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

/// What is wrong with a text of a font before Unicode.
pub(crate) fn of_old_font(typed: &str) -> Option<Wrong> {
    let name = Legacy::of(typed)?.name();
    let vi = format!("{} viết bằng bảng mã {name} (phông chữ cũ): hãy chuyển sang Unicode", quoted(typed));
    let en = format!("{} is written in {name}, a font from before Unicode: convert it to Unicode", quoted(typed));
    Some((Code::LegacyEncoding, Words::new(vi, en)))
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
