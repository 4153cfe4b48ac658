//! A file of steps: JSON in the words of the mutation's input, or CSV, one step a line.

use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

/// A step as a file gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Where it begins, from 1.
    pub line: usize,
    /// In the words of `ReorganisationStepInput`.
    pub step: Value,
}

/// What decides it: as the file says, or the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decides {
    /// The first day of the new order.
    pub on: Option<String>,
    /// The code of the document.
    pub document: Option<String>,
    /// Its clause.
    pub clause: Option<String>,
    /// What a careful reader should know.
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json<'a> {
    #[serde(borrow)]
    steps: Vec<&'a RawValue>,
    on: Option<String>,
    document: Option<String>,
    clause: Option<String>,
    note: Option<String>,
}

/// Reads a file: JSON if it begins with a brace, CSV otherwise.
pub fn read(text: &str) -> Result<(Vec<Given>, Decides), String> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with('{') {
        return Ok((csv(text)?, Decides::default()));
    }
    let Json { steps, on, document, clause, note } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let steps = steps.into_iter().map(|raw| {
        let before = raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let line = 1 + text.bytes().take(before).filter(|byte| *byte == b'\n').count();
        serde_json::from_str(raw.get())
            .map(|step| Given { line, step })
            .map_err(|error| format!("line {line}: {error}"))
    });
    Ok((steps.collect::<Result<_, _>>()?, Decides { on, document, clause, note }))
}

/// The columns of a CSV file; the heading may leave some out, and have them in another order.
pub const COLUMNS: [&str; 12] = [
    "step",
    "agency",
    "name_vi",
    "name_en",
    "kind",
    "level",
    "province",
    "block",
    "official_code",
    "parent",
    "successors",
    "default_successor",
];

fn csv(text: &str) -> Result<Vec<Given>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = reader.headers().map_err(|error| error.to_string())?.clone();
    if heading.is_empty() {
        return Err("it is empty".to_owned());
    }
    if let Some(unknown) = heading.iter().find(|name| !COLUMNS.contains(name)) {
        return Err(format!("line 1: no column {unknown}; there are {}", COLUMNS.join(", ")));
    }
    let (mut line, mut counted) = (1, 0);
    let given = reader.records().map(|record| {
        let record = record.map_err(|error| error.to_string())?;
        // A record is said to begin where the one before ended, empty lines included.
        let begins = record.position().map_or(0, csv::Position::byte);
        let rest = text.bytes().enumerate().skip(counted);
        let passed = rest.take_while(|(at, byte)| (*at as u64) < begins || byte.is_ascii_whitespace());
        for (at, byte) in passed {
            line += usize::from(byte == b'\n');
            counted = at + 1;
        }
        let fields = Fields(heading.iter().zip(&record).filter(|(_, field)| !field.is_empty()).collect());
        let step = fields.step().map_err(|error| format!("line {line}: {error}"))?;
        Ok(Given { line, step })
    });
    given.collect()
}

