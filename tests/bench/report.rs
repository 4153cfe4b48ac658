//! The figures in words: medians over the rounds, with the lowest and the highest.

use std::{
    fmt::Write as _,
    io::{Write as _, stdout},
    time::Duration,
};

use tests::program::{Result, commit};

use crate::{
    Options, bulk,
    contest::{
        Contender::{self, Cached, Limit, Uncached},
        Contest,
    },
    files::{self, Files, Taken},
    sample::{Sample, Spent},
    stage::Database,
    subscribers::{self, Subscribed},
};

/// The contenders, as the table calls them.
const NAMES: [(Contender, &str); 3] = [(Limit, "limit"), (Uncached, "Cotmoc, uncached"), (Cached, "Cotmoc, cached")];

/// Tells whoever watches.
pub fn say(text: &str) {
    let mut out = stdout().lock();
    // Nobody may be watching any more.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Of the time of processors: who used it.
type Part<'a> = (&'a str, fn(Spent) -> Duration);

/// Memory of the server without the cache and of the one with it, in MiB.
pub struct Memory {
    /// Before the first request.
    pub started: (f64, f64),
    /// After a few requests of each workload.
    pub at_rest: (f64, f64),
    /// After all rounds.
    pub after_load: (f64, f64),
}

/// Everything that a run found out.
pub struct Report<'a> {
    pub options: &'a Options,
    pub machine: String,
    pub memory: Memory,
    /// How long each request with many figures took.
    pub bulk: Vec<Duration>,
    pub subscribed: Subscribed,
    pub files: Files,
    pub contests: &'a [Contest<'a>],
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
        self.memory(&mut text)?;
        let bulk = self.bulk.iter().map(Duration::as_secs_f64).collect();
        writeln!(text, "- {} figures submitted in one request: {} s", bulk::ROWS, words(bulk, 2))?;
        self.files(&mut text)?;
        self.table(&mut text)?;
        text.push('\n');
        for Contest { name, about, .. } in self.contests {
            writeln!(text, "{name}: {about}.")?;
        }
        Ok(text)
    }

    fn memory(&self, text: &mut String) -> Result<()> {
        let Memory { started, at_rest, after_load } = self.memory;
        writeln!(
            text,
            "- memory of the server at rest, before the first request, after a few of each workload, after the last round: \
             uncached {:.0}, {:.0} and {:.0} MiB, cached {:.0}, {:.0} and {:.0} MiB",
            started.0, at_rest.0, after_load.0, started.1, at_rest.1, after_load.1
        )?;
        let Subscribed { before, idle, highest, reached } = self.subscribed;
        let each = (idle - before) * 1024.0 / f64::from(subscribers::COUNT);
        Ok(writeln!(
            text,
            "- memory with {} idle subscribers: {before:.0} MiB before them, {idle:.0} MiB with them ({each:.1} KiB each), \
             {highest:.0} MiB at most under the load of all workloads; \
             a change reaches the last of them after {:.2} s",
            subscribers::COUNT,
            reached.as_secs_f64()
        )?)
    }

    fn files(&self, text: &mut String) -> Result<()> {
        let Files { export, first, exported, looked, written, refused } = &self.files;
        let cost = |it: &Taken| format!("{:.1} s, {:.0} MiB above rest", it.time.as_secs_f64(), it.memory);
        writeln!(
            text,
            "- export of {exported} measurements as lines of JSON: the first after {:.2} s, all in {}",
            first.as_secs_f64(),
            cost(export)
        )?;
        writeln!(
            text,
            "- import of {} rows of CSV: looked at in {}; written in {}",
            files::ROWS,
            cost(looked),
            cost(written)
        )?;
        let told = refused.iter().map(|(name, time)| format!("{name} after {:.2} s", time.as_secs_f64()));
        writeln!(text, "- files that are refused: {}\n", told.collect::<Vec<_>>().join(", "))?;
        Ok(())
    }

    fn table(&self, text: &mut String) -> Result<()> {
        let names: Vec<&str> = self.contests.iter().map(|contest| contest.name).collect();
        writeln!(text, "| | {} |\n| --- |{}", names.join(" | "), " ---: |".repeat(names.len()))?;
        self.row(text, "answer, kB", |contest| format!("{:.1}", kilobytes(contest.bytes)))?;
        for (who, name) in NAMES {
            let of_sql = if who == Limit { " (SQL through `pgbench`)" } else { "" };
            let title = format!("**{name}**{of_sql}, requests/s");
            self.row(text, &title, |contest| spread(contest.samples(who), Sample::rate, 0))?;
        }
        for who in [Uncached, Cached] {
            self.ratio(text, "ratio to the limit", who, |api, limit| api.rate() / limit.rate())?;
        }
        for percent in [50, 95, 99] {
            let of = move |sample: &Sample| sample.percentile(percent);
            for (who, name) in NAMES {
                let title = format!("{name}, p{percent}, ms");
                self.row(text, &title, |contest| spread(contest.samples(who), of, 1))?;
            }
        }
        self.costs(text)?;
        let total = |sample: &Sample| sample.cost(Spent::total);
        for who in [Uncached, Cached] {
            self.ratio(text, "ratio by processor time", who, |api, limit| total(limit) / total(api))?;
        }
        Ok(())
    }

    /// Time of processors, by who used it.
    fn costs(&self, text: &mut String) -> Result<()> {
        for (who, name) in NAMES {
            let client = if who == Limit { "`pgbench`" } else { "the load's client" };
            let parts: [Part<'_>; 3] = [
                ("PostgreSQL", |spent| spent.postgres),
                ("the server", |spent| spent.server),
                (client, |spent| spent.client),
            ];
            for (part, of) in parts.into_iter().filter(|(part, _)| who != Limit || *part != "the server") {
                let title = format!("processor time of a request, ms: {name}, {part}");
                self.row(text, &title, |contest| spread(contest.samples(who), |sample| sample.cost(of), 3))?;
            }
        }
        Ok(())
    }

    /// What one of Cotmoc's did beside the limit, round by round.
    fn ratio(
        &self,
        text: &mut String,
        title: &str,
        who: Contender,
        of: impl Fn(&Sample, &Sample) -> f64,
    ) -> Result<()> {
        let suffix = if who == Cached { "cached" } else { "uncached" };
        self.row(text, &format!("**{title}, {suffix}**"), |contest| {
            let pairs = contest.samples(who).iter().zip(contest.samples(Limit));
            let ratios: Vec<f64> = pairs.map(|(api, limit)| of(api, limit)).collect();
            if ratios.is_empty() { NONE.to_owned() } else { format!("**{}**", words(ratios, 2)) }
        })
    }

    fn row(&self, text: &mut String, title: &str, cell: impl Fn(&Contest) -> String) -> Result<()> {
        let cells: Vec<String> = self.contests.iter().map(cell).collect();
        Ok(writeln!(text, "| {title} | {} |", cells.join(" | "))?)
    }
}

/// What the samples come to.
pub fn spread(samples: &[Sample], of: impl Fn(&Sample) -> f64, places: usize) -> String {
    words(samples.iter().map(of).collect(), places)
}

/// Where a contender took no part.
const NONE: &str = "–";

/// Median, lowest and highest.
pub fn words(mut figures: Vec<f64>, places: usize) -> String {
    figures.sort_unstable_by(f64::total_cmp);
    let (Some(lowest), Some(highest)) = (figures.first(), figures.last()) else { return NONE.to_owned() };
    let median = figures.get(figures.len() / 2).unwrap_or(lowest);
    format!("{median:.places$} ({lowest:.places$} to {highest:.places$})")
}

fn kilobytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1000.0
}
