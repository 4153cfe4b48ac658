//! The object layer answers what the library answers: one small schema, declared both ways, over generated documents.
//!
//! Where the two differ on purpose, the documents stay away and a test of its own says what is right: an argument that cannot be
//! read blanks a nullable field and not its parent; a mutation that stands twice under one key is done once.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unused_async,
    reason = "a test, and resolvers in the library's form"
)]

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema, Variables};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Declares the schema with the macros that are in scope; `$sync` is how a field is declared that need not wait.
macro_rules! schema {
    ($merged:ident, root ($($root:tt)*), $($sync:tt)*) => {
        use async_graphql::{Context, ID};

        /// Tên gọi
        #[derive(Clone, SimpleObject)]
        #[graphql(complex)]
        pub struct Agency {
            code: String,
            name: Option<String>,
            population: Option<i32>,
            share: f64,
            tags: Vec<String>,
        }

        #[ComplexObject]
        impl Agency {
            $($sync)* fn id(&self) -> ID {
                ID(format!("a:{}", self.code))
            }

            /// Cấp dưới, sau khi chờ
            async fn below(&self, context: &Context<'_>, #[graphql(desc = "Bao nhiêu", default = 2)] first: i32, least: Option<rust_decimal::Decimal>) -> Option<Result<Vec<Agency>, async_graphql::Error>> {
                super::pause(context.field().name().len()).await;
                (self.code.len() < 4 && least.is_none()).then(|| Ok((0..first).map(|n| agency(&format!("{}{n}", self.code))).collect()))
            }

            async fn broken(&self) -> Option<Result<String, async_graphql::Error>> {
                super::pause(1).await;
                Some(Err("không đọc được".into()))
            }

            $($sync)* fn strict(&self) -> Result<String, async_graphql::Error> {
                if self.code.ends_with('1') { Err("hỏng".into()) } else { Ok(self.code.clone()) }
            }

            $($sync)* fn inner(&self) -> Option<Inner> {
                Some(Inner { of: self.clone() })
            }

            async fn any(&self) -> Option<Result<Any, async_graphql::Error>> {
                super::pause(2).await;
                Some(Ok(if self.code.ends_with('0') { Any::Agency(self.clone()) } else { Any::Inner(Inner { of: self.clone() }) }))
            }

            $($sync)* fn each(&self) -> Vec<Option<Inner>> {
                vec![Some(Inner { of: self.clone() }), None, Some(Inner { of: agency("x1") })]
            }
        }

        #[derive(Clone)]
        pub struct Inner {
            of: Agency,
        }

        #[Object]
        impl Inner {
            $($sync)* fn words(&self, #[graphql(default)] upper: bool, suffix: Option<String>) -> String {
                let words = format!("«{}»\n\"{}\"", self.of.code, suffix.unwrap_or_default());
                if upper { words.to_uppercase() } else { words }
            }

            $($sync)* fn strict(&self) -> Result<i32, async_graphql::Error> {
                if self.of.code.ends_with('1') { Err("sai số".into()) } else { Ok(7) }
            }

            $($sync)* fn of(&self) -> &Agency {
                &self.of
            }
        }

        #[derive(Clone, Union)]
        pub enum Any {
            Agency(Agency),
            Inner(Inner),
        }

        fn agency(code: &str) -> Agency {
            Agency {
                code: code.to_owned(),
                name: (!code.ends_with('2')).then(|| format!("Sở \u{1} {code}")),
                population: code.ends_with('0').then_some(1_234_567),
                share: 0.125,
                tags: vec!["đỏ".into(), "a\\b".into()],
            }
        }

        #[derive(Clone, Default)]
        pub struct First;

        #[Object($($root)*)]
        impl First {
            async fn agency(&self, #[graphql(default = "q")] code: String) -> Option<Result<Agency, async_graphql::Error>> {
                super::pause(1).await;
                (code != "none").then(|| Ok(agency(&code)))
            }

            async fn agencies(&self) -> Result<Vec<Agency>, async_graphql::Error> {
                super::pause(3).await;
                Ok(vec![agency("a0"), agency("b1"), agency("c2")])
            }
        }

        #[derive(Clone, Default)]
        pub struct Second;

        #[Object($($root)*)]
        impl Second {
            async fn any(&self, n: i32) -> Option<Any> {
                Some(if n > 0 { Any::Inner(Inner { of: agency("z") }) } else { Any::Agency(agency("y1")) })
            }

            async fn number(&self) -> i32 {
                41
            }
        }

        #[derive($merged, Default)]
        pub struct Query(First, Second);
    };
}

