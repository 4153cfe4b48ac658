//! The official form of a report (Decree 30/2020/NĐ-CP): what stands where, in which letters.

use std::{fmt::Write as _, io};

use chrono::Datelike as _;

use super::{
    data::{AgencyTally, Directive, Figure, Item, Named, Report, Tally},
    docx::{Align, Cell, Docx, Paragraph, Run, Table, WIDTH},
    words,
};

/// The document.
pub fn docx(report: &Report) -> io::Result<Vec<u8>> {
    let mut docx = Docx::default();
    head(&mut docx, report);
    opening(&mut docx, report);
    figures(&mut docx, report);
    directives(&mut docx, report);
    results(&mut docx, report);
    items(
        &mut docx,
        "IV. KHÓ KHĂN, VƯỚNG MẮC, TỒN TẠI",
        &report.sections.limitations,
        "Không có khó khăn, vướng mắc nào được ghi nhận.",
    );
    items(
        &mut docx,
        "V. ĐỀ XUẤT, KIẾN NGHỊ",
        &report.sections.recommendations,
        "Không có kiến nghị nào được ghi nhận.",
    );
    let next = report.next_period.as_ref().map_or_else(|| "KỲ SAU".to_owned(), |next| next.text.to_uppercase());
    items(
        &mut docx,
        &format!("VI. NHIỆM VỤ {next}"),
        &report.sections.plan,
        "Chưa có nhiệm vụ kỳ sau nào được ghi nhận.",
    );
    notes(&mut docx, report);
    foot(&mut docx);
    docx.pack(&report.title_vi)
}

fn centred(run: Run) -> Paragraph {
    Paragraph::of(run).align(Align::Centre)
}

/// National title, issuing body, number and symbol, place and day.
fn head(docx: &mut Docx, report: &Report) {
    let issuer =
        report.issuer.as_ref().map_or_else(|| "CƠ QUAN BAN HÀNH".to_owned(), |issuer| issuer.name.to_uppercase());
    let place = report.province.as_deref().unwrap_or("……………");
    let year = schema::clock::day_of(report.as_of).year();
    let mut table = Table::plain(&[3600, WIDTH - 3600]);
    table.row(vec![
        Cell::of(vec![centred(Run::new(issuer).bold().size(13)), Paragraph::rule(1200)]),
        Cell::of(vec![
            centred(Run::new("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").bold().size(12)),
            centred(Run::new("Độc lập - Tự do - Hạnh phúc").bold().size(13)),
            Paragraph::rule(1350),
        ]),
    ]);
    table.row(vec![
        Cell::one(centred(Run::new("Số:          /BC-……").size(13))),
        Cell::one(centred(Run::new(format!("{place}, ngày        tháng        năm {year}")).italic().size(13))),
    ]);
    docx.table(&table);
    docx.paragraph(&centred(Run::new("BÁO CÁO").bold().size(14)).spaced(18, 0));
    docx.paragraph(&centred(Run::new(report.title_vi.clone()).bold().size(14)).spaced(0, 2));
    docx.paragraph(&Paragraph::rule(3400).spaced(0, 10));
}

/// On what it rests, and what it was drawn from.
fn opening(docx: &mut Docx, report: &Report) {
    let bases: Vec<_> = report.basis.iter().filter(|it| matches!(it.role.as_str(), "RESOLUTION" | "PLAN")).collect();
    for (index, basis) in bases.iter().enumerate() {
        let kind = basis.kind.as_deref().map(|kind| format!("{} số ", words::label("DocumentKind", kind)));
        let name = basis.symbol.as_deref().unwrap_or(&basis.document);
        let day = basis.date.map(|date| format!(" ngày {}", words::day(date))).unwrap_or_default();
        let title = basis.title.as_deref().map(|title| format!(" ({title})")).unwrap_or_default();
        let end = if index + 1 == bases.len() { '.' } else { ';' };
        let text = format!("Căn cứ {}{name}{day}{title}{end}", kind.unwrap_or_default());
        docx.paragraph(&Paragraph::body([Run::new(text).italic()]));
    }
    let drawn = report.as_of + chrono::TimeDelta::hours(7);
    docx.paragraph(&Paragraph::body([Run::new(format!(
        "Báo cáo được lập theo thông tin đã biết lúc {} ngày {} (giờ Việt Nam); số liệu và tiến độ tính đến hết ngày {}.",
        drawn.format("%H:%M:%S"),
        drawn.format("%d/%m/%Y"),
        words::day(report.on)
    ))]));
}

