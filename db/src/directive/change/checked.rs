//! A directive, or a part of one, as it is stored: its texts checked, its codes looked up, its deadline read.

use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{TEXT, deadlines, input::NewPart};
use crate::{
    Date, DbError, Violation, ViolationCode,
    agency::there_today,
    deadline::{Deadline, Given},
    directive::LeadBasis,
    input::{Checks, in_order, refused},
    schema::indicator,
    writer::Writing,
};

/// The longest title, in characters.
const TITLE: u16 = 500;
/// The longest words of a deadline or of an open group, in characters.
const WORDS: u16 = 200;
/// The longest comment on a deadline, in characters.
const COMMENT: u16 = 2_000;

/// A [`NewPart`] as it is stored.
#[derive(Debug, Clone)]
pub(super) struct CheckedPart {
    pub title: String,
    pub content: Option<String>,
    pub expected_output: Option<String>,
    pub leads: Vec<Uuid>,
    pub coordinators: Vec<(Option<Uuid>, Option<String>)>,
    pub deadline: Deadline,
    /// Why the deadline is over already.
    pub comment: Option<String>,
    pub indicators: Vec<Uuid>,
}

impl Default for CheckedPart {
    fn default() -> Self {
        Self {
            title: String::new(),
            content: None,
            expected_output: None,
            leads: Vec::new(),
            coordinators: Vec::new(),
            deadline: Deadline::none(None),
            comment: None,
            indicators: Vec::new(),
        }
    }
}

impl CheckedPart {
    pub async fn of(writing: &mut Writing, new: &NewPart, given: Given) -> Result<Self, DbError> {
        let mut checks = Checks::default();
        let title = checks.text("title", &new.title, TITLE);
        let content = checks.optional("content", new.content.as_deref(), TEXT);
        let expected_output = checks.optional("expectedOutput", new.expected_output.as_deref(), TEXT);
        let coordinators: Vec<_> = new
            .coordinators
            .iter()
            .map(|who| (who.agency.clone(), checks.optional("coordinators", who.words.as_deref(), WORDS)))
            .collect();
        if coordinators.iter().any(|(agency, words)| agency.is_some() == words.is_some()) {
            return Err(refused(ViolationCode::Malformed, "coordinators"));
        }
        let words = new.deadline.as_ref().and_then(|stated| stated.words.as_deref());
        let words = checks.optional("deadline", words, WORDS);
        let comment = new.deadline.as_ref().and_then(|stated| stated.comment.as_deref());
        let comment = checks.optional("deadline", comment, COMMENT);
        checks.passed()?;
        let deadline = match &new.deadline {
            Some(stated) => deadlines::read(writing, stated, words, given).await?,
            None => Deadline::none(None),
        };
        // More often a slip than meant.
        if comment.is_none() && deadline.due_on().is_some_and(|due| Date(due) < writing.today()) {
            return Err(refused(ViolationCode::Overdue, "deadline"));
        }
        let named: Vec<String> = coordinators.iter().filter_map(|(code, _)| code.clone()).collect();
        let mut named = there_today(writing, &named, "coordinators").await?.into_iter();
        let coordinators = coordinators.into_iter().map(|(code, words)| (code.and_then(|_| named.next()), words));
        Ok(Self {
            title,
            content,
            expected_output,
            leads: there_today(writing, &new.leads, "leads").await?,
            coordinators: coordinators.collect(),
            deadline,
            comment,
            indicators: indicators(writing, &new.indicators, "indicators").await?,
        })
    }

    /// As a part of something that has a deadline: not due later, and due then if nothing else is said.
    pub fn within(self, whole: &Deadline) -> Result<Self, DbError> {
        let Some(last) = whole.due_on() else { return Ok(self) };
        if !self.has_deadline() {
            return Ok(Self { deadline: whole.clone(), ..self });
        }
        match self.deadline.due_on() {
            Some(due) if due <= last => Ok(self),
            _ => Err(refused(ViolationCode::OutOfBounds, "deadline")),
        }
    }

    pub fn has_deadline(&self) -> bool {
        self.deadline != Deadline::none(None)
    }

    pub fn lead_basis(&self) -> LeadBasis {
        match self.leads.len() {
            0 => LeadBasis::NotStated,
            1 => LeadBasis::Explicit,
            _ => LeadBasis::Joint,
        }
    }
}

/// The ids of indicators, in the order of their codes.
async fn indicators(writing: &mut Writing, codes: &[String], field: &'static str) -> Result<Vec<Uuid>, DbError> {
    let rows = indicator::table.filter(indicator::code.eq_any(codes)).select((indicator::code, indicator::id));
    in_order(codes, rows.load(writing.connection()).await?, field)
}

/// What is wrong with a part, beside that part.
pub(super) fn in_part(error: DbError, place: usize) -> DbError {
    let DbError::Violated(violations) = error else { return error };
    let within = |mut violation: Violation| {
        violation.field.splice(1..1, ["parts".into(), place.to_string().into()]);
        Violation { row: i32::try_from(place).ok(), ..violation }
    };
    DbError::Violated(violations.into_iter().map(within).collect())
}
