//! The legal calendar: holidays, schedules, and extensions.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use chrono::Datelike as _;
use db::{
    Date,
    access::Auth,
    reporting::{
        calendar::{self, CalendarChange, CalendarYear, Holiday as HolidayRow, NewHolidays, RemovedHoliday},
        extension::{self, NewExtension, ReportingExtension as Row, ReportingExtensionFilter},
        moved::MovedDueDate,
        schedule::{self, NewSchedule, ReportingSchedule as ScheduleRow, ScheduleChange},
    },
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    documents::Document,
    error::ApiError,
    mutation::mutations,
    object::{if_visible, maybe, object, root_lists},
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
            let days = calendar::holidays(reader(context), year).await.map_err(ApiError::from);
            Some(days.map(|days| days.into_iter().map(Holiday::from).collect()))
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
            let schedules = schedule::schedules(reader(context), on).await.map_err(ApiError::from);
            Some(schedules.map(|schedules| schedules.into_iter().map(ReportingSchedule::from).collect()))
        }
    }
    /// Later due dates, the latest given first
    reporting_extensions: ReportingExtension (ReportingExtensionFilter);
}

/// A day that is not as its weekday says (ngày nghỉ lễ, tết; ngày làm bù).
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Holiday {
    #[graphql(flatten)]
    row: Arc<HolidayRow>,
}

impl From<HolidayRow> for Holiday {
    fn from(row: HolidayRow) -> Self {
        Self { row: Arc::new(row) }
    }
}

#[ComplexObject]
impl Holiday {
    /// The document of the register that sets it; null if there is none, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }
}

/// When reports of a kind are taken, due and closed (chế độ báo cáo).
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ReportingSchedule {
    #[graphql(flatten)]
    row: Arc<ScheduleRow>,
}

impl From<ScheduleRow> for ReportingSchedule {
    fn from(row: ScheduleRow) -> Self {
        Self { row: Arc::new(row) }
    }
}

#[ComplexObject]
impl ReportingSchedule {
    /// It holds for periods whose last day is this one or later; null if it is there from the first
    fn valid_from(&self) -> Option<Date> {
        self.row.valid.from
    }

    /// It holds for periods whose last day is this one or earlier; null while there is no end
    fn valid_until(&self) -> Option<Date> {
        self.row.valid.ends_before.map(Date::day_before)
    }

    /// The document of the register that sets it; null if there is none, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }
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
        let (days, moved) = done.map_or((None, None), |done| (done.written.then_some(done.days), Some(done.moved)));
        Self { holidays: days.map(|days| days.into_iter().map(Holiday::from).collect()), moved, user_errors }
    }
}

/// What became of a day that was to be taken off the list.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageCalendar))]
pub struct RemoveHolidayPayload {
    /// The day as it was; null if nothing was written, as after a dry run
    pub holiday: Option<Holiday>,
    /// The due dates that move, the earliest period first; null if something has to be mended
    pub moved: Option<Vec<MovedDueDate>>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
}

impl Payload for RemoveHolidayPayload {
    type Done = CalendarChange;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<CalendarChange>, user_errors: Vec<UserError>, (): ()) -> Self {
        let (days, moved) = done.map_or((None, None), |done| (done.written.then_some(done.days), Some(done.moved)));
        Self { holiday: days.and_then(|days| days.into_iter().next()).map(Holiday::from), moved, user_errors }
    }
}

/// What became of a schedule that was to be set.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageCalendar))]
pub struct SetReportingSchedulePayload {
    /// The schedule; null if nothing was written, as after a dry run
    pub schedule: Option<ReportingSchedule>,
    /// The due dates that move, the earliest period first; null if something has to be mended
    pub moved: Option<Vec<MovedDueDate>>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
}

impl Payload for SetReportingSchedulePayload {
    type Done = ScheduleChange;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<ScheduleChange>, user_errors: Vec<UserError>, (): ()) -> Self {
        let (schedule, moved) =
            done.map_or((None, None), |done| (done.written.then_some(done.schedule), Some(done.moved)));
        Self { schedule: schedule.map(ReportingSchedule::from), moved, user_errors }
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
    /// Takes a day off the list that is not past: it is then as its weekday says. Due dates follow at once: a dry run says which
    remove_holiday(RemovedHoliday, "The day") -> RemoveHolidayPayload by ManageCalendar = calendar::remove;
    /// Sets when reports of a kind are taken, due and closed, for periods that end today or later. Due dates follow at once: a dry
    /// run says which
    set_reporting_schedule(NewSchedule, "Of which kind, and when") -> SetReportingSchedulePayload by ManageCalendar = schedule::set;
    /// Gives a later due date (gia hạn) for one period: for an agency's reports or for all
    extend_reporting(NewExtension, "Of what, and until when") -> ExtendReportingPayload by ManageCalendar = extension::extend;
}
