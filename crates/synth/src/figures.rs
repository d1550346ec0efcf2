//! The figures of the territory, read from the data files that come with the crate and checked once.
//!
//! Units are those of the data files: rates per 1000 people and year, shares and factors in thousandths, amounts in cents.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Error;

const TERRITORY: &str = include_str!("../data/territory.toml");
const CARE: &str = include_str!("../data/care.toml");

/// How many age bands every list of rates has.
pub(crate) const BANDS: usize = 10;

/// One number for each age band.
pub(crate) type ByAge = [i64; BANDS];

/// A text in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    pub(crate) fr: String,
    pub(crate) en: String,
}

/// All figures.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    pub(crate) territory: Territory,
    pub(crate) care: Care,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Territory {
    pub(crate) age_bands: ByAge,
    pub(crate) population: Population,
    pub(crate) health_insurance: HealthInsurance,
    pub(crate) registration: Registration,
    pub(crate) communes: Communes,
    pub(crate) professions: Professions,
    pub(crate) teams: Teams,
    pub(crate) channels: Channels,
    pub(crate) hospitals: Hospitals,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Population {
    source: String,
    status: Status,
    pub(crate) share: ByAge,
    pub(crate) births: i64,
    pub(crate) age_max: i64,
    pub(crate) women: i64,
    pub(crate) deaths_of_men: ByAge,
    pub(crate) deaths_of_women: ByAge,
    pub(crate) deaths_in_hospital: i64,
    pub(crate) moves: ByAge,
    pub(crate) moves_within_area: i64,
    pub(crate) use_spread: Vec<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HealthInsurance {
    source: String,
    status: Status,
    pub(crate) css_per_poverty: i64,
    pub(crate) ame: i64,
    pub(crate) css_top: i64,
    pub(crate) css_contract: i64,
    pub(crate) ame_top: i64,
    pub(crate) ame_nature: i64,
    pub(crate) usual_nature: i64,
    pub(crate) usual_contract: i64,
    pub(crate) scheme: i64,
    pub(crate) delay: Vec<i64>,
    pub(crate) issuer: i64,
    pub(crate) issuer_kind: i64,
    pub(crate) body: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    source: String,
    status: Status,
    pub(crate) registered: ByAge,
    pub(crate) change: i64,
    pub(crate) again_after_loss: i64,
    pub(crate) days_without_spread: Vec<i64>,
    pub(crate) years_before_spread: Vec<i64>,
    pub(crate) change_reason: String,
    pub(crate) departure_reason: String,
    #[serde(rename = "origin")]
    pub(crate) entered_by: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Communes {
    source: String,
    status: Status,
    pub(crate) patients_each: i64,
    pub(crate) fewest: i64,
    pub(crate) most: i64,
    pub(crate) per_area: i64,
    pub(crate) classes: Vec<Class>,
}

/// A class of area.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Class {
    pub(crate) id: String,
    pub(crate) label: Label,
    pub(crate) department: String,
    pub(crate) share: i64,
    pub(crate) poverty: [i64; 2],
    pub(crate) apl: [i64; 2],
    pub(crate) doctors: i64,
    /// Use of acts and medicines, compared with patients alike elsewhere.
    pub(crate) ambulatory: i64,
    /// Use of stays and emergencies, compared likewise.
    pub(crate) hospital: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Professions {
    source: String,
    status: Status,
    pub(crate) first_number: i64,
    pub(crate) arrivals: i64,
    pub(crate) departures: i64,
    pub(crate) kinds: Vec<Profession>,
}

/// A profession or specialty.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profession {
    pub(crate) id: String,
    pub(crate) label: Label,
    pub(crate) activity: i64,
    pub(crate) specialty: i64,
    pub(crate) density: i64,
    #[serde(default)]
    pub(crate) registers: bool,
    pub(crate) in_team: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Teams {
    source: String,
    status: Status,
    pub(crate) years_before: [i64; 2],
    pub(crate) begin_later: i64,
    pub(crate) join_later: i64,
    pub(crate) leave: i64,
    pub(crate) kinds: Vec<TeamKind>,
    pub(crate) effects: Effects,
}

/// A form of team.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamKind {
    pub(crate) id: String,
    pub(crate) label: Label,
    pub(crate) share: i64,
    pub(crate) core: [i64; 2],
    pub(crate) salaried: bool,
    pub(crate) whole_area: bool,
    /// Of how many areas drawn it settles in the poorest.
    pub(crate) poorest_of: i64,
}

/// What teams may change, as lists to draw from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effects {
    pub(crate) spending: Vec<i64>,
    pub(crate) readmission: Vec<i64>,
    pub(crate) emergency: Vec<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channels {
    source: String,
    status: Status,
    pub(crate) kinds: Vec<Channel>,
    pub(crate) shocks: Vec<Shock>,
}

/// How a kind of care moves with time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) months: [i64; 12],
    #[serde(default)]
    pub(crate) years: BTreeMap<String, i64>,
}

/// A month that was unlike others.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Shock {
    pub(crate) month: i64,
    #[serde(flatten)]
    pub(crate) factors: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hospitals {
    source: String,
    status: Status,
    pub(crate) patients_each: i64,
    pub(crate) first_number: i64,
    pub(crate) private_sector: i64,
    pub(crate) public_sector: i64,
    pub(crate) private_category: i64,
    pub(crate) private_status: i64,
    pub(crate) emergency_code: String,
    pub(crate) emergency_cents: i64,
    pub(crate) emergency: ByAge,
    pub(crate) stay_code: i64,
    pub(crate) readmission_days_spread: Vec<i64>,
    pub(crate) psychiatry: ByAge,
    pub(crate) psychiatry_days_spread: Vec<i64>,
    pub(crate) psychiatry_diagnoses: Vec<String>,
    pub(crate) psychiatry_form: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Care {
    pub(crate) conditions: Conditions,
    pub(crate) acts: Acts,
    pub(crate) medicines: Medicines,
    pub(crate) stays: Stays,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conditions {
    source: String,
    status: Status,
    pub(crate) exemption: i64,
    pub(crate) years_before_spread: Vec<i64>,
    pub(crate) kinds: Vec<Condition>,
}

/// A long-term condition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    pub(crate) id: String,
    pub(crate) number: i64,
    pub(crate) icd10: Vec<String>,
    pub(crate) had: ByAge,
    pub(crate) new: ByAge,
    pub(crate) acts: i64,
    pub(crate) stays: i64,
    pub(crate) deaths: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acts {
    source: String,
    status: Status,
    pub(crate) kinds: Vec<Act>,
}

/// A kind of act.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    pub(crate) id: String,
    pub(crate) label: Label,
    pub(crate) code: i64,
    by: String,
    #[serde(skip)]
    pub(crate) profession: usize,
    pub(crate) rates: ByAge,
    pub(crate) price: i64,
    pub(crate) reimbursed: i64,
    channel: String,
    #[serde(skip)]
    pub(crate) channel_index: usize,
    #[serde(default)]
    pub(crate) to_own: i64,
    #[serde(default)]
    pub(crate) counts_as_gp: bool,
    #[serde(default)]
    pub(crate) prescribed: bool,
    #[serde(default)]
    pub(crate) series: Vec<i64>,
    #[serde(default)]
    pub(crate) every: i64,
    #[serde(default)]
    pub(crate) sex: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Medicines {
    source: String,
    status: Status,
    pub(crate) first_package: i64,
    by: String,
    #[serde(skip)]
    pub(crate) profession: usize,
    codes: BTreeMap<String, i64>,
    pub(crate) days_between: i64,
    pub(crate) kept_up: i64,
    channel: String,
    pub(crate) kinds: Vec<Medicine>,
}

/// A medicine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Medicine {
    pub(crate) atc: String,
    pub(crate) label: Label,
    pub(crate) price: i64,
    pub(crate) rate: i64,
    #[serde(skip)]
    pub(crate) code: i64,
    #[serde(skip)]
    pub(crate) package: i64,
    pub(crate) boxes: Vec<i64>,
    #[serde(default)]
    pub(crate) acute: ByAge,
    #[serde(default)]
    pub(crate) chronic: ByAge,
    #[serde(default, rename = "for")]
    only_for: Option<String>,
    #[serde(skip)]
    pub(crate) condition: Option<usize>,
    #[serde(default)]
    pub(crate) sex: i64,
    #[serde(default)]
    channel: Option<String>,
    #[serde(skip)]
    pub(crate) channel_index: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stays {
    source: String,
    status: Status,
    urgent_channel: String,
    planned_channel: String,
    #[serde(skip)]
    pub(crate) urgent_index: usize,
    #[serde(skip)]
    pub(crate) planned_index: usize,
    pub(crate) readmission_diagnosis_same: i64,
    pub(crate) kinds: Vec<StayKind>,
}

/// A kind of stay.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StayKind {
    pub(crate) id: String,
    #[serde(default, rename = "for")]
    only_for: Option<String>,
    #[serde(skip)]
    pub(crate) condition: Option<usize>,
    #[serde(default)]
    pub(crate) sex: i64,
    pub(crate) diagnoses: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) tariff: i64,
    pub(crate) cents: [i64; 2],
    pub(crate) rates: ByAge,
    pub(crate) urgent: i64,
    pub(crate) days_spread: Vec<i64>,
    pub(crate) again: i64,
    pub(crate) private: i64,
    #[serde(default)]
    pub(crate) sessions: Vec<i64>,
    #[serde(default)]
    pub(crate) months_in_a_row: Option<[i64; 2]>,
}

/// Whether somebody vouches for the figures of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Official,
    Estimated,
    Fictitious,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Estimated => "estimated",
            Self::Fictitious => "fictitious",
        }
    }
}

