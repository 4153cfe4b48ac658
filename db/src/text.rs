//! Vietnamese text: one stored form, one form for finding, and what no text may contain.

use unicode_normalization::UnicodeNormalization;

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
    /// A character that no text may contain, see [`is_forbidden`].
    #[error("character {position} of the text is U+{:04X}, a control or invisible character", u32::from(*character))]
    Forbidden {
        /// The first such character.
        character: char,
        /// Where it stands, in characters from 1.
        position: usize,
    },
}

/// The stored form of a text: composed (NFC). "Quảng Ngãi" typed on a Mac then equals the one typed elsewhere.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The form in which texts are compared when searching: without tone marks and other diacritics, đ as d, lower case,
/// each run of white space one space, none at the ends. "Quảng  Ngãi" and "quang ngai" fold alike, in NFC and in NFD.
///
/// The SQL function `fold` follows the same rule.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.nfd().filter(|c| !is_diacritic(*c)).flat_map(char::to_lowercase).map(without_stroke));
    }
    folded
}

/// The block of combining diacritical marks: all that Latin letters carry. Vowel signs of other scripts are letters.
const fn is_diacritic(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// The stroke of đ is part of the letter, not a combining mark.
const fn without_stroke(letter: char) -> char {
    match letter {
        'đ' => 'd',
        other => other,
    }
}

/// The text as it may be stored: composed (NFC) and without white space at its ends.
///
/// Refused if it contains a forbidden character, is blank, or is longer than `max_chars` Unicode characters.
pub fn check_text(text: &str, max_chars: usize) -> Result<String, TextError> {
    if let Some((index, character)) = text.chars().enumerate().find(|(_, character)| is_forbidden(*character)) {
        return Err(TextError::Forbidden { character, position: index + 1 });
    }
    let stored = nfc(text).trim().to_owned();
    let length = stored.chars().count();
    match length {
        0 => Err(TextError::Blank),
        _ if length > max_chars => Err(TextError::TooLong { length, max: max_chars }),
        _ => Ok(stored),
    }
}

/// True for a character that no stored text may contain, because it cannot be stored, reorders what stands around it, or
/// cannot be seen, so that two texts which look alike would differ.
///
/// | code points | what they are |
/// | --- | --- |
/// | U+0000–001F but tab and line feed, U+007F–009F | control characters, NUL and carriage return among them |
/// | U+202A–202E, U+2066–2069 | bidirectional embeddings, overrides, isolates |
/// | U+061C, U+200E, U+200F | bidirectional marks |
/// | U+200B–200D, U+2060, U+FEFF | zero-width space, non-joiner, joiner, word joiner, byte order mark |
/// | U+00AD, U+034F, U+180E, U+2061–2064, U+206A–206F | other invisible format characters |
/// | U+115F, U+1160, U+3164, U+FFA0 | fillers without a shape |
/// | U+2028, U+2029 | line and paragraph separators, which end a line in some programs only |
/// | U+FFF9–FFFB, U+E0000–E007F | annotation and tag characters |
#[must_use]
pub const fn is_forbidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{61c}' | '\u{200e}' | '\u{200f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
            | '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            | '\u{2028}' | '\u{2029}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_a_name_fold_alike() {
        for (written, folded) in [
            ("Quảng Ngãi", "quang ngai"),
            ("  QUẢNG \t NGÃI\n", "quang ngai"),
            ("quang ngai", "quang ngai"),
            ("Đắk Đoa", "dak doa"),
            ("Ủy ban nhân dân", "uy ban nhan dan"),
            ("Uỷ ban nhân dân", "uy ban nhan dan"),
            ("Nguyễn Thị Thưởng Ước", "nguyen thi thuong uoc"),
            ("359-KH/TU", "359-kh/tu"),
            ("", ""),
            (" \n ", ""),
        ] {
            assert_eq!(fold(written), folded);
            assert_eq!(fold(&written.nfd().collect::<String>()), folded, "NFD of {written}");
        }
    }

    #[test]
    fn stored_text_is_trimmed_and_composed() {
        let decomposed: String = " Quảng Ngãi\n".nfd().collect();
        assert_eq!(check_text(&decomposed, 10), Ok("Quảng Ngãi".to_owned()));
        assert_eq!(check_text("dòng một\n\tdòng hai", 100), Ok("dòng một\n\tdòng hai".to_owned()));
    }

    #[test]
    fn length_is_counted_in_characters_as_stored() {
        assert_eq!(check_text("ệệệ", 3), Ok("ệệệ".to_owned()));
        assert_eq!(check_text(&"ệệệ".nfd().collect::<String>(), 3), Ok("ệệệ".to_owned()));
        assert_eq!(check_text("ệệệ", 2), Err(TextError::TooLong { length: 3, max: 2 }));
        assert_eq!(check_text(" \n ", 5), Err(TextError::Blank));
        assert_eq!(check_text("", 5), Err(TextError::Blank));
    }

    #[test]
    fn forbidden_characters_are_named() {
        for character in [
            '\0',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            let refused = check_text(&format!("Sở{character}Y tế"), 100);
            assert_eq!(refused, Err(TextError::Forbidden { character, position: 3 }));
        }
        assert_eq!(
            check_text("Sở\u{202e}", 100).unwrap_err().to_string(),
            "character 3 of the text is U+202E, a control or invisible character"
        );
    }

    proptest! {
        #[test]
        fn folding_is_stable_and_blind_to_normal_forms(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert_eq!(&fold(&folded), &folded);
            prop_assert_eq!(&fold(&nfc(&text)), &folded);
            prop_assert_eq!(&fold(&text.nfd().collect::<String>()), &folded);
        }

        #[test]
        // The Latin letters up to ư and the toned ones; between them lies Greek, whose final sigma depends on its place.
        fn folding_is_blind_to_case(text in "[a-zA-Z \u{c0}-\u{1b0}\u{1ea0}-\u{1ef9}]{0,40}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&text.to_lowercase()), folded);
        }

        #[test]
        fn what_is_accepted_is_accepted_again_unchanged(text in any::<String>(), max in 0_usize..40) {
            if let Ok(stored) = check_text(&text, max) {
                prop_assert!(stored.chars().count() <= max && !stored.chars().any(is_forbidden));
                prop_assert_eq!(check_text(&stored, max), Ok(stored));
            }
        }
    }
}
