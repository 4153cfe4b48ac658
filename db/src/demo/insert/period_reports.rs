//! Period reports and what they say of each task.

use std::collections::HashMap;

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    Date, DbError,
    calendar::{Period, Regime},
    demo::{
        facts::PeriodReportFile,
        id::{id, optional_id},
    },
    schema::{period_report, period_report_output as output, period_report_result as result},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &PeriodReportFile) -> Result<(), DbError> {
    let mut rows = Vec::new();
    for fact in &facts.reports {
        let period: Period = fact.period.parse().map_err(DbError::internal)?;
        let window = period.window(Regime::Calendar);
        rows.push((
            period_report::id.eq(id("period_report", &fact.code)),
            period_report::code.eq(&fact.code),
            period_report::programme_id.eq(id("programme", &fact.programme)),
            period_report::document_id.eq(id("document", &fact.document)),
            period_report::reporter_id.eq(id("agency", &fact.reporter)),
            (period_report::title_vi.eq(&fact.title_vi), period_report::title_en.eq(&fact.title_en)),
            period_report::regime.eq(Regime::Calendar),
            (period_report::period_kind.eq(period.kind()), period_report::period.eq(period.to_string())),
            (period_report::starts_on.eq(Date(window.start)), period_report::ends_on.eq(Date(window.end))),
            period_report::period_words.eq(&fact.period_words),
            period_report::year_inferred.eq(fact.year_inferred),
            period_report::note.eq(&fact.note),
        ));
    }
    let new = insert_new!(load, period_report, period_report::id => period_report::id, rows.into_iter());
    load.created("period_report", new);

    let mut places = HashMap::<&str, i32>::new();
    let mut outputs = Vec::new();
    let mut rows = Vec::new();
    for fact in &facts.results {
        let place = places.entry(&fact.report).or_default();
        *place += 1;
        let result_id = id("period_report_result", &format!("{} {place}", fact.report));
        rows.push((
            result::id.eq(result_id),
            result::report_id.eq(id("period_report", &fact.report)),
            (result::position.eq(*place), result::section.eq(&fact.section), result::clause.eq(&fact.clause)),
            (result::heading_vi.eq(&fact.heading_vi), result::heading_en.eq(&fact.heading_en)),
            (result::title_vi.eq(&fact.title_vi), result::title_en.eq(&fact.title_en)),
            (result::summary_vi.eq(&fact.summary_vi), result::summary_en.eq(&fact.summary_en)),
            (result::state.eq(&fact.state), result::remaining.eq(&fact.remaining)),
            result::directive_id.eq(optional_id("directive", fact.directive.as_ref())),
            result::recommendation_id.eq(optional_id("recommendation", fact.recommendation.as_ref())),
            result::note.eq(&fact.note),
        ));
        outputs.extend(fact.outputs.iter().zip(1..).map(|(named, position)| {
            (
                output::result_id.eq(result_id),
                output::position.eq(position),
                output::document_id.eq(id("document", &named.document)),
                output::role.eq(&named.role),
            )
        }));
    }
    insert_new!(load, result, result::id => result::id, rows.into_iter());
    insert_new!(load, output, (output::result_id, output::position) => output::result_id, outputs.into_iter());
    Ok(())
}
