//! The load test: a hundred ordinary users beside each of the attacks. `make stress`; see the README here.

mod asks;
mod attackers;
mod attacks;
mod live;
mod report;
mod stage;
mod users;
mod watch;

use std::{process::ExitCode, sync::Arc, time::Duration};

use clap::Parser;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tests::{machine, program::Result};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    time::{Instant, timeout_at},
};

use crate::{
    attackers::Attacker,
    attacks::{ATTACKS, Attack},
    live::Followers,
    report::{Control, Phase, Report, say},
    stage::Stage,
};

/// Lets a hundred ordinary users ask beside each of the attacks, and writes tests/stress/results.md.
#[derive(Debug, Parser)]
struct Options {
    /// Length of each attack in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// Only attacks whose name begins so, such as S4; may be given several times
    #[arg(long)]
    only: Vec<String>,
    /// Prints only: leaves results.md as it is
    #[arg(long)]
    dry: bool,
    /// Ends with exit code 1 if a bar is missed
    #[arg(long)]
    strict: bool,
    /// What cargo passes to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// How long what an attack left behind is waited for before the next begins.
const SETTLES_WITHIN: Duration = Duration::from_secs(40);

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = runtimes().and_then(|(ours, theirs)| {
        let outcome = ours.block_on(run(&options, theirs.handle()));
        theirs.shutdown_background();
        outcome
    });
    match outcome {
        Ok(missed) if missed.is_empty() || !options.strict => ExitCode::SUCCESS,
        Ok(missed) => {
            say(&format!("\nbars are missed:\n{}\n", missed.join("\n")));
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("\n{error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// One for the users and what is measured, one for the attackers: users must not wait for attackers on our side.
fn runtimes() -> Result<(Runtime, Runtime)> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    // The server inherits it.
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let make = || Builder::new_multi_thread().worker_threads(1).enable_all().build();
    Ok((make()?, make()?))
}

/// What was missed.
async fn run(options: &Options, attackers: &Handle) -> Result<Vec<String>> {
    let chosen = |attack: &&Attack| {
        options.only.is_empty() || options.only.iter().any(|only| attack.name.starts_with(only.as_str()))
    };
    let chosen: Vec<&'static Attack> = ATTACKS.iter().filter(chosen).collect();
    if chosen.is_empty() {
        let names: Vec<_> = ATTACKS.iter().map(|attack| attack.name).collect();
        return Err(format!("no such attack; there are: {}", names.join(", ")).into());
    }
    let stage = Stage::open().await?;
    let result = measure(options, &stage, &chosen, attackers).await;
    let version = stage.database.version().await;
    stage.close().await?;
    let (machine, quiet, phases) = result?;
    let report = Report { seconds: options.seconds, machine, version: version?, quiet, phases };
    let text = report.markdown()?;
    say(&text);
    if !options.dry {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/stress/results.md"), text)?;
    }
    Ok(report.missed())
}

type Measured = (String, Phase, Vec<(Phase, Control)>);

async fn measure(options: &Options, stage: &Stage, chosen: &[&'static Attack], attackers: &Handle) -> Result<Measured> {
    let followers = Followers::follow(stage.address());
    let mut people = stage.people().await?;
    let machine = machine::words();
    let of = Scene { stage, followers: &followers, attackers };
    // So that nothing is asked for the first time while it counts.
    of.phase(&people, None, Duration::from_secs(3)).await?;
    say("quiet\n");
    let time = Duration::from_secs(options.seconds);
    let quiet = of.phase(&people, None, time).await?;
    let mut phases = Vec::new();
    for attack in chosen {
        people.renew(stage).await?;
        say(&format!("{}: {}\n", attack.name, attack.about));
        let phase = of.phase(&people, Some(attack), time).await?;
        let settled = stage.database.settle(SETTLES_WITHIN).await?;
        let felt = of.phase(&people, None, time / 2).await?.felt;
        phases.push((phase, Control { settled, felt }));
    }
    Ok((machine, quiet, phases))
}

/// What every phase needs.
struct Scene<'a> {
    stage: &'a Stage,
    followers: &'a Followers,
    attackers: &'a Handle,
}

impl Scene<'_> {
    /// The users ask for so long, beside that attack.
    async fn phase(&self, people: &stage::People, attack: Option<&'static Attack>, time: Duration) -> Result<Phase> {
        let until = Instant::now() + time;
        let attacker = Arc::new(Attacker::new(self.stage.address(), people));
        let attack_of = attack.map(|attack| {
            let attacker = Arc::clone(&attacker);
            self.attackers.spawn(async move {
                // Whatever it has begun ends with it.
                let _ = timeout_at(until, attacks::run(attack, attacker)).await;
            })
        });
        let lost = self.followers.lost();
        let watching = watch::Watch::begin(self.stage)?;
        let newcomers = tokio::spawn(live::newcomers(self.stage.address(), until));
        let felt = users::ask(people, until).await?;
        if let Some(attack) = attack_of {
            attack.await?;
        }
        let (live_opened, live_refused) = newcomers.await?;
        let seen = watching.end().await?;
        let attackers = attacker.tally();
        let live_lost = self.followers.lost() - lost;
        Ok(Phase { attack, felt, seen, attackers, live_lost, live_opened, live_refused })
    }
}
