//! Prints how often intervals hold planted effects, and whether the two numbers about luck mean what they say.
//!
//! `cargo run --release -p expected --example coverage -- 200`: the number is that of the seeds, from 0 on; `1000..1200`
//! takes others. Each figure has the standard error between seeds, since teams of one seed share their reference.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for people who want to see figures and times"
)]

use std::ops::Range;
use std::time::Instant;

use expected::{Model, NoiseFrom, PatientView, TeamResult, fit, teams};
use stats::resample::Draws;

#[path = "../tests/it/support.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod support;
#[path = "../tests/it/territory.rs"]
mod territory;

use territory::{Plan, YEAR, draw};

const BASE: Plan = Plan {
    teams: 60,
    lists: (1_000.0, 10_000.0),
    outside: 80_000,
    tail: 1.5,
    effect: (0.01, 0.03),
    cut: None,
    everybody: false,
    additive: false,
};

/// Mean of the seeds and its standard error.
fn between(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

type Results = Vec<Vec<(TeamResult, f64)>>;

fn run(plan: &Plan, method: &str, noise: NoiseFrom, seeds: &Range<u64>) -> Results {
    run_each(|_| *plan, method, noise, seeds)
}

/// Runs a plan of its own for each seed.
fn run_each(plan: impl Fn(u64) -> Plan, method: &str, noise: NoiseFrom, seeds: &Range<u64>) -> Results {
    let reference = if plan(seeds.start).everybody { "everybody" } else { "outside_teams" };
    let model = support::model(method, reference, "");
    let one = |seed| {
        let territory = draw(&plan(seed), seed);
        let fitted = fit(&model, &territory.cells, YEAR).expect("a fit");
        let results = teams(&fitted, &fitted.release("r"), &territory.cells, YEAR, noise).expect("teams");
        results.teams.into_iter().zip(territory.truth).collect()
    };
    seeds.clone().map(one).collect()
}

fn share(results: &Results, hit: impl Fn(&(TeamResult, f64)) -> bool) -> (f64, f64) {
    let of_seed = |teams: &Vec<(TeamResult, f64)>| {
        teams.iter().filter(|team| hit(team)).count() as f64 / teams.len().max(1) as f64
    };
    between(&results.iter().map(of_seed).collect::<Vec<_>>())
}

fn coverage(name: &str, plan: &Plan, method: &str, noise: NoiseFrom, seeds: &Range<u64>) {
    let results = run(plan, method, noise, seeds);
    let (inside, error) = share(&results, |(team, truth)| team.low <= *truth && *truth <= team.high);
    let (over, _) = share(&results, |(team, truth)| *truth > team.high);
    let (small, small_error) = {
        let small: Results = results
            .iter()
            .map(|teams| teams.iter().filter(|(team, _)| team.patients < 2_000).cloned().collect())
            .collect();
        share(&small, |(team, truth)| team.low <= *truth && *truth <= team.high)
    };
    println!(
        "{name:<52} {:>6} | {inside:.4} ± {error:.4} | above {over:.4} | lists under 2,000: {small:.4} ± {small_error:.4}",
        results.len() * plan.teams
    );
}

fn uniform(name: &str, plan: &Plan, noise: NoiseFrom, seeds: &Range<u64>) {
    let plan = Plan { effect: (0.0, 0.0), ..*plan };
    let results = run(&plan, "cell_means", noise, seeds);
    print!("{name:<40}");
    for bound in [0.01, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975] {
        let (found, error) = share(&results, |(team, _)| team.chance <= bound);
        print!(" | {bound}: {found:.4} ± {error:.4}");
    }
    println!();
    tenths(&results);
    distance(&results);
}

/// Prints how many of the first numbers lie in each tenth.
fn tenths(results: &Results) {
    print!("  in each tenth:");
    for tenth in 0..10 {
        let (low, high) = (f64::from(tenth) / 10.0, f64::from(tenth + 1) / 10.0);
        let (found, error) = share(results, |(team, _)| low < team.chance && team.chance <= high);
        print!(" {found:.4} ± {error:.4}");
    }
    println!();
}

/// Prints the largest distance between the shares at or under each hundredth and those of the uniform distribution, beside
/// what chance between seeds alone makes of it: seeds are given random signs, so that teams of one seed stay together.
fn distance(results: &Results) {
    let shares = |teams: &Vec<(TeamResult, f64)>| -> Vec<f64> {
        let under = |bound: f64| teams.iter().filter(|(team, _)| team.chance <= bound).count() as f64;
        (1..100).map(|step| under(f64::from(step) / 100.0) / teams.len().max(1) as f64).collect()
    };
    let of_seeds: Vec<Vec<f64>> = results.iter().map(shares).collect();
    let count = of_seeds.len() as f64;
    let mean: Vec<f64> =
        (0..99).map(|place| of_seeds.iter().map(|seed| seed[place]).sum::<f64>() / count).collect();
    let found = (1..100).map(|step| (mean[step - 1] - step as f64 / 100.0).abs()).fold(0.0, f64::max);
    let mut draws = Draws::new(1);
    let mut alone: Vec<f64> = (0..2_000)
        .map(|_| {
            let signs: Vec<f64> =
                of_seeds.iter().map(|_| if draws.below(2) == 0 { -1.0 } else { 1.0 }).collect();
            let gap = |place: usize| {
                let pairs = of_seeds.iter().zip(&signs);
                pairs.map(|(seed, sign)| sign * (seed[place] - mean[place])).sum::<f64>() / count
            };
            (0..99).map(|place| gap(place).abs()).fold(0.0, f64::max)
        })
        .collect();
    alone.sort_unstable_by(f64::total_cmp);
    let as_far = alone.iter().filter(|other| **other >= found).count() as f64 / alone.len() as f64;
    println!(
        "  largest distance from uniform {found:.4}; by chance between seeds alone: half of the time over {:.4}, one time in twenty over {:.4}; as far or farther: {as_far:.3}",
        alone[1_000], alone[1_900]
    );
}

/// Prints what became of teams by what was said of them. The mean of all effects differs from seed to seed by up to `means`.
///
/// What is said draws that mean towards zero. An error of the reference is common to the teams of a seed and makes all of
/// these look better or worse than they are: where the mean is the same in every seed, it is what shows most.
fn calibration(name: &str, plan: &Plan, means: f64, seeds: &Range<u64>) {
    let of_seed = |seed: u64| {
        let (index, count) = ((seed - seeds.start) as f64, (seeds.end - seeds.start) as f64);
        let place = 2.0 * (index + 0.5) / count - 1.0;
        Plan { effect: (plan.effect.0 + means * place, plan.effect.1), ..*plan }
    };
    let results = run_each(of_seed, "cell_means", NoiseFrom::Pooled, seeds);
    let said = |(team, _): &(TeamResult, f64)| team.nil_or_negative.expect("many teams");
    let nil = |(_, truth): &(TeamResult, f64)| f64::from(u8::from(*truth <= 0.0));
    println!("{name}");
    let all = results.iter().map(|teams| teams.iter().map(|one| nil(one) - said(one)).sum::<f64>());
    let (excess, error) = between(&all.map(|sum| sum / plan.teams as f64).collect::<Vec<_>>());
    println!("  truly nil less said, all teams: {excess:+.4} ± {error:.4}");
    for tenth in 0..10 {
        let (low, high) = (f64::from(tenth) / 10.0, f64::from(tenth + 1) / 10.0);
        let group: Vec<&(TeamResult, f64)> =
            results.iter().flatten().filter(|one| said(one) >= low && said(one) < high).collect();
        if group.is_empty() {
            continue;
        }
        let count = group.len() as f64;
        let mean = group.iter().map(|one| said(one)).sum::<f64>() / count;
        let found = group.iter().map(|one| nil(one)).sum::<f64>() / count;
        // Between seeds: the excess of truly nil over said, summed by seed.
        let excess: Vec<f64> = results
            .iter()
            .map(|teams| {
                let own = teams.iter().filter(|one| said(one) >= low && said(one) < high);
                own.map(|one| nil(one) - said(one)).sum::<f64>()
            })
            .collect();
        let error = between(&excess).1 * excess.len() as f64 / count;
        println!(
            "  said {low:.1} to {high:.1}: {count:>6} teams | said {mean:.4} | truly nil {found:.4} ± {error:.4}"
        );
    }
}

fn time() {
    let plan = Plan { everybody: true, ..BASE };
    let territory = draw(&plan, 1);
    // Sixteen copies of the age and sex cells under other names make 512 cells and 62 columns.
    let text = support::model_text("least_squares", "everybody", "").replace(
        "[fit]",
        "[[covariate]]\nname = \"area\"\nlabel = { fr = \"lieu\", en = \"place\" }\ncolumn = \"class\"\nlevels = \"found\"\nreference = \"*\"\n[fit]",
    );
    let text = text.replace(
        "[outcome]",
        "interactions = [[\"age\", \"sex\"], [\"age\", \"ill\"], [\"sex\", \"area\"]]\n[outcome]",
    );
    let view: PatientView = support::view();
    let mut cells = Vec::new();
    for place in 0..16 {
        cells.extend(territory.cells.iter().cloned().map(|mut cell| {
            cell.levels.push(format!("p{place:02}"));
            cell
        }));
    }
    for method in ["cell_means", "least_squares", "poisson", "gamma"] {
        let (model, findings) = Model::read("small.toml", &text.replace("least_squares", method), &view);
        assert_eq!(findings, []);
        let model = model.expect("a model without findings");
        let start = Instant::now();
        let fitted = fit(&model, &cells, YEAR).expect("a fit");
        let fit_time = start.elapsed();
        let release = fitted.release("r");
        let start = Instant::now();
        teams(&fitted, &release, &cells, YEAR, NoiseFrom::Pooled).expect("teams");
        println!(
            "{method:<14} {} cells of teams, 512 cells of the fit: fit {fit_time:?} ({} iterations), {} teams {:?}",
            cells.len(),
            fitted.iterations,
            plan.teams,
            start.elapsed()
        );
    }
}

/// Reads `200` as the seeds below it, and `1000..1200` as it stands.
fn range(text: &str) -> Option<Range<u64>> {
    let (from, to) = text.split_once("..").unwrap_or(("0", text));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from + 1 < to).then_some(from..to)
}

