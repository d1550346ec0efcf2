//! Comparison: the sentences of its section, with hand calculations, and its properties.

use exact::Rational;
use rulebook::compare::{CompareError, Comparer, Difference, Outcome, Side};
use rulebook::explain::Privacy;
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::{Settlement, settle};
use rulebook::{Plan, Rulebook, has_errors};

use crate::support::load_text;

mod causes;
mod privacy;
mod properties;

/// One run: a rulebook, a date, and files of facts by entity.
pub(super) struct Run {
    book: Rulebook,
    facts: Facts,
    at: &'static str,
    privacy: Option<Privacy>,
}

impl Run {
    #[track_caller]
    pub(super) fn new(text: &str, at: &'static str, files: &[(&str, &str)]) -> Self {
        let (book, findings, sources) = load_text(text);
        let shown: String =
            findings.iter().map(|finding| finding.render(&sources, rulebook::Language::English)).collect();
        assert!(!has_errors(&findings), "{shown}");
        let book = book.expect("a rulebook");
        let file = |(entity, text): &(&str, &str)| {
            let entity = Some((*entity).to_owned()).filter(|entity| !entity.is_empty());
            FactFile::read("facts.csv", entity, text.as_bytes()).expect("facts")
        };
        let files: Vec<FactFile> = files.iter().map(file).collect();
        let (facts, findings) = collect(&book, &files, &Options::default());
        assert!(!has_errors(&findings), "{findings:?}");
        Self { book, facts, at, privacy: None }
    }

    pub(super) fn plan(&self) -> Plan<'_> {
        Plan::new(&self.book, self.at.parse().expect("a date"), None).expect("a plan")
    }
}

/// Compares one subject of two runs, and checks what holds of every comparison.
pub(super) fn outcome(
    before: &Run,
    after: &Run,
    output: Option<&str>,
    id: &str,
) -> Result<Outcome, CompareError> {
    outcome_of(before, after, None, output, id)
}

/// Compares one row of an entity of two runs.
pub(super) fn outcome_of(
    before: &Run,
    after: &Run,
    entity: Option<&str>,
    output: Option<&str>,
    id: &str,
) -> Result<Outcome, CompareError> {
    let plans = (before.plan(), after.plan());
    let settled = (settle(&plans.0, &before.facts, false, &[]), settle(&plans.1, &after.facts, false, &[]));
    let (one, other) = (side(&plans.0, before, &settled.0), side(&plans.1, after, &settled.1));
    let outcome = Comparer::new(one, other, entity, output)?.compare(id);
    let turned = Comparer::new(other, one, entity, output)?.compare(id);
    if let (Outcome::Compared(found), Outcome::Compared(turned)) = (&outcome, &turned) {
        checked(found);
        opposite(found, turned);
    }
    Ok(outcome)
}

pub(super) fn side<'a>(plan: &'a Plan<'a>, run: &'a Run, settlement: &'a Settlement) -> Side<'a> {
    Side { plan, facts: &run.facts, settlement, excluded: &[], privacy: run.privacy.as_ref() }
}

/// Checks that causes add up: exactly, and to the cent.
pub(super) fn checked(found: &Difference) {
    for (index, output) in found.outputs.iter().enumerate() {
        let whole = &output.after - &output.before;
        assert_eq!(found.causes.iter().map(|cause| &cause.exact[index]).sum::<Rational>(), whole);
        assert_eq!(found.causes.iter().map(|cause| &cause.parts[index]).sum::<Rational>(), whole);
    }
    assert_eq!(found.causes.iter().map(|cause| &cause.amount).sum::<Rational>(), found.difference());
}

/// Checks that the comparison the other way round gives the opposite causes.
pub(super) fn opposite(found: &Difference, turned: &Difference) {
    let by_name = |difference: &Difference, sign: i64| {
        let mut all: Vec<(Vec<String>, Rational)> = difference
            .causes
            .iter()
            .map(|cause| {
                let names = cause.changes.iter().map(|change| change.name.clone()).collect();
                (names, &cause.amount * &Rational::from(sign))
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(by_name(found, 1), by_name(turned, -1));
}

#[track_caller]
pub(super) fn difference(before: &Run, after: &Run, output: Option<&str>) -> Difference {
    match outcome(before, after, output, "a") {
        Ok(Outcome::Compared(found)) => *found,
        other => panic!("{other:?}"),
    }
}

/// Returns the causes as lines: amount, kind, words.
pub(super) fn lines(found: &Difference) -> Vec<String> {
    let amount =
        |cause: &rulebook::compare::Cause| format!("{} {:?} {}", cause.amount, cause.kind, cause.label.en);
    found.causes.iter().map(amount).collect()
}

pub(super) const HEAD: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Test" }
subject = "equipe"
period  = "year"
[[instrument.basis]]
title = "contrat"
from  = 2020-01-01
[[instrument.basis]]
title = "avenant 1"
from  = 2022-01-01
[units]
point   = { fr = ["point", "points"], en = ["point", "points"] }
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
jour    = { fr = ["jour", "jours"], en = ["day", "days"] }
[entities.equipe]
label = { fr = "équipe", en = "team" }
[entities.membre]
belongs_to = "equipe"
label      = { fr = "membre", en = "member" }
"#;

/// Values that change in 2022, and a formula that changes with the amendment.
pub(super) const YEARS: &str = r#"
[inputs]
patientele = { unit = "patient", label = { fr = "Patientèle", en = "List of patients" } }
plan       = { type = "bool", default = false, label = { fr = "Plan", en = "Plan" } }
couleur    = { unit = "1", default = 0 }
[parameters]
valeur_point = { unit = "EUR/point", label = { fr = "Valeur du point", en = "Value of a point" }, values = [
  { from = 2020-01-01, to = 2021-12-31, value = 7, source = "s", status = "official" },
  { from = 2022-01-01, value = 8, source = "s", status = "official" },
] }
par_patient = { unit = "point/patient", values = [{ from = 2020-01-01, value = "1/10", source = "s", status = "official" }] }
bonus       = { unit = "point", values = [{ from = 2022-01-01, value = 100, source = "s", status = "official" }] }
autre       = { unit = "1", values = [
  { from = 2020-01-01, to = 2021-12-31, value = 1, source = "s", status = "official" },
  { from = 2022-01-01, value = 2, source = "s", status = "official" },
] }
[rules.points]
unit  = "point"
label = { fr = "Points", en = "Points" }
[[rules.points.versions]]
from    = 2020-01-01
to      = 2021-12-31
formula = "patientele * par_patient"
[[rules.points.versions]]
from    = 2022-01-01
formula = "patientele * par_patient + CASE WHEN plan THEN bonus ELSE 0 END"
[rules.montant]
unit    = "EUR"
pays    = true
round   = "cent"
formula = "points * valeur_point"
[rules.ailleurs]
unit   = "1"
output = true
formula = "couleur * autre"
"#;
