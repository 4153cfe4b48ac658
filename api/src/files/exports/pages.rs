//! The pages of an export: one snapshot, asked page by page as anybody would ask the API.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request, Response};
use chrono::{DateTime, Utc};
use db::{Reader, loan::Work};
use schema::{
    Api,
    caller::Caller,
    error::{ApiError, Code},
    viewer::Viewer,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    asked::Asked,
    lists::Column,
    question::{Question, SIZES},
};
use crate::{
    graphql::{GraphqlResponse, GraphqlService},
    guard::Admitted,
};

/// Why a page is not there.
#[derive(Debug)]
pub enum Failure {
    /// It may not be asked for, or not now.
    Refused(ApiError),
    /// Its answer has errors, and is nothing but them.
    Failed(Box<GraphqlResponse>),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// Its message.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Refused(error) => error.to_string(),
            Self::Failed(answer) => answer.errors().first().map(|error| error.message.clone()).unwrap_or_default(),
        }
    }
}

/// What is read, and in whose name.
pub struct Pages {
    service: GraphqlService<Api>,
    viewer: Viewer,
    caller: Caller,
    question: Question,
    columns: Vec<Column>,
    size: u32,
    is_counted: bool,
    after: Option<String>,
    /// What all pages are read from.
    snapshot: Option<Arc<Reader>>,
}

/// A page that may be read.
pub struct Next {
    request: Request,
    admitted: Admitted,
}

impl Next {
    /// What it is counted as.
    #[must_use]
    pub const fn load(&self) -> crate::limits::Load {
        self.admitted.load
    }
}

/// A page as it was read.
#[derive(Debug)]
pub struct Page {
    /// Its rows, as the API says them.
    pub rows: Vec<Box<RawValue>>,
    /// Whether it is the last.
    pub is_last: bool,
    /// The number of all rows, where it was counted.
    pub total: Option<u64>,
    /// The points that it took beyond its price.
    pub beyond: u64,
    /// What PostgreSQL did for it.
    pub work: Work,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    nodes: Vec<Box<RawValue>>,
    page_info: PageInfo,
    total_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl Pages {
    /// The pages of what was asked for, none read yet. The first is counted, if that is wanted and can be done.
    #[must_use]
    pub fn new(service: GraphqlService<Api>, viewer: Viewer, caller: Caller, asked: &Asked, is_counted: bool) -> Self {
        let columns = asked.list.columns_for(&viewer.principal);
        let question = Question::new(asked, &columns);
        let is_counted = is_counted && asked.list.is_counted;
        Self { service, viewer, caller, question, columns, size: 0, is_counted, after: None, snapshot: None }
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Looks whether the next page may be read, and what it costs. The first finds out how large pages may be.
    pub fn price(&mut self) -> Result<Next, ApiError> {
        let sizes: &[u32] = if self.size == 0 { &SIZES } else { std::slice::from_ref(&self.size) };
        let guard = self.service.guard();
        let mut refusal = None;
        for size in sizes {
            let request = self.question.page(*size, self.after.as_deref(), self.is_counted);
            match guard.admit(&request, &mut guard.budget()) {
                Ok(admitted) => {
                    self.size = *size;
                    return Ok(Next { request, admitted });
                }
                Err(error) if error.code() == Code::CostLimitExceeded => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or_else(ApiError::internal))
    }

    /// Takes the snapshot that all pages are read from: of the present, or of what was known at an instant. It may rest for so
    /// long between pages.
    pub async fn open(&mut self, as_of: Option<DateTime<Utc>>, rest: Duration) -> Result<DateTime<Utc>, ApiError> {
        let api = self.service.schema();
        let reader = api.snapshot(&self.viewer, as_of, rest).await?;
        self.snapshot = Some(reader);
        Ok(api.clock().now())
    }

    /// Reads a page.
    pub async fn read(&mut self, next: Next) -> Result<Page, Failure> {
        let Some(reader) = &self.snapshot else { return Err(ApiError::internal().into()) };
        let Next { request, admitted } = next;
        let viewer = self.viewer.clone();
        let before = reader.work();
        let (response, beyond) = self.service.execute_within(request, admitted, viewer, &self.caller, reader).await;
        let work = reader.work() - before;
        let Response { data, errors, .. } = response;
        if !errors.is_empty() {
            return Err(Failure::Failed(Box::new(GraphqlResponse::refuse_whole(errors, &self.caller))));
        }
        let answered: Answered = GraphqlResponse::root_of(&data, "it")
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(ApiError::internal)?;
        let is_last = !answered.page_info.has_next_page;
        self.after = answered.page_info.end_cursor;
        let total = answered.total_count.filter(|_| self.is_counted);
        self.is_counted = false;
        Ok(Page { rows: answered.nodes, is_last, total, beyond, work })
    }
}