/// Where a section of the figures comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name in the data file.
    pub name: &'static str,
    /// What its figures rest on.
    pub source: String,
    /// `official`, `estimated` or `fictitious`.
    pub status: &'static str,
}

/// Returns where the figures come from, section by section.
///
/// # Errors
///
/// Fails when a data file of the crate is wrong, which a test excludes.
pub fn sections() -> Result<Vec<Section>, Error> {
    let Figures { territory, care } = Figures::embedded()?;
    let population = territory.population;
    let sections = [
        ("population", population.source, population.status),
        ("health_insurance", territory.health_insurance.source, territory.health_insurance.status),
        ("registration", territory.registration.source, territory.registration.status),
        ("communes", territory.communes.source, territory.communes.status),
        ("professions", territory.professions.source, territory.professions.status),
        ("teams", territory.teams.source, territory.teams.status),
        ("channels", territory.channels.source, territory.channels.status),
        ("hospitals", territory.hospitals.source, territory.hospitals.status),
        ("conditions", care.conditions.source, care.conditions.status),
        ("acts", care.acts.source, care.acts.status),
        ("medicines", care.medicines.source, care.medicines.status),
        ("stays", care.stays.source, care.stays.status),
    ];
    let section = |(name, source, status): (&'static str, String, Status)| Section {
        name,
        source,
        status: status.word(),
    };
    let dirt = crate::dirt::Dirt::embedded()?;
    let mut sections = sections.map(section).to_vec();
    sections.push(section(("dirt", dirt.source, dirt.status)));
    Ok(sections)
}