/// What a line says, by column; what is empty is left out.
struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl Fields<'_> {
    fn of(&self, column: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == column).map(|(_, field)| *field)
    }

    fn several(&self, column: &str) -> Vec<&str> {
        self.of(column).into_iter().flat_map(|field| field.split(';')).map(str::trim).collect()
    }

    /// The step, in the words of the mutation's input.
    fn step(&self) -> Result<Value, String> {
        let name = self.of("step").ok_or("the step is missing")?;
        let (takes, words): (&[&str], Value) = match name {
            "open" => (
                &["name_vi", "name_en", "kind", "level", "province", "block", "official_code", "parent"],
                json!({ "code": self.of("agency"), "nameVi": self.of("name_vi"), "nameEn": self.of("name_en"), "kind": self.of("kind"),
                    "level": self.of("level"), "province": self.of("province"), "block": self.of("block"),
                    "officialCode": self.of("official_code"), "parent": self.of("parent") }),
            ),
            "rename" => (
                &["name_vi", "name_en"],
                json!({ "agency": self.of("agency"), "nameVi": self.of("name_vi"), "nameEn": self.of("name_en") }),
            ),
            "move" => (&["parent"], json!({ "agency": self.of("agency"), "parent": self.of("parent") })),
            "merge" => {
                (&["successors"], json!({ "agencies": self.several("agency"), "successor": self.of("successors") }))
            }
            "split" => {
                let successors: Vec<_> =
                    self.several("successors").into_iter().map(|code| json!({ "agency": code })).collect();
                let default = self.of("default_successor");
                (
                    &["successors", "default_successor"],
                    json!({ "agency": self.of("agency"), "successors": successors, "defaultSuccessor": default }),
                )
            }
            "close" => (&["successors"], json!({ "agency": self.of("agency"), "successor": self.of("successors") })),
            other => return Err(format!("no step {other}; there are open, rename, move, merge, split, close")),
        };
        if let Some((column, _)) =
            self.0.iter().find(|(column, _)| !["step", "agency"].contains(column) && !takes.contains(column))
        {
            return Err(format!("a step {name} has no {column}"));
        }
        let words: Map<String, Value> = match words {
            Value::Object(words) => words.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        Ok(json!({ name: words }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_line() {
        let text = "step,agency,name_vi,kind,official_code,parent,successors\n\
            open,ubnd.21028,\"UBND phường \"\"Trương Quang Trọng\"\"\",PEOPLES_COMMITTEE,21028,qng.ubnd,\n\n\
            merge,ubnd_cu.21028; ubnd_cu.21025,,,,,ubnd.21028\r\n\
            close,ubnd_cu.522,,,,,\n\
            split,a,,,,,b;c\n";
        let (steps, decides) = read(text).unwrap();
        assert_eq!(decides, Decides::default());
        assert_eq!(steps.iter().map(|given| given.line).collect::<Vec<_>>(), [2, 4, 5, 6]);
        let steps: Vec<_> = steps.into_iter().map(|given| given.step).collect();
        assert_eq!(
            json!(steps),
            json!([
                { "open": { "code": "ubnd.21028", "nameVi": "UBND phường \"Trương Quang Trọng\"", "kind": "PEOPLES_COMMITTEE", "officialCode": "21028", "parent": "qng.ubnd" } },
                { "merge": { "agencies": ["ubnd_cu.21028", "ubnd_cu.21025"], "successor": "ubnd.21028" } },
                { "close": { "agency": "ubnd_cu.522" } },
                { "split": { "agency": "a", "successors": [{ "agency": "b" }, { "agency": "c" }] } },
            ])
        );
    }

    #[test]
    fn json_is_read_as_the_mutation_takes_it() {
        let text = "{\n  \"on\": \"2025-07-01\", \"document\": \"202/2025/QH15\",\n  \"steps\": [\n    { \"close\": { \"agency\": \"a\" } },\n    { \"move\":\n      { \"agency\": \"b\", \"parent\": \"c\" } }\n  ]\n}";
        let (steps, decides) = read(text).unwrap();
        assert_eq!(steps.iter().map(|given| given.line).collect::<Vec<_>>(), [4, 5]);
        assert_eq!((decides.on.as_deref(), decides.clause), (Some("2025-07-01"), None));
    }

    #[test]
    fn what_cannot_be_read_names_its_line() {
        for (text, told) in [
            ("", "it is empty"),
            ("step,agnecy\n", "line 1: no column agnecy; there are step, agency, "),
            (
                "step,agency\nclose\n",
                "CSV error: record 1 (line: 2, byte: 12): found record with 1 fields, but the previous record has 2 fields",
            ),
            ("step,agency\nopen,a\nfold,b\n", "line 3: no step fold; there are open, "),
            ("step,agency,parent\nclose,a,b\n", "line 2: a step close has no parent"),
            ("{ \"steps\": [], \"onn\": 1 }", "unknown field `onn`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(told), "{text}: {error}");
        }
    }
}
