//! A file comes in, by tus 1.0: it begins, goes on, is told how far it is, or is given up.

use auth::action::AttachFile;
use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts as _, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, request::Parts},
    response::IntoResponse as _,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use db::{
    DbError, Id,
    attachment::{self, Arriving, Attachment, Part, Whole},
};
use futures_util::TryStreamExt as _;
use schema::{
    attachments::PATH,
    error::{ApiError, Code},
    language::Language,
    payload::message,
    viewer::Viewer,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Attachments, StoreError, kinds};
use crate::{door::caller, files::entrance::refused, limits::Load};

/// What a part of a file costs beside its bytes, in points.
pub(super) const POINTS: u64 = 100;

/// The version of the protocol.
const TUS: HeaderValue = HeaderValue::from_static("1.0.0");

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSION: HeaderName = HeaderName::from_static("tus-version");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// The media type of bytes of a file.
const BYTES: &str = "application/offset+octet-stream";

type Answer = Result<Response<Body>, ApiError>;

/// `OPTIONS`: what of the protocol is spoken here.
pub async fn about(State(here): State<Attachments>) -> Response<Body> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, TUS);
    headers.insert(VERSION, TUS);
    let extensions = HeaderValue::from_static("creation,creation-with-upload,expiration,termination");
    headers.insert(EXTENSION, extensions);
    headers.insert(MAX_SIZE, HeaderValue::from(here.limit));
    response
}

/// `POST /files/attachments`: a file begins, with its first bytes or without.
pub async fn begin(State(here): State<Attachments>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let begun = async {
        let (viewer, body) = here.enter(&parts, body, 1).await?;
        here.begin(&viewer, &parts.headers, body).await
    };
    answered(begun.await, &parts)
}

/// `HEAD /files/attachments/{id}`: how much of it has come.
pub async fn progress(State(here): State<Attachments>, parts: Parts) -> Response<Body> {
    let found = async {
        let (viewer, _) = here.enter(&parts, Body::empty(), 0).await?;
        let arriving = here.arriving(&viewer, named(&parts).await?).await?;
        Ok(told(StatusCode::OK, &arriving))
    };
    answered(found.await, &parts)
}

/// `PATCH /files/attachments/{id}`: it goes on.
pub async fn take(State(here): State<Attachments>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let taken = async {
        let (viewer, body) = here.enter(&parts, body, 0).await?;
        let id = named(&parts).await?;
        has_bytes(&parts.headers)?;
        let at = number(&parts.headers, &OFFSET)?;
        let arriving = here.take(&viewer, id, at, body).await?;
        Ok(told(StatusCode::NO_CONTENT, &arriving))
    };
    answered(taken.await, &parts)
}