impl Figures {
    /// Reads the figures that come with the crate.
    pub(crate) fn embedded() -> Result<Self, Error> {
        let mut figures =
            Self { territory: read("territory.toml", TERRITORY)?, care: read("care.toml", CARE)? };
        figures.resolve()?;
        Ok(figures)
    }

    /// Returns the band of an age.
    pub(crate) fn band(&self, age: i64) -> usize {
        self.territory.age_bands.iter().rposition(|first| *first <= age).unwrap_or(0)
    }

    /// Puts indices in the place of names.
    fn resolve(&mut self) -> Result<(), Error> {
        let professions: Vec<&str> = ids(&self.territory.professions.kinds, |kind| &kind.id);
        let channels: Vec<&str> = ids(&self.territory.channels.kinds, |kind| &kind.id);
        let conditions: Vec<String> = self.care.conditions.kinds.iter().map(|kind| kind.id.clone()).collect();
        let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
        for act in &mut self.care.acts.kinds {
            act.profession = place(&professions, &act.by)?;
            act.channel_index = place(&channels, &act.channel)?;
        }
        let medicines = &mut self.care.medicines;
        medicines.profession = place(&professions, &medicines.by)?;
        let mut package = medicines.first_package;
        for kind in &mut medicines.kinds {
            let channel = kind.channel.as_ref().unwrap_or(&medicines.channel);
            kind.channel_index = place(&channels, channel)?;
            kind.condition = kind.only_for.as_ref().map(|id| place(&conditions, id)).transpose()?;
            kind.code = *medicines
                .codes
                .get(&kind.rate.to_string())
                .ok_or_else(|| Error::figures("care.toml", format!("no code for the rate {}", kind.rate)))?;
            kind.package = package;
            package += 13;
        }
        let stays = &mut self.care.stays;
        stays.urgent_index = place(&channels, &stays.urgent_channel)?;
        stays.planned_index = place(&channels, &stays.planned_channel)?;
        for kind in &mut stays.kinds {
            if kind.diagnoses.is_empty() || kind.groups.is_empty() || kind.days_spread.is_empty() {
                let message = format!("the stay `{}` lacks diagnoses, groups or days", kind.id);
                return Err(Error::figures("care.toml", message));
            }
            kind.condition = kind.only_for.as_ref().map(|id| place(&conditions, id)).transpose()?;
        }
        Ok(())
    }
}

