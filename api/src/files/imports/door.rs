//! The paths of files: a file comes in, its copy and the templates go out.

use auth::{
    Actor,
    action::{ReportProgress, SubmitMeasurement},
};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
    response::IntoResponse as _,
};
use db::{
    Acting, Date, DbError, Id, Once, Reader,
    calendar::{Period, Regime},
    import::{
        self, Import, ImportError, ImportErrorFilter, ImportErrorLink, ImportKind, NewImport, NoPurpose, Purpose, Sent,
    },
    measurement::BulkMode,
    noun::{Listed as _, ListedBelow as _, Noun as _},
    once::Key,
    page::Page,
};
use schema::{caller::Caller, error::ApiError, imports::PATH, language::Language, payload::message, viewer::Viewer};
use serde_json::json;
use sheets::{File, Limits, marked, stamp, survey, template};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{
    Files,
    form::{self, form_of},
};
use crate::{
    door::caller,
    files::{
        entrance::{refused, save_foreign_as},
        parameters::Parameters,
    },
    limits::Load,
};

/// What a file costs beside its bytes, in points: looking through it, or writing one.
const POINTS: u64 = 500;

type Answer = Result<Response<Body>, ApiError>;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `POST /files/imports`: takes a file in.
pub async fn send(State(files): State<Files>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let caller = caller(&parts.headers);
    // The gate has read it, within its limits.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let sent = async { files.send(&files.enter(&parts, 1).await?, &parts, body).await };
    answered(sent.await, &caller)
}

/// `GET /files/imports/{id}` and `GET /files/imports/{id}.xlsx`: how an import stands, and the copy of its file.
pub async fn one(
    State(files): State<Files>,
    name: Result<Path<String>, PathRejection>,
    parts: Parts,
) -> Response<Body> {
    let caller = caller(&parts.headers);
    let found = async {
        let viewer = files.enter(&parts, 0).await?;
        let name = named(name);
        let (id, is_copy) = name.strip_suffix(".xlsx").map_or((name.as_str(), false), |id| (id, true));
        let import = files.found(&viewer, id).await?;
        if is_copy {
            files.copy(&viewer, import, caller.language).await
        } else {
            Ok(Json(shown(&import)).into_response())
        }
    };
    answered(found.await, &caller)
}

/// `GET /files/templates/{figures,progress}.xlsx`: what an agency owes for a period, to be filled in.
pub async fn template(
    State(files): State<Files>,
    name: Result<Path<String>, PathRejection>,
    parts: Parts,
) -> Response<Body> {
    let caller = caller(&parts.headers);
    let made = async {
        let viewer = files.enter(&parts, 0).await?;
        match named(name).as_str() {
            "figures.xlsx" => files.template(&viewer, &parts, ImportKind::Figures).await,
            "progress.xlsx" => files.template(&viewer, &parts, ImportKind::Progress).await,
            _ => Err(DbError::NotFound.into()),
        }
    };
    answered(made.await, &caller)
}

/// A name that is not UTF-8 is that of nothing.
fn named(name: Result<Path<String>, PathRejection>) -> String {
    name.map_or_else(|_| String::new(), |Path(name)| name)
}

