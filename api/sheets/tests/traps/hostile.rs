//! Files that are no spreadsheets, or larger than they look: made by mistake, or to do harm.

use super::*;

#[test]
fn what_is_no_spreadsheet_is_refused_with_the_reason() {
    let word = zipped(&[("word/document.xml", b"<w/>".to_vec())]);
    let xlsb = zipped(&[("xl/workbook.bin", vec![1, 2, 3]), ("xl/worksheets/sheet1.bin", b"<!\0".to_vec())]);
    let mut other = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    other.create_stream("/WordDocument").unwrap();
    let doc = other.into_inner().into_inner();
    let mut locked = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    locked.create_stream("/EncryptedPackage").unwrap();
    let locked = locked.into_inner().into_inner();
    let broken = sheet(&[headings()], "");
    for (bytes, reason) in [
        (&b""[..], "rỗng"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"  <html><table><tr>", "HTML"),
        (b"\x00\x01\x02\x03\x04", "không phải là bảng tính"),
        (&word, "Word"),
        (&xlsb, "XLSB"),
        (&doc, "Word"),
        (&locked, "mật khẩu"),
        (&broken[..broken.len() / 2], "hỏng"),
    ] {
        let issue = surveyed(bytes).map(|_| ()).unwrap_err();
        assert_eq!(issue.code, Code::UnreadableFile, "{reason}");
        assert!(issue.words.vi.contains(reason), "{reason}: {issue:?}");
    }
    assert_eq!(read("Kính gửi: Ủy ban nhân dân tỉnh\nBáo cáo quý III".as_bytes()), ["NO_HEADING "]);
}

#[test]
fn a_file_that_unpacks_to_too_much_is_refused_before_it_does() {
    let limits = Limits { unpacked: 8 << 20, texts: 1 << 20, part: 1 << 20, cells: 10_000 };
    let code = |bytes: &[u8]| {
        File::open(bytes, limits)
            .and_then(|file| survey(&file, &FORM, &Mapping::default()))
            .map(|_| ())
            .unwrap_err()
            .code
    };
    let bomb =
        zipped(&[("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/worksheets/sheet1.xml", vec![b' '; 9 << 20])]);
    assert!(bomb.len() < 20_000, "{} bytes", bomb.len());
    assert_eq!(code(&bomb), Code::TooLarge);
    let texts = zipped(&[("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/sharedStrings.xml", vec![b' '; 2 << 20])]);
    assert_eq!(code(&texts), Code::TooLarge);
    let parts: Vec<_> = (0..5_000).map(|n| (format!("{n}"), Vec::new())).collect();
    assert_eq!(
        code(&zipped(&parts.iter().map(|(name, it)| (name.as_str(), it.clone())).collect::<Vec<_>>())),
        Code::TooLarge
    );
    let cells: String = (0..11_000).map(|n| format!(r#"<c r="A{}" s="1"/>"#, n + 2)).collect();
    assert_eq!(code(&sheet(&[headings(), row(2, "", &[cells])], "")), Code::TooLarge);
    let wide =
        r#"<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>"#;
    let rows = format!(
        r#"<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row></table:table>"#
    );
    assert_eq!(code(&ods("", &rows)), Code::TooLarge);
}

#[test]
fn a_million_empty_rows_cost_nothing_but_their_reading() {
    let empty: String = (3..1_000_000).map(|n| format!(r#"<row r="{n}"/>"#)).collect();
    let rows =
        [headings(), figure(2, "a", number("C2", "1", 0)), empty, figure(1_000_000, "b", number("C1000000", "2", 0))];
    assert_eq!(read(&sheet(&rows, "")), ["2 a/so-khcn=1", "1000000 b/so-khcn=2"]);
}

#[test]
fn more_rows_than_are_taken_are_refused() {
    let mut text = "Mã chỉ tiêu;Giá trị\n".to_owned();
    text.extend((0..=MOST_ROWS).map(|n| format!("ct{n};1\n")));
    assert_eq!(read(text.as_bytes()), ["TOO_LARGE "]);
}

#[test]
fn what_cannot_be_seen_is_refused_in_its_cell() {
    let text = "Mã chỉ tiêu;Giá trị\na;1\0\nb;2\n";
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&utf16), ["2: B2 MALFORMED", "3 b/=2"]);
}

#[test]
fn a_text_as_large_as_a_file_is_refused_before_it_is_held() {
    let long = figure(2, "a", text("C2", &"a".repeat(2 << 20)));
    assert_eq!(read(&sheet(&[headings(), long], "")), ["TOO_LARGE "]);
}

/// The stream of an XLS without anything else.
fn workbook(records: &[u8]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    std::io::Write::write_all(&mut container.create_stream("/Workbook").unwrap(), records).unwrap();
    container.into_inner().into_inner()
}

#[test]
fn sheets_of_an_xls_are_gone_through_once_each() {
    // A sheet that is said to begin at a place, and that place: the beginning of a sheet without an end.
    let bound = |at: u16| [&0x0085_u16.to_le_bytes()[..], &4_u16.to_le_bytes(), &at.to_le_bytes(), &[0, 0]].concat();
    let endless = [&0x0809_u16.to_le_bytes()[..], &0_u16.to_le_bytes()].concat().repeat(100_000);
    for (sheets, code) in [(1_001, Code::TooLarge), (900, Code::UnreadableFile)] {
        let bytes = workbook(&[bound(0).repeat(sheets), endless.clone()].concat());
        let issue = File::open(&bytes, Limits::default()).map(|_| ()).unwrap_err();
        assert_eq!(issue.code, code, "{sheets}: {issue}");
    }
}
