//! What is asked: a GraphQL document with its variables, and the hand-written SQL that answers the same.

use serde_json::{Map, Value, json};

use crate::limit::Script;

/// One screen of a client, which reads.
pub struct Workload {
    /// Short name, of tables and files.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    document: &'static str,
    /// One statement for `pgbench`, whose variables are named like those of the document.
    sql: &'static str,
    variables: &'static [(&'static str, &'static str)],
}

/// The day as of which everything is asked and loaded: figures of different days of the calendar stay comparable.
pub const TODAY: &str = "2026-07-01";

/// Nine in the morning of that day.
pub const NOW: &str = "2026-07-01T09:00:00+07:00";

/// All of them.
pub const WORKLOADS: [Workload; 4] = [
    Workload {
        name: "W1 dashboard",
        about: "the indicators of the plan × their targets × the latest figure of the province",
        document: include_str!("graphql/dashboard.graphql"),
        sql: include_str!("sql/dashboard.sql"),
        variables: &[("programme", "nq57-quang-ngai"), ("subject", "qng.ubnd")],
    },
    Workload {
        name: "W2 series",
        about: "the last 60 months of one indicator and subject",
        document: include_str!("graphql/series.graphql"),
        sql: include_str!("sql/series.sql"),
        variables: &[("indicator", "tthc_dossiers_online_share"), ("subject", "qng.mo_phong.097")],
    },
    Workload {
        name: "W3 overdue",
        about: "50 overdue directives with leads and coordinators, and how many there are",
        document: include_str!("graphql/overdue.graphql"),
        sql: include_str!("sql/overdue.sql"),
        variables: &[("day", TODAY)],
    },
    Workload {
        name: "W4 lead",
        about: "one indicator with its lead agency",
        document: include_str!("graphql/lead.graphql"),
        sql: include_str!("sql/lead.sql"),
        variables: &[("indicator", "tthc_dossiers_online_share")],
    },
];

impl Workload {
    /// The body of the POST.
    pub fn body(&self) -> String {
        let variables: Map<String, Value> =
            self.variables.iter().map(|(name, value)| ((*name).into(), json!(value))).collect();
        json!({ "query": self.document, "variables": variables }).to_string()
    }

    /// As `pgbench` runs it.
    pub fn script(&self) -> Script {
        let definitions = self.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Script { sql: self.sql, definitions }
    }

    /// The statement with its values written in: for one execution outside `pgbench`.
    pub fn filled_sql(&self) -> String {
        let filled =
            |sql: String, (name, value): &(&str, &str)| sql.replace(&format!(":{name}"), &format!("'{value}'"));
        let sql = self.variables.iter().fold(self.sql.to_owned(), filled);
        sql.trim_end().trim_end_matches(';').to_owned()
    }
}