fn heading(docx: &mut Docx, text: &str) {
    docx.paragraph(&Paragraph::body([Run::new(text).bold()]).keeping());
}

fn small(text: impl Into<String>) -> Cell {
    Cell::one(Paragraph::of(Run::new(text).size(11)).align(Align::Left))
}

fn middle(text: impl Into<String>) -> Cell {
    Cell::one(Paragraph::of(Run::new(text).size(11)).align(Align::Centre))
}

fn headings(names: &[&str]) -> Vec<Cell> {
    names.iter().map(|name| Cell::one(centred(Run::new(*name).bold().size(11)))).collect()
}

fn figures(docx: &mut Docx, report: &Report) {
    heading(docx, "I. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU");
    let counts: Vec<_> = report
        .counts
        .by_status
        .iter()
        .map(|(status, count)| format!("{} {count}", lowered(&words::label("AssessmentStatus", status))))
        .collect();
    if report.counts.figures == 0 {
        docx.paragraph(&Paragraph::body([Run::new("Chưa có chỉ tiêu nào được đánh giá trong kỳ.")]));
        return;
    }
    let sentence = format!("Có {} chỉ tiêu được theo dõi: {}.", report.counts.figures, counts.join("; "));
    docx.paragraph(&Paragraph::body([Run::new(sentence)]));
    let mut table = Table::ruled(&[540, 2980, 1700, 1300, 1250, 1301]);
    table.row(headings(&["TT", "Chỉ tiêu", "Mục tiêu", "Đạt được", "Tình trạng", "Nguồn, ghi chú"]));
    let mut number = 0;
    for pillar in &report.sections.figures {
        let name = pillar.group.as_ref().map_or("Chỉ tiêu khác", |group| group.name.as_str());
        table.row(vec![Cell::one(Paragraph::of(Run::new(name).bold().size(11)).align(Align::Left)).over(6)]);
        for figure in &pillar.figures {
            number += 1;
            table.row(figure_row(number, figure));
        }
    }
    docx.table(&table);
    let words = "Giá trị trong bảng được làm tròn; bản dữ liệu của báo cáo có giá trị chính xác.";
    docx.paragraph(&Paragraph::of(Run::new(words).italic().size(12)).spaced(3, 6));
}

fn figure_row(number: usize, figure: &Figure) -> Vec<Cell> {
    // A count says by its name what it counts.
    let unit = figure
        .unit
        .as_deref()
        .filter(|unit| *unit != words::label("Unit", "COUNT"))
        .map(|unit| format!(" ({unit})"))
        .unwrap_or_default();
    let achieved = figure.achieved.as_deref();
    let achieved = achieved.map_or_else(|| "Chưa có".to_owned(), |value| words::printed(value, figure.decimals));
    let until = figure.measured_until.map(|until| format!("đến {}", words::day(until)));
    let by = figure.due_on.map(|due| format!("đến {}", words::day(due)));
    let source = figure.source.as_deref().map(|source| words::label("Source", source));
    // What is simulated says so once.
    let remarks = figure.remarks.iter().filter(|remark| source.as_ref() != Some(remark)).cloned();
    let source: Vec<_> = source.clone().into_iter().chain(remarks).collect();
    vec![
        middle(number.to_string()),
        small(format!("{}{unit}", figure.indicator.name)),
        with_day(words::demanded(figure), by),
        with_day(achieved, until),
        middle(words::label("AssessmentStatus", &figure.status)),
        small(source.join("; ")),
    ]
}

