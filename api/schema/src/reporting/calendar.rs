//! The legal calendar: holidays, when reports are due, and extensions.

use async_graphql::{Context, InputObject};
use auth::{Action, action};
use chrono::Datelike as _;
use db::{
    Date,
    access::Auth,
    calendar::{Period, Regime},
    reporting::{
        calendar::{self, Holiday, HolidayKind, ReportingSchedule},
        extension::{self, NewExtension, ReportingExtension as Row, ReportingExtensionFilter},
    },
};
use object_layer::{Object, SimpleObject};
use uuid::Uuid;

use crate::{
    agencies::Agency,
    error::ApiError,
    object::{maybe, object, root_lists},
    page::{Answer, reader},
    payload::{UserError, once, payload, settle, shown},
    viewer::permit,
};

object! {
    /// A later due date of one period, for one agency's reports or for all (gia hạn báo cáo). Of several the latest day holds.
    ReportingExtension shows Row, tag b'h', by SeeObligations;
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

/// A day that is not as its weekday says.
#[derive(InputObject)]
pub struct HolidayInput {
    /// The day, today or later
    day: Date,
    /// Why it is on the list
    kind: HolidayKind,
    /// Its name in Vietnamese
    name_vi: String,
    /// Its name in English
    name_en: String,
    /// What sets it: law, decision or announcement
    source: String,
    /// True while the plan of the year is not announced
    #[graphql(default)]
    provisional: bool,
}

/// Days to be added, at most 400.
#[derive(InputObject)]
pub struct AddHolidaysInput {
    /// The days
    days: Vec<HolidayInput>,
}

/// A day to be taken off the list.
#[derive(InputObject)]
pub struct RemoveHolidayInput {
    /// The day, today or later
    day: Date,
}

/// A later due date.
#[derive(InputObject)]
pub struct ExtendReportingInput {
    /// Calendar or administrative
    #[graphql(default_with = "Regime::Calendar")]
    regime: Regime,
    /// The period; not a range of days
    period: Period,
    /// Code of the agency for whose reports it holds; for all if left out
    reporter: Option<String>,
    /// The new last day (Asia/Ho_Chi_Minh), later than the one that holds, at most 366 days after the period
    due_on: Date,
    /// Why, and which document says so; at most 2,000 characters
    reason: String,
}

/// What became of days that were to be added: all, or none.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageCalendar))]
pub struct AddHolidaysPayload {
    /// The days; null if nothing was written
    holidays: Option<Vec<Holiday>>,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
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

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct ReportingCalendarMutation;

/// Part of the mutation root.
#[Object(root)]
impl ReportingCalendarMutation {
    /// Adds public holidays and worked weekends, all of them or none: the days of a new year, or a day that was announced. Due
    /// dates follow at once
    #[graphql(directive = Auth::apply(Action::ManageCalendar))]
    async fn add_holidays(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The days")] input: AddHolidaysInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<AddHolidaysPayload> {
        let work = async || {
            let permit = permit::<action::ManageCalendar>(context)?;
            let days = input.days.into_iter().map(|given| {
                let HolidayInput { day, kind, name_vi, name_en, source, provisional } = given;
                Holiday { day, kind, name_vi, name_en, source, provisional }
            });
            let outcome = calendar::add(&once(context, idempotency_key)?, &permit, days.collect()).await;
            let (holidays, user_errors) = settle(context, outcome)?;
            Ok(AddHolidaysPayload { holidays, user_errors })
        };
        Some(work().await)
    }

    /// Takes a day off the list that is not past: it is then as its weekday says. Due dates follow at once
    #[graphql(directive = Auth::apply(Action::ManageCalendar))]
    async fn remove_holiday(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day")] input: RemoveHolidayInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<RemoveHolidayPayload> {
        let work = async || {
            let permit = permit::<action::ManageCalendar>(context)?;
            let outcome = calendar::remove(&once(context, idempotency_key)?, &permit, input.day).await;
            settle(context, outcome).map(RemoveHolidayPayload::from)
        };
        Some(work().await)
    }

    /// Gives a later due date (gia hạn) for one period: for an agency's reports or for all
    #[graphql(directive = Auth::apply(Action::ManageCalendar))]
    async fn extend_reporting(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of what, and until when")] input: ExtendReportingInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<ExtendReportingPayload> {
        let work = async || {
            let permit = permit::<action::ManageCalendar>(context)?;
            let ExtendReportingInput { regime, period, reporter, due_on, reason } = input;
            let new = NewExtension { regime, period, reporter, due_on, reason };
            let outcome = extension::extend(&once(context, idempotency_key)?, &permit, new).await;
            shown(context, outcome).map(ExtendReportingPayload::from)
        };
        Some(work().await)
    }
}
