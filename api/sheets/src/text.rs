//! Text as people leave it in cells: spaces that cannot be seen, letters in parts, fonts from before Unicode.

use unicode_normalization::UnicodeNormalization as _;

/// Letters of fonts before Unicode, of which Vietnamese has none: proof of TCVN3 (fonts `.VnTime`), where each is one letter.
const OF_TCVN3: &str = "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÌÐÑªÕÖ×ØÜÞß«¬\u{ad}äåæçëîïñö÷øûü¡¢£¤¥¦§";

/// Of VNI (fonts `VNI-Times`), where a mark stands behind its vowel: which marks behind which vowel.
const OF_VNI: &[(&str, &str)] =
    &[("aA", "ùøûõïêéèúüëâáàåãäÙØÛÕÏÊÉÈÚÜËÂÁÀÅÃÄ"), ("eEoO", "ùøûõïâáàåãäÙØÛÕÏÂÁÀÅÃÄ"), ("uUyYôÔöÖ", "ùøûõïÙØÛÕÏ")];

/// A way of writing Vietnamese from before Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legacy {
    /// TCVN 5712:1993, also called ABC: fonts with names like `.VnTime`.
    Tcvn3,
    /// Fonts with names like `VNI-Times`.
    Vni,
}

impl Legacy {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "TCVN3 (ABC)",
            Self::Vni => "VNI",
        }
    }

    /// The one in which a text is written, if it is not Unicode. At least two letters must say so, and none may say that it is.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        if text.is_ascii() || text.chars().any(is_of_unicode) {
            return None;
        }
        let letters: Vec<char> = text.chars().collect();
        let (mut tcvn3, mut vni) = (0, 0);
        for (n, letter) in letters.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|n| letters.get(n)).copied().unwrap_or(' ');
            let after = letters.get(n + 1).copied().unwrap_or(' ');
            let pair = OF_VNI.iter().any(|(vowels, marks)| vowels.contains(before) && marks.contains(*letter));
            // Đ begins a syllable: ñ, which stands before a vowel.
            let stroke = matches!(letter, 'ñ' | 'Ñ') && !before.is_alphabetic() && "aeiouyôö".contains(lower(after));
            if pair || stroke {
                vni += 1;
            }
            let is_beside = |it: char| it.is_ascii_alphabetic() || (it != *letter && OF_TCVN3.contains(it));
            let is_in_word = is_beside(before) || is_beside(after);
            if is_in_word && OF_TCVN3.contains(*letter) {
                tcvn3 += 1;
            }
        }
        // Marks of VNI are letters of TCVN3 too; behind vowels by turns, they are VNI.
        match (vni, tcvn3) {
            (2.., _) if vni >= tcvn3 => Some(Self::Vni),
            (_, 2..) => Some(Self::Tcvn3),
            (2.., _) => Some(Self::Vni),
            _ => None,
        }
    }
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// Letters that only Unicode has, and marks that are put together.
const fn is_of_unicode(letter: char) -> bool {
    matches!(letter, 'ă' | 'Ă' | 'đ' | 'Đ' | 'ĩ' | 'Ĩ' | 'ũ' | 'Ũ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{1ea0}'..='\u{1ef9}' | '\u{300}'..='\u{36f}')
}

/// What takes no room and says nothing: it comes along when something is copied from a web page.
const fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// A text without spaces at its ends, of whatever kind, and composed (NFC). Its lines stay.
#[must_use]
pub fn clean(text: &str) -> String {
    let seen: String =
        text.chars().filter(|it| !is_unseen(*it)).map(|it| if is_wide_space(it) { ' ' } else { it }).nfc().collect();
    seen.trim().to_owned()
}

/// Spaces that do not break, and of other widths.
const fn is_wide_space(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// A cell's text without the apostrophe that some programs put before what is to be no number and no formula.
#[must_use]
pub fn bare(text: &str) -> &str {
    match text.strip_prefix(['\'', '’']) {
        Some(rest) if rest.starts_with(|it: char| it.is_ascii_digit() || "=+-−@\t\r(".contains(it)) => rest,
        _ => text,
    }
}

/// A heading as it is looked for: without tone marks, in small letters, words parted by one space, without punctuation.
#[must_use]
pub fn folded(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|it| !matches!(it, '\u{300}'..='\u{36f}') && !is_unseen(*it))
        .flat_map(char::to_lowercase)
        .map(|it| match it {
            'đ' | 'ð' | 'ɖ' => 'd',
            it if it.is_alphanumeric() => it,
            _ => ' ',
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out_and_letters_are_composed() {
        assert_eq!(clean("  Quảng\u{a0}Ngãi\u{200b}\u{feff} \t"), "Quảng Ngãi");
        let mac = "Tỷ lệ phủ sóng".nfd().collect::<String>();
        assert_ne!(mac, "Tỷ lệ phủ sóng");
        assert_eq!(clean(&mac), "Tỷ lệ phủ sóng");
        assert_eq!(folded(&format!(" {mac} (%) ")), "ty le phu song");
        assert_eq!(folded("MÃ CHỈ TIÊU*"), "ma chi tieu");
        assert_eq!([bare("'12,5"), bare("’-3"), bare("'=A1"), bare("'Ngãi'")], ["12,5", "-3", "=A1", "'Ngãi'"]);
    }

    #[test]
    fn fonts_from_before_unicode_are_recognised() {
        for text in
            ["Tû lÖ phñ sãng 5G", "§¬n vÞ b¸o c¸o", "§· xong", "ChØ tiªu", "tØnh Qu¶ng Ng·i", "Sè liÖu thùc hiÖn"]
        {
            assert_eq!(Legacy::of(text), Some(Legacy::Tcvn3), "{text}");
        }
        for text in ["Tyû leä phuû soùng", "Ñôn vò baùo caùo", "tænh Quaûng Ngaõi", "Soá lieäu thöïc hieän"]
        {
            assert_eq!(Legacy::of(text), Some(Legacy::Vni), "{text}");
        }
    }

    #[test]
    fn unicode_is_not_taken_for_an_old_font() {
        for text in [
            "Tỷ lệ phủ sóng 5G",
            "Số thuê bao × 100",
            "µg/m³",
            "Microsoft® Excel",
            "CÔNG TY TNHH",
            "cà phê Buôn Hồ",
            "Nghị quyết 57-NQ/TW",
            "naïve",
            "toà nhà",
            "góp ý",
            "khoá học",
            "35 °C ± 2",
            "",
        ] {
            assert_eq!(Legacy::of(text), None, "{text}");
        }
    }
}
