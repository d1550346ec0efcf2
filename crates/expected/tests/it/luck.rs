//! Intervals hold the planted effects, and the two numbers about luck mean what they say.

use expected::{NoiseFrom, TeamResult, fit, teams};

use crate::support::model;
use crate::territory::{Plan, YEAR, draw};

const SHORT: Plan = Plan {
    teams: 40,
    lists: (1_000.0, 3_000.0),
    outside: 20_000,
    tail: 1.3,
    effect: (0.02, 0.05),
    cut: None,
    everybody: false,
    additive: false,
};

/// Runs some seeds and returns each team with its true effect.
fn run(plan: &Plan, method: &str, seeds: std::ops::Range<u64>) -> Vec<(TeamResult, f64)> {
    let reference = if plan.everybody { "everybody" } else { "outside_teams" };
    let model = model(method, reference, "");
    let mut all = Vec::new();
    for seed in seeds {
        let territory = draw(plan, seed);
        let fitted = fit(&model, &territory.cells, YEAR).unwrap();
        let release = fitted.release("test");
        let results = teams(&fitted, &release, &territory.cells, YEAR, NoiseFrom::Pooled).unwrap();
        assert_eq!(results.teams.len(), plan.teams, "seed {seed}");
        all.extend(results.teams.into_iter().zip(territory.truth));
    }
    all
}

/// Tells whether a share of `count` draws is compatible with a probability: four standard errors, doubled within seeds.
fn check_share(what: &str, hits: usize, count: usize, probability: f64) {
    let share = hits as f64 / count as f64;
    let error = (2.0 * probability * (1.0 - probability) / count as f64).sqrt();
    assert!((share - probability).abs() < 4.0 * error, "{what}: {share} of {count} is not {probability}");
}

#[test]
fn intervals_hold_the_planted_effects_95_times_in_100() {
    let cut = Plan { cut: Some(9_900), ..SHORT };
    let together = Plan { everybody: true, outside: 5_000, ..SHORT };
    let additive = Plan { additive: true, ..SHORT };
    for (plan, method) in
        [(SHORT, "cell_means"), (cut, "cell_means"), (together, "cell_means"), (additive, "least_squares")]
    {
        let all = run(&plan, method, 0..6);
        let inside = all.iter().filter(|(team, truth)| team.low <= *truth && *truth <= team.high).count();
        check_share(&format!("{plan:?}"), inside, all.len(), 0.95);
    }
}

#[test]
fn the_first_number_is_uniform_without_effect() {
    let none = Plan { effect: (0.0, 0.0), ..SHORT };
    let cut = Plan { cut: Some(9_900), ..none };
    let together = Plan { everybody: true, outside: 5_000, ..none };
    for (plan, seeds) in [(none, 100..107), (cut, 110..115), (together, 120..125)] {
        let all = run(&plan, "cell_means", seeds);
        for bound in [0.05, 0.25, 0.5, 0.75, 0.95] {
            let below = all.iter().filter(|(team, _)| team.chance <= bound).count();
            check_share(&format!("{plan:?}, chance at most {bound}"), below, all.len(), bound);
        }
        // As a whole: the largest distance from the uniform distribution, one time in ten thousand so far (1.95 of n to the
        // power −½ for the level 0.001, 2.23 for 0.0001), doubled within seeds.
        let mut found: Vec<f64> = all.iter().map(|(team, _)| team.chance).collect();
        found.sort_unstable_by(f64::total_cmp);
        let count = found.len() as f64;
        let distance = found.iter().enumerate().map(|(place, chance)| {
            (chance - place as f64 / count).abs().max(((place + 1) as f64 / count - chance).abs())
        });
        let distance = distance.fold(0.0, f64::max);
        assert!(
            distance < 2.23 * (2.0 / count).sqrt(),
            "{plan:?}: {distance} from uniform with {count} teams"
        );
        // Where teams did save, the same number is small more often: the check above can fail.
        let saved = run(&Plan { effect: (0.05, 0.0), ..plan }, "cell_means", 130..133);
        let small = saved.iter().filter(|(team, _)| team.chance <= 0.25).count() as f64 / saved.len() as f64;
        assert!(plan.everybody || small > 0.45, "{plan:?}: {small} of those who saved 5 % at 0.25 or less");
    }
}

#[test]
fn the_second_number_is_calibrated_under_the_planted_distribution() {
    let all = run(&SHORT, "cell_means", 200..209);
    let said = |(team, _): &(TeamResult, f64)| team.nil_or_negative.unwrap();
    for (low, high) in [(0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)] {
        let group: Vec<&(TeamResult, f64)> =
            all.iter().filter(|one| (low..high).contains(&said(one))).collect();
        let mean = group.iter().map(|one| said(one)).sum::<f64>() / group.len() as f64;
        let nil = group.iter().filter(|(_, truth)| *truth <= 0.0).count();
        check_share(&format!("said {low} to {high}"), nil, group.len(), mean);
    }
    let mean = all.iter().map(said).sum::<f64>() / all.len() as f64;
    check_share("all that was said", all.iter().filter(|(_, truth)| *truth <= 0.0).count(), all.len(), mean);
    // Luck must be able to say something: some teams are near certainty, some are not.
    assert!(all.iter().any(|one| said(one) < 0.1) && all.iter().any(|one| said(one) > 0.7));
}

#[test]
fn what_moves_all_teams_together_is_not_taken_for_their_doing() {
    let cut = Plan { cut: Some(9_900), effect: (0.0, 0.0), ..SHORT };
    // Means over the teams of a seed, summed over the seeds: of the gains as they are seen, and of what is said of them.
    let seen_and_said = |plan: &Plan, seeds: std::ops::Range<u64>| {
        seeds.fold((0.0, 0.0), |(seen, said), seed| {
            let teams = run(plan, "cell_means", seed..seed + 1);
            let mean = |of: &dyn Fn(&TeamResult) -> f64| {
                teams.iter().map(|(team, _)| of(team)).sum::<f64>() / teams.len() as f64
            };
            let seen_now = mean(&|team| team.gain.approximate()).abs();
            (seen + seen_now, said + mean(&|team| team.likely.unwrap()).abs())
        })
    };
    // Nobody saved anything, and few people outside err for all teams alike.
    let (seen, said) = seen_and_said(&Plan { outside: 1_500, ..cut }, 300..306);
    assert!(said < 0.5 * seen, "few outside: {said} of {seen} is said to be the teams' own");
    // All saved as much, and many people outside know it.
    let (seen, said) = seen_and_said(&Plan { outside: 60_000, effect: (0.06, 0.01), ..cut }, 310..312);
    assert!(said > 0.8 * seen, "many outside: {said} of {seen} is said to be the teams' own");
}
