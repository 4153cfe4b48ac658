//! The figures in words: medians over the rounds, with the lowest and the highest.

use std::{
    fmt::Write as _,
    io::{Write as _, stdout},
};

use tests::program::{Result, commit};

use crate::{
    Contest, Options,
    sample::{Sample, Spent},
    stage::Database,
};

/// Tells whoever watches.
pub fn say(text: &str) {
    let mut out = stdout().lock();
    // Nobody may be watching any more.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Memory of the server, in MiB.
pub struct Memory {
    /// After one request of each workload.
    pub at_rest: f64,
    /// After all rounds.
    pub after_load: f64,
}

/// Everything that a run found out.
pub struct Report<'a> {
    pub options: &'a Options,
    pub machine: String,
    pub memory: Memory,
    pub contests: &'a [Contest],
    pub database: &'a Database,
}

impl Report<'_> {
    /// The whole report.
    pub async fn markdown(&self) -> Result<String> {
        let mut text = String::from(
            "# What the benchmarks found\n\nWritten by `make bench`; the README here says how to read it.\n\n",
        );
        let Options { rounds, seconds, clients, .. } = self.options;
        writeln!(text, "- {}, commit {}", self.database.day().await?, commit())?;
        writeln!(text, "- {}", self.machine)?;
        writeln!(
            text,
            "- PostgreSQL {} with fsync, on the same machine; {}",
            self.database.version().await?,
            self.database.words().await?
        )?;
        writeln!(
            text,
            "- {rounds} rounds of {seconds} s for each contender, {clients} clients on the same machine: medians (lowest to highest)"
        )?;
        let Memory { at_rest, after_load } = self.memory;
        writeln!(text, "- memory of the server: {at_rest:.0} MiB at rest, {after_load:.0} MiB after the last round\n")?;
        self.table(&mut text)?;
        text.push('\n');
        for Contest { workload, .. } in self.contests {
            writeln!(text, "{}: {}.", workload.name, workload.about)?;
        }
        Ok(text)
    }

    fn table(&self, text: &mut String) -> Result<()> {
        let names: Vec<&str> = self.contests.iter().map(|contest| contest.workload.name).collect();
        writeln!(text, "| | {} |\n| --- |{}", names.join(" | "), " ---: |".repeat(names.len()))?;
        self.row(text, "answer, kB", |contest| format!("{:.1}", kilobytes(contest.answer.len())))?;
        self.row(text, "**limit** (SQL through `pgbench`), requests/s", |contest| {
            spread(&contest.limit, Sample::rate, 0)
        })?;
        self.row(text, "**Cotmoc**, requests/s", |contest| spread(&contest.api, Sample::rate, 0))?;
        self.row(text, "**ratio to the limit**", |contest| {
            let pairs = contest.api.iter().zip(&contest.limit);
            format!("**{}**", words(pairs.map(|(api, limit)| api.rate() / limit.rate()).collect(), 2))
        })?;
        for percent in [50, 95, 99] {
            let of = move |sample: &Sample| sample.percentile(percent);
            self.row(text, &format!("limit, p{percent}, ms"), |contest| spread(&contest.limit, of, 1))?;
            self.row(text, &format!("Cotmoc, p{percent}, ms"), |contest| spread(&contest.api, of, 1))?;
        }
        self.row(text, "processor time of a request, ms: limit, PostgreSQL", |contest| {
            spread(&contest.limit, |sample| sample.cost(|spent| spent.postgres), 2)
        })?;
        self.row(text, "limit, `pgbench`", |contest| {
            spread(&contest.limit, |sample| sample.cost(|spent| spent.client), 2)
        })?;
        self.row(text, "Cotmoc, PostgreSQL", |contest| {
            spread(&contest.api, |sample| sample.cost(|spent| spent.postgres), 2)
        })?;
        self.row(text, "Cotmoc, the server", |contest| {
            spread(&contest.api, |sample| sample.cost(|spent| spent.server), 2)
        })?;
        self.row(text, "Cotmoc, the load's client", |contest| {
            spread(&contest.api, |sample| sample.cost(|spent| spent.client), 2)
        })?;
        self.row(text, "**ratio by processor time**", |contest| {
            let pairs = contest.api.iter().zip(&contest.limit);
            let total = |sample: &Sample| sample.cost(Spent::total);
            format!("**{}**", words(pairs.map(|(api, limit)| total(limit) / total(api)).collect(), 2))
        })
    }

    fn row(&self, text: &mut String, title: &str, cell: impl Fn(&Contest) -> String) -> Result<()> {
        let cells: Vec<String> = self.contests.iter().map(cell).collect();
        Ok(writeln!(text, "| {title} | {} |", cells.join(" | "))?)
    }
}

fn spread(samples: &[Sample], of: impl Fn(&Sample) -> f64, places: usize) -> String {
    words(samples.iter().map(of).collect(), places)
}

/// Median, lowest and highest.
fn words(mut figures: Vec<f64>, places: usize) -> String {
    figures.sort_unstable_by(f64::total_cmp);
    let (Some(lowest), Some(highest)) = (figures.first(), figures.last()) else { return "–".to_owned() };
    let median = figures.get(figures.len() / 2).unwrap_or(lowest);
    format!("{median:.places$} ({lowest:.places$} to {highest:.places$})")
}

fn kilobytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1000.0
}
