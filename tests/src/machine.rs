//! What the kernel says of processes and of this machine. Linux only, like `/proc`.

use std::{fs, thread, time::Duration};

/// The kernel counts processors' time in hundredths of a second, on every platform that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// Time of processors that a process has used.
#[must_use]
pub fn processor_time(pid: u32) -> Duration {
    time(pid, &[USER, SYSTEM])
}

/// The same with the children it has waited for: `pgbench` counts as ours.
#[must_use]
pub fn time_with_ended_children(pid: u32) -> Duration {
    time(pid, &[USER, SYSTEM, ENDED_CHILDREN_USER, ENDED_CHILDREN_SYSTEM])
}

/// The same with all its children: PostgreSQL's server.
#[must_use]
pub fn family_time(pid: u32) -> Duration {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let children = pids.filter(|child| fields(*child).get(PARENT).is_some_and(|parent| *parent == pid.to_string()));
    time_with_ended_children(pid) + children.map(processor_time).sum::<Duration>()
}

// Places after the name of the program, which may hold blanks and ends with a bracket.
const PARENT: usize = 1;
const USER: usize = 11;
const SYSTEM: usize = 12;
const ENDED_CHILDREN_USER: usize = 13;
const ENDED_CHILDREN_SYSTEM: usize = 14;

fn time(pid: u32, places: &[usize]) -> Duration {
    let fields = fields(pid);
    let ticks = places.iter().filter_map(|place| fields.get(*place)?.parse::<u32>().ok());
    TICK * ticks.sum::<u32>()
}

fn fields(pid: u32) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// Memory of a process that is in use, in MiB.
#[must_use]
pub fn memory(pid: u32) -> f64 {
    status(pid, "VmRSS:")
}

/// The most memory of a process that was ever in use, in MiB.
#[must_use]
pub fn highest_memory(pid: u32) -> f64 {
    status(pid, "VmHWM:")
}

fn status(pid: u32, key: &str) -> f64 {
    of_file(&format!("/proc/{pid}/status"), key).map_or(f64::NAN, |text| mebibytes(&text))
}

/// Processors, memory and how busy it is, in one line.
#[must_use]
pub fn words() -> String {
    let processors = thread::available_parallelism().map_or(0, usize::from);
    let model = of_file("/proc/cpuinfo", "model name").unwrap_or_default();
    let model = model.trim_start_matches([':', ' ', '\t']);
    let memory = of_file("/proc/meminfo", "MemTotal:").map_or(f64::NAN, |text| mebibytes(&text)) / 1024.0;
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("{processors} processors ({model}), {memory:.0} GiB of memory, load average {load} before the first round")
}

fn of_file(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| line.strip_prefix(key)).map(|rest| rest.trim().to_owned())
}

/// From `12345 kB`.
fn mebibytes(text: &str) -> f64 {
    text.split(' ')
        .next()
        .and_then(|number| number.parse::<f64>().ok())
        .map_or(f64::NAN, |kibibytes| kibibytes / 1024.0)
}
