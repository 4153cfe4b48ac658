//! People and machines of an agency that ends, and the roles held at it.

use std::{cmp::max, collections::BTreeSet};

use auth::{Acts as _, action::ManageAgencies, random};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, SelectableHelper as _,
    sql_types::{Array, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{Heirs, Passing};
use crate::{
    DbError, ViolationCode,
    input::refused,
    password,
    role_grant::{RoleGrant, reaches_below},
    schema::{role_grant, service_account},
    writer::{AuditEvent, ChangeKind, Writing},
};

impl Passing<'_> {
    /// Ends roles, and grants them anew at the heirs, by whoever granted them: from the day on, and never for days that are over, on which
    /// they were held as they were. Whoever holds the same role there already holds it once.
    pub(super) async fn roles(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        let rows = role_grant::table
            .filter(role_grant::id.eq_any(&of.ids))
            .order((role_grant::account_id, role_grant::id))
            .select(RoleGrant::as_select());
        let rows: Vec<RoleGrant> = rows.load(writing.connection()).await?;
        let first_day = max(self.decided.on, writing.today());
        for before in &rows {
            let heir = of.ids.iter().zip(&of.heirs).find(|(id, _)| **id == before.id).map(|(_, heir)| *heir);
            let Some(heir) = heir else { continue };
            if before.with_below {
                self.reaches_all_below(writing, heir).await?;
            }
            let from = max(first_day, before.valid_from);
            diesel::update(role_grant::table.filter(role_grant::id.eq(before.id)))
                .set(role_grant::valid_until.eq(from))
                .execute(writing.connection())
                .await?;
            let next = RoleGrant {
                id: random::id(writing.now()),
                agency_id: Some(heir),
                valid_from: from,
                granted_at: writing.now(),
                ..before.clone()
            };
            let made = diesel::insert_into(role_grant::table).values(&next).on_conflict_do_nothing();
            let made = made.execute(writing.connection()).await?;
            writing.changed(ChangeKind::Updated, ("role_grant", before.id));
            if made > 0 {
                writing.changed(ChangeKind::Created, ("role_grant", next.id));
            }
            writing.audit(AuditEvent {
                action: ManageAgencies::ACTION.as_str(),
                object: Some(("role_grant", before.id)),
                before: Some(
                    json!({ "account": before.account_id, "role": before.role.as_str(), "agency": self.from }),
                ),
                after: Some(json!({ "agency": heir, "grant": (made > 0).then_some(next.id), "validFrom": from })),
                ..AuditEvent::default()
            });
        }
        let accounts: BTreeSet<Uuid> = rows.iter().map(|row| row.account_id).collect();
        for account in accounts {
            password::end_resets_out_of_reach(writing, account).await?;
        }
        Ok(())
    }

    pub(super) async fn accounts(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        const MOVE: &str = "UPDATE account SET agency_id = passed.heir, version = version + 1 \
            FROM unnest($1, $2) AS passed (id, heir) WHERE account.id = passed.id";
        diesel::sql_query(MOVE)
            .bind::<Array<SqlUuid>, _>(&of.ids)
            .bind::<Array<SqlUuid>, _>(&of.heirs)
            .execute(writing.connection())
            .await?;
        for id in of.ids {
            writing.changed(ChangeKind::Updated, ("account", id));
        }
        Ok(())
    }

    pub(super) async fn service_accounts(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        for (id, heir) in of.ids.iter().zip(&of.heirs) {
            let with_below = service_account::table.find(id).select(service_account::with_below);
            if with_below.first::<bool>(writing.connection()).await? {
                self.reaches_all_below(writing, *heir).await?;
            }
            diesel::update(service_account::table.find(id))
                .set((service_account::agency_id.eq(heir), service_account::version.eq(service_account::version + 1)))
                .execute(writing.connection())
                .await?;
            writing.changed(ChangeKind::Updated, ("service_account", *id));
        }
        Ok(())
    }

    /// Refused if what extends to those below would come to extend further than the actor reaches.
    async fn reaches_all_below(&self, writing: &mut Writing, heir: Uuid) -> Result<(), DbError> {
        if reaches_below(writing, self.acting.permit.reach(), Some(heir)).await? {
            Ok(())
        } else {
            Err(refused(ViolationCode::OutOfReach, "successor"))
        }
    }
}
