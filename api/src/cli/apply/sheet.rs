//! Targets in a spreadsheet: the same entries as in a catalogue, a row each.

use std::ops::ControlFlow;

use db::import::Indicators;
use serde_json::{Map, Value, json};
use sheets::{
    Code, File, Issue, Limits, Place,
    mapping::Mapping,
    survey::{self, Survey},
    table::{self, Read, Record},
    targets::FORM,
    template,
};

/// What a spreadsheet says.
pub struct Targets {
    /// The plans, as a catalogue has them.
    pub plans: Value,
    /// Cells that are percentages, with the indicators whose values they are.
    percentages: Vec<(String, Place)>,
}

impl Targets {
    /// What has to be mended, line by line: a percentage that is the value of something else. 12 % of stations are not 12 stations.
    pub fn checked(self, indicators: &Indicators) -> Result<Value, String> {
        let is_other = |(of, _): &&(String, Place)| indicators.get(of).is_some_and(|unit| !unit.is_percentage());
        let broken = self.percentages.iter().filter(is_other).map(|(indicator, place)| {
            format!("{} INCOMPATIBLE: The cell is a percentage, and {indicator} is none", place.named())
        });
        told(&broken.collect::<Vec<_>>()).map(|()| self.plans)
    }
}

/// An error if there is something to be mended.
fn told(broken: &[String]) -> Result<(), String> {
    if broken.is_empty() {
        return Ok(());
    }
    Err(format!("{} cells have to be mended:\n  {}", broken.len(), broken.join("\n  ")))
}

/// The plans of a spreadsheet; or what has to be mended in it, line by line.
pub fn read(content: &[u8]) -> Result<Targets, String> {
    let file = File::open(content, Limits::default()).map_err(|issue| line(&issue))?;
    let survey = survey::survey(&file, &FORM, &Mapping::default()).map_err(|issue| line(&issue))?;
    let (mut plans, mut broken, mut percentages) = (Vec::<Value>::new(), Vec::<Issue>::new(), Vec::new());
    table::rows(&file, &FORM, &survey, &mut |record| {
        let mut target: Map<String, Value> =
            record.said(&FORM).map(|(key, read)| (key.to_owned(), as_json(read))).collect();
        for key in ["programme", "document", "item", "indicator"] {
            // What is wrong with a row is told once.
            if record.issues.is_empty() && !target.contains_key(key) {
                broken.extend(missing(&survey, &record, key));
            }
        }
        for key in ["value", "upperValue"] {
            if record.number(&FORM, key).is_some_and(|it| it.percent == Some(true)) {
                let indicator = record.text(&FORM, "indicator").unwrap_or_default();
                percentages.extend(place(&survey, &record, key).map(|place| (indicator, place)));
            }
        }
        broken.extend(record.issues);
        let [programme, document] = ["programme", "document"].map(|key| target.remove(key).unwrap_or_default());
        let is_of = |plan: &&mut Value| plan["programme"] == programme && plan["document"] == document;
        match plans.iter_mut().find(is_of).and_then(|plan| plan["targets"].as_array_mut()) {
            Some(targets) => targets.push(Value::Object(target)),
            None => plans.push(json!({ "programme": programme, "document": document, "targets": [target] })),
        }
        ControlFlow::Continue(())
    })
    .map_err(|issue| line(&issue))?;
    told(&broken.iter().map(line).collect::<Vec<_>>())?;
    Ok(Targets { plans: json!({ "plans": plans }), percentages })
}

fn missing(survey: &Survey, record: &Record, key: &str) -> Option<Issue> {
    let column = FORM.columns.get(FORM.index(key)?)?;
    let (vi, en) = (format!("Thiếu “{}”", column.vi), format!("“{}” is missing", column.en));
    Some(Issue::of_file(Code::Required, vi, en).at(place(survey, record, key)?))
}

fn place(survey: &Survey, record: &Record, key: &str) -> Option<Place> {
    Some(survey.sheets.get(&record.sheet)?.place(record.row, FORM.index(key)))
}

fn line(issue: &Issue) -> String {
    format!("{} {}: {}", issue.place.named(), issue.code.as_str(), issue.words.en).trim_start().to_owned()
}

fn as_json(read: &Read) -> Value {
    match read {
        Read::Text(text) => json!(text),
        Read::Number(number) => json!(number.value.normalize().to_string()),
        Read::Whole(number) => json!(number),
        Read::Day(day) => json!(day.to_string()),
    }
}

/// The targets of plans as a spreadsheet.
pub fn written<'a>(programme: &str, plans: impl Iterator<Item = &'a Value>) -> Result<Vec<u8>, String> {
    let mut rows = Vec::new();
    for plan in plans {
        for target in plan["targets"].as_array().into_iter().flatten() {
            let of = |key: &'static str| {
                let of = if matches!(key, "programme" | "document") { plan } else { target };
                let said = of.get(key).filter(|it| !it.is_null())?;
                Some((key, said.as_str().map_or_else(|| said.to_string(), str::to_owned)))
            };
            rows.push(FORM.columns.iter().filter_map(|column| of(column.key)).collect());
        }
    }
    template::targets(&format!("CHỈ TIÊU — {programme}"), &rows).map_err(|error| error.to_string())
}
