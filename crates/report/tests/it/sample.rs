//! A small agreement, settled and explained.

use exact::Rational;
use rulebook::book::Reference;
use rulebook::explain::{DueLine, Explanation, PartLine, SourceLine, Step, explain};
use rulebook::facts::{Column, Facts, Rows};
use rulebook::interpret::{TraceOf, trace};
use rulebook::{InputId, Plan, RuleId, Source, Status, Text, Value, has_errors, load};

const RULEBOOK: &str = r#"
[instrument]
id      = "exemple"
title   = { fr = "Accord d'exemple", en = "Example agreement" }
subject = "equipe"
period  = "year"
[[instrument.basis]]
title = "Accord d'exemple"
from  = 2024-01-01

[units]
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
reunion = { fr = ["réunion", "réunions"], en = ["meeting", "meetings"] }

[entities.equipe]
label = { fr = "équipe", en = "team" }

[inputs.patients]
unit   = "patient"
origin = "claims"
label  = { fr = "Patients suivis", en = "Patients" }
choice = { fr = "Choix : les patients du 31 décembre.", en = "Choice: the patients of 31 December." }

[inputs.reunions]
unit    = "reunion"
default = 4
label   = { fr = "Réunions", en = "Meetings" }

[parameters.par_patient]
unit   = "EUR/patient"
label  = { fr = "Par patient", en = "For a patient" }
values = [{ from = 2024-01-01, value = "3.25", source = "accord d'exemple", page = "p. 2", status = "official" }]

[parameters.par_reunion]
unit   = "EUR/reunion"
label  = { fr = "Par réunion", en = "For a meeting" }
values = [{ from = 2024-01-01, value = "150", source = "accord d'exemple", page = "p. 3", status = "unverified" }]

[parameters.retenue]
unit   = "EUR"
label  = { fr = "Retenue de gestion", en = "Management fee" }
values = [{ from = 2024-01-01, value = "80.5", source = "tableau de l'équipe", status = "fictitious" }]

[rules.part_patients]
unit    = "EUR"
label   = { fr = "Part des patients", en = "Part of patients" }
source  = "accord d'exemple"
page    = "p. 2"
formula = "patients * par_patient"
say     = { fr = "{patients} à {par_patient} : {part_patients}.", en = "{patients} at {par_patient}: {part_patients}." }

[rules.part_reunions]
unit    = "EUR"
label   = { fr = "Part des réunions", en = "Part of meetings" }
formula = "reunions * par_reunion"

[rules.montant]
unit    = "EUR"
output  = true
pays    = true
round   = "cent"
label   = { fr = "Montant de l'année", en = "Amount of the year" }
choice  = { fr = "Choix : la retenue ne dépend pas de l'année.", en = "Choice: the fee does not depend on the year." }
formula = "part_patients + part_reunions - retenue"
say     = { fr = "{part_patients} et {part_reunions}, moins {retenue} : {montant}.", en = "{part_patients} and {part_reunions}, less {retenue}: {montant}." }

[rules.double]
unit    = "EUR"
output  = true
round   = "cent"
label   = { fr = "Le double", en = "Twice" }
formula = "montant + montant"

[schedule]
montant = { parts = [{ share = "1/2", due = { day = "06-30", year = 0 } }, { share = "1/2", due = { day = "12-31", year = 0 } }] }
"#;

/// Explains some outputs of a team with 1 000 patients.
pub(crate) fn explained(outputs: &[&str]) -> Explanation {
    let (book, findings) = load(vec![Source::new("rulebook.toml", RULEBOOK)]);
    assert!(!has_errors(&findings), "{findings:#?}");
    let book = book.expect("the sample is a rulebook");
    let mut facts = Facts::empty(&book);
    let patients =
        book.inputs.iter().position(|input| input.decl.named.name == "patients").expect("an input");
    facts.entities[book.subject.0] = Rows {
        ids: vec!["equipe-du-port".to_owned()],
        parents: vec![None],
        columns: vec![Column::new(
            InputId(patients),
            &book.inputs[patients].kind,
            [Some(Value::Number(Rational::from(1001)))],
        )],
        ..Rows::default()
    };
    let plan = Plan::new(&book, "2024-12-31".parse().expect("a day"), None).expect("a plan");
    let rule =
        |name: &&str| RuleId(book.rules.iter().position(|rule| rule.named.name == **name).expect("a rule"));
    let outputs: Vec<Reference> = outputs.iter().map(rule).map(Reference::Rule).collect();
    let of = TraceOf { entity: book.subject, id: "equipe-du-port", outputs: &outputs };
    let traced = trace(&plan, &facts, of, false, &[]).expect("the team is settled");
    explain(&plan, &traced, book.subject, "equipe-du-port", false)
}

/// Returns a value by itself.
pub(crate) fn step(name: &str, children: Vec<usize>) -> Step {
    Step {
        kind: "rule",
        name: name.to_owned(),
        label: Text::same(name),
        id: "x".to_owned(),
        value: Text::same("1"),
        plain: "1".to_owned(),
        unit: String::new(),
        say: None,
        formula: None,
        with_values: None,
        rounding: None,
        details: Vec::new(),
        sources: Vec::new(),
        origin: None,
        choice: None,
        due: Vec::new(),
        parts: Vec::new(),
        children,
    }
}

/// Returns an explanation of the last of some values.
pub(crate) fn of_steps(nodes: Vec<Step>) -> Explanation {
    Explanation {
        rulebook: "r".to_owned(),
        title: Text::same("R"),
        entity: Text::same("e"),
        id: "x".to_owned(),
        period_first: "2024-01-01".to_owned(),
        period_last: "2024-12-31".to_owned(),
        official: false,
        outputs: vec![nodes.len().saturating_sub(1)],
        nodes,
    }
}

/// Returns a value in which every text is the same.
pub(crate) fn hostile(words: &str) -> Explanation {
    let text = || Text::same(words);
    let part =
        |number: i64| PartLine { label: text(), value: text(), plain: String::new(), number: number.into() };
    let step = Step {
        kind: "input",
        name: words.to_owned(),
        label: text(),
        id: words.to_owned(),
        value: text(),
        plain: words.to_owned(),
        unit: words.to_owned(),
        say: Some(text()),
        formula: Some(words.to_owned()),
        with_values: Some(text()),
        rounding: Some(text()),
        details: vec![text()],
        sources: vec![SourceLine {
            words: words.to_owned(),
            status: Some(Status::Unverified),
            from: Some(words.to_owned()),
            to: Some(words.to_owned()),
        }],
        origin: Some(text()),
        choice: Some(text()),
        due: vec![DueLine { day: words.to_owned(), amount: text() }],
        parts: vec![part(2), part(-1)],
        children: Vec::new(),
    };
    let mut above = step.clone();
    above.children = vec![0, 0];
    let mut explanation = of_steps(vec![step, above]);
    words.clone_into(&mut explanation.id);
    explanation.title = text();
    words.clone_into(&mut explanation.period_first);
    explanation
}
