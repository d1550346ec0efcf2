//! What the page of a whole run is made from: plain data, with shapes and units.

use exact::{Cents, Rational};
use rulebook::Text;

use crate::RefusedLine;

/// What a page of a whole run shows.
///
/// Counts of patients are `None` where they may not be shown: the caller masks them, the page never guesses them. Whatever
/// would let a reader work a masked count out (an amount per patient beside an amount) is masked with it.
#[derive(Debug, Clone, Default)]
pub struct RunPage {
    /// The heading: the name of the instrument.
    pub title: Text,
    /// What stands over it, such as the period; may be empty.
    pub subtitle: Text,
    /// The sign of the currency of all amounts, `€`, or its code.
    pub currency: String,
    /// What must be read before anything else: a simulation, fictitious figures, warnings.
    pub notes: Vec<Text>,
    /// The ways in which the run was settled: the first is the contract as in force, the others change it.
    pub options: Vec<RunOption>,
    /// The teams, in any order.
    pub teams: Vec<RunTeam>,
    /// How much the gain of one patient varies: its standard deviation, in units of the currency. Without it there are no
    /// limits around zero. A team of `n` patients varies by this over the root of `n`.
    pub one_patient_sd: Option<Rational>,
    /// How well each model of expected spending does.
    pub models: Vec<ModelCheck>,
    /// The teams that the contract in force refuses, and why; a refused team may also stand among the teams.
    pub refused: Vec<RefusedLine>,
    /// What the run was made of: a label and a value for each of data, versions, hashes, periods.
    pub made_of: Vec<(Text, Text)>,
}

/// A way in which the run was settled.
#[derive(Debug, Clone, Default)]
pub struct RunOption {
    /// A short name: `without the territory`.
    pub name: Text,
    /// What it changes, in a sentence; may be empty.
    pub hint: Text,
}

/// A team.
#[derive(Debug, Clone, Default)]
pub struct RunTeam {
    /// Its id.
    pub id: String,
    /// What kind of team it is; may be empty.
    pub kind: Text,
    /// The class of its territory.
    pub territory: Option<Text>,
    /// How deprived its patients' places are, from 1 (least) to 5 (most).
    pub deprivation: Option<u8>,
    /// How many patients it has; `None` where that may not be shown.
    ///
    /// Amounts are shown all the same. Where an option pays every team the same for each patient, they say how many there
    /// are: such a team is then to be left out of the page.
    pub patients: Option<u64>,
    /// What its patients cost against what was expected.
    pub gain: Option<RunGain>,
    /// What it is paid under each option, in the order of the options; `None` where it is refused.
    pub amounts: Vec<Option<Cents>>,
    /// Its score of quality, as the contract counts it.
    pub quality: Option<Rational>,
}

/// Observed against expected spending of a team, in units of the currency for each patient and year.
///
/// The gain is expected less observed: above zero the patients cost less than patients like them.
#[derive(Debug, Clone, Default)]
pub struct RunGain {
    /// What was spent.
    pub observed: Rational,
    /// What patients like them cost.
    pub expected: Rational,
    /// Between which numbers the true gain lies with 95 % confidence.
    pub interval: Option<(Rational, Rational)>,
    /// How often a team of this size without any effect shows such a gain or more, from 0 to 1.
    pub chance_without_effect: Option<Rational>,
    /// How probable it is that the true effect is nil or negative given the gain, from 0 to 1.
    pub chance_nil_or_negative: Option<Rational>,
}

impl RunGain {
    /// Returns expected less observed spending.
    pub(super) fn gain(&self) -> Rational {
        &self.expected - &self.observed
    }
}

/// How well a model of expected spending does on the whole reference population.
#[derive(Debug, Clone, Default)]
pub struct ModelCheck {
    /// Its name.
    pub name: Text,
    /// The share of the differences between persons that it explains (R²), from 0 to 1.
    pub share_explained: Option<Rational>,
    /// Patients by expected spending, the cheapest tenth first.
    pub deciles: Vec<Decile>,
    /// Groups of patients that a model may do wrong to.
    pub subgroups: Vec<SubgroupRatio>,
}

/// A tenth of the patients, by expected spending; means in units of the currency for each patient and year.
#[derive(Debug, Clone, Default)]
pub struct Decile {
    /// What was expected.
    pub expected: Rational,
    /// What was spent.
    pub observed: Rational,
    /// How many patients; `None` where nothing of it may be shown.
    pub patients: Option<u64>,
}

/// Observed over expected spending of a group of patients: 1 when the model is right on average.
#[derive(Debug, Clone, Default)]
pub struct SubgroupRatio {
    /// The group.
    pub label: Text,
    /// Observed over expected.
    pub ratio: Rational,
    /// How many patients; `None` where nothing of it may be shown.
    pub patients: Option<u64>,
}

/// Returns an estimate as it is released: rounded to so many decimals; nothing if it is no finite number.
pub fn estimate(number: f64, decimals: usize) -> Option<Rational> {
    Rational::parse(&format!("{number:.decimals$}")).ok()
}

impl RunTeam {
    /// Returns what the team is paid under an option, in units of the currency.
    pub(super) fn amount(&self, option: usize) -> Option<Rational> {
        self.amounts.get(option).copied().flatten().map(Cents::to_rational)
    }

    /// Returns how many patients it has, if that is shown and anything can be divided by it.
    pub(super) fn patients_shown(&self) -> Option<Rational> {
        self.patients.filter(|patients| *patients > 0).map(Rational::from)
    }

    /// Returns what it is paid for each patient under an option.
    pub(super) fn per_patient(&self, option: usize) -> Option<Rational> {
        self.amount(option)?.checked_div(&self.patients_shown()?)
    }

    /// Returns its gain, which is masked with the number of its patients.
    pub(super) fn shown_gain(&self) -> Option<&RunGain> {
        self.patients_shown().and(self.gain.as_ref())
    }
}