/// What is personal is kept nowhere.
fn answered(answer: Answer, caller: &Caller) -> Response<Body> {
    let mut response = answer.unwrap_or_else(|error| refused(error, caller));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An import, for programs; GraphQL tells more of it.
fn shown(import: &Import) -> serde_json::Value {
    json!({
        "id": Id::<Import>::of(import.id).to_string(), "state": import.state, "mode": import.mode, "dryRun": import.dry_run,
        "rowsTotal": import.rows_total, "rowsRead": import.rows_read, "rowsAccepted": import.rows_accepted,
        "rowsRefused": import.rows_refused,
    })
}

/// A workbook, to be saved.
fn saved(name: &str, bytes: Vec<u8>) -> Response<Body> {
    let mut response = ([(header::CONTENT_TYPE, XLSX)], bytes).into_response();
    save_foreign_as(response.headers_mut(), name);
    response
}

impl Files {
    async fn enter(&self, parts: &Parts, mutations: u64) -> Result<Viewer, ApiError> {
        self.entrance.admit(parts, Load { points: POINTS, mutations, ..Load::default() }).await
    }

    fn reader(&self, viewer: &Viewer) -> std::sync::Arc<Reader> {
        Reader::new(self.entrance.pool.clone(), viewer.principal.scope(), Date(self.entrance.clock.today()))
    }

    async fn send(&self, viewer: &Viewer, parts: &Parts, body: Bytes) -> Answer {
        viewer.principal.permit::<SubmitMeasurement>()?;
        let known = ["kind", "agency", "regime", "period", "mode", "dryRun", "submit", "mapping"];
        let asked = Parameters::only(&parts.uri, &known)?;
        let (kind, submit) = (asked.optional("kind", ImportKind::Figures)?, asked.optional("submit", false)?);
        let purpose = Purpose::of(kind, submit, &viewer.principal).map_err(|error| match error {
            NoPurpose::Denied(denied) => denied.into(),
            NoPurpose::OnlyFigures => ApiError::request(
                "QUERY_STRING",
                "chỉ số liệu mới được nộp: bỏ submit khi gửi tiến độ",
                "only figures are submitted: leave out submit for progress",
            ),
        })?;
        let new = NewImport {
            purpose,
            agency: asked.given("agency")?,
            regime: asked.optional("regime", Regime::Calendar)?,
            period: asked.given::<Period>("period")?,
            mode: asked.given::<BulkMode>("mode")?,
            dry_run: asked.given("dryRun")?,
            mapping: asked.get("mapping").map(str::to_owned),
            session: match viewer.principal.actor() {
                Actor::User { session, .. } => Some(session),
                _ => None,
            },
            content: body.into(),
        };
        if new.content.is_empty() {
            return Err(ApiError::request(
                "BODY",
                "Tệp rỗng: gửi tệp trong thân yêu cầu",
                "The file is empty: send it as the body",
            ));
        }
        let writer = self.entrance.writer(viewer);
        let once = match parts.headers.get("idempotency-key") {
            None => Once::without_key(writer),
            Some(key) => {
                let key = key.to_str().ok().and_then(|it| Uuid::parse_str(it).ok());
                let key = key.ok_or_else(|| {
                    ApiError::request(
                        "IDEMPOTENCY_KEY",
                        "Idempotency-Key phải là một UUID",
                        "The Idempotency-Key has to be a UUID",
                    )
                })?;
                let mut sorted = asked.pairs().to_vec();
                sorted.sort();
                let content = auth::hash::of_bytes(&new.content);
                let body = auth::hash::of(&json!([PATH, sorted, content]).to_string());
                Once::new(writer, Key { key, body })
            }
        };
        let acting = Acting::new(once, &viewer.principal)?;
        // To its end, whether its client waits or not.
        let work = tokio::spawn(async move { import::send(&acting, new).await });
        let Sent { import, is_new } = work.await.map_err(|_| ApiError::internal())?.map_err(|error| match error {
            DbError::NotFound => ApiError::unknown_code("agency", asked.get("agency").unwrap_or_default()),
            // Nothing else in it is named.
            DbError::Violated(_) => ApiError::unknown_code("mapping", asked.get("mapping").unwrap_or_default()),
            error => error.into(),
        })?;
        let place = format!("{PATH}/{}", Id::<Import>::of(import.id));
        let status = if is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
        let mut response = (status, Json(shown(&import))).into_response();
        if let Ok(place) = HeaderValue::from_str(&place) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        Ok(response)
    }

    /// The import of a global id, if the viewer may see it.
    async fn found(&self, viewer: &Viewer, id: &str) -> Result<Import, ApiError> {
        viewer.principal.permit::<SubmitMeasurement>()?;
        let (tag, id) = db::id::decode(id).ok_or(DbError::NotFound)?;
        if tag != b'F' {
            return Err(DbError::NotFound.into());
        }
        let found = Import::by_ids(&self.reader(viewer), &[id]).await?;
        Ok(found.into_iter().next().ok_or(DbError::NotFound)?)
    }

    async fn copy(&self, viewer: &Viewer, import: Import, language: Language) -> Answer {
        let reader = self.reader(viewer);
        let content = import::content(&reader, import.id).await?;
        let (ids, all) = ([import.id], ImportErrorFilter::default());
        let mut marks = marked::Marks::default();
        let mut page = Page { size: 100, ..Page::default() };
        loop {
            let below = ImportError::list_each(&reader, &ids, ImportErrorLink::Import, &all, (), &page)
                .await?
                .remove(&import.id);
            let Some(slice) = below else { break };
            for row in &slice.rows {
                let number = |it: i32| u32::try_from(it).unwrap_or_default();
                marks.add(
                    &row.sheet,
                    number(row.row),
                    row.column_number.map(number),
                    message(&row.violation(), language),
                );
            }
            match slice.rows.last() {
                Some(last) if slice.more => page.from = Some(last.cursor(())),
                _ => break,
            }
        }
        let (form, mapping) = (form_of(import.kind), form::mapping(&import));
        let copied = spawn_blocking(move || {
            let file = File::open(&content, Limits::default())?;
            let survey = survey::survey(&file, form, &mapping)?;
            marked::copy(&file, form, &survey, &marks)
        });
        match copied.await.map_err(|_| ApiError::internal())? {
            Ok(bytes) => Ok(saved("loi-errors.xlsx", bytes)),
            // Why stands among its errors.
            Err(marked::NoCopy::Unread(issue)) => {
                Err(ApiError::request("UNREADABLE_FILE", issue.words.vi, issue.words.en))
            }
            Err(marked::NoCopy::Unwritten(error)) => Err(DbError::internal(error).into()),
        }
    }

    async fn template(&self, viewer: &Viewer, parts: &Parts, kind: ImportKind) -> Answer {
        viewer.principal.permit::<SubmitMeasurement>()?;
        let asked = Parameters::only(&parts.uri, &["agency", "period", "regime"])?;
        let (agency, period): (String, Period) = (asked.given("agency")?, asked.given("period")?);
        let regime = asked.optional("regime", Regime::Calendar)?;
        let unknown = |error| match error {
            DbError::NotFound => ApiError::unknown_code("agency", &agency),
            error => error.into(),
        };
        let reader = self.reader(viewer);
        let stamp = stamp::Stamp {
            form: form_of(kind).name.to_owned(),
            version: stamp::VERSION.to_owned(),
            agency: agency.clone(),
            period: period.to_string(),
            regime: regime.as_str().to_owned(),
        };
        let head = |agency, due: Option<Date>| template::Head {
            agency,
            period: period.to_string(),
            due: due.map(form::written),
        };
        let (name, made) = match kind {
            ImportKind::Figures => {
                let (name, owed) = import::owed(&reader, &agency, regime, period).await.map_err(unknown)?;
                let head = head(name, owed.iter().filter_map(|it| it.due_on).min());
                let rows: Vec<_> = owed.into_iter().map(form::owed).collect();
                ("so-lieu", spawn_blocking(move || template::figures(&stamp, &head, &rows)))
            }
            ImportKind::Progress => {
                let permit = viewer.principal.permit::<ReportProgress>()?;
                let (name, open) = import::open_directives(&reader, &permit, &agency).await.map_err(unknown)?;
                let head = head(name, None);
                let rows: Vec<_> = open.into_iter().map(form::open).collect();
                ("tien-do", spawn_blocking(move || template::progress(&stamp, &head, &rows)))
            }
        };
        let bytes = made.await.map_err(|_| ApiError::internal())?.map_err(DbError::internal)?;
        Ok(saved(&format!("{name}-{period}.xlsx"), bytes))
    }
}
