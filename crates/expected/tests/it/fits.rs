//! Fits against hand calculation and what must always hold.

use exact::Rational;
use expected::{CellRow, ExpectedError, NoiseFrom, PatientRow, Sums, cells, diagnostics, fit, teams};

use crate::support::{cells_of, model, patient};
use crate::territory::{Plan, YEAR, draw};

const METHODS: [&str; 4] = ["cell_means", "least_squares", "poisson", "gamma"];

const PLAN: Plan = Plan {
    teams: 5,
    lists: (400.0, 900.0),
    outside: 4_000,
    tail: 1.0,
    effect: (0.0, 0.1),
    cut: None,
    everybody: true,
    additive: false,
};

fn amount(text: &str) -> Rational {
    text.parse().unwrap()
}

fn levels(levels: [&str; 3]) -> Vec<String> {
    levels.map(str::to_owned).to_vec()
}

#[test]
fn least_squares_agree_with_a_calculation_by_hand() {
    // Balanced: women 100 and 300, men 200 and 600; ages 40-49 and 80+. Effects of a balanced table are differences of
    // means: men − women = 400 − 200, old − young = 450 − 150; the constant is 300 − 100 − 150.
    let patients = [
        patient("", ["40-49", "female", "false"], 100),
        patient("", ["80+", "female", "false"], 300),
        patient("", ["40-49", "male", "false"], 200),
        patient("", ["80+", "male", "false"], 600),
    ];
    let fitted = fit(&model("least_squares", "everybody", ""), &cells_of(&patients), YEAR).unwrap();
    let release = fitted.release("r");
    assert_eq!(release.predict(&levels(["40-49", "female", "false"])), Some(amount("50")));
    assert_eq!(release.predict(&levels(["80+", "male", "false"])), Some(amount("550")));
    assert_eq!(release.predict(&levels(["50-59", "male", "false"])), None, "an age that nobody has");
    // R²: residuals are ±50, the total squares 40,000 + 0 + 10,000 + 90,000.
    let expected = 1.0 - 10_000.0 / 140_000.0;
    assert!((fitted.r_squared.unwrap() - expected).abs() < 1e-12);
}

#[test]
fn an_exposure_of_half_a_year_counts_half() {
    let half = |euros: i64, days: i64| PatientRow {
        exposure: days,
        ..patient("", ["40-49", "female", "false"], euros)
    };
    // 1,000 a year during 73 days and 2,000 a year during 292: (200 + 1,600) over one year.
    let cells = cells_of(&[half(200, 73), half(1_600, 292)]);
    let mut model = model("cell_means", "everybody", "");
    model.fewest_patients = 1;
    let release = fit(&model, &cells, YEAR).unwrap().release("r");
    assert_eq!(release.predict(&levels(["40-49", "female", "false"])), Some(amount("1800")));
}

#[test]
fn a_cell_of_few_patients_takes_the_mean_of_a_wider_group() {
    let mut patients: Vec<PatientRow> =
        (0..20).map(|_| patient("", ["40-49", "female", "false"], 100)).collect();
    patients.push(patient("", ["40-49", "male", "false"], 520));
    let release =
        fit(&model("cell_means", "everybody", ""), &cells_of(&patients), YEAR).unwrap().release("r");
    // Alone he would be read from the table: he takes the mean of his age, (20 × 100 + 520) / 21.
    assert_eq!(release.predict(&levels(["40-49", "male", "false"])), Some(amount("120")));
}

#[test]
fn spending_is_cut_at_a_yearly_amount() {
    let rich = patient("", ["40-49", "female", "false"], 90_000);
    let short = PatientRow { exposure: 73, ..rich.clone() };
    let cells = cells::aggregate(&[rich, short], YEAR, Some(5_000_000)).unwrap();
    assert_eq!(cells[0].sums.outcome, 5_000_000 + 1_000_000);
    let few: Vec<PatientRow> =
        (1..=200).map(|euros| patient("", ["40-49", "male", "false"], euros)).collect();
    assert_eq!(cells::percentile(&few, 9_900, YEAR), Some(19_800));
    assert_eq!(cells::percentile(&[], 9_900, YEAR), None);
}

#[test]
fn order_and_teams_of_cells_change_nothing() {
    let cells = draw(&PLAN, 1).cells;
    let mut turned: Vec<CellRow> = cells.iter().rev().cloned().collect();
    for cell in &mut turned {
        cell.team = None;
    }
    for method in METHODS {
        let model = model(method, "everybody", "");
        let (one, other) = (fit(&model, &cells, YEAR).unwrap(), fit(&model, &turned, YEAR).unwrap());
        assert_eq!(one.release("r"), other.release("r"), "{method}");
    }
}

#[test]
fn predicted_equals_observed_for_each_level() {
    let cells = draw(&PLAN, 2).cells;
    // The equations of these three hold each level's total.
    for method in ["cell_means", "least_squares", "poisson"] {
        let mut model = model(method, "everybody", "");
        model.fewest_patients = 1;
        let fitted = fit(&model, &cells, YEAR).unwrap();
        let found = diagnostics(&fitted, &fitted.release("r"), &cells, YEAR).unwrap();
        for ratio in found.ratios {
            let shown = ratio.shown.expect("many patients");
            let gap = (shown.ratio().unwrap().approximate() - 1.0).abs();
            assert!(gap < 1e-4, "{method} {} {}: {gap}", ratio.covariate, ratio.level);
        }
        assert_eq!(found.not_placed, 0);
        assert_eq!(found.calibration.iter().map(|tenth| tenth.patients).sum::<i128>(), found.patients);
        assert!(found.calibration.is_sorted_by(|left, right| left.predicted <= right.predicted));
        assert!((found.r_squared.unwrap() - fitted.r_squared.unwrap()).abs() < 1e-6);
    }
}

