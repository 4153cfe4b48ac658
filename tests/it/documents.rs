//! Documents: told apart by issuer and symbol, related to one another.

use auth::Role;
use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, texts},
};

#[tokio::test]
async fn a_symbol_finds_a_document_and_so_does_a_code() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let answer = viewer
        .ask(
            r#"{ code: document(code: "57-NQ/TW") { id } symbol: document(symbol: "57-NQ/TW") { id }
                 both: document(symbol: "57-NQ/TW", issuer: "tw.bo_chinh_tri") { id } other: document(symbol: "57-NQ/TW", issuer: "qng.ubnd") { id } }"#,
        )
        .await
        .whole();
    assert_eq!(answer["code"], answer["symbol"]);
    assert_eq!(answer["code"], answer["both"]);
    assert_eq!(answer["other"], json!(null));
    for arguments in ["code: \"57-NQ/TW\", symbol: \"57-NQ/TW\"", "issuer: \"qng.ubnd\""] {
        assert_eq!(viewer.ask(&format!("{{ document({arguments}) {{ id }} }}")).await.errors.len(), 1);
    }
}

/// A text processor makes a dash of the hyphen that was typed.
#[tokio::test]
async fn dashes_case_and_tone_marks_do_not_matter_in_a_code_or_a_symbol() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let query = "query ($s: String!) { document(code: $s) { code } bySymbol: document(symbol: $s) { code }
        documents(filter: { symbol: $s }) { nodes { code } } text: documents(filter: { text: $s }) { nodes { code } }
        directives(filter: { document: $s }) { totalCount } }";
    let plain = viewer.ask_with(query, json!({ "s": "359-KH/TU" })).await.whole();
    assert_eq!(plain["document"]["code"], "359-KH/TU");
    assert_eq!(texts(&plain, "documents/nodes/*/code"), ["359-KH/TU"]);
    for typed in ["359–KH/TU", "359\u{2011}KH/TU", "359-kh/tu", " 359\u{2212}KH/TU\u{200b}"] {
        assert_eq!(viewer.ask_with(query, json!({ "s": typed })).await.whole(), plain, "{typed:?}");
    }
    // The one that is written so comes first, where two are alike.
    db.execute(
        "INSERT INTO document (id, code, symbol_complete, kind, title, issued_precision, status)
         VALUES (gen_random_uuid(), '359-kh/tu', false, 'PLAN', 'Kế hoạch khác', 'NONE', 'ISSUED')",
    )
    .await;
    for code in ["359-KH/TU", "359-kh/tu"] {
        let asked = viewer.ask_with(query, json!({ "s": code })).await.whole();
        assert_eq!(asked["document"]["code"], code);
    }
}

#[tokio::test]
async fn a_replaced_plan_stays_and_shows_what_replaced_it() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(r#"{ document(code: "336-KH/TU") { status inverseRelations { kind source { code } } mentioningDirectives { totalCount } } }"#)
        .await
        .whole();
    assert_eq!(answer["document"]["status"], "REPLACED");
    assert!(texts(&answer, "document/inverseRelations/*/source/code").contains(&"359-KH/TU"), "{answer:#}");
    assert!(answer["document"]["mentioningDirectives"]["totalCount"].as_i64() > Some(0));
}

#[tokio::test]
async fn what_is_not_public_looks_like_what_is_not_there() {
    let db = TestDb::demo().await;
    db.execute("UPDATE document SET visibility = 'INTERNAL' WHERE code = '336-KH/TU'; UPDATE directive SET visibility = 'RESTRICTED' WHERE code = 'tb-ubnd-qng-2025-04:6'").await;
    let id = |noun: &str, code: &str| format!("SELECT id FROM {noun} WHERE code = '{code}'");
    let document = schema::id::encode(b'd', db.text(&id("document", "336-KH/TU")).await.parse().unwrap());
    let directive = schema::id::encode(b'v', db.text(&id("directive", "tb-ubnd-qng-2025-04:6")).await.parse().unwrap());
    let query = format!(
        r#"{{
            a: node(id: "{}") {{ id }} b: node(id: "{}") {{ id }}
            document(code: "336-KH/TU") {{ id }} directive(code: "tb-ubnd-qng-2025-04:6") {{ id }}
            plan: document(code: "359-KH/TU") {{ relations {{ kind document {{ code }} }} }}
            documents(filter: {{ symbol: "336-KH/TU" }}) {{ totalCount nodes {{ code }} }}
            directives(filter: {{ document: "tb-ubnd-qng-2025-04", dueUntil: "2025-04-14" }}) {{ totalCount }}
            led: agency(code: "qng.skhcn") {{ ledDirectives(filter: {{ document: "tb-ubnd-qng-2025-04", dueUntil: "2025-04-14" }}) {{ nodes {{ clause }} }} }}
            search(text: "336-KH/TU", nouns: [DOCUMENT]) {{ edges {{ node {{ ... on Document {{ code }} }} }} }}
        }}"#,
        document.as_str(),
        directive.as_str()
    );
    let answer = Viewer::public(&db).ask(&query).await.whole();
    for hidden in ["a", "b", "document", "directive"] {
        assert_eq!(answer[hidden], json!(null), "{hidden}");
    }
    assert!(!answer["plan"].to_string().contains("336-KH/TU"), "{answer:#}");
    assert_eq!(answer["documents"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(answer["directives"]["totalCount"], 2);
    assert!(!answer["led"].to_string().contains("\"6\""));
    assert!(!answer["search"].to_string().contains("336-KH/TU"), "{answer:#}");
}

/// What stands in a document may be public where the document is not; the document's code finds it only for those who know it.
#[tokio::test]
async fn the_code_of_a_hidden_document_is_like_one_that_nobody_has() {
    let db = TestDb::demo().await;
    db.execute("UPDATE document SET visibility = 'INTERNAL'").await;
    let (public, head) = (Viewer::public(&db), Viewer::who_holds(&db, &[(Role::Head, "qng.skhcn", false)]).await);
    for list in ["targets", "directives", "recommendations", "reportingRules"] {
        let query = format!("{{ {list}(first: 1) {{ totalCount nodes {{ id document {{ code }} }} }} }}");
        let seen = public.ask(&query).await.whole();
        let known = head.ask(&query).await.whole();
        assert_eq!(seen[list]["nodes"][0]["document"], json!(null), "{list}");
        assert_eq!(seen[list]["totalCount"], known[list]["totalCount"], "{list}");
        let code = known[list]["nodes"][0]["document"]["code"].as_str().unwrap();
        let ask = async |viewer: &Viewer, code: &str| {
            let query = format!(
                "{{ {list}(filter: {{ document: \"{code}\" }}) {{ totalCount nodes {{ id }} pageInfo {{ endCursor }} }} }}"
            );
            let asked = viewer.ask(&query).await;
            let errors = json!(asked.errors).to_string().replace(code, "…");
            (asked.statements, asked.data, errors)
        };
        let hidden = ask(&public, code).await;
        assert_eq!(hidden, ask(&public, "không/có").await, "{list}");
        assert!(hidden.1[list].is_null() && hidden.2.contains("filter.document"), "{hidden:?}");
        assert!(ask(&head, code).await.1[list]["totalCount"].as_i64() > Some(0), "{list}");
    }
}
