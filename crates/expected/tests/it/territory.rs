//! A simulated territory: teams with planted effects, and patients whose spending has a long tail.

use expected::{CellRow, Sums};
use stats::{normal_below, resample::Draws};

pub(crate) const YEAR: i64 = 365;
const AGES: [&str; 8] = ["<20", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"];
/// Cells: ages × sexes × illness.
const CELLS: usize = 32;
/// The share of patients who spend nothing.
const NOTHING: f64 = 0.12;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) teams: usize,
    /// Smallest and largest list.
    pub(crate) lists: (f64, f64),
    pub(crate) outside: usize,
    /// Standard deviation of the logarithm of spending.
    pub(crate) tail: f64,
    /// Mean and standard deviation of the share that teams save.
    pub(crate) effect: (f64, f64),
    /// Where yearly spending is cut, in ten-thousandths.
    pub(crate) cut: Option<usize>,
    /// Whether the model is fitted on everybody, and effects are therefore differences from everybody's.
    pub(crate) everybody: bool,
    /// Whether the mean is a sum of levels.
    pub(crate) additive: bool,
}

/// What came out: cells, and the true effect of each team in the currency per patient-year.
pub(crate) struct Territory {
    pub(crate) cells: Vec<CellRow>,
    pub(crate) truth: Vec<f64>,
}

struct Person {
    team: usize,
    cell: usize,
    exposure: i64,
    yearly: f64,
}

pub(crate) fn draw(plan: &Plan, seed: u64) -> Territory {
    let mut draws = Draws::new(seed);
    let effects: Vec<f64> =
        (0..plan.teams).map(|_| plan.effect.0 + plan.effect.1 * draws.normal()).chain([0.0]).collect();
    let mut people = Vec::new();
    for (team, effect) in effects.iter().enumerate() {
        let (low, high) = plan.lists;
        let size =
            if team == plan.teams { plan.outside as f64 } else { low * (high / low).powf(draws.unit()) };
        let older = if team == plan.teams { 1.0 } else { 0.7 + 0.6 * draws.unit() };
        for _ in 0..rounded(size) {
            let cell = cell_of(&mut draws, older);
            let exposure = if draws.unit() < 0.04 { 30 + draws.below(335).cast_signed() } else { YEAR };
            let spends = draws.unit() >= NOTHING;
            let logarithm = (mean(plan, cell) / (1.0 - NOTHING)).ln() - plan.tail * plan.tail / 2.0;
            let yearly =
                if spends { (1.0 - effect) * (logarithm + plan.tail * draws.normal()).exp() } else { 0.0 };
            people.push(Person { team, cell, exposure, yearly });
        }
    }
    let cap = plan.cut.map(|place| {
        let mut all: Vec<f64> = people.iter().map(|person| person.yearly).collect();
        let place = all.len() * place / 10_000;
        *all.select_nth_unstable_by(place, f64::total_cmp).1
    });
    sum_up(plan, &effects, &people, cap)
}

fn sum_up(plan: &Plan, effects: &[f64], people: &[Person], cap: Option<f64>) -> Territory {
    let mut sums = vec![Sums::default(); (plan.teams + 1) * CELLS];
    let mut exposures = vec![0.0; (plan.teams + 1) * CELLS];
    for person in people {
        let yearly = cap.map_or(person.yearly, |cap| person.yearly.min(cap));
        let cents = rounded(yearly * 100.0 * person.exposure as f64 / YEAR as f64);
        let one = Sums::of_patient(person.exposure, cents).expect("small numbers");
        let place = person.team * CELLS + person.cell;
        sums[place] = sums[place].plus(&one).expect("small numbers");
        exposures[place] += person.exposure as f64;
    }
    let mean_of = |cell: usize, team: usize| cut_mean(plan, cell, effects[team], cap);
    // What patients alike cost: those outside, or everybody as mixed as they are.
    let alike: Vec<f64> = (0..CELLS)
        .map(|cell| {
            if !plan.everybody {
                return mean_of(cell, plan.teams);
            }
            let own = |team: usize| exposures[team * CELLS + cell];
            let total: f64 = (0..=plan.teams).map(own).sum();
            (0..=plan.teams).map(|team| own(team) * mean_of(cell, team)).sum::<f64>() / total.max(1.0)
        })
        .collect();
    let truth = (0..plan.teams)
        .map(|team| {
            let own = &exposures[team * CELLS..(team + 1) * CELLS];
            let gap: f64 = (0..CELLS).map(|cell| own[cell] * (alike[cell] - mean_of(cell, team))).sum();
            gap / own.iter().sum::<f64>()
        })
        .collect();
    let row = |(place, sums): (usize, Sums)| CellRow {
        team: (place / CELLS < plan.teams).then(|| format!("{:04}", place / CELLS)),
        levels: levels(place % CELLS),
        sums,
    };
    let seen = sums.into_iter().enumerate().filter(|(_, sums)| sums.patients > 0);
    Territory { cells: seen.map(row).collect(), truth }
}

fn cell_of(draws: &mut Draws, older: f64) -> usize {
    let age = rounded((draws.unit().powf(1.0 / older) * 8.0).floor()).clamp(0, 7);
    let ill = draws.unit() < 0.04 + 0.06 * age as f64;
    let sex = draws.below(2);
    usize::try_from(age).expect("small") * 4 + usize::try_from(sex).expect("small") * 2 + usize::from(ill)
}

fn levels(cell: usize) -> Vec<String> {
    let sex = if (cell / 2).is_multiple_of(2) { "female" } else { "male" };
    let ill = if cell.is_multiple_of(2) { "false" } else { "true" };
    vec![AGES[cell / 4].to_owned(), sex.to_owned(), ill.to_owned()]
}

/// The mean yearly spending without any effect or cut.
fn mean(plan: &Plan, cell: usize) -> f64 {
    let (age, sex, ill) = ((cell / 4) as f64, (cell / 2 % 2) as f64, (cell % 2) as f64);
    let sum = 500.0 + 280.0 * age - 60.0 * sex + 4_200.0 * ill;
    if plan.additive { sum } else { sum + 90.0 * age * sex + 150.0 * age * ill }
}

/// The mean of a lognormal with an atom at zero, cut.
fn cut_mean(plan: &Plan, cell: usize, effect: f64, cap: Option<f64>) -> f64 {
    let whole = mean(plan, cell) * (1.0 - effect);
    let Some(cap) = cap else { return whole };
    let spends = 1.0 - NOTHING;
    let logarithm = (whole / spends).ln() - plan.tail * plan.tail / 2.0;
    let place = (cap.ln() - logarithm) / plan.tail;
    whole * normal_below(place - plan.tail) + spends * cap * (1.0 - normal_below(place))
}

#[expect(clippy::cast_possible_truncation, reason = "numbers of a simulation")]
fn rounded(number: f64) -> i64 {
    number.round() as i64
}
