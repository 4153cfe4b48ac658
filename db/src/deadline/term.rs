//! So many days after an event: "trong 05 ngày làm việc kể từ ngày ký", "trong 90 ngày kể từ ngày 15/4/2025".

use chrono::{Days, NaiveDate};

use super::{
    Deadline, DeadlineError, DeadlineOperator, Given, Reading,
    read::{after, number, unit},
};

/// What may stand before the number, folded, each before any that it starts with.
const OPENINGS: [&str; 7] = ["trong thoi han", "trong vong", "trong", "cham nhat", "khong qua", "thoi han", "toi da"];

/// What stands between the number and the event, folded.
const LINKS: [&str; 4] = ["ke tu", "tinh tu", "tu", "sau"];

/// Events on the day on which the words were written, folded.
const WRITTEN: [&str; 6] = ["ngay ki ban hanh", "ngay ki", "ngay ban hanh", "ngay duoc giao", "ngay giao", "ngay ra"];

/// What is written, folded: "kể từ ngày ký Thông báo này".
const WRITINGS: [&str; 9] = [
    "van ban nay",
    "thong bao nay",
    "ke hoach nay",
    "quyet dinh nay",
    "chi thi nay",
    "cong van nay",
    "nghi quyet nay",
    "ket luan nay",
    "nhiem vu",
];

/// The beginnings of events whose day nobody knows beforehand, folded.
const AWAITED: [&str; 4] = ["ngay nhan", "khi nhan", "khi co", "ngay co"];

/// What the phrase says, if it counts days from an event.
pub(super) fn term(words: &str, phrase: &str, given: Option<Given>) -> Option<Result<Reading, DeadlineError>> {
    let phrase = phrase.replace(", ", " ");
    let rest = OPENINGS.iter().find_map(|words| after(&phrase, words)).unwrap_or(&phrase);
    let (days, rest) = rest.split_once(" ngay ")?;
    // "05 (năm) ngày".
    let days = days.split_once(" (").map_or(days, |(digits, _)| digits);
    let days = if days.len() <= 3 { days.parse::<u16>().ok() } else { None }?;
    let (is_working, rest) = after(rest, "lam viec").map_or((false, rest), |rest| (true, rest));
    let event = LINKS.iter().find_map(|words| after(rest, words))?;
    Some(day_of(event, given).map(|day| counted(words, days, is_working, day)))
}

fn counted(words: &str, days: u16, is_working: bool, after: Option<NaiveDate>) -> Reading {
    let words = words.to_owned();
    let Some(after) = after else { return Reading::Stated(Deadline::none(Some(words))) };
    if is_working {
        return Reading::WorkingDays { words, days, after };
    }
    Reading::Stated(match after.checked_add_days(Days::new(days.into())) {
        Some(day) => Deadline::on_working_day(words, day),
        None => Deadline::none(Some(words)),
    })
}

/// The day of an event; `None` if nobody can know it yet.
fn day_of(event: &str, given: Option<Given>) -> Result<Option<NaiveDate>, DeadlineError> {
    let written = WRITTEN.iter().find_map(|words| event.strip_prefix(words));
    if written.is_some_and(|rest| rest.is_empty() || WRITINGS.contains(&rest.trim_start())) {
        return Ok(given.filter(|given| given.is_exact).map(|given| given.on));
    }
    if AWAITED.iter().any(|words| event.starts_with(words)) {
        return Ok(None);
    }
    // With its year: an event may lie before the words or after.
    let stated = unit(event, DeadlineOperator::Within, None)?;
    let day = stated.days.start;
    if event.starts_with("ngay ") && day == stated.days.last_day() {
        Ok(Some(day))
    } else {
        Err(DeadlineError::Unreadable)
    }
}

/// "17 giờ 30, ngày 15/4", "17h00 ngày 15/4", "17:00 ngày 15/4": the minute of the day, and what follows.
pub(super) fn hour(text: &str) -> Option<(u32, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (hours, rest) = text.split_at_checked(digits(text))?;
    let hours = number(hours).ok().filter(|hours| !text.starts_with(' ') && *hours <= 24)?;
    let rest = rest.trim_start();
    let rest = ["gio", "h", ":"].iter().find_map(|mark| rest.strip_prefix(mark))?.trim_start();
    let (minutes, rest) = rest.split_at_checked(digits(rest))?;
    let minutes = if minutes.is_empty() { 0 } else { number(minutes).ok().filter(|minutes| *minutes < 60)? };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("phut").unwrap_or(rest).trim_start_matches([',', ' ']);
    rest.starts_with("ngay ").then_some((hours * 60 + minutes, rest))
}
