//! Figures that are computed from others, by formulas and as composite indices; and those that come with their parts.

mod breakdowns;
mod formulas;
mod indices;

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all},
    mutation::{broken, next, seen, with},
    sql,
};

/// The agency whose figures they are, and which reports them.
const AGENCY: &str = "qng.skhcn";

/// Every indicator that is reported is assigned to the agency, by the length of its periods.
const ASSIGNED: &str = "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
    SELECT gen_random_uuid(), i.id, a.id, a.id, 'CALENDAR', i.frequency, '[2024-01-01,)' FROM indicator i, agency a
    WHERE a.code = 'qng.skhcn' AND NOT EXISTS (SELECT FROM indicator_definition d WHERE d.indicator_id = i.id AND d.version = 1 AND d.method <> 'REPORTED')
    ON CONFLICT DO NOTHING";

/// Who keeps the catalogue, and the people of an agency.
struct Office {
    db: TestDb,
    keeper: Viewer,
    reporter: Viewer,
    head: Viewer,
    standing: Viewer,
}

impl Office {
    async fn open() -> Self {
        let db = TestDb::demo().await;
        // Earlier periods are not closed yet.
        db.execute("UPDATE reporting_schedule SET due_working_days = 120, grace_working_days = 250").await;
        let keeper = Viewer::person(&db, 10, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En);
        let reporter = Viewer::person(&db, 11, &[(Role::Reporter, AGENCY, false)]).await;
        let head = Viewer::person(&db, 12, &[(Role::Head, AGENCY, false)]).await;
        let standing = Viewer::person(&db, 13, &[(Role::StandingOffice, AGENCY, false)]).await;
        Self { db, keeper, reporter, head, standing }
    }

    /// Defines an indicator, and answers what has to be mended.
    async fn defines(&self, code: &str, more: Value, definition: Value) -> Vec<String> {
        let input = json!({ "programme": "nq57-quang-ngai", "code": code, "nameVi": format!("Chỉ tiêu {code}"), "nameEn": format!("Indicator {code}"),
            "unit": "COUNT", "valueKind": "NUMBER", "direction": "HIGHER_IS_BETTER", "nature": "STOCK", "aggregation": "NONE", "frequency": "MONTH" });
        let wording = with(
            json!({ "textVi": format!("Định nghĩa của {code}"), "textEn": format!("Definition of {code}") }),
            definition,
        );
        let input = with(with(input, more), json!({ "definition": wording }));
        broken(&self.keeper.act("defineIndicator", input, "indicator { code }").await)
    }

    async fn defined(&self, code: &str, more: Value, definition: Value) {
        assert_eq!(self.defines(code, more, definition).await, Vec::<String>::new(), "{code}");
    }

    /// Words an indicator anew from a day on, and answers what has to be mended.
    async fn revises(&self, code: &str, valid_from: &str, definition: Value) -> Vec<String> {
        let asked = self.keeper.ask(&format!("{{ indicator(code: \"{code}\") {{ id version }} }}")).await.whole();
        let wording = with(json!({ "textVi": "Định nghĩa mới", "textEn": "Another definition" }), definition);
        let input =
            with(seen("indicator", &asked["indicator"]), json!({ "definition": wording, "validFrom": valid_from }));
        broken(&self.keeper.act("reviseDefinition", input, "indicator { code }").await)
    }

    /// Publishes figures of one period, each by three people.
    async fn publishes(&self, period: &str, figures: &[(&str, &str)]) {
        let rows = figures.iter().map(|(indicator, value)| {
            json!({ "indicator": indicator, "subject": AGENCY, "period": period, "value": value, "observation": "FINAL" })
        });
        let input = json!({ "mode": "ALL_OR_NOTHING", "rows": rows.collect::<Vec<_>>(), "submit": true });
        let drafted = self.reporter.act("draftMeasurements", input, FIGURES).await;
        self.decide(drafted).await;
    }

    /// Corrects a published figure.
    async fn corrects(&self, indicator: &str, period: &str, value: &str) {
        let figure = self.reporter.ask(&format!("{{ {} {{ id version }} }}", figure(indicator, period))).await.whole();
        let row = with(
            seen("measurement", &figure["measurement"]),
            json!({ "value": value, "observation": "REVISED", "reason": "Đếm lại", "comment": format!("Lần {}", next()) }),
        );
        let input = json!({ "mode": "ALL_OR_NOTHING", "rows": [row], "submit": true });
        let corrected = self.reporter.act("correctMeasurements", input, FIGURES).await;
        self.decide(corrected).await;
    }

    /// Endorses and publishes what was submitted.
    async fn decide(&self, mut submitted: Value) {
        for (who, decision) in [(&self.head, "endorseMeasurements"), (&self.standing, "publishMeasurements")] {
            assert_eq!(broken(&submitted), Vec::<String>::new(), "before {decision}");
            let rows = all(&submitted, "measurements/*");
            let rows: Vec<Value> = rows
                .into_iter()
                .map(|row| with(seen("measurement", row), json!({ "contentHash": row["contentHash"] })))
                .collect();
            submitted = who.act(decision, json!({ "mode": "ALL_OR_NOTHING", "rows": rows }), FIGURES).await;
        }
        assert_eq!(broken(&submitted), Vec::<String>::new());
    }

    /// What everybody reads of a figure.
    async fn reads(&self, indicator: &str, period: &str, selection: &str) -> Value {
        let query = format!("{{ {} {{ {selection} }} }}", figure(indicator, period));
        Viewer::public(&self.db).ask(&query).await.whole()["measurement"].take()
    }

    /// What everybody reads of the computations of an indicator for the agency.
    async fn computations(&self, indicator: &str, selection: &str) -> Value {
        let query = format!(
            "{{ indicator(code: \"{indicator}\") {{ computations(filter: {{ subject: \"{AGENCY}\" }}) {{ nodes {{ {selection} }} }} }} }}"
        );
        Viewer::public(&self.db).ask(&query).await.whole()["indicator"]["computations"]["nodes"].take()
    }

    /// What the server's role is told when it tries a statement.
    async fn told(&self, statement: &str) -> String {
        let mut server = self.db.pool.get().await.unwrap();
        match sql::execute(&mut server, statement).await {
            Ok(()) => "done".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

const FIGURES: &str = "measurements { id version contentHash }";

fn figure(indicator: &str, period: &str) -> String {
    format!("measurement(indicator: \"{indicator}\", subject: \"{AGENCY}\", period: \"{period}\")")
}
