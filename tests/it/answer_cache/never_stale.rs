//! Writers and readers on two nodes: nobody reads an answer that is older than a write that was acknowledged before they asked.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use api::config::settings::{ADDRESS_POINTS_PER_MINUTE, MUTATIONS_PER_MINUTE};
use auth::Role;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    load::{Client, post},
    server::{Node, person},
};

/// Reads in all, each of which lies between other writes.
const READS: usize = 10_000;
const READERS: usize = 8;

/// What is written, each by a writer of its own: the day of a holiday by the API, the others as the owner does.
const CODES: [&str; 3] = ["qng.skhcn", "ubnd.21025", "ubnd.21028"];

/// What a writer was last told to be done.
#[derive(Default)]
struct Acknowledged([AtomicUsize; CODES.len() + 1]);

impl Acknowledged {
    fn now(&self) -> Vec<usize> {
        self.0.iter().map(|number| number.load(Ordering::SeqCst)).collect()
    }
}

/// The numbers that an answer tells, as [`Acknowledged`] has them.
fn numbers(answer: &Value) -> Vec<usize> {
    let data = &answer["data"];
    let agencies = (0..CODES.len()).map(|place| {
        let name = data[format!("a{place}")]["name"].as_str().unwrap_or_else(|| panic!("{answer}"));
        name.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    });
    let holidays = data["holidays"].as_array().unwrap_or_else(|| panic!("{answer}")).len();
    agencies.chain([holidays]).collect()
}

async fn write_names(db: &TestDb, place: usize, acknowledged: &Acknowledged, read: &AtomicUsize) {
    let mut connection = db.connect().await;
    for number in 1.. {
        let (code, name) = (CODES[place], format!("Cơ quan {number}"));
        let update = format!("UPDATE agency SET name_vi = '{name}' WHERE code = '{code}'");
        tests::sql::execute(&mut connection, &update).await.unwrap();
        acknowledged.0[place].store(number, Ordering::SeqCst);
        if read.load(Ordering::Relaxed) >= READS {
            return;
        }
    }
}

async fn add_holidays(node: &Node, token: &str, acknowledged: &Acknowledged, read: &AtomicUsize) {
    let first: chrono::NaiveDate = "2045-01-01".parse().unwrap();
    // All days of a year, if the readers take so long.
    for number in 1..=365 {
        let day = first + chrono::Days::new(number - 1);
        let names = format!("nameVi: \"Ngày {number}\", nameEn: \"Day {number}\", source: \"Thông báo\"");
        let input = format!("days: [{{ day: \"{day}\", kind: SOLAR, {names} }}]");
        let told = node.change(token, "addHolidays", &input, "holidays { day }").await;
        assert_eq!(told["userErrors"], json!([]), "{told}");
        acknowledged.0[CODES.len()].store(usize::try_from(number).unwrap(), Ordering::SeqCst);
        if read.load(Ordering::Relaxed) >= READS {
            return;
        }
    }
}

async fn read_on(node: &Node, acknowledged: &Acknowledged, read: &AtomicUsize, known: &AtomicUsize) {
    let fields: Vec<_> = CODES
        .iter()
        .enumerate()
        .map(|(place, code)| format!("a{place}: agency(code: \"{code}\") {{ name }}"))
        .collect();
    let query = format!("{{ {} holidays(year: 2045) {{ day }} }}", fields.join(" "));
    let address = node.address();
    let request = post(address, "/graphql", &[], &json!({ "query": query }).to_string());
    let mut client = Client::connect(address).await.unwrap();
    while read.fetch_add(1, Ordering::Relaxed) < READS {
        let before = acknowledged.now();
        let answer = client.ask(&request).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.head);
        known.fetch_add(usize::from(!answer.head.contains("x-cache: miss")), Ordering::Relaxed);
        let told = numbers(&serde_json::from_slice(answer.body).unwrap());
        let is_new = told.iter().zip(&before).all(|(told, before)| told >= before);
        assert!(is_new, "told {told:?} when {before:?} had been acknowledged\n{}", answer.head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_an_answer_older_than_a_write_acknowledged_before() {
    let db = TestDb::demo().await;
    let given = [(ADDRESS_POINTS_PER_MINUTE, "1000000000"), (MUTATIONS_PER_MINUTE, "1000000")];
    let nodes = [
        Node::start(&db, Clock::Fixed(demo::now()), &given).await,
        Node::start(&db, Clock::Fixed(demo::now()), &given).await,
    ];
    let administrator = person(&db, 1, &[(Role::Administrator, None, false)]).await;
    let token = nodes[0].token(&administrator).await;
    let acknowledged = Arc::new(Acknowledged::default());
    let (read, known) = (AtomicUsize::default(), AtomicUsize::default());
    let names = (0..CODES.len()).map(|place| write_names(&db, place, &acknowledged, &read));
    let readers = (0..READERS).map(|number| read_on(&nodes[number % 2], &acknowledged, &read, &known));
    tokio::join!(
        futures_util::future::join_all(names),
        add_holidays(&nodes[0], &token, &acknowledged, &read),
        futures_util::future::join_all(readers),
    );
    let (known, written) = (known.into_inner(), acknowledged.now());
    // Else it has shown nothing.
    assert!(known > READS / 100, "{known} of {READS} answers were known, {written:?} written");
    assert!(written.iter().all(|number| *number > 10), "{written:?}");
    for node in nodes {
        node.stop().await;
    }
}
