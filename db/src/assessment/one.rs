//! Single assessments, many at once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use derive::boxed;
use diesel::sql_types::{Array, Nullable, Text};
use diesel_async::RunQueryDsl as _;

use super::{
    Assessment, COLUMNS, Row, check_milestone,
    kept::{are_kept, kept, worked_out},
    together,
};
use crate::{Date, DbError, Reader, noun::Batch, statement::Statement};

/// Which assessment: by codes, so that it can be asked for without knowing ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssessmentKey {
    /// The programme; none for the one in which the indicator and the subject are assessed, the first by code.
    pub programme: Option<String>,
    /// The indicator.
    pub indicator: String,
    /// Whose figure it is.
    pub subject: String,
    /// The day on which it stands so.
    pub on: Date,
    /// The year whose milestone it is judged against; none for the next one.
    pub milestone: Option<i32>,
}

impl AssessmentKey {
    /// Whether it can be asked for.
    pub fn check(&self) -> Result<(), DbError> {
        check_milestone(self.milestone)
    }
}

/// Who is asked for, by programme. Where none is named, one in which the pair is assessed comes before one that only follows the indicator.
const NAMED: &str = "WITH named_pair AS MATERIALIZED (
    SELECT i.id AS indicator_id, s.id AS subject_id, coalesce(
        (SELECT id FROM programme WHERE code = named.programme),
        (SELECT found.programme_id FROM (
            SELECT programme_id, 1 AS choice FROM assessed WHERE indicator_id = i.id AND subject_id = s.id
            UNION ALL SELECT programme_id, 2 FROM programme_indicator WHERE indicator_id = i.id) AS found JOIN programme ON programme.id = found.programme_id
         WHERE named.programme IS NULL ORDER BY found.choice, programme.code LIMIT 1)
    ) AS programme_id
    FROM unnest(";

impl Batch for AssessmentKey {
    type Value = Arc<Assessment>;

    /// A statement for each day and each year that is asked for, with a programme or without: most often one.
    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Assessment>>, DbError> {
        let mut by_question: BTreeMap<(Date, Option<i32>, bool), Vec<&Self>> = BTreeMap::new();
        for key in keys {
            by_question.entry((key.on, key.milestone, key.programme.is_some())).or_default().push(key);
        }
        let mut found = HashMap::new();
        for ((on, milestone, has_programme), keys) in by_question {
            let programmes: Vec<Option<String>> = keys.iter().map(|key| key.programme.clone()).collect();
            let indicators: Vec<String> = keys.iter().map(|key| key.indicator.clone()).collect();
            let subjects: Vec<String> = keys.iter().map(|key| key.subject.clone()).collect();
            let statement = Statement::new(NAMED)
                .value::<Array<Nullable<Text>>, _>(programmes)
                .sql(", ")
                .value::<Array<Text>, _>(indicators)
                .sql(", ")
                .value::<Array<Text>, _>(subjects)
                .sql(") AS named (programme, indicator, subject) JOIN indicator i ON i.code = named.indicator JOIN agency s ON s.code = named.subject)");
            let statement = kept(statement.sql(", "), are_kept(reader, on, milestone), on).sql(
                " AND (pair.programme_id, pair.indicator_id, pair.subject_id) IN (SELECT programme_id, indicator_id, subject_id FROM named_pair)), \
                 asked AS (SELECT programme_id, indicator_id, subject_id FROM named_pair WHERE programme_id IS NOT NULL \
                 EXCEPT SELECT programme_id, indicator_id, subject_id FROM kept), ",
            );
            let statement = worked_out(statement, on, milestone).sql(&format!(
                " SELECT {COLUMNS} FROM worked_out UNION ALL SELECT {COLUMNS} FROM kept ORDER BY codes, place"
            ));
            let rows: Vec<Row> = statement.load(&mut reader.statement().await?).await?;
            for assessment in together(rows, on, milestone).into_iter().map(Arc::new) {
                let mut codes = assessment.assessed.codes.splitn(3, '/').map(str::to_owned);
                let (Some(programme), Some(indicator), Some(subject)) = (codes.next(), codes.next(), codes.next())
                else {
                    continue;
                };
                let programme = has_programme.then_some(programme);
                found.insert(Self { programme, indicator, subject, on, milestone }, assessment);
            }
        }
        Ok(found)
    }
}
