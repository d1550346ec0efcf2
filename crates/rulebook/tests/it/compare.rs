//! Comparison: the sentences of its section, with hand calculations, and its properties.

use exact::Rational;
use rulebook::compare::{CompareError, Comparer, Difference, Outcome, Side};
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::{Settlement, settle};
use rulebook::{Plan, Rulebook, has_errors};

use crate::support::load_text;

/// One run: a rulebook, a date, and files of facts by entity.
struct Run {
    book: Rulebook,
    facts: Facts,
    at: &'static str,
}

impl Run {
    #[track_caller]
    fn new(text: &str, at: &'static str, files: &[(&str, &str)]) -> Self {
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
        Self { book, facts, at }
    }

    fn plan(&self) -> Plan<'_> {
        Plan::new(&self.book, self.at.parse().expect("a date"), None).expect("a plan")
    }
}

/// Compares one subject of two runs, and checks what holds of every comparison.
fn outcome(before: &Run, after: &Run, output: Option<&str>, id: &str) -> Result<Outcome, CompareError> {
    let plans = (before.plan(), after.plan());
    let settled = (settle(&plans.0, &before.facts, false, &[]), settle(&plans.1, &after.facts, false, &[]));
    let (one, other) = (side(&plans.0, before, &settled.0), side(&plans.1, after, &settled.1));
    let outcome = Comparer::new(one, other, output)?.compare(id);
    let turned = Comparer::new(other, one, output)?.compare(id);
    if let (Outcome::Compared(found), Outcome::Compared(turned)) = (&outcome, &turned) {
        checked(found);
        opposite(found, turned);
    }
    Ok(outcome)
}

fn side<'a>(plan: &'a Plan<'a>, run: &'a Run, settlement: &'a Settlement) -> Side<'a> {
    Side { plan, facts: &run.facts, settlement, excluded: &[] }
}

/// Checks that causes add up: exactly, and to the cent.
fn checked(found: &Difference) {
    for (index, output) in found.outputs.iter().enumerate() {
        let whole = &output.after - &output.before;
        assert_eq!(found.causes.iter().map(|cause| &cause.exact[index]).sum::<Rational>(), whole);
        assert_eq!(found.causes.iter().map(|cause| &cause.parts[index]).sum::<Rational>(), whole);
    }
    assert_eq!(found.causes.iter().map(|cause| &cause.amount).sum::<Rational>(), found.difference());
}

/// Checks that the comparison the other way round gives the opposite causes.
fn opposite(found: &Difference, turned: &Difference) {
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
fn difference(before: &Run, after: &Run, output: Option<&str>) -> Difference {
    match outcome(before, after, output, "a") {
        Ok(Outcome::Compared(found)) => *found,
        other => panic!("{other:?}"),
    }
}

/// Returns the causes as lines: amount, kind, words.
fn lines(found: &Difference) -> Vec<String> {
    let amount =
        |cause: &rulebook::compare::Cause| format!("{} {:?} {}", cause.amount, cause.kind, cause.label.en);
    found.causes.iter().map(amount).collect()
}

const HEAD: &str = r#"
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
const YEARS: &str = r#"
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

fn years() -> String {
    format!("{HEAD}{YEARS}")
}

#[test]
fn rules_parameters_and_facts_are_told_apart() {
    // 1 000 patients at 7 give 700; 2 000 patients and the bonus of the new rule at 8 give (200 + 100) × 8 = 2 400.
    let before = Run::new(&years(), "2021-12-31", &[("", "subject,patientele,plan\na,1000,true\n")]);
    let after = Run::new(&years(), "2022-12-31", &[("", "subject,patientele,plan,couleur\na,2000,true,5\n")]);
    let found = difference(&before, &after, None);
    // Patients add 100 points at 7.5 on the mean; the rule 100 points at 7.5; the value of the point adds 1 on
    // 100, 200, 200 and 300 points: a third, a sixth, a sixth and a third of the orders, 200 on the mean.
    assert_eq!(
        lines(&found),
        [
            "750 Fact List of patients: from 1,000 to 2,000\u{a0}patients",
            "750 Rules the rules change (avenant 1): Points, bonus",
            "200 Parameter Value of a point: from 7 to 8\u{a0}€/point",
        ]
    );
    let without: Vec<&str> = found.without_effect.iter().map(|change| change.name.as_str()).collect();
    assert_eq!(without, ["couleur", "autre"]);
    // What does not reach the amount reaches another output.
    let found = difference(&before, &after, Some("ailleurs"));
    assert_eq!(lines(&found), ["7.5 Fact couleur: from 0 to 5", "2.5 Parameter autre: from 1 to 2"]);
}
