use std::{fmt::Write, sync::Arc, time::Instant};

use async_graphql::{Name, Request, Value, Variables};
use schema::error::ApiError;
use serde_json::json;

use super::{Admitted, Guard, RequestLimits};
use crate::graphql::fixture;

/// By the limits alone: what these tests ask is not always there.
fn admit(guard: &Guard, request: impl Into<Request>) -> Result<Admitted, ApiError> {
    let request = request.into();
    guard.price(Arc::new(guard.measure(&request.query)?.1), &request, &mut guard.budget())
}

/// The code with which a document is refused; `OK` if it is not.
fn verdict(text: &str) -> &'static str {
    let service = fixture::service();
    match admit(service.guard(), text) {
        Ok(_) => "OK",
        Err(error) => error.code().as_str(),
    }
}

fn cost(request: impl Into<Request>) -> u64 {
    admit(fixture::service().guard(), request).unwrap().cost
}

#[test]
fn each_limit_has_its_code() {
    let lines = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    let nested = |depth: usize| format!("{}name{}", "a { ".repeat(depth - 1), " }".repeat(depth - 1));
    for (within, beyond, code) in [
        (
            format!("{{ path #{} \n }}", "x".repeat(131_060)),
            format!("{{ path #{} \n }}", "x".repeat(131_061)),
            "DOCUMENT_LIMIT_EXCEEDED",
        ),
        (
            format!("{{ nested(x: {}{}) }}", "[".repeat(62), "]".repeat(62)),
            format!("{{ nested(x: {}{}) }}", "[".repeat(63), "]".repeat(63)),
            "NESTING_LIMIT_EXCEEDED",
        ),
        (
            format!("{{ nested(x: [{}]) }}", "1 ".repeat(1_991)),
            format!("{{ nested(x: [{}]) }}", "1 ".repeat(1_992)),
            "TOKEN_LIMIT_EXCEEDED",
        ),
        (format!("{{ {} }}", nested(15)), format!("{{ {} }}", nested(16)), "DEPTH_LIMIT_EXCEEDED"),
        (
            format!("{{ communes {{ {} }} }}", lines(30, |n| format!("a{n}: edges "))),
            format!("{{ communes {{ {} }} }}", lines(31, |n| format!("a{n}: edges "))),
            "ALIAS_LIMIT_EXCEEDED",
        ),
        (
            format!("{{ {} }}", lines(30, |n| format!("f{n} "))),
            format!("{{ {} }}", lines(31, |n| format!("f{n} "))),
            "ROOT_FIELD_LIMIT_EXCEEDED",
        ),
        (
            format!("{{ path {} }}", "@a ".repeat(30)),
            format!("{{ path {} }}", "@a ".repeat(31)),
            "DIRECTIVE_LIMIT_EXCEEDED",
        ),
        (
            "{ communes(first: 99998) { edges } }".to_owned(),
            "{ communes(first: 100000) { edges } }".to_owned(),
            "COST_LIMIT_EXCEEDED",
        ),
    ] {
        assert_eq!((verdict(&within), verdict(&beyond)), ("OK", code));
    }
    assert_eq!(verdict(&"[".repeat(2_000)), "NESTING_LIMIT_EXCEEDED");
    assert_eq!(verdict(&format!("{{ {} }}", lines(10_000, |n| format!("a{n}: path ")))), "TOKEN_LIMIT_EXCEEDED");
    for syntax in ["", "{", "\"", "{ a(s: \"\"\"\" [[[[[[ ) }", "fragment F on Query { path }", "{ path } { path }"] {
        assert_eq!(verdict(syntax), "BAD_REQUEST", "{syntax}");
    }
}

#[test]
fn limits_hold_through_fragments_and_inline_fragments() {
    let spread_31 = "...F ".repeat(31);
    for (document, code) in [
        (format!("{{ {spread_31} }} fragment F on Query {{ path }}"), "ROOT_FIELD_LIMIT_EXCEEDED"),
        (format!("{{ communes {{ {spread_31} }} }} fragment F on X {{ a: edges }}"), "ALIAS_LIMIT_EXCEEDED"),
        (format!("{{ communes {{ {spread_31} }} }} fragment F on X {{ edges @a }}"), "DIRECTIVE_LIMIT_EXCEEDED"),
        (format!("{{ {} path {} }}", "... { ".repeat(63), "}".repeat(63)), "OK"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(), "BAD_REQUEST"),
        ("{ path } fragment A on Query { ... { ...A } }".to_owned(), "BAD_REQUEST"),
        ("{ ...Missing }".to_owned(), "OK"),
    ] {
        assert_eq!(verdict(&document), code, "{document}");
    }
    let mut chain = "{ ...F0 } ".to_owned();
    for n in 0..240 {
        let _ = write!(chain, "fragment F{n} on Query {{ ...F{} }} ", n + 1);
    }
    assert_eq!(verdict(&chain), "NESTING_LIMIT_EXCEEDED");
}

