//! Ratios of times that are measured in one run. On a shared machine, absolute times mean little.

use std::{
    hint::black_box,
    io::{self, Write as _},
    time::{Duration, Instant},
};

const ROUNDS: usize = 251;
const ROUND: Duration = Duration::from_millis(1);

/// One way to do the job.
#[allow(missing_debug_implementations, reason = "holds a closure")]
pub struct Way<'a> {
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
}

impl Way<'_> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Does the job once.
    pub fn run(&mut self) {
        (self.run)();
    }
}

/// Names a way. Its result is hidden from the optimizer.
pub fn way<'a, T>(name: &'static str, mut run: impl FnMut() -> T + 'a) -> Way<'a> {
    Way { name, run: Box::new(move || drop(black_box(run()))) }
}

/// Runs all ways in turn, many times, and prints the ratio of the first way's median to each other
/// median. The first way is this crate. `limits` has the highest allowed ratio for each other way.
///
/// # Errors
///
/// Standard output is closed.
pub fn compare(title: &str, mut ways: Vec<Way<'_>>, limits: &[f64]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{title}")?;
    let medians: Vec<f64> = rounds(&mut ways).into_iter().map(median).collect();
    let Some((ours, peers)) = medians.split_first() else { return Ok(()) };
    for ((way, peer), limit) in ways.iter().skip(1).zip(peers).zip(limits) {
        report(&mut out, ours / peer, way.name, *limit)?;
    }
    Ok(())
}

/// Runs all ways in turn, many times, and returns the time of a call of each in its fastest round, in seconds.
/// Other programs on the machine can only make a round slower.
pub fn fastest(ways: &mut [Way<'_>]) -> Vec<f64> {
    let least = |times: Vec<f64>| times.into_iter().fold(f64::INFINITY, f64::min);
    rounds(ways).into_iter().map(least).collect()
}

/// Runs all ways in turn, many times, and returns the times of a call of each, in seconds.
fn rounds(ways: &mut [Way<'_>]) -> Vec<Vec<f64>> {
    let counts: Vec<u32> = ways.iter_mut().map(calls_per_round).collect();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for ((way, count), times) in ways.iter_mut().zip(&counts).zip(&mut times) {
            let start = Instant::now();
            for _ in 0..*count {
                (way.run)();
            }
            times.push(start.elapsed().as_secs_f64() / f64::from(*count));
        }
    }
    times
}

/// Prints a ratio and whether it is within its limit.
///
/// # Errors
///
/// The output cannot be written.
pub fn report(out: &mut impl io::Write, ratio: f64, of: &str, limit: f64) -> io::Result<()> {
    let verdict = if ratio <= limit { "within" } else { "OVER" };
    writeln!(out, "  {ratio:.3} of {of} ({verdict} the limit of {limit})")
}

/// How many calls take a round. Of several tries the most, because other programs on the machine interrupt some.
fn calls_per_round(way: &mut Way<'_>) -> u32 {
    const TRIES: usize = 9;
    let count = |way: &mut Way<'_>| {
        let start = Instant::now();
        let mut count = 0_u32;
        while start.elapsed() < ROUND {
            (way.run)();
            count = count.saturating_add(1);
        }
        count
    };
    (0..TRIES).map(|_| count(way)).max().unwrap_or(1)
}

/// Returns the median.
#[must_use]
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
