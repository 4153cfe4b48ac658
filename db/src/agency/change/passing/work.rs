//! Directives, recommendations and indicators that somebody else goes on with.

use auth::random;
use diesel::{
    ExpressionMethods as _, QueryDsl as _,
    sql_types::{Array, Date as SqlDate, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Heirs, Passing};
use crate::{
    DbError,
    enums::Visibility,
    schema::{directive, recommendation},
    writer::{Audience, ChangeKind, Writing},
};

/// The timeline is told first: what follows is refused without.
const TELL: &str = "INSERT INTO directive_event (id, directive_id, kind, occurred_on, recorded_at, account_id, agency_id, role, text, predecessor_id) \
    SELECT passed.event, passed.id, 'TRANSFERRED', $5, $6, $7, passed.heir, 'ADMINISTRATOR', $8, $3 \
    FROM unnest($1, $2, $4) AS passed (id, heir, event)";

/// What becomes of each directive, in this order. Whoever has a part already takes no second one; whoever leads coordinates no more; and
/// nobody waits for an answer of their own.
const DIRECTIVES: [&str; 9] = [
    "DELETE FROM directive_lead AS part USING unnest($1, $2) AS passed (id, heir) WHERE part.directive_id = passed.id AND part.agency_id = $3 \
        AND EXISTS (SELECT FROM directive_lead other WHERE other.directive_id = passed.id AND other.agency_id = passed.heir)",
    "UPDATE directive_lead AS part SET agency_id = passed.heir FROM unnest($1, $2) AS passed (id, heir) \
        WHERE part.directive_id = passed.id AND part.agency_id = $3",
    "DELETE FROM directive_coordinator AS part USING unnest($1, $2) AS passed (id, heir) WHERE part.directive_id = passed.id AND part.agency_id = $3 \
        AND EXISTS (SELECT FROM directive_coordinator other WHERE other.directive_id = passed.id AND other.agency_id = passed.heir)",
    "UPDATE directive_coordinator AS part SET agency_id = passed.heir FROM unnest($1, $2) AS passed (id, heir) \
        WHERE part.directive_id = passed.id AND part.agency_id = $3",
    "DELETE FROM directive_coordinator AS part USING unnest($1, $2) AS passed (id, heir) WHERE part.directive_id = passed.id AND part.agency_id = passed.heir \
        AND $3 <> passed.heir AND EXISTS (SELECT FROM directive_lead lead WHERE lead.directive_id = passed.id AND lead.agency_id = passed.heir)",
    "UPDATE directive_input AS input SET agency_id = CASE input.agency_id WHEN $3 THEN passed.heir ELSE input.agency_id END, \
        coordinator_id = CASE input.coordinator_id WHEN $3 THEN passed.heir ELSE input.coordinator_id END \
        FROM unnest($1, $2) AS passed (id, heir) WHERE input.directive_id = passed.id AND input.ended_on IS NULL AND $3 IN (input.agency_id, input.coordinator_id)",
    "UPDATE directive_input AS input SET ended_on = greatest(input.asked_on, $4) FROM unnest($1, $2) AS passed (id, heir) \
        WHERE input.directive_id = passed.id AND input.ended_on IS NULL AND input.agency_id = input.coordinator_id AND input.agency_id = passed.heir AND $3 <> passed.heir",
    "UPDATE directive_extension AS request SET agency_id = passed.heir FROM unnest($1, $2) AS passed (id, heir) \
        WHERE request.directive_id = passed.id AND request.agency_id = $3 AND request.state IN ('REQUESTED', 'COUNTERED')",
    "UPDATE directive SET version = version + 1 FROM unnest($1, $2) AS passed (id, heir) WHERE directive.id = passed.id AND $3 <> passed.heir",
];

const RECOMMENDATIONS: [&str; 3] = [
    "DELETE FROM recommendation_recipient AS part USING unnest($1, $2) AS passed (id, heir) WHERE part.recommendation_id = passed.id AND part.agency_id = $3 \
        AND EXISTS (SELECT FROM recommendation_recipient other WHERE other.recommendation_id = passed.id AND other.agency_id = passed.heir)",
    "UPDATE recommendation_recipient AS part SET agency_id = passed.heir FROM unnest($1, $2) AS passed (id, heir) \
        WHERE part.recommendation_id = passed.id AND part.agency_id = $3",
    "UPDATE recommendation SET version = version + 1, decision_maker_id = CASE decision_maker_id WHEN $3 THEN passed.heir ELSE decision_maker_id END \
        FROM unnest($1, $2) AS passed (id, heir) WHERE recommendation.id = passed.id",
];

const INDICATORS: &str = "UPDATE indicator SET version = version + 1, lead_agency_id = passed.heir FROM unnest($1, $2) AS passed (id, heir) \
    WHERE indicator.id = passed.id AND indicator.lead_agency_id = $3";

/// A statement about rows with their heirs, and whom they leave.
macro_rules! about {
    ($text:expr, $heirs:expr, $from:expr) => {
        diesel::sql_query($text)
            .bind::<Array<SqlUuid>, _>(&$heirs.ids)
            .bind::<Array<SqlUuid>, _>(&$heirs.heirs)
            .bind::<SqlUuid, _>($from)
    };
}

impl Passing<'_> {
    pub(super) async fn directives(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        let (now, today) = (writing.now(), writing.today());
        let events: Vec<Uuid> = of.ids.iter().map(|_| random::id(now)).collect();
        about!(TELL, of, self.from)
            .bind::<Array<SqlUuid>, _>(&events)
            .bind::<SqlDate, _>(self.decided.on)
            .bind::<Timestamptz, _>(now)
            .bind::<Nullable<SqlUuid>, _>(self.acting.permit.actor().account())
            .bind::<Nullable<Text>, _>(&self.decided.note)
            .execute(writing.connection())
            .await?;
        for text in DIRECTIVES {
            let query = about!(text, of, self.from);
            if text.contains("$4") {
                query.bind::<SqlDate, _>(today).execute(writing.connection()).await?;
            } else {
                query.execute(writing.connection()).await?;
            }
        }
        let rows =
            directive::table.filter(directive::id.eq_any(&of.ids)).select((directive::id, directive::visibility));
        let rows: Vec<(Uuid, Visibility)> = rows.load(writing.connection()).await?;
        self.told(writing, "directive", rows);
        Ok(())
    }

    pub(super) async fn recommendations(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        for text in RECOMMENDATIONS {
            about!(text, of, self.from).execute(writing.connection()).await?;
        }
        let rows = recommendation::table.filter(recommendation::id.eq_any(&of.ids));
        let rows = rows.select((recommendation::id, recommendation::visibility));
        let rows: Vec<(Uuid, Visibility)> = rows.load(writing.connection()).await?;
        self.told(writing, "recommendation", rows);
        Ok(())
    }

    pub(super) async fn indicators(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        about!(INDICATORS, of, self.from).execute(writing.connection()).await?;
        for id in of.ids {
            writing.changed(ChangeKind::Updated, ("indicator", id));
        }
        Ok(())
    }

    /// Who follows them is told; what is restricted has left the sight of those who saw it as the agency that ends.
    fn told(&self, writing: &mut Writing, noun: &'static str, rows: Vec<(Uuid, Visibility)>) {
        for (id, visibility) in rows {
            writing.changed(ChangeKind::Updated, (noun, id));
            if visibility == Visibility::Restricted {
                writing.hidden_from(Audience::Party(self.from), (noun, id));
            }
        }
    }
}
