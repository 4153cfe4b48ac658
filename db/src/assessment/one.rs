//! Single assessments, many at once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use derive::boxed;
use diesel::sql_types::{Array, Date as SqlDate, Integer, Nullable, Text};
use diesel_async::RunQueryDsl as _;

use super::{Assessment, COLUMNS, Row, check_milestone, together};
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
const ASKED: &str = "WITH asked AS (
    SELECT i.id AS indicator_id, s.id AS subject_id, asked.programme AS programme_code, coalesce(
        (SELECT id FROM programme WHERE code = asked.programme),
        (SELECT found.programme_id FROM (
            SELECT programme_id, 1 AS choice FROM assessed WHERE indicator_id = i.id AND subject_id = s.id
            UNION ALL SELECT programme_id, 2 FROM programme_indicator WHERE indicator_id = i.id) AS found JOIN programme ON programme.id = found.programme_id
         WHERE asked.programme IS NULL ORDER BY found.choice, programme.code LIMIT 1)
    ) AS programme_id
    FROM unnest(";

impl Batch for AssessmentKey {
    type Value = Arc<Assessment>;

    /// A statement for each day and each year that is asked for: most often one.
    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Assessment>>, DbError> {
        let mut by_question: BTreeMap<(Date, Option<i32>), Vec<&Self>> = BTreeMap::new();
        for key in keys {
            by_question.entry((key.on, key.milestone)).or_default().push(key);
        }
        let mut found = HashMap::new();
        for ((on, milestone), keys) in by_question {
            let programmes: Vec<Option<String>> = keys.iter().map(|key| key.programme.clone()).collect();
            let indicators: Vec<String> = keys.iter().map(|key| key.indicator.clone()).collect();
            let subjects: Vec<String> = keys.iter().map(|key| key.subject.clone()).collect();
            let statement = Statement::new(ASKED)
                .value::<Array<Nullable<Text>>, _>(programmes)
                .sql(", ")
                .value::<Array<Text>, _>(indicators)
                .sql(", ")
                .value::<Array<Text>, _>(subjects)
                .sql(") AS asked (programme, indicator, subject) JOIN indicator i ON i.code = asked.indicator JOIN agency s ON s.code = asked.subject), \
                      grouped AS (SELECT programme_id, array_agg(indicator_id) AS indicators, array_agg(subject_id) AS subjects FROM asked \
                      WHERE programme_id IS NOT NULL GROUP BY programme_id) SELECT ")
                .sql(COLUMNS)
                .sql(" FROM grouped JOIN programme p ON p.id = grouped.programme_id CROSS JOIN LATERAL assessment(p.id, ")
                .value::<SqlDate, _>(on)
                .sql(", ")
                .value::<Nullable<Integer>, _>(milestone)
                .sql(", grouped.indicators, grouped.subjects, true) AS a JOIN indicator i ON i.id = a.indicator_id JOIN agency s ON s.id = a.subject_id \
                      ORDER BY p.code, i.code, s.code, a.place");
            let rows: Vec<Row> = statement.load(&mut reader.statement().await?).await?;
            for assessment in together(rows, on, milestone).into_iter().map(Arc::new) {
                let codes = &assessment.assessed.codes;
                let is_of = |key: &&Self| match (&key.programme, codes.split_once('/')) {
                    (Some(programme), _) => *codes == format!("{programme}/{}/{}", key.indicator, key.subject),
                    (None, Some((_, pair))) => pair == format!("{}/{}", key.indicator, key.subject),
                    (None, None) => false,
                };
                for key in keys.iter().copied().filter(is_of) {
                    found.entry(key.clone()).or_insert_with(|| Arc::clone(&assessment));
                }
            }
        }
        Ok(found)
    }
}
