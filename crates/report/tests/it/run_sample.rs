//! A run of any size for the page of a whole run; all its figures are fictitious.

#![expect(clippy::float_arithmetic, reason = "estimates are floats until they are released")]

use exact::{Cents, Rational};
use report::{
    Decile, ModelCheck, RefusedLine, RunGain, RunOption, RunPage, RunTeam, SubgroupRatio, estimate,
};
use rulebook::Text;

/// How much the gain of one patient varies in the sample.
const ONE_PATIENT_SD: f64 = 6000.0;

fn number(value: f64, decimals: usize) -> Rational {
    estimate(value, decimals).expect("a finite number")
}

/// Numbers that look drawn at random, from 0 to 1: the same on every machine.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let thousandths = u32::try_from((self.0 >> 33) % 1_000_000).expect("a small number");
        f64::from(thousandths) / 1e6
    }

    /// About a standard normal number.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// The chance that a standard normal number is larger.
fn above(z: f64) -> f64 {
    1.0 / (1.0 + (1.702 * z).exp())
}

fn whole(value: f64) -> u64 {
    format!("{value:.0}").parse().expect("a whole number")
}

/// A team whose amounts follow its gain.
fn team(place: usize, draws: &mut Draws) -> RunTeam {
    let kinds = [
        Text::new("maison de santé", "health centre of liberal professionals"),
        Text::new("communauté professionnelle territoriale", "territorial community"),
        Text::new("centre de santé", "salaried health centre"),
    ];
    let territories = [
        Text::new("Villes favorisées et périphéries", "Favoured towns and outskirts"),
        Text::new("Marges rurales fragiles peu attractives", "Unattractive fragile rural margins"),
        Text::new(
            "Territoires urbains ou ruraux défavorisés socialement et médicalement",
            "Socially and medically deprived urban or rural areas",
        ),
        Text::new("Bourgs et villes moyennes bien équipés", "Mixed town centres with plentiful care"),
    ];
    let kind = [0, 0, 0, 1, 2][place % 5];
    let patients = 5000.0 * (3.0 * draws.next()).exp() * if kind == 1 { 2.0 } else { 0.8 };
    let error = ONE_PATIENT_SD / patients.sqrt();
    let expected = 2800.0 + 500.0 * draws.normal();
    let gain = 12.0 * draws.normal() + error * draws.normal();
    let cents = |per_patient: f64| {
        let amount = (per_patient.max(0.0) * patients * 100.0).round();
        Some(Cents::new(i64::try_from(whole(amount)).expect("an amount")))
    };
    let shift = if place % 4 == 1 { 14.0 } else { -4.0 };
    RunTeam {
        id: format!("equipe-{place:03}"),
        kind: kinds[kind].clone(),
        territory: Some(territories[place % 4].clone()),
        deprivation: u8::try_from(place % 5 + 1).ok(),
        patients: Some(whole(patients)),
        gain: Some(RunGain {
            observed: number(expected - gain, 2),
            expected: number(expected, 2),
            interval: Some((number(gain - 1.96 * error, 2), number(gain + 1.96 * error, 2))),
            chance_without_effect: estimate(above(gain / error), 4),
            chance_nil_or_negative: estimate(above(gain / error * 0.8), 4),
        }),
        amounts: vec![cents(gain / 6.0), cents((gain + shift) / 6.0), cents(9.3)],
        quality: Some(number(40.0 + 50.0 * draws.next(), 1)),
    }
}

fn model() -> ModelCheck {
    let decile = |tenth: u8| {
        let expected = 150.0 * (f64::from(tenth) * 0.48).exp();
        Decile {
            expected: number(expected, 2),
            observed: number(expected * (1.04 - f64::from(tenth) * 0.008), 2),
            patients: Some(55_000 + u64::from(tenth)),
        }
    };
    let group = |fr: &str, en: &str, ratio: f64, patients| SubgroupRatio {
        label: Text::new(fr, en),
        ratio: number(ratio, 3),
        patients,
    };
    ModelCheck {
        name: Text::new("Modèle « âge, sexe, ALD, CSS »", "Model “age, sex, long-term illness, cover”"),
        share_explained: estimate(0.183, 3),
        deciles: (1..=10).map(decile).collect(),
        subgroups: vec![
            group("65 ans et plus", "65 and over", 1.012, Some(120_000)),
            group(
                "Complémentaire santé solidaire",
                "Complementary cover for low incomes",
                0.94,
                Some(61_000),
            ),
            group("Outre-mer", "Overseas", 1.181, Some(18_000)),
            group("Groupe trop petit", "Group too small", 9.87, None),
        ],
    }
}

/// A run of so many teams.
pub(crate) fn run(teams: usize) -> RunPage {
    let mut draws = Draws(20_211);
    RunPage {
        title: Text::new("Intéressement de l'équipe", "Shared savings of the team"),
        subtitle: Text::new("année 2021", "year 2021"),
        currency: "€".to_owned(),
        notes: vec![Text::new(
            "Simulation : ces équipes et ces patients sont fictifs.",
            "Simulation: these teams and patients are fictitious.",
        )],
        options: vec![
            RunOption {
                name: Text::new("règle en vigueur", "rule in force"),
                hint: Text::new(
                    "ajustée sur six classes de territoire",
                    "adjusted for six classes of territory",
                ),
            },
            RunOption {
                name: Text::new("sans le territoire", "without the territory"),
                hint: Text::new("aucun ajustement sur le lieu", "no adjustment for the place"),
            },
            RunOption {
                name: Text::new("montant moyen de 2020", "mean amount of 2020"),
                hint: Text::new(
                    "le même montant par patient pour tous",
                    "the same amount per patient for all",
                ),
            },
        ],
        teams: (0..teams).map(|place| team(place, &mut draws)).collect(),
        one_patient_sd: Some(number(ONE_PATIENT_SD, 0)),
        models: vec![model()],
        refused: vec![RefusedLine {
            id: "equipe-<b>".to_owned(),
            reason: Text::new(
                "le fait `patients` manque : ligne 4",
                "the fact `patients` is missing: line 4",
            ),
        }],
        made_of: vec![
            (Text::new("Empreinte du calcul", "Identity of the run"), Text::same("3f9a".repeat(16))),
            (Text::new("Période des données", "Period of the data"), Text::new("année 2021", "year 2021")),
        ],
    }
}