/// `DELETE /files/attachments/{id}`: it is given up.
pub async fn give_up(State(here): State<Attachments>, parts: Parts) -> Response<Body> {
    let gone = async {
        let (viewer, _) = here.enter(&parts, Body::empty(), 1).await?;
        attachment::give_up(&here.entrance.acting(&viewer)?, named(&parts).await?).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answered(gone.await, &parts)
}

fn answered(answer: Answer, parts: &Parts) -> Response<Body> {
    let mut response = answer.unwrap_or_else(|error| refused(error, &caller(&parts.headers)));
    if speaks_otherwise(&parts.headers) {
        *response.status_mut() = StatusCode::PRECONDITION_FAILED;
        response.headers_mut().insert(VERSION, TUS);
    }
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, TUS);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether a client speaks another version of the protocol.
fn speaks_otherwise(headers: &HeaderMap) -> bool {
    headers.get(RESUMABLE).is_some_and(|it| it != TUS)
}

/// The id in a path.
pub(super) async fn named(parts: &Parts) -> Result<Uuid, ApiError> {
    let path = Path::<String>::from_request_parts(&mut parts.clone(), &()).await.ok();
    let found = path.and_then(|Path(id)| db::id::decode(&id));
    let (_, id) = found.filter(|(tag, _)| *tag == <Attachment as db::id::Tagged>::TAG).ok_or(DbError::NotFound)?;
    Ok(id)
}

/// A number in a header.
fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ApiError> {
    let found = headers.get(name).and_then(|it| it.to_str().ok()).and_then(|it| it.parse().ok());
    found.ok_or_else(|| {
        ApiError::request(
            "HEADER",
            format_args!("thiếu header {name}, hoặc giá trị không phải là số"),
            format_args!("the header {name} is missing, or is no number"),
        )
    })
}

fn has_bytes(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.get(header::CONTENT_TYPE).is_some_and(|it| it == BYTES) {
        return Ok(());
    }
    let words = (format!("Content-Type phải là {BYTES}"), format!("The Content-Type has to be {BYTES}"));
    Err(ApiError::new(Code::UnsupportedMediaType, words.0, words.1))
}

/// The name in the metadata: pairs of a key and a value in base64. Of a path its end, and on one line.
fn file_name(headers: &HeaderMap) -> Option<String> {
    let metadata = headers.get(METADATA)?.to_str().ok()?;
    let value = metadata.split(',').find_map(|pair| pair.trim().strip_prefix("filename "))?;
    let path = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    Some(path.rsplit(['/', '\\']).next()?.replace(['\r', '\n', '\t'], " "))
}

fn told(status: StatusCode, file: &Arriving) -> Response<Body> {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(OFFSET, HeaderValue::from(file.received));
    headers.insert(LENGTH, HeaderValue::from(file.size));
    let expires = file.expires_at.map(|it| it.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(Ok(expires)) = expires.as_deref().map(HeaderValue::from_str) {
        headers.insert(EXPIRES, expires);
    }
    response
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        Code::PayloadTooLarge,
        format!("Tệp quá lớn: tối đa {limit} byte"),
        format!("The file is too large: at most {limit} bytes"),
    )
    .with("limit", u64::try_from(limit).unwrap_or(u64::MAX))
}

fn other_type(name: &str) -> ApiError {
    let known = kinds::known();
    ApiError::request(
        "FILE_TYPE",
        format_args!(
            "“{name}” không thuộc loại tệp được nhận, hoặc nội dung không đúng với đuôi tệp. Được nhận: {known}"
        ),
        format_args!(
            "{name:?} is no file that is taken, or its bytes are not what its ending says. Taken are: {known}"
        ),
    )
}

/// What has to be mended, in the words of mutations.
fn mended(error: DbError) -> ApiError {
    let DbError::Violated(broken) = error else { return error.into() };
    let words = |language| broken.iter().map(|it| message(it, language)).collect::<Vec<_>>().join("; ");
    ApiError::request("UPLOAD", words(Language::Vi), words(Language::En))
}

/// The store is away, or broken.
pub(super) fn away(error: &StoreError) -> ApiError {
    tracing::error!(%error, "the store of files does not do what it should");
    ApiError::unavailable()
}

impl Attachments {
    /// Who asks, if they may send files and have not asked too often; and what they sent.
    async fn enter(&self, parts: &Parts, body: Body, mutations: u64) -> Result<(Viewer, Bytes), ApiError> {
        if speaks_otherwise(&parts.headers) {
            return Err(ApiError::request(
                "PROTOCOL",
                "chỉ hỗ trợ Tus-Resumable: 1.0.0",
                "Tus-Resumable: 1.0.0 alone is spoken here",
            ));
        }
        let viewer = self.entrance.admit(parts, Load { points: POINTS, mutations, ..Load::default() }).await?;
        viewer.principal.permit::<AttachFile>()?;
        // The gate has read it, within its limits.
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        Ok((viewer, body))
    }

    async fn arriving(&self, viewer: &Viewer, id: Uuid) -> Result<Arriving, ApiError> {
        let account = viewer.principal.actor().account().ok_or(DbError::NotFound)?;
        Ok(attachment::arriving(&self.entrance.writer(viewer), account, id).await?)
    }

    async fn begin(&self, viewer: &Viewer, headers: &HeaderMap, body: Bytes) -> Answer {
        let length = number(headers, &LENGTH)?;
        let size =
            usize::try_from(length).ok().filter(|size| *size <= self.limit).ok_or_else(|| too_large(self.limit))?;
        let size = i32::try_from(size)
            .ok()
            .filter(|size| *size > 0)
            .ok_or_else(|| ApiError::request("UPLOAD", "tệp rỗng", "the file is empty"))?;
        let name = file_name(headers).ok_or_else(|| {
            ApiError::request(
                "HEADER",
                "thiếu tên tệp: Upload-Metadata: filename <tên bằng base64>",
                "the name is missing: Upload-Metadata: filename <name in base64>",
            )
        })?;
        if !kinds::is_known(&name) {
            return Err(other_type(&name));
        }
        if !body.is_empty() {
            has_bytes(headers)?;
        }
        if body.len() > size.unsigned_abs() as usize {
            return Err(too_large(size.unsigned_abs() as usize));
        }
        let acting = self.entrance.acting(viewer)?;
        let id = attachment::begin(&acting, &name, size).await.map_err(mended)?;
        let begun =
            if body.is_empty() { self.arriving(viewer, id).await } else { self.take(viewer, id, 0, body).await };
        let arriving = match begun {
            Ok(arriving) => arriving,
            Err(error) => {
                // Nobody is told its id.
                let _ = attachment::give_up(&acting, id).await;
                return Err(error);
            }
        };
        let mut response = told(StatusCode::CREATED, &arriving);
        if let Ok(place) = HeaderValue::from_str(&format!("{PATH}/{}", Id::<Attachment>::of(id))) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        Ok(response)
    }

    /// Takes bytes in. They are in the store before the database knows of them; should it never, they go when the file is whole, or is
    /// swept.
    async fn take(&self, viewer: &Viewer, id: Uuid, at: u64, body: Bytes) -> Result<Arriving, ApiError> {
        let arriving = self.arriving(viewer, id).await?;
        let received = u64::from(arriving.received.unsigned_abs());
        if at != received || arriving.is_whole {
            return Err(ApiError::new(
                Code::Conflict,
                format!("Đã nhận {received} byte: gửi tiếp từ đó"),
                format!("{received} bytes are here: go on from there"),
            )
            .with("offset", received));
        }
        let size = u64::from(arriving.size.unsigned_abs());
        let end = received + u64::try_from(body.len()).unwrap_or(u64::MAX);
        if end > size {
            return Err(too_large(usize::try_from(size).unwrap_or(usize::MAX)));
        }
        if body.is_empty() {
            return Ok(arriving);
        }
        let part = Part {
            id: Uuid::now_v7(),
            starts_at: arriving.received,
            bytes: i32::try_from(body.len()).map_err(|_| ApiError::internal())?,
        };
        let acting = self.entrance.acting(viewer)?;
        let whole = if end == size { Some(self.whole(&arriving, &body).await) } else { None };
        let whole = match whole.transpose() {
            // It will never be one that is taken.
            Err(error) if error.code() == Code::BadRequest => {
                let _ = attachment::give_up(&acting, id).await;
                return Err(error);
            }
            whole => whole?,
        };
        self.store.put(id, part.id, body).await.map_err(|error| away(&error))?;
        let is_whole = whole.is_some();
        match attachment::receive(&acting, id, part, whole).await {
            Ok(()) => {}
            // It was refused; after any other error it may be there all the same.
            Err(error @ (DbError::Conflict(_) | DbError::NotFound | DbError::Violated(_))) => {
                let _ = self.store.delete(id, part.id).await;
                return Err(mended(error));
            }
            Err(error) => return Err(error.into()),
        }
        if is_whole {
            let parts: Vec<Uuid> =
                attachment::parts(&self.entrance.pool, id).await?.iter().map(|part| part.id).collect();
            let _ = self.store.keep_only(id, &parts).await;
        }
        self.arriving(viewer, id).await
    }

    /// What the file is, with its last bytes.
    async fn whole(&self, arriving: &Arriving, last: &Bytes) -> Result<Whole, ApiError> {
        let parts = attachment::parts(&self.entrance.pool, arriving.id).await?;
        let (mut hash, mut head) = (Sha256::new(), Vec::new());
        let mut look = |bytes: &[u8]| {
            hash.update(bytes);
            head.extend_from_slice(bytes.get(..bytes.len().min(kinds::HEAD - head.len())).unwrap_or_default());
        };
        let before = self.store.read(arriving.id, parts, 0..u64::from(arriving.received.unsigned_abs()));
        let mut before = std::pin::pin!(before);
        while let Some(bytes) = before.try_next().await.map_err(|error| away(&error.into()))? {
            look(&bytes);
        }
        look(last);
        let media_type = kinds::media_type(&arriving.name, &head).ok_or_else(|| other_type(&arriving.name))?;
        Ok(Whole { media_type: media_type.to_owned(), content_hash: hash.finalize().into() })
    }
}
