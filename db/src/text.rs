//! Vietnamese text: one stored form, one form for finding, and what no text may contain.

use std::collections::BTreeSet;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space. An optional text that is absent is not a blank one.
    #[error("the text is blank")]
    Blank,
    /// Longer than allowed, counted in Unicode characters (code points) as stored, as PostgreSQL's `char_length` does.
    #[error("the text has {length} characters; at most {max} are allowed")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A character that no text may contain.
    #[error("character {position} of the text is U+{:04X}, a control or invisible character", u32::from(*character))]
    Forbidden {
        /// The first such character.
        character: char,
        /// Where it stands in what was typed, in characters from 1.
        position: usize,
    },
}

/// The stored form of a text: composed (NFC). "Quảng Ngãi" typed on a Mac then equals the one typed elsewhere.
#[must_use]
pub fn nfc(text: &str) -> String {
    // Most are composed already, which is quicker seen than done.
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// The form in which texts are compared when searching: without tone marks and other diacritics, đ (and what looks like it) as
/// d, lower case, dashes of all kinds as hyphens, y as i where both are right ("tỷ", "tỉ"; "quy", "qui"), without what cannot be
/// seen, each run of white space one space, none at the ends. "Quảng  Ngãi" and "quang ngai" fold alike, in NFC and in NFD.
///
/// The SQL function `fold` follows the same rule.
#[must_use]
pub fn fold(text: &str) -> String {
    fold_begun(text).split_inclusive(|c| !is_of_syllable(c)).map(with_i).collect()
}

/// The same of a text whose last syllable is not complete: whether its y is an i cannot be told yet.
pub(crate) fn fold_begun(text: &str) -> String {
    let seen = text.nfd().filter(|c| !is_diacritic(*c) && !is_unseen(*c));
    let plain: String = seen.flat_map(char::to_lowercase).map(|c| hyphen(without_stroke(c))).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The block of combining diacritical marks: all that Latin letters carry. Vowel signs of other scripts are letters.
const fn is_diacritic(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// The stroke of đ is part of the letter, not a combining mark. Converters of old fonts write eth or the African d instead.
const fn without_stroke(letter: char) -> char {
    match letter {
        'đ' | 'ð' | 'ɖ' => 'd',
        other => other,
    }
}

/// A hyphen for what looks like one: hyphens that do not break, dashes of any length, minus signs.
const fn hyphen(character: char) -> char {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        other => other,
    }
}

/// The letters, digits and low lines that one folded syllable is made of.
const fn is_of_syllable(character: char) -> bool {
    matches!(character, 'a'..='z' | '0'..='9' | '_')
}

/// A folded syllable, and the mark behind it, with i where schools write i and offices y.
fn with_i(piece: &str) -> String {
    let syllable = piece.trim_end_matches(|c| !is_of_syllable(c));
    match syllable.strip_suffix('y') {
        Some(onset @ ("h" | "k" | "l" | "m" | "s" | "t" | "qu")) => piece.replacen(syllable, &format!("{onset}i"), 1),
        _ => piece.to_owned(),
    }
}

/// The words of a folded text, each once: what stands between white space and punctuation. Of a text that has none, itself.
///
/// The SQL function `search_spaced` parts texts at the same places.
#[must_use]
pub(crate) fn words(folded: &str) -> BTreeSet<&str> {
    let words: BTreeSet<&str> = folded.split(parts_words).filter(|word| !word.is_empty()).collect();
    if words.is_empty() && !folded.is_empty() { BTreeSet::from([folded]) } else { words }
}

/// White space and punctuation, as it is left in a folded text.
const fn parts_words(character: char) -> bool {
    matches!(
        character,
        ' '..='/' | ':'..='@' | '['..='`' | '{'..='~' | '«' | '»' | '·' | '‘' | '’' | '“' | '”' | '„' | '…' | '•' | '\u{f0b7}'
    )
}

/// A code or a symbol as it is written: with plain hyphens and spaces, without what cannot be seen. "359–KH/TU", as a text
/// processor makes it of what was typed, is then 359-KH/TU.
#[must_use]
pub fn symbol(text: &str) -> String {
    let spaced = |c: char| if c.is_whitespace() { ' ' } else { c };
    let plain: String = text.chars().filter(|c| !is_unseen(*c)).map(|c| spaced(hyphen(with_stroke(c)))).collect();
    nfc(plain.trim())
}

/// The text as it may be stored: composed (NFC), without white space at its ends, and clean: its lines end by a line feed,
/// what cannot be seen is left out (but between the parts of an emoji), and what only looks like đ is đ.
///
/// Refused if it contains a forbidden character, is blank, or is longer than `max_chars` Unicode characters.
pub fn check_text(text: &str, max_chars: usize) -> Result<String, TextError> {
    let stored = nfc(&cleaned(text)?).trim().to_owned();
    let length = stored.chars().count();
    match length {
        0 => Err(TextError::Blank),
        _ if length > max_chars => Err(TextError::TooLong { length, max: max_chars }),
        _ => Ok(stored),
    }
}

/// What was typed or pasted, cleaned.
fn cleaned(text: &str) -> Result<String, TextError> {
    let mut clean = String::with_capacity(text.len());
    let mut typed = text.chars().enumerate().peekable();
    while let Some((index, character)) = typed.next() {
        let next = typed.peek().map(|(_, next)| *next);
        match character {
            // Of the two characters that end a line in Windows, the second does.
            '\r' if next == Some('\n') => {}
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\u{200d}' if clean.chars().next_back().is_some_and(is_pictured) && next.is_some_and(is_pictured) => {
                clean.push(character);
            }
            _ if is_unseen(character) => {}
            _ if is_forbidden(character) => return Err(TextError::Forbidden { character, position: index + 1 }),
            _ => clean.push(with_stroke(character)),
        }
    }
    Ok(clean)
}

/// đ for the letters that only look like it.
const fn with_stroke(letter: char) -> char {
    match letter {
        'Ð' | 'Ɖ' => 'Đ',
        'ð' | 'ɖ' => 'đ',
        other => other,
    }
}

/// The signs that emoji are made of, so that a joiner between two of them is seen.
const fn is_pictured(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// True for a character that takes no place and means nothing here: soft hyphen, zero-width spaces and joiners, marks of
/// direction, byte order mark. Text processors and chat programs leave them in what is pasted.
const fn is_unseen(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// True for a character that no stored text may contain, because it cannot be stored, reorders what stands around it, or
/// cannot be seen, so that two texts which look alike would differ; other than those that are left out without a word.
///
/// | code points | what they are |
/// | --- | --- |
/// | U+0000–001F but tab and line ends, U+007F–009F | control characters, NUL among them |
/// | U+202A–202E, U+2066–2069 | bidirectional embeddings, overrides, isolates |
/// | U+034F, U+2061–2064, U+206A–206F | invisible format characters |
/// | U+115F, U+1160, U+3164, U+FFA0 | fillers without a shape |
/// | U+FFF9–FFFB, U+E0000–E007F | annotation and tag characters |
const fn is_forbidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{34f}' | '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests;
