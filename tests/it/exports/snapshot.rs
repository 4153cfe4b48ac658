//! All pages are one snapshot, and cost what pages cost.

use std::{sync::Arc, time::Duration};

use api::{
    config::settings::{EXPORT_TIMEOUT, POOL_SIZE},
    files::exports::{
        asked::Asked,
        pages::{Page, Pages},
    },
    graphql::{GraphqlService, Settings},
};
use auth::Principal;
use schema::{
    Api,
    caller::{Caller, RequestId},
    clock::Clock,
    language::Language,
    viewer::Viewer,
};
use tests::{TestDb, demo, graphql::cursors, http::Raw, server::Node};

use super::{lists, sent};

/// Connections that hold a snapshot and do nothing.
const IDLE: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";

/// A list of agencies of some 40 MB: more than the sockets on the way hold, and than is read at once.
const LONG: &str = "SET session_replication_role = replica;
    INSERT INTO agency (id, code, name_vi, kind, note)
        SELECT gen_random_uuid(), 'thu.' || n, 'Đơn vị ' || n, 'OTHER', repeat('Ghi chú ', 240) FROM generate_series(1, 20000) AS n";

/// An export of a list, as the public sees it, with nothing in between.
fn pages(db: &TestDb, list: &str) -> Pages {
    let api = Api::new(db.pool.clone(), Clock::Fixed(demo::now()), cursors());
    let service = GraphqlService::new(&schema::sdl(), api, Settings::default()).unwrap();
    let viewer = Viewer { principal: Arc::new(Principal::nobody()), origin: Arc::default() };
    let asked = Asked::read(&lists(), &format!("{list}.csv"), &[], Language::Vi).unwrap();
    let caller = Caller { request_id: RequestId::new(), language: Language::Vi };
    Pages::new(service, viewer, caller, &asked, true)
}

async fn read(pages: &mut Pages) -> Page {
    let next = pages.price().unwrap();
    pages.read(next).await.unwrap()
}

#[tokio::test]
async fn what_is_committed_between_pages_is_not_seen() {
    let db = TestDb::demo().await;
    let mut pages = pages(&db, "directives");
    let rows = async |pages: &mut Pages, whenever: &str| {
        pages.open(None, Duration::from_secs(60)).await.unwrap();
        let mut page = read(pages).await;
        let (mut rows, mut read_pages) = (Vec::new(), 1);
        assert!(!page.is_last && page.total.is_none_or(|total| total > 100));
        db.execute(whenever).await;
        loop {
            rows.extend(page.rows.iter().map(|row| row.get().to_owned()));
            if page.is_last {
                return (rows, read_pages);
            }
            page = read(pages).await;
            read_pages += 1;
        }
    };
    let (rows, read_pages) = rows(&mut pages, "UPDATE directive SET title = 'Đã đổi tên giữa chừng'").await;
    assert!(read_pages > 1 && rows.len() > 100);
    assert!(!rows.iter().any(|row| row.contains("Đã đổi tên giữa chừng")));
}

#[tokio::test]
async fn statements_grow_with_pages_and_not_with_rows() {
    let db = TestDb::demo().await;
    for list in ["agencies", "directives", "targets", "measurements", "documents"] {
        let mut pages = pages(&db, list);
        pages.open(None, Duration::from_secs(60)).await.unwrap();
        for _ in 0..3 {
            let page = read(&mut pages).await;
            assert!(page.work.statements <= 20, "{list}: {} for {} rows", page.work.statements, page.rows.len());
            if page.is_last {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_frees_its_connection_and_its_place() {
    let db = TestDb::demo().await;
    db.execute(LONG).await;
    // One place.
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(POOL_SIZE, "4")]).await;
    let head = "GET /files/exports/agencies.ndjson HTTP/1.1\r\nhost: test\r\n\r\n";
    let gone = Raw::sent(node.address(), head).await;
    db.until(IDLE, "1").await;
    // Whoever asks questions has the connections they always had; whoever wants a file is told to come again.
    let busy = sent(&node, None, "programmes.csv", &[]).await;
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (503, "2"));
    drop(gone);
    db.until(IDLE, "0").await;
    assert_eq!(sent(&node, None, "programmes.csv", &[]).await.status(), 200);
    node.stop().await;
}

#[tokio::test]
async fn what_fails_under_way_breaks_off() {
    let db = TestDb::demo().await;
    db.execute(LONG).await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(EXPORT_TIMEOUT, "50ms")]).await;
    let mut response = sent(&node, None, "agencies.ndjson", &[]).await;
    assert_eq!(response.status(), 200);
    let ended = loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            ended => break ended,
        }
    };
    assert!(ended.is_err(), "it ends as if it were whole: {ended:?}");
    node.stop().await;
}
