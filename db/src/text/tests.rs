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
        ("359–KH/TU", "359-kh/tu"),
        ("359\u{2011}KH\u{a0}/ TU", "359-kh / tu"),
        ("Ðắk Ðoa, Ɖắk Tô, ðã", "dak doa, dak to, da"),
        ("tỷ lệ", "ti le"),
        ("Tỉ lệ", "ti le"),
        ("lý do kỹ thuật; lí do kĩ thuật", "li do ki thuat; li do ki thuat"),
        ("quy định, qui định", "qui dinh, qui dinh"),
        ("quỳnh, thủy, ty_le, city, hy/ky", "quynh, thuy, ty_le, city, hi/ki"),
        ("hoà, hòa", "hoa, hoa"),
        ("Sở\u{200b} Y\u{ad}\u{feff} tế", "so y te"),
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
fn what_is_pasted_is_cleaned() {
    for (typed, stored) in [
        ("Dòng một\r\nDòng hai", "Dòng một\nDòng hai"),
        ("Dòng một\rDòng hai\r", "Dòng một\nDòng hai"),
        ("Dòng một\u{b}Dòng hai", "Dòng một\nDòng hai"),
        ("Dòng một\u{2028}Dòng hai\u{2029}Dòng ba", "Dòng một\nDòng hai\nDòng ba"),
        ("\u{feff}Sở\u{200b} Y\u{ad} tế\u{200e}", "Sở Y tế"),
        ("Sở\u{200d} Y tế", "Sở Y tế"),
        ("Ðường truyền số liệu Ðắk Tô, ðã xong, Ɖắk Hà", "Đường truyền số liệu Đắk Tô, đã xong, Đắk Hà"),
        (
            "Gia đình 👨\u{200d}👩\u{200d}👧, cờ 🏳\u{fe0f}\u{200d}🌈",
            "Gia đình 👨\u{200d}👩\u{200d}👧, cờ 🏳\u{fe0f}\u{200d}🌈",
        ),
        ("\u{f0b7}\u{a0}Điểm một – hai", "\u{f0b7}\u{a0}Điểm một – hai"),
    ] {
        assert_eq!(check_text(typed, 100).as_deref(), Ok(stored), "{typed:?}");
    }
    assert_eq!(check_text("\u{feff}\r\n\u{200b}", 100), Err(TextError::Blank));
}

#[test]
fn forbidden_characters_are_named_with_their_place() {
    for character in ['\0', '\u{1b}', '\u{7f}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{3164}', '\u{e0041}'] {
        // Its place in what was typed, of which the carriage return is not stored.
        let refused = check_text(&format!("Sở\r\n{character}Y tế"), 100);
        assert_eq!(refused, Err(TextError::Forbidden { character, position: 5 }));
    }
    assert_eq!(
        check_text("Sở\u{202e}", 100).unwrap_err().to_string(),
        "character 3 of the text is U+202E, a control or invisible character"
    );
}

#[test]
fn a_symbol_is_written_with_plain_hyphens() {
    for typed in ["359–KH/TU", "359\u{2011}KH/TU", " 359\u{2212}KH/TU\u{200b}", "\u{feff}359-KH/TU"] {
        assert_eq!(symbol(typed), "359-KH/TU", "{typed:?}");
    }
    assert_eq!(symbol("09/2019/NÐ–CP"), "09/2019/NĐ-CP");
}

#[test]
fn words_are_whole() {
    assert_eq!(
        words(&fold("Quỹ (phát triển) KH&CN – quỹ 359-KH/TU")),
        BTreeSet::from(["359", "cn", "kh", "phat", "qui", "trien", "tu"])
    );
    assert_eq!(words("--"), BTreeSet::from(["--"]));
    assert!(words("").is_empty());
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
            prop_assert!(stored.chars().count() <= max && !stored.chars().any(|c| is_forbidden(c) || c == '\r'));
            prop_assert_eq!(check_text(&stored, max), Ok(stored));
        }
    }
}
