//! The legal calendar: holidays, when reports are due, and extensions.

use async_graphql::Context;
use auth::Action;
use chrono::Datelike as _;
use db::{
    Date,
    access::Auth,
    reporting::{
        calendar::{
            self, CalendarChange, CalendarYear, Holiday, MovedDueDate, NewHolidays, RemovedHoliday, ReportingSchedule,
        },
        extension::{self, NewExtension, ReportingExtension as Row, ReportingExtensionFilter},
    },
};

use object_layer::SimpleObject;

use crate::{
    agencies::Agency,
    error::ApiError,
    mutation::mutations,
    object::{maybe, object, root_lists},
    page::{Answer, reader},
    payload::{Payload, UserError, payload},
};

object! {
    /// A later due date of one period, for one agency's reports or for all (gia hạn báo cáo). Of several the latest day holds.
    ReportingExtension shows Row, by SeeObligations;
    {
        /// For whose reports; null for all
        async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.reporter_id).await
        }
    }
}

root_lists! {
    ReportingCalendarQuery;
    {
        /// The days of a year that are not as their weekdays say, in order: public holidays (ngày nghỉ lễ, tết), days off in their
        /// place, and weekends that are worked (làm bù)
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn holidays(&self, context: &Context<'_>, #[graphql(desc = "The year; this one if left out")] year: Option<i32>) -> Answer<Vec<Holiday>> {
            let year = year.unwrap_or_else(|| reader(context).today().0.year());
            Some(calendar::holidays(reader(context), year).await.map_err(ApiError::from))
        }

        /// The years that due dates depend on now, and whether their holidays are announced: this year, and from October on the next
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn calendar_years(&self, context: &Context<'_>) -> Answer<Vec<CalendarYear>> {
            Some(calendar::needed_years(reader(context)).await.map_err(ApiError::from))
        }

        /// When reports of each kind are taken, due and closed
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn reporting_schedules(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "For periods that end on this day; today if left out")] on: Option<Date>,
        ) -> Answer<Vec<ReportingSchedule>> {
            let on = on.unwrap_or(reader(context).today());
            Some(calendar::schedules(reader(context), on).await.map_err(ApiError::from))
        }
    }
    /// Later due dates, the latest given first
    reporting_extensions: ReportingExtension (ReportingExtensionFilter);
}

/// What became of days that were to be added: all, or none.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageCalendar))]
pub struct AddHolidaysPayload {
    /// The days; null if nothing was written, as after a dry run
    pub holidays: Option<Vec<Holiday>>,
    /// The due dates that move with them, the earliest period first; null if something has to be mended
    pub moved: Option<Vec<MovedDueDate>>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
}

impl Payload for AddHolidaysPayload {
    type Done = CalendarChange;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<CalendarChange>, user_errors: Vec<UserError>, (): ()) -> Self {
        let (holidays, moved) = done.map_or((None, None), |done| (done.written.then_some(done.days), Some(done.moved)));
        Self { holidays, moved, user_errors }
    }
}

payload! {
    /// What became of a day that was to be taken off the list.
    RemoveHolidayPayload by ManageCalendar {
        /// The day as it was; null if nothing was written
        holiday: Holiday
    }
}

payload! {
    /// What became of an extension.
    ExtendReportingPayload by ManageCalendar {
        /// The extension; null if nothing was written
        extension: ReportingExtension
    }
}

mutations! {
    ReportingCalendarMutation;
    /// Adds public holidays and worked weekends, all of them or none: the days of a new year, or a day that was announced. Due
    /// dates follow at once: a dry run says which. Days that are over need a reason
    add_holidays(NewHolidays, "The days") -> AddHolidaysPayload by ManageCalendar = calendar::add;
    /// Takes a day off the list that is not past: it is then as its weekday says. Due dates follow at once
    remove_holiday(RemovedHoliday, "The day") -> RemoveHolidayPayload by ManageCalendar = calendar::remove;
    /// Gives a later due date (gia hạn) for one period: for an agency's reports or for all
    extend_reporting(NewExtension, "Of what, and until when") -> ExtendReportingPayload by ManageCalendar = extension::extend;
}