/// The factors of one channel, month by month, and the largest of them.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    first_month: i64,
    factors: Vec<i64>,
    /// The largest factor, in thousandths.
    pub(crate) most: i64,
}

impl Course {
    /// Lays out a channel over months, both included, given as numbers of the calendar.
    pub(crate) fn new(channels: &Channels, channel: &Channel, first_month: i64, last_month: i64) -> Self {
        let factors: Vec<i64> = (first_month..=last_month)
            .map(|month| {
                let (year, in_year) = (month.div_euclid(12), month.rem_euclid(12));
                let season = usize::try_from(in_year).ok().and_then(|place| channel.months.get(place));
                let trend = channel.years.get(&year.to_string()).copied().unwrap_or(1000);
                let shock = channels.shocks.iter().find(|shock| shock.month == year * 100 + in_year + 1);
                let shock = shock.and_then(|shock| shock.factors.get(&channel.id)).copied().unwrap_or(1000);
                season.copied().unwrap_or(1000) * trend / 1000 * shock / 1000
            })
            .collect();
        let most = factors.iter().copied().max().unwrap_or(1000).max(1);
        Self { first_month, factors, most }
    }

    /// Returns the factor of a month, in thousandths.
    pub(crate) fn at(&self, month: i64) -> i64 {
        usize::try_from(month - self.first_month)
            .ok()
            .and_then(|place| self.factors.get(place).copied())
            .unwrap_or(1000)
    }
}

fn ids<T>(kinds: &[T], id: impl Fn(&T) -> &String) -> Vec<&str> {
    kinds.iter().map(|kind| id(kind).as_str()).collect()
}

fn place(names: &[&str], wanted: &str) -> Result<usize, Error> {
    names
        .iter()
        .position(|name| *name == wanted)
        .ok_or_else(|| Error::figures("care.toml", format!("`{wanted}` is not declared")))
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| Error::figures(file, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_read_and_every_section_has_its_origin() {
        let figures = Figures::embedded().expect("read");
        let territory = &figures.territory;
        let sections = sections().expect("read");
        assert!(sections.iter().all(|section| !section.source.is_empty() && section.status != "official"));
        let strongest = territory.teams.effects.emergency.iter().max();
        assert!(strongest.is_some_and(|most| *most <= crate::care::EMERGENCY_MOST));
        assert_eq!(territory.population.share.iter().sum::<i64>(), 1000);
        assert_eq!(territory.health_insurance.delay.iter().sum::<i64>(), 1000);
        assert!(territory.communes.classes.iter().all(|class| !class.label.fr.is_empty()));
        assert!(figures.care.acts.kinds.iter().all(|act| !act.label.en.is_empty()));
    }

    #[test]
    fn a_shock_lowers_its_month_only() {
        let figures = Figures::embedded().expect("read");
        let channels = &figures.territory.channels;
        let course = Course::new(channels, &channels.kinds[0], 2019 * 12, 2021 * 12);
        assert!(course.at(2020 * 12 + 3) * 2 < course.at(2019 * 12 + 3) * 3 / 2);
        assert_eq!(course.at(2020 * 12), course.at(2019 * 12));
    }
}