/// 901 bytes that kept stock validation busy for seconds: 2^24 fields once written out.
#[test]
fn fragments_that_double_are_refused_at_once() {
    let mut bomb = "{ ...F0 } ".to_owned();
    for n in 0..24 {
        let _ = write!(bomb, "fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1);
    }
    bomb.push_str("fragment F24 on Query { __typename }");
    let unused = bomb.replace("{ ...F0 }", "{ path }");
    let service = fixture::service();
    for (document, code) in [(&bomb, "ROOT_FIELD_LIMIT_EXCEEDED"), (&unused, "EXPANSION_LIMIT_EXCEEDED")] {
        let best = (0..10).map(|_| {
            let start = Instant::now();
            assert_eq!(admit(service.guard(), document.as_str()).unwrap_err().code().as_str(), code);
            start.elapsed()
        });
        assert!(best.min().unwrap().as_millis() < 5);
    }
}

#[test]
fn cost_is_fields_times_page_sizes() {
    assert_eq!(cost("{ path }"), 1);
    assert_eq!(cost("{ communes { edges { node { name } } } }"), 1 + 20 * 3);
    assert_eq!(cost("{ communes(first: 100) { edges { node { name } } } }"), 1 + 100 * 3);
    assert_eq!(cost("{ communes(first: 2, last: 7) { edges } }"), 1 + 7);
    assert_eq!(cost("{ communes(first: 0) { edges } }"), 1 + 1);
    assert_eq!(cost("{ communes { edges { node { neighbours { name } } } } }"), 1 + 20 * (2 + 1 + 20));
    assert_eq!(cost("{ nodes(ids: [1, 2, 3]) { name } }"), 1 + 3);
    assert_eq!(cost("{ ...F ...F } fragment F on Query { communes(first: 5) { edges } }"), 2 * (1 + 5));
    // A count is made once, beside whatever page; at the root it may be of a large table.
    assert_eq!(cost("{ communes(first: 50) { totalCount } }"), 1 + 1_000);
    assert_eq!(
        cost("{ a: communes { ...F } b: communes { ...F } } fragment F on CommuneConnection { totalCount }"),
        2 * 1_001
    );
    // A dashboard of 100 indicators with 20 targets of 15 fields each is well within.
    let fifteen = "name ".repeat(15);
    let dashboard =
        format!("{{ communes(first: 100) {{ edges {{ node {{ {fifteen} neighbours {{ {fifteen} }} }} }} }} }}");
    assert!((30_000..60_000).contains(&cost(dashboard.as_str())));
}

#[test]
fn variables_decide_page_sizes_request_by_request() {
    let text = "query Q($n: Int = 7, $ids: [ID!]) { communes(first: $n) { edges } nodes(ids: $ids) { name } }";
    let with = |variables: &[(&str, Value)]| {
        let variables = variables.iter().map(|(name, value)| (Name::new(name), value.clone()));
        cost(Request::new(text).variables(Variables::from_value(Value::Object(variables.collect()))))
    };
    assert_eq!(with(&[]), 1 + 7 + 1 + 1);
    assert_eq!(with(&[("n", 50.into())]), 1 + 50 + 1 + 1);
    assert_eq!(with(&[("n", Value::Null), ("ids", vec![1, 2, 3].into())]), 1 + 20 + 1 + 3);
    assert_eq!(with(&[("n", (-1).into())]), 1 + 20 + 1 + 1);
}

#[test]
fn required_variables_must_be_there_before_anything_is_executed() {
    let service = fixture::service();
    let given = |variables: serde_json::Value| {
        let request = Request::new("query ($name: String!, $size: Int! = 5, $more: Int) { path }");
        let admitted = admit(service.guard(), request.variables(Variables::from_json(variables)));
        admitted.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(given(json!({ "name": "Sở Tài chính" })), Ok(()));
    assert_eq!(given(json!({ "name": "Sở Tài chính", "more": null })), Ok(()));
    for (variables, trouble) in [
        (json!({}), "$name: a value of type String! is required"),
        (json!({ "name": null }), "$name: must not be null (type String!)"),
        (json!({ "name": "a", "size": null }), "$size: must not be null (type Int!)"),
        (json!({ "name": "a", "size": "5" }), "$size: \"5\" is no Int"),
        (json!({ "name": ["a"] }), "$name: [\"a\"] is no String"),
    ] {
        assert_eq!(given(variables), Err(format!("Bad request: {trouble}")));
    }
}

#[test]
fn the_operation_is_chosen_by_name() {
    let text = "query A { communes { edges } } query B { path } mutation C { rename(name: \"Hòa Bình\") }";
    let service = fixture::service();
    let named = |name| admit(service.guard(), Request::new(text).operation_name(name));
    assert_eq!(named("A").unwrap().cost, 21);
    assert_eq!(named("B").unwrap().cost, 1);
    assert_eq!(named("C").unwrap().kind, async_graphql::parser::types::OperationType::Mutation);
    assert!(named("D").is_err());
    assert!(admit(service.guard(), text).is_err());
    assert!(admit(service.guard(), Request::new("{ path }").operation_name("A")).is_err());
}

#[test]
fn tools_may_read_the_schema_but_not_multiply_it() {
    let whole = Guard::new(&schema::sdl(), RequestLimits::default(), true).unwrap();
    let cost = admit(&whole, include_str!("introspection.graphql")).unwrap().cost;
    assert!(cost < RequestLimits::default().cost / 2, "{cost}: the schema outgrows what its readers may ask for");
    let deeper = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields \
                  { name } } } } } } } } } } } }";
    assert_eq!(verdict(deeper), "OK");
    let service = fixture::service();
    let flat = admit(service.guard(), "{ __schema { types { fields { name } } } }").unwrap().cost;
    assert!(admit(service.guard(), deeper).unwrap().cost > 10 * flat);
}
