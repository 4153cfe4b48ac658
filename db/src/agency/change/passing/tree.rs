//! Those below an agency that ends, who stand below somebody else from now on.

use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, PgSortExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Heirs, Passing};
use crate::{
    DbError,
    agency::change::{
        NOUN,
        keeping::{Place, leave, place},
        raise,
    },
    schema::agency_placement,
    writer::{ChangeKind, Writing},
};

impl Passing<'_> {
    /// Places each below its heir. An heir that stood below the agency itself takes its place.
    pub(super) async fn agencies_below(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        let above = agency_placement::table
            .filter(agency_placement::agency_id.eq(self.from))
            .filter(agency_placement::valid_from.is_null().or(agency_placement::valid_from.lt(self.decided.on)))
            .filter(agency_placement::valid_until.is_null().or(agency_placement::valid_until.ge(self.decided.on)))
            .order(agency_placement::valid_until.desc().nulls_first())
            .select(agency_placement::parent_id);
        let above: Vec<Uuid> = above.load(writing.connection()).await?;
        let above = above.into_iter().next();
        leave(writing, &of.ids, self.decided.on).await?;
        let places = of.ids.iter().zip(&of.heirs).filter_map(|(child, heir)| {
            let parent = if child == heir { above } else { Some(*heir) };
            Some(Place { agency: *child, parent: parent? })
        });
        place(writing, &places.collect::<Vec<_>>(), self.decided).await?;
        for child in &of.ids {
            writing.changed(ChangeKind::Updated, (NOUN, *child));
        }
        raise(writing, &of.ids).await
    }
}