mod library {
    use async_graphql::{ComplexObject, MergedObject, Object, SimpleObject, Union};
    schema!(MergedObject, root(), async);
}

mod layer {
    use object_layer::{ComplexObject, MergedObject, Object, SimpleObject, Union};
    schema!(MergedObject, root(root),);
}

/// Gives way so many times: who waits for what must not matter.
async fn pause(times: usize) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

fn run(future: impl Future<Output = async_graphql::Response>) -> async_graphql::Response {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn both(document: &str, variables: &Value) -> (Value, Value) {
    let request = || Request::new(document).variables(Variables::from_json(variables.clone()));
    let theirs = Schema::new(library::Query::default(), EmptyMutation, EmptySubscription);
    let ours = Schema::new(layer::Query::default(), EmptyMutation, EmptySubscription);
    let shown = |response: async_graphql::Response| {
        let mut shown: Value = serde_json::from_str(&serde_json::to_string(&response).unwrap()).unwrap();
        if let Some(errors) = shown.get_mut("errors").and_then(Value::as_array_mut) {
            errors.sort_by_key(ToString::to_string);
        }
        shown
    };
    (shown(run(theirs.execute(request()))), shown(run(ours.execute(request()))))
}

/// A selection on a type, at most so deep.
/// In it `@@` stands before each field with a selection of its own.
fn selection(ty: &'static str, depth: u32, strict: bool) -> BoxedStrategy<String> {
    let leaf = match ty {
        "Query" => prop_oneof![Just("number"), Just("n: number"), Just("__typename")].boxed(),
        "Agency" => prop_oneof![
            Just("code"),
            Just("c: code"),
            Just("name"),
            Just("population"),
            Just("share"),
            Just("tags"),
            Just("id"),
            Just("broken"),
            Just("strict"),
            Just("__typename"),
            Just("name @skip(if: $yes)"),
            Just("share @include(if: $no)"),
        ]
        .boxed(),
        "Any" => Just("__typename").boxed(),
        _ => prop_oneof![
            Just("words"),
            Just("w: words(upper: true, suffix: \"ạ\")"),
            Just("v: words(suffix: $suffix)"),
            Just("strict"),
            Just("__typename"),
        ]
        .boxed(),
    };
    let leaf = leaf
        .prop_map(move |field| if strict || field != "strict" { field.to_owned() } else { "__typename".to_owned() });
    if depth == 0 {
        return leaf.boxed();
    }
    let below =
        |field: &'static str, ty| many(ty, depth - 1, strict).prop_map(move |inner| format!("{field} {{ {inner} }}"));
    let deeper = match ty {
        "Query" => prop_oneof![
            below("@@agency", "Agency"),
            below("@@none: agency(code: \"none\")", "Agency"),
            below("@@agencies", "Agency"),
            below("@@any(n: 1)", "Any"),
            below("@@other: any(n: 0)", "Any"),
            below("...", "Query"),
            below("... on Query", "Query"),
        ]
        .boxed(),
        "Agency" => prop_oneof![
            below("@@below", "Agency"),
            below("@@one: below(first: 1)", "Agency"),
            below("@@inner", "Inner"),
            below("@@any", "Any"),
            below("@@each", "Inner"),
            below("... on Agency", "Agency"),
            below("... @include(if: $yes)", "Agency"),
        ]
        .boxed(),
        "Any" => {
            prop_oneof![below("... on Agency", "Agency"), below("... on Inner", "Inner"), below("...", "Any")].boxed()
        }
        _ => prop_oneof![below("@@of", "Agency"), below("... on Inner", "Inner")].boxed(),
    };
    prop_oneof![2 => leaf, 3 => deeper].boxed()
}

fn many(ty: &'static str, depth: u32, strict: bool) -> BoxedStrategy<String> {
    prop::collection::vec(selection(ty, depth, strict), 1..4).prop_map(|fields| fields.join(" ")).boxed()
}

/// The same messages at the same places. The library loses the end of a path where an error passes through a list, and tells
/// an error twice where the document asks twice.
fn same_errors(theirs: &Value, ours: &Value) -> bool {
    let list = |errors: &Value| errors.as_array().cloned().unwrap_or_default();
    let (theirs, ours) = (list(theirs), list(ours));
    let same = |their: &Value, our: &Value| {
        their["message"] == our["message"] && list(&our["path"]).starts_with(&list(&their["path"]))
    };
    theirs.iter().all(|their| ours.iter().any(|our| same(their, our)))
        && ours.iter().all(|our| theirs.iter().any(|their| same(their, our) && their["locations"] == our["locations"]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_answer_the_same(fields in many("Query", 4, false), suffix in prop::option::of("[a-zạ]{0,3}")) {
        let fields = fields.replace("@@", "");
        let document = format!(
            "query($yes: Boolean = true, $no: Boolean = false, $suffix: String) {{
                {fields}
                u: any(n: 1) {{ ... on Inner {{ v: words(suffix: $suffix) words @skip(if: $no) w: words @include(if: $yes) }} }}
            }}"
        );
        let (theirs, ours) = both(&document, &json!({ "suffix": suffix }));
        prop_assert_eq!(&theirs["data"], &ours["data"], "{}", document);
        prop_assert!(same_errors(&theirs["errors"], &ours["errors"]), "{}\n{}\n{}", document, theirs, ours);
    }

    /// What is never null fails its parents up to the next that may be null. Each field has a key of its own here: of two that
    /// are one, the library keeps the half that did not fail. Which neighbours' errors are told besides is left to chance there.
    #[test]
    fn both_blank_the_same(fields in many("Query", 4, true)) {
        let mut keys = 0..;
        let pieces: Vec<&str> = fields.split("@@").collect();
        let fields = pieces.iter().skip(1).fold(pieces[0].to_owned(), |text, piece| {
            let field = ["other: ", "one: ", "none: "].iter().find_map(|key| piece.strip_prefix(key)).unwrap_or(piece);
            format!("{text}k{}: {field}", keys.next().unwrap())
        });
        let document = format!(
            "query($yes: Boolean = true, $no: Boolean = false, $suffix: String) {{
                {fields} u: any(n: 1) {{ ... on Inner {{ v: words(suffix: $suffix) words @skip(if: $no) w: words @include(if: $yes) }} }}
            }}"
        );
        let (theirs, ours) = both(&document, &json!({}));
        prop_assert_eq!(&theirs["data"], &ours["data"], "{}", document);
        prop_assert_eq!(theirs["errors"].is_null(), ours["errors"].is_null(), "{}\n{}\n{}", document, theirs, ours);
    }
}

#[test]
fn both_print_the_same_schema() {
    let theirs = Schema::new(library::Query::default(), EmptyMutation, EmptySubscription).sdl();
    let ours = Schema::new(layer::Query::default(), EmptyMutation, EmptySubscription).sdl();
    assert_eq!(ours, theirs);
}

#[test]
fn an_argument_that_cannot_be_read_blanks_its_field_alone() {
    let document = "{ agency { code below(least: \"ba\") { code } } }";
    let (theirs, ours) = both(document, &json!({}));
    assert_eq!(theirs["data"], json!({ "agency": null }));
    assert_eq!(ours["data"], json!({ "agency": { "code": "q", "below": null } }), "{ours}");
    assert_eq!(ours["errors"][0]["path"], json!(["agency", "below"]));
    assert_eq!(ours["errors"][0]["message"], theirs["errors"][0]["message"]);
}

#[test]
fn what_stands_twice_at_the_root_is_one_field() {
    let (theirs, ours) =
        both("{ agency { code } agency { name inner { words } } agency { inner { v: words } } }", &json!({}));
    assert_eq!(theirs, ours);
}