#[test]
fn gains_of_everybody_add_up_to_nothing() {
    let cells = draw(&Plan { outside: 0, ..PLAN }, 3).cells;
    let fitted = fit(&model("least_squares", "everybody", ""), &cells, YEAR).unwrap();
    let results = teams(&fitted, &fitted.release("r"), &cells, YEAR, NoiseFrom::Pooled).unwrap();
    let total: Rational = results.teams.iter().map(|team| &team.gain * &team.years).sum();
    // Coefficients are rounded to the cent.
    let years: Rational = results.teams.iter().map(|team| team.years.clone()).sum();
    assert!(total.abs() < years * amount("0.02"), "{total}");
}

#[test]
fn a_leap_year_is_compared_with_its_own_days() {
    // Everybody spends 10 a day, before and after: no team gains by a day that its year has more.
    let of_days = |days: i64, team: Option<&str>| CellRow {
        team: team.map(str::to_owned),
        levels: levels(["40-49", "female", "false"]),
        sums: (0..40).fold(Sums::default(), |all, _| {
            all.plus(&Sums::of_patient(days, days * 1_000).unwrap()).unwrap()
        }),
    };
    let fitted = fit(&model("cell_means", "everybody", ""), &[of_days(365, None)], 365).unwrap();
    let release = fitted.release("r").carried(&amount("3650"), &amount("3660")).unwrap();
    let compared = [of_days(366, Some("t"))];
    let results = teams(&fitted, &release, &compared, 366, NoiseFrom::Pooled).unwrap();
    let team = &results.teams[0];
    assert_eq!((&team.observed, &team.years), (&amount("3660"), &amount("40")));
    assert!(team.gain.abs() < amount("0.01"), "{:?}", team.gain);
    let found = diagnostics(&fitted, &release, &compared, 366).unwrap();
    assert_eq!(found.calibration[0].observed, amount("3660"));
}

#[test]
fn a_team_alone_among_its_like_is_not_sure_of_its_gain() {
    // All men are of one team: what is expected of them is what they spent. Of the women the other two teams have half each.
    let spent = |place: i64| 100 + 37 * (place % 11);
    let patients: Vec<_> = (0..600)
        .map(|place| match place % 3 {
            0 => patient("alone", ["40-49", "male", "false"], spent(place)),
            1 => patient("one", ["40-49", "female", "false"], spent(place)),
            _ => patient("other", ["40-49", "female", "false"], spent(place)),
        })
        .collect();
    for method in ["cell_means", "least_squares"] {
        let cells = cells_of(&patients);
        let fitted = fit(&model(method, "everybody", ""), &cells, YEAR).unwrap();
        let results = teams(&fitted, &fitted.release("r"), &cells, YEAR, NoiseFrom::Pooled).unwrap();
        let [alone, one, _] = results.teams.as_slice() else { panic!("{results:?}") };
        assert!(alone.gain.abs() < amount("0.01"), "{method}: {:?}", alone.gain);
        // Half of what the others spend is in what is expected of them: their error is smaller by a root of two.
        assert!(alone.error > 1.3 * one.error, "{method}: {} and {}", alone.error, one.error);
        assert!((0.4..0.6).contains(&alone.chance), "{method}: {}", alone.chance);
    }
}

#[test]
fn levels_that_nobody_could_be_compared_with_are_counted() {
    let mut cells = draw(&PLAN, 4).cells;
    cells[0].levels[0] = String::new();
    let fitted = fit(&model("poisson", "everybody", ""), &cells, YEAR).unwrap();
    assert_eq!(fitted.left_out, cells[0].sums.patients);
    let results = teams(&fitted, &fitted.release("r"), &cells, YEAR, NoiseFrom::Own).unwrap();
    assert_eq!(results.teams[0].not_placed, cells[0].sums.patients);
}

#[test]
fn impossible_cells_are_refused() {
    let model = model("least_squares", "everybody", "");
    let row = |levels: Vec<String>, sums: Sums| CellRow { team: None, levels, sums };
    let one = Sums::of_patient(365, 100).unwrap();
    let good = levels(["40-49", "female", "false"]);
    assert!(matches!(fit(&model, &[], YEAR), Err(ExpectedError::Nobody)));
    assert!(matches!(fit(&model, &[row(good.clone(), one)], 0), Err(ExpectedError::NoYear)));
    let short = row(good[..2].to_vec(), one);
    assert!(matches!(fit(&model, &[short], YEAR), Err(ExpectedError::Levels { given: 2, needed: 3 })));
    let unknown = row(levels(["41", "female", "false"]), one);
    assert!(matches!(fit(&model, &[unknown], YEAR), Err(ExpectedError::UnknownLevel { .. })));
    let wrong = row(good, Sums { outcome_squares: 1, ..one });
    assert!(matches!(fit(&model, &[wrong], YEAR), Err(ExpectedError::Sums { .. })));
    let unseen = row(levels(["80+", "female", "false"]), one);
    assert!(matches!(fit(&model, &[unseen], YEAR), Err(ExpectedError::ReferenceUnseen { .. })));
    assert_eq!(Sums::of_patient(365, i64::MAX), Err(ExpectedError::TooLarge));
}