/// A value, with a day in small letters below it.
fn with_day(value: String, day: Option<String>) -> Cell {
    let mut paragraphs = vec![centred(Run::new(value).size(11))];
    paragraphs.extend(day.map(|day| centred(Run::new(day).italic().size(9))));
    Cell::of(paragraphs)
}

fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn directives(docx: &mut Docx, report: &Report) {
    heading(docx, "II. TÌNH HÌNH THỰC HIỆN NHIỆM VỤ ĐƯỢC GIAO");
    let directives = &report.sections.directives;
    let Tally { total, done_on_time, done_late, done, in_progress, overdue, not_reported } = directives.total;
    if total == 0 {
        docx.paragraph(&Paragraph::body([Run::new("Chưa có nhiệm vụ nào được giao trong chương trình.")]));
        return;
    }
    docx.paragraph(&Paragraph::body([Run::new(format!(
        "Có {total} nhiệm vụ: {done_on_time} hoàn thành đúng hạn, {done_late} hoàn thành quá hạn, {done} hoàn thành (không có thời hạn), \
         {in_progress} đang thực hiện, {overdue} quá hạn, {not_reported} chưa có báo cáo."
    ))]));
    let mut table = Table::ruled(&[3131, 810, 900, 900, 900, 830, 750, 850]);
    table.row(headings(&[
        "Cơ quan chủ trì",
        "Tổng số",
        "Đúng hạn",
        "Quá hạn (đã xong)",
        "Xong, không hạn",
        "Đang làm",
        "Quá hạn",
        "Chưa báo cáo",
    ]));
    for AgencyTally { agency, directives } in &directives.by_agency {
        table.row(tally_row(
            agency.as_ref().map_or("Chưa xác định cơ quan chủ trì", |agency| &agency.name),
            directives,
            false,
        ));
    }
    table.row(tally_row("Tổng số nhiệm vụ", &directives.total, true));
    docx.table(&table);
    let words = "Nhiệm vụ do nhiều cơ quan cùng chủ trì được tính cho từng cơ quan, nên các dòng cộng lại có thể lớn hơn tổng số.";
    docx.paragraph(&Paragraph::of(Run::new(words).italic().size(12)).spaced(3, 6));
    if directives.wanting.is_empty() {
        return;
    }
    docx.paragraph(
        &Paragraph::body([Run::new("Các nhiệm vụ chưa có báo cáo, quá hạn hoặc hoàn thành quá hạn:")]).keeping(),
    );
    let mut table = Table::ruled(&[540, 3731, 2300, 1150, 1350]);
    table.row(headings(&["TT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Tình trạng"]));
    for (number, directive) in (1..).zip(&directives.wanting) {
        let given = directive.given_by.as_deref().map(|given| format!(" ({given})")).unwrap_or_default();
        table.row(vec![
            middle(number.to_string()),
            small(format!("{}{given}", directive.title)),
            small(led(directive)),
            middle(directive.due_on.map_or_else(|| "Không nêu".to_owned(), words::day)),
            middle(words::standing(directive.state)),
        ]);
    }
    docx.table(&table);
    docx.paragraph(&Paragraph::of(Run::new("")).spaced(0, 0));
}

fn tally_row(name: &str, tally: &Tally, is_total: bool) -> Vec<Cell> {
    let Tally { total, done_on_time, done_late, done, in_progress, overdue, not_reported } = *tally;
    let run = |text: String| if is_total { Run::new(text).bold().size(11) } else { Run::new(text).size(11) };
    let numbers = [total, done_on_time, done_late, done, in_progress, overdue, not_reported];
    let numbers = numbers.into_iter().map(|number| Cell::one(centred(run(number.to_string()))));
    std::iter::once(Cell::one(Paragraph::of(run(name.to_owned())).align(Align::Left))).chain(numbers).collect()
}

/// Who leads, else what the document says of it.
fn led(directive: &Directive) -> String {
    match (directive.leads.as_slice(), &directive.lead_words) {
        ([], Some(words)) => words.clone(),
        ([], None) => "Chưa xác định".to_owned(),
        (leads, _) => names(leads),
    }
}

