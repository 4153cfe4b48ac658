//! The container of XLSX and ODS: what is in it, and that it does not unpack to more than is read.

use std::io::{Cursor, Read as _};

use zip::{ZipArchive, result::ZipError};

use super::{Kind, Limits, damaged, locked, no_sheet, tokens::Tokens, too_large};
use crate::issue::Issue;

/// An open container.
pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Parts of a container; Excel makes some dozens.
const MOST_PARTS: usize = 4_000;

/// What `mimetype` says in an ODS, and in its templates.
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>, Issue> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("ZIP"))
}

/// What a container holds. Each part is unpacked once and counted: what its directory says of sizes may be a lie.
pub(super) fn kind(bytes: &[u8], limits: &Limits) -> Result<Kind, Issue> {
    let mut archive = open(bytes)?;
    if archive.len() > MOST_PARTS {
        return Err(too_large("có quá nhiều phần bên trong", "it has too many parts"));
    }
    let (mut found, mut left, mut beyond) = (None, limits.unpacked, Ok(()));
    let mut buffer = vec![0; 64 << 10];
    for n in 0..archive.len() {
        let mut part = match archive.by_index(n) {
            Ok(part) => part,
            Err(ZipError::UnsupportedArchive(why)) if why == ZipError::PASSWORD_REQUIRED => return Err(locked()),
            Err(_) => return Err(damaged("ZIP")),
        };
        let name = part.name().map_err(|_| damaged("ZIP"))?.replace('\\', "/").to_lowercase();
        let most = of_part(&name, limits).min(left);
        let (mut read, mut begin) = (0_u64, Vec::new());
        let mut tokens = is_read(&name).then(Tokens::default);
        loop {
            let some = part.read(&mut buffer).map_err(|_| damaged(&name))?;
            if some == 0 {
                break;
            }
            read += u64::try_from(some).unwrap_or(u64::MAX);
            if read > most {
                return Err(unpacks_to_too_much());
            }
            if let Some(tokens) = &mut tokens
                && let Err(issue) = tokens.take(buffer.get(..some).unwrap_or_default())
            {
                // Sheets of an XLSB are no XML: what it is matters more.
                beyond = Err(issue);
                break;
            }
            if begin.len() < 200 {
                begin.extend(buffer.iter().take(some.min(200)));
            }
        }
        left -= read;
        found = found.or(match name.as_str() {
            "xl/workbook.xml" => Some(Kind::Xlsx),
            "mimetype" if String::from_utf8_lossy(&begin).starts_with(ODS) => Some(Kind::Ods),
            _ => None,
        });
    }
    let kind = found.ok_or_else(|| no_sheet(other(&archive)))?;
    beyond.map(|()| kind)
}

/// What is inside of a container that is no spreadsheet, as far as its parts tell.
fn other(archive: &Archive<'_>) -> &'static str {
    let has = |wanted: &str| archive.file_names().flatten().any(|it| it.starts_with(wanted));
    match () {
        () if has("xl/workbook.bin") => "XLSB",
        () if has("word/") => "Word",
        () if has("ppt/") => "PowerPoint",
        () => "ZIP",
    }
}

/// Whether a part has what stands in cells.
fn is_read(name: &str) -> bool {
    matches!(name, "xl/sharedstrings.xml" | "content.xml")
        || name.starts_with("xl/worksheets/") && !name.contains("/_rels/")
}

fn of_part(name: &str, limits: &Limits) -> u64 {
    match name {
        "xl/sharedstrings.xml" => limits.texts,
        // These are read as they come.
        "content.xml" => limits.unpacked,
        _ if name.starts_with("xl/worksheets/") && !name.contains("/_rels/") => limits.unpacked,
        // Nobody reads these.
        _ if name.starts_with("xl/media/") || name.starts_with("pictures/") || name.starts_with("thumbnails/") => {
            limits.unpacked
        }
        _ if name.starts_with("docprops/")
            || name.starts_with("xl/externallinks/")
            || name.starts_with("xl/printersettings/") =>
        {
            limits.unpacked
        }
        _ if name.starts_with("xl/pivotcache/") || name == "xl/calcchain.xml" || name == "settings.xml" => {
            limits.unpacked
        }
        _ => limits.part,
    }
}

fn unpacks_to_too_much() -> Issue {
    too_large("giải nén ra quá nhiều dữ liệu", "it unpacks to too much")
}
