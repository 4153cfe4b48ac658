//! All pages are one snapshot, and cost what pages cost.

use std::{sync::Arc, time::Duration};

use api::{
    config::settings::EXPORT_TIMEOUT,
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
use tests::{TestDb, demo, graphql::cursors, server::Node};

use super::{lists, sent};

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
async fn what_fails_under_way_breaks_off() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(EXPORT_TIMEOUT, "50ms")]).await;
    let mut response = sent(&node, None, "measurements.ndjson", &[]).await;
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