fn names(named: &[Named]) -> String {
    named.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join("; ")
}

fn results(docx: &mut Docx, report: &Report) {
    heading(docx, "III. KẾT QUẢ THEO BÁO CÁO CỦA CÁC CƠ QUAN");
    if report.sections.results.is_empty() {
        docx.paragraph(&Paragraph::body([Run::new("Chưa có báo cáo kỳ này của cơ quan nào được ghi nhận.")]));
    }
    for (number, heading) in (1..).zip(&report.sections.results) {
        let title = heading.title.as_deref().unwrap_or("Kết quả khác");
        docx.paragraph(&Paragraph::body([Run::new(format!("{number}. {title}")).bold()]).keeping());
        for item in &heading.results {
            docx.paragraph(&said(item));
        }
    }
}

/// Something that was said, with who said it and how it stands.
fn said(item: &Item) -> Paragraph {
    let mut text = format!("- {}", item.title.trim_end_matches(['.', ';']));
    if let Some(summary) = &item.summary {
        text.push_str(": ");
        text.push_str(summary.trim_end_matches(['.', ';']));
    }
    text.push('.');
    if !item.outputs.is_empty() {
        let _ = write!(text, " Văn bản: {}.", item.outputs.join(", "));
    }
    if let Some(remaining) = &item.remaining {
        let _ = write!(text, " Còn lại: {}.", remaining.trim_end_matches('.'));
    }
    let state = item.state.as_deref().map(|state| {
        let label = words::label("ReportedState", state);
        if label == state { words::label("RecommendationState", state) } else { label }
    });
    let from = item.from.as_ref().map(|from| from.name.clone());
    let to = (!item.to.is_empty()).then(|| format!("gửi {}", names(&item.to)));
    let beside: Vec<_> = from.into_iter().chain(to).chain(item.clause.clone()).chain(state).collect();
    let mut runs = vec![Run::new(text)];
    if !beside.is_empty() {
        runs.push(Run::new(format!(" ({})", beside.join("; "))).italic());
    }
    Paragraph::body(runs)
}

fn items(docx: &mut Docx, title: &str, items: &[Item], none: &str) {
    heading(docx, title);
    if items.is_empty() {
        docx.paragraph(&Paragraph::body([Run::new(none)]));
    }
    for item in items {
        docx.paragraph(&said(item));
    }
}

fn notes(docx: &mut Docx, report: &Report) {
    heading(docx, "VII. NHỮNG ĐIỀU CÒN THIẾU HOẶC LÀ SƠ BỘ");
    if report.notes.is_empty() {
        docx.paragraph(&Paragraph::body([Run::new("Không có.")]));
    }
    for note in &report.notes {
        docx.paragraph(&Paragraph::body([Run::new(format!("- {note}"))]));
    }
}

/// Recipients and signature, to be filled in.
fn foot(docx: &mut Docx) {
    let line = |text: &str| Paragraph::of(Run::new(text).size(11)).align(Align::Left);
    let mut table = Table::plain(&[4500, WIDTH - 4500]);
    table.row(vec![
        Cell::of(vec![
            Paragraph::of(Run::new("Nơi nhận:").bold().italic().size(12)).align(Align::Left),
            line("- ……………………;"),
            line("- ……………………;"),
            line("- Lưu: VT, ………"),
        ]),
        Cell::of(vec![
            centred(Run::new("QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ").bold().size(13)),
            centred(Run::new("(Chữ ký của người có thẩm quyền, dấu của cơ quan)").italic().size(13)).spaced(0, 48),
            centred(Run::new("Họ và tên").bold().size(14)),
        ]),
    ]);
    docx.paragraph(&Paragraph::of(Run::new("")).spaced(0, 0));
    docx.table(&table);
    // A document does not end with a table.
    docx.paragraph(&Paragraph::of(Run::new("").size(2)));
}
