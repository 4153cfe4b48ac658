//! What may be attached: documents, spreadsheets, pictures, a film. What a file is, its bytes and its name must both say.

/// A kind of file.
#[derive(Debug, Clone, Copy)]
struct Kind {
    endings: &'static [&'static str],
    media_type: &'static str,
    /// What its first bytes are taken for; nothing for what has no mark of its own, such as text.
    marks: &'static [&'static str],
}

const ZIP: &str = "application/zip";
const OLE: &str = "application/x-ole-storage";

const KINDS: &[Kind] = &[
    Kind { endings: &["pdf"], media_type: "application/pdf", marks: &["application/pdf"] },
    Kind { endings: &["jpg", "jpeg"], media_type: "image/jpeg", marks: &["image/jpeg"] },
    Kind { endings: &["png"], media_type: "image/png", marks: &["image/png"] },
    Kind { endings: &["webp"], media_type: "image/webp", marks: &["image/webp"] },
    Kind { endings: &["heic", "heif"], media_type: "image/heif", marks: &["image/heif"] },
    Kind { endings: &["mp4"], media_type: "video/mp4", marks: &["video/mp4"] },
    Kind {
        endings: &["docx"],
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        marks: &["application/vnd.openxmlformats-officedocument.wordprocessingml.document", ZIP],
    },
    Kind {
        endings: &["xlsx"],
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        marks: &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP],
    },
    Kind {
        endings: &["pptx"],
        media_type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        marks: &["application/vnd.openxmlformats-officedocument.presentationml.presentation", ZIP],
    },
    Kind {
        endings: &["odt"],
        media_type: "application/vnd.oasis.opendocument.text",
        marks: &["application/vnd.oasis.opendocument.text", ZIP],
    },
    Kind {
        endings: &["ods"],
        media_type: "application/vnd.oasis.opendocument.spreadsheet",
        marks: &["application/vnd.oasis.opendocument.spreadsheet", ZIP],
    },
    Kind { endings: &["doc"], media_type: "application/msword", marks: &[OLE] },
    Kind { endings: &["xls"], media_type: "application/vnd.ms-excel", marks: &[OLE] },
    Kind { endings: &["csv"], media_type: "text/csv", marks: &[] },
    Kind { endings: &["txt"], media_type: "text/plain", marks: &[] },
];

/// How the files of the older programs of Microsoft begin.
const OLE_MARK: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// How much of a file is looked at.
pub(super) const HEAD: usize = 8 << 10;

fn of_name(name: &str) -> Option<&'static Kind> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    KINDS.iter().find(|kind| kind.endings.contains(&ending.as_str()))
}

/// Whether files of that name are taken at all.
pub(super) fn is_known(name: &str) -> bool {
    of_name(name).is_some()
}

/// What files may be, in words.
pub(super) fn known() -> String {
    KINDS.iter().flat_map(|kind| kind.endings).copied().collect::<Vec<_>>().join(", ")
}

/// What a file is by its name, if its first bytes do not say otherwise.
pub(super) fn media_type(name: &str, head: &[u8]) -> Option<&'static str> {
    let kind = of_name(name)?;
    let mark = if head.starts_with(OLE_MARK) { Some(OLE) } else { infer::get(head).map(|it| it.mime_type()) };
    let is_so = if kind.marks.is_empty() {
        // Two letters that some picture begins with are no mark; what browsers would run is.
        is_text(head) && !mark.is_some_and(|mark| mark.starts_with("text/"))
    } else {
        mark.is_some_and(|mark| kind.marks.contains(&mark))
    };
    is_so.then_some(kind.media_type)
}

/// In UTF-8, in an older encoding, or in UTF-16 that says so.
fn is_text(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) || !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
    const PAGE: &[u8] = b"<!DOCTYPE html><html><script>alert(1)</script>";
    const PROGRAM: &[u8] = b"MZ\x90\0\x03\0\0\0";

    #[test]
    fn name_and_bytes_say_the_same() {
        for (name, head, is) in [
            ("Biên bản.PDF", PDF, Some("application/pdf")),
            ("ảnh.png", PNG, Some("image/png")),
            ("ảnh.jpeg", JPEG, Some("image/jpeg")),
            ("số liệu.csv", "Chỉ tiêu;Giá trị\n5G;41,5\n".as_bytes(), Some("text/csv")),
            ("số liệu.txt", b"\xff\xfeC\0h\0", Some("text/plain")),
            ("biểu mẫu.csv", "BM01;Chỉ tiêu\nMZ;5\n".as_bytes(), Some("text/csv")),
            ("cũ.xls", OLE_MARK, Some("application/vnd.ms-excel")),
            ("ảnh.png", JPEG, None),
            ("biên bản.pdf", PNG, None),
            ("biên bản.pdf", b"", None),
            ("trang.html", PAGE, None),
            ("trang.txt", PAGE, None),
            ("tiện ích.exe", PROGRAM, None),
            ("tiện ích.pdf", PROGRAM, None),
            ("tiện ích.txt", PROGRAM, None),
            ("không đuôi", PDF, None),
            ("ảnh.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        ] {
            assert_eq!(media_type(name, head), is, "{name}");
        }
    }
}
