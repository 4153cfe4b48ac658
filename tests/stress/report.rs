//! The figures in words, and which of them miss a bar.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Write as _, stdout},
    time::Duration,
};

use tests::program::{Result, commit};

use crate::{
    attacks::Attack,
    users::{Felt, percent, percentile},
    watch::Seen,
};

/// Tells whoever watches.
pub fn say(text: &str) {
    let mut out = stdout().lock();
    // Nobody may be watching any more.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What was found while the users asked, beside an attack or none.
pub struct Phase {
    pub attack: Option<&'static Attack>,
    pub felt: Felt,
    pub seen: Seen,
    /// What the attackers got.
    pub attackers: BTreeMap<String, usize>,
    /// How often those who follow changes lost their connection.
    pub live_lost: usize,
    /// How many more could begin to follow, and how many could not.
    pub live_opened: usize,
    pub live_refused: usize,
}

/// What was found after it.
pub struct Control {
    /// How long PostgreSQL went on with what the attack had left.
    pub settled: Duration,
    /// What the users felt then.
    pub felt: Felt,
}

/// Everything that a run found out.
pub struct Report {
    pub seconds: u64,
    pub machine: String,
    pub version: String,
    pub quiet: Phase,
    pub phases: Vec<(Phase, Control)>,
}

/// How many times slower users may be served beside an attack, at p99.
const SLOWER: f64 = 3.0;

/// How many of their requests may be refused, of a hundred.
const REFUSED: f64 = 1.0;

/// How much memory the server may take, in MiB.
const MEMORY: f64 = 256.0;

/// How long `/healthz` may take at p99, in milliseconds.
const HEALTH: f64 = 100.0;

impl Report {
    /// The whole report.
    pub fn markdown(&self) -> Result<String> {
        let mut text = String::from(
            "# What users feel of attacks\n\nWritten by `make stress`; the README here says how to read it.\n\n",
        );
        writeln!(text, "- commit {}; PostgreSQL {}", commit(), self.version)?;
        writeln!(text, "- {}", self.machine)?;
        writeln!(text, "- {} s for each attack; bold figures miss a bar\n", self.seconds)?;
        text.push_str(
            "| | requests | p50, ms | p99, ms | to quiet | refused, % | how | live: lost, refused/new | \
             healthz p99, ms | worst, ms | memory, MiB | statements | attackers got |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
        );
        for phase in self.all() {
            self.row(&mut text, phase)?;
        }
        text.push_str(
            "\nAfterwards, when PostgreSQL had ended what was left:\n\n\
             | after | went on for, s | p50, ms | p99, ms | refused, % | how |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
        );
        for (phase, Control { settled, felt }) in &self.phases {
            let (p50, p99) = (felt.percentile(50), felt.percentile(99));
            let (name, settled, how) = (name(phase), settled.as_secs_f64(), tally(&felt.refusals));
            writeln!(text, "| {name} | {settled:.1} | {p50:.1} | {p99:.1} | {:.1} | {how} |", felt.refused())?;
        }
        text.push('\n');
        for attack in self.phases.iter().filter_map(|(phase, _)| phase.attack) {
            writeln!(text, "- {}: {}.", attack.name, attack.about)?;
        }
        Ok(text)
    }

    /// Every bar that was missed, in words.
    pub fn missed(&self) -> Vec<String> {
        let missed = |phase: &Phase| {
            let missed = self.figures(phase).into_iter().filter(Figure::misses);
            missed.map(|figure| figure.words(name(phase))).collect::<Vec<_>>()
        };
        self.phases.iter().flat_map(|(phase, _)| missed(phase)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Phase> {
        [&self.quiet].into_iter().chain(self.phases.iter().map(|(phase, _)| phase))
    }

    fn figures(&self, phase: &Phase) -> [Figure; 4] {
        let ratio = phase.felt.percentile(99) / self.quiet.felt.percentile(99);
        [
            Figure { what: "p99 to quiet", value: ratio, bar: SLOWER },
            Figure { what: "refused, %", value: phase.felt.refused(), bar: REFUSED },
            Figure { what: "healthz p99, ms", value: percentile(&phase.seen.health, 99), bar: HEALTH },
            Figure { what: "memory, MiB", value: phase.seen.memory, bar: MEMORY },
        ]
    }

    fn row(&self, text: &mut String, phase: &Phase) -> Result<()> {
        let Phase { felt, seen, live_lost, live_opened, live_refused, .. } = phase;
        let [ratio, refused, health, memory] = self.figures(phase).map(|figure| figure.cell());
        write!(text, "| {} | {} | {:.1} ", name(phase), felt.requests, felt.percentile(50))?;
        write!(text, "| {:.1} | {ratio} | {refused} | {} ", felt.percentile(99), tally(&felt.refusals))?;
        write!(text, "| {live_lost}, {live_refused}/{} ", live_opened + live_refused)?;
        let unhealthy = if seen.unhealthy > 0 {
            format!(" ({:.0} % not 200)", percent(seen.unhealthy, seen.health.len()))
        } else {
            String::new()
        };
        write!(text, "| {health} | {:.0}{unhealthy} ", percentile(&seen.health, 100))?;
        Ok(writeln!(text, "| {memory} | {} | {} |", seen.statements, tally(&phase.attackers))?)
    }
}

/// A figure and its bar.
struct Figure {
    what: &'static str,
    value: f64,
    bar: f64,
}

impl Figure {
    /// What is no number keeps no bar.
    fn misses(&self) -> bool {
        self.value.is_nan() || self.value > self.bar
    }

    fn cell(&self) -> String {
        if self.misses() { format!("**{:.1}**", self.value) } else { format!("{:.1}", self.value) }
    }

    fn words(&self, of: &str) -> String {
        format!("{of}: {} {:.1} instead of {}", self.what, self.value, self.bar)
    }
}

fn name(phase: &Phase) -> &'static str {
    phase.attack.map_or("quiet", |attack| attack.name)
}

fn tally(counts: &BTreeMap<String, usize>) -> String {
    let counts: Vec<_> = counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
    counts.join(", ")
}