fn main() {
    let seeds = &std::env::args().nth(1).map_or(0..20, |text| range(&text).expect("200, or 1000..1200"));
    println!("seeds {seeds:?}, {} teams, lists of {:?}", BASE.teams, BASE.lists);
    println!("\ncoverage of 95 % intervals");
    let cut = Plan { cut: Some(9_900), ..BASE };
    for (name, noise) in [("pooled", NoiseFrom::Pooled), ("own", NoiseFrom::Own)] {
        coverage(&format!("{name}, tail 1.5, uncut"), &BASE, "cell_means", noise, seeds);
        coverage(&format!("{name}, tail 1.5, cut at 99 %"), &cut, "cell_means", noise, seeds);
    }
    let pooled = NoiseFrom::Pooled;
    let additive = Plan { additive: true, ..BASE };
    coverage("pooled, tail 1.5, uncut, least squares", &additive, "least_squares", pooled, seeds);
    let together = Plan { everybody: true, outside: 50_000, ..BASE };
    coverage("pooled, tail 1.5, fitted on everybody", &together, "cell_means", pooled, seeds);
    let together_cut = Plan { cut: Some(9_900), ..together };
    coverage("pooled, cut at 99 %, fitted on everybody", &together_cut, "cell_means", pooled, seeds);
    println!("\nfirst number without effect: share at or under each bound");
    uniform("pooled, tail 1.5, uncut", &BASE, pooled, seeds);
    uniform("pooled, tail 1.5, cut at 99 %", &cut, pooled, seeds);
    uniform("pooled, fitted on everybody, cut at 99 %", &together_cut, pooled, seeds);
    println!("\nsecond number");
    let wide = Plan { outside: 1_000_000, ..cut };
    let of = |plan: Plan, mean: f64, spread: f64| Plan { effect: (mean, spread), ..plan };
    calibration("uncut, 1 % ± 3 % in all seeds", &BASE, 0.0, seeds);
    calibration("cut at 99 %, mean of a seed within 10 % of 1 %, ± 3 %", &cut, 0.1, seeds);
    for (name, plan) in [("80,000 outside", cut), ("a million outside", wide)] {
        for (mean, spread) in [(0.0, 0.03), (0.01, 0.03), (0.03, 0.03), (0.0, 0.02)] {
            let name = format!("cut at 99 %, {name}, {mean} ± {spread} in all seeds");
            calibration(&name, &of(plan, mean, spread), 0.0, seeds);
        }
    }
    println!();
    time();
}
