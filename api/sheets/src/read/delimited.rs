//! Text with a separator (CSV): which one, and in which encoding, the file does not say; both are found out.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};

use super::{Cell, Event, Limits, MOST_COLUMNS, Row, Sheet, Sink, Value, damaged, too_many_cells};
use crate::{issue::Issue, text::Legacy};

/// Of how much of a file separator and encoding are found out.
const SAMPLE: usize = 64 << 10;

/// Whether bytes are text at all.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
    let encoding = encoding(bytes);
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return true;
    }
    !sample.iter().any(|it| matches!(it, 0..=8 | 11 | 14..=26 | 28..=31))
}

/// By the mark at the beginning, else by what the bytes can be. What is no UTF-8 is what Windows has for Vietnamese; of fonts
/// before Unicode (see [`Legacy`]) the letters are shown as their programs hold them, so that they are recognised.
fn encoding(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
    let nulls = |from: usize| sample.iter().skip(from).step_by(2).filter(|it| **it == 0).count();
    let (even, odd, half) = (nulls(0), nulls(1), sample.len() / 2);
    // Most letters of Vietnamese are Latin ones: every other byte is null.
    if half > 8 && odd * 3 > half && even * 10 < half {
        return UTF_16LE;
    }
    if half > 8 && even * 3 > half && odd * 10 < half {
        return UTF_16BE;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let (latin, _, _) = WINDOWS_1252.decode(sample);
    if latin.lines().any(|line| Legacy::of(line).is_some()) && !is_of_windows(sample) {
        WINDOWS_1252
    } else {
        WINDOWS_1258
    }
}

/// Whether bytes have letters with the marks that only the Vietnamese encoding of Windows has behind them: a hundred letters of
/// Vietnamese have some twenty.
fn is_of_windows(sample: &[u8]) -> bool {
    let (text, _, is_broken) = WINDOWS_1258.decode(sample);
    let marks =
        text.chars().filter(|it| matches!(it, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')).count();
    let after_vowels = text
        .chars()
        .zip(text.chars().skip(1))
        .filter(|(vowel, mark)| "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY".contains(*vowel) && matches!(mark, '\u{300}'..='\u{323}'))
        .count();
    !is_broken && marks > 0 && after_vowels == marks
}

pub(super) fn read(bytes: &[u8], limits: &Limits, sink: Sink<'_>) -> Result<(), Issue> {
    let (mut text, _, _) = encoding(bytes).decode(bytes);
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    let (separator, text) = separator(&text);
    if sink(Event::Sheet(Sheet::default())).is_break() {
        return Ok(());
    }
    let begun = u32::from(text.1);
    let mut reader =
        ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.0.as_bytes());
    let (mut record, mut left, mut within) = (ByteRecord::new(), limits.cells, 0_u32);
    while reader.read_byte_record(&mut record).map_err(|_| damaged("CSV"))? {
        let (line, byte) = record.position().map_or((1, 0), |it| (it.line(), it.byte()));
        // The reader stands before the empty lines that it leaves out.
        let rest = usize::try_from(byte).ok().and_then(|it| text.0.as_bytes().get(it..)).unwrap_or_default();
        let empty = rest.iter().take_while(|it| **it == b'\n').count();
        let line =
            u32::try_from(line).ok().zip(u32::try_from(empty).ok()).map_or(u32::MAX, |(line, empty)| line + empty);
        // A cell of several lines is one row.
        let number = line.saturating_sub(within).saturating_add(begun);
        let mut cells = Vec::new();
        for (column, field) in (0..MOST_COLUMNS).zip(&record) {
            let field: Cow<'_, str> = String::from_utf8_lossy(field);
            within = within.saturating_add(u32::try_from(field.matches('\n').count()).unwrap_or(u32::MAX));
            left = left.checked_sub(1).ok_or_else(|| too_many_cells(limits, ""))?;
            if !field.trim().is_empty() {
                cells.push(Cell { percent: Some(false), ..Cell::of(column, Value::Text(field.into_owned())) });
            }
        }
        if !cells.is_empty() && sink(Event::Row(Row { number, hidden: false, cells })).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// The separator that parts the lines into most columns of equal number; and the text, without the line by which Excel says it, and
/// whether there was one.
fn separator(text: &str) -> (u8, (&str, bool)) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(&separator) = rest.as_bytes().first()
        && let Some((head, rest)) = rest.split_once('\n')
        && head.trim_end().len() <= 1
        && b",;\t|".contains(&separator)
    {
        return (separator, (rest, true));
    }
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at < SAMPLE).last().unwrap_or_default();
    let sample = if text.len() > SAMPLE { text.get(..end).unwrap_or_default() } else { text };
    let score = |separator: u8| {
        let reader =
            ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(sample.as_bytes());
        let widths: Vec<usize> = reader.into_byte_records().flatten().take(50).map(|it| it.len()).collect();
        let most = |width: &usize| widths.iter().filter(|it| *it == width).count();
        widths.iter().filter(|it| **it > 1).map(|it| (most(it), *it)).max().unwrap_or_default()
    };
    let best = [b';', b'\t', b','].into_iter().rev().max_by_key(|it| score(*it));
    (best.unwrap_or(b','), (text, false))
}
