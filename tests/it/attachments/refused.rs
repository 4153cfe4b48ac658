//! What is not taken.

use api::config::settings;
use auth::Role;
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder, StatusCode};
use tests::{demo, server::person};

use super::{Office, PATH, metadata, pdf, place, refusal};

#[tokio::test]
async fn what_is_no_file_that_is_taken_is_refused_and_leaves_nothing() {
    let office = Office::open_with(&[(settings::ATTACHMENT_LIMIT, "64KiB"), (settings::FILES_LIMIT, "128KiB")]).await;
    let page = b"<!DOCTYPE html><html><script>alert('xin ch\xc3\xa0o')</script></html>";
    for (name, content, told) in [
        ("trang.html", &page[..], "400 BAD_REQUEST FILE_TYPE"),
        ("trang.pdf", &page[..], "400 BAD_REQUEST FILE_TYPE"),
        ("ảnh.png", &pdf(100), "400 BAD_REQUEST FILE_TYPE"),
        ("rỗng.pdf", b"", "400 BAD_REQUEST UPLOAD"),
        ("\0.pdf", &pdf(100), "400 BAD_REQUEST UPLOAD"),
        (&format!("{}.pdf", "x".repeat(300)), &pdf(100), "400 BAD_REQUEST UPLOAD"),
        ("lớn.pdf", &pdf(70_000), "413 PAYLOAD_TOO_LARGE"),
    ] {
        let response = office.begin(name, content.len(), content).await;
        assert_eq!(refusal(response).await, told, "{name}");
    }
    let ask = |method: Method| office.ask(method, PATH);
    let plain = |request: RequestBuilder| async { refusal(request.send().await.unwrap()).await };
    let named = ask(Method::POST).header("upload-metadata", metadata("a.pdf"));
    assert_eq!(plain(named).await, "400 BAD_REQUEST HEADER", "without its length");
    assert_eq!(plain(ask(Method::POST).header("upload-length", 10)).await, "400 BAD_REQUEST HEADER", "without a name");
    let other =
        office.client.post(office.node.url(PATH)).bearer_auth(&office.reporter).header("tus-resumable", "0.2.2");
    assert_eq!(plain(other).await, "412 BAD_REQUEST PROTOCOL");
    // More than was said.
    let begun = office.begin("a.pdf", 20, &[]).await;
    let place = place(&begun);
    assert_eq!(refusal(office.go_on(&place, 0, &pdf(21)).await).await, "413 PAYLOAD_TOO_LARGE");
    let bare = office.ask(Method::PATCH, &place).header("upload-offset", 0).body("abc");
    assert_eq!(plain(bare).await, "415 UNSUPPORTED_MEDIA_TYPE");
    for path in [format!("{PATH}/khong-co"), format!("{PATH}/%FF")] {
        assert_eq!(office.ask(Method::HEAD, &path).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    }
    // Whoever writes nothing sends nothing; nobody goes on with the file of somebody else.
    assert_eq!(plain(office.client.post(office.node.url(PATH))).await, "401 UNAUTHENTICATED");
    let inspector = person(&office.db, 33, &[(Role::Inspector, Some("qng.skhcn"), false)]).await;
    let inspector = office.signed_in(&inspector).await;
    assert_eq!(plain(office.client.post(office.node.url(PATH)).bearer_auth(inspector)).await, "403 FORBIDDEN");
    let foreign = office.client.head(office.node.url(&place)).bearer_auth(&office.head).send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
    assert_eq!(office.files(), 0);
    let waiting = format!("SELECT string_agg(name, ' ') FROM attachment WHERE expires_at > '{}'", demo::now());
    assert_eq!(office.db.text(&waiting).await, "a.pdf");
}

/// Sixteen of 64 MiB are a GiB: more of what nothing has yet are too much, however many begin at once.
#[tokio::test]
async fn nobody_leaves_more_about_than_a_gibibyte() {
    let office = Office::open().await;
    let begin = async |n: u32| office.begin(&format!("tệp {n}.pdf"), 64 << 20, &[]).await;
    let (mut opened, mut refused) = (Vec::new(), Vec::new());
    for response in join_all((0..20).map(begin)).await {
        if response.status() == StatusCode::CREATED {
            opened.push(place(&response));
        } else {
            refused.push(refusal(response).await);
        }
    }
    assert_eq!((opened.len(), refused), (16, vec!["400 BAD_REQUEST UPLOAD".to_owned(); 4]));
    // What is given up counts until its bytes are gone.
    assert_eq!(office.ask(Method::DELETE, &opened[0]).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(office.begin("thêm.pdf", 64 << 20, &[]).await).await, "400 BAD_REQUEST UPLOAD");
}
