//! What is kept of one reader's answers is given to those alone who see the same, and to nobody if it is about who asks.

use api::graphql::{
    GraphqlResponse, GraphqlService, Settings,
    cache::{AnswerCache, Outcome, Recalled},
};
use async_graphql::{Data, Request};
use auth::{Principal, Role};
use db::Meter;
use schema::{
    Api,
    caller::{Caller, RequestId},
    clock::Clock,
    language::Language,
    viewer::Viewer,
};
use serde_json::Value;
use tests::{
    TestDb, demo,
    graphql::{cursors, holder, wide},
};

use super::{
    deep,
    hidden::{ALL, ELSEWHERE, GIVES, neighbours, with},
    survey,
};

/// A node with a cache.
struct Node {
    service: GraphqlService<Api>,
    cache: std::sync::Arc<AnswerCache>,
    caller: Caller,
}

/// Whence an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whence {
    Known,
    Made,
    Personal,
}

impl Node {
    fn start(db: &TestDb) -> Self {
        let clock = Clock::Fixed(demo::now());
        let api = Api::new(db.pool.clone(), clock, cursors());
        let settings = Settings { limits: wide(), ..Settings::default() };
        Self {
            service: GraphqlService::new(&schema::sdl(), api, settings).unwrap(),
            cache: AnswerCache::new(64 << 20, &db.pool, clock),
            caller: Caller { request_id: RequestId::default(), language: Language::Vi },
        }
    }

    /// The data and the number of errors.
    async fn ask(&self, who: &Viewer, question: &str) -> (Value, usize, Whence) {
        let request = Request::new(question);
        let guard = self.service.guard();
        let admitted = guard.admit(&request, &mut guard.budget()).unwrap();
        let recalled = self.cache.recall(None, &admitted, &self.caller, who).await;
        let work = async |meter| {
            let mut data = Data::default();
            data.insert(who.clone());
            Box::pin(self.service.execute(request, admitted, data, &self.caller, meter)).await
        };
        let own = |answer: &GraphqlResponse| serde_json::to_value(answer).unwrap();
        let read = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap();
        let (answer, whence) = match recalled {
            Recalled::Known(kept) => (read(kept.body()), Whence::Known),
            Recalled::Unknown(place) => match self.cache.once(place, work).await {
                Outcome::Kept(kept) | Outcome::Shared(kept) => (read(kept.body()), Whence::Made),
                Outcome::Own(answer) => (own(&answer), Whence::Personal),
            },
            Recalled::Never => (own(&work(Meter::default()).await), Whence::Personal),
        };
        (answer["data"].clone(), answer["errors"].as_array().map_or(0, Vec::len), whence)
    }

    /// The same without a cache.
    async fn ask_anew(&self, who: &Viewer, question: &str) -> (Value, usize) {
        let request = Request::new(question);
        let guard = self.service.guard();
        let admitted = guard.admit(&request, &mut guard.budget()).unwrap();
        let mut data = Data::default();
        data.insert(who.clone());
        let answer = Box::pin(self.service.execute(request, admitted, data, &self.caller, Meter::default())).await;
        let answer = serde_json::to_value(answer).unwrap();
        (answer["data"].clone(), answer["errors"].as_array().map_or(0, Vec::len))
    }
}

fn viewer(principal: Principal) -> Viewer {
    Viewer { principal: std::sync::Arc::new(principal), origin: std::sync::Arc::default() }
}

/// Everything that can be asked, by two who see the same and two who do not, in an order in which each could be given what is
/// another's.
#[tokio::test]
async fn everybody_is_answered_as_by_a_node_that_keeps_nothing() {
    let db = with(&ALL).await;
    for number in 1..=3 {
        db.execute(&format!(
            "INSERT INTO account (id, login, full_name, created_at) VALUES ('{}', 'n{number}', 'Người thứ {number}', '2026-01-01T00:00:00Z')",
            uuid::Uuid::from_u128(number)
        ))
        .await;
    }
    let node = Node::start(&db);
    let reporter = async |number, at| viewer(holder(&db, number, &[(Role::Reporter, at, false)]).await);
    let readers = [
        ("one", reporter(1, GIVES).await),
        ("another of the same class", reporter(2, GIVES).await),
        ("one elsewhere", reporter(3, ELSEWHERE).await),
        ("the public", viewer(Principal::nobody())),
    ];
    let (mut shared, mut personal) = (0, 0);
    let questions = deep(&survey(), &neighbours(&db).await);
    let guard = node.service.guard();
    // Some of the survey's leave something out that is required.
    for question in questions.iter().filter(|it| guard.admit(&Request::new(*it), &mut guard.budget()).is_ok()) {
        let mut whences = Vec::new();
        for (name, who) in &readers {
            let (data, errors, whence) = node.ask(who, question).await;
            assert_eq!((data, errors), node.ask_anew(who, question).await, "{name}: {question}");
            whences.push(whence);
        }
        // Who sees the same is given what was made for the other; nobody else is.
        assert!(!whences[2..].contains(&Whence::Known), "{whences:?}: {question}");
        match whences[..2] {
            [Whence::Made, Whence::Known] => shared += 1,
            [Whence::Personal, Whence::Personal] => personal += 1,
            _ => panic!("{whences:?}: {question}"),
        }
    }
    assert!(shared > 50 && personal > 50, "{shared} were shared, {personal} were not");
}
