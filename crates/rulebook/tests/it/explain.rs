//! Explanations: what they print of formulas, and what they leave out.

use rulebook::explain::{Explanation, Privacy, Step, explain, explain_with, render_text};
use rulebook::interpret::{TraceOf, trace};
use rulebook::{Language, Plan};

use crate::settled::{HEAD, gathered, loaded};

const LANGUAGES: [Language; 2] = [Language::French, Language::English];

/// Explains one row at the end of 2022.
#[track_caller]
fn explained(book: &str, facts: &[(&str, &str)], entity: &str, id: &str) -> Explanation {
    let book = loaded(book);
    let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = gathered(&book, facts);
    let entity = book.entity(entity).expect("an entity");
    let traced = trace(&plan, &facts, TraceOf { entity, id, outputs: &[] }, false, &[]).expect("a trace");
    explain(&plan, &traced, entity, id, false)
}

/// Returns whether every bracket that opens is closed, and none closes that was not opened.
fn is_balanced(words: &str) -> bool {
    let mut depth = 0_i32;
    words.chars().all(|letter| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth >= 0
    }) && depth == 0
}

// Formulas with their values.

#[test]
fn the_branch_that_was_taken_is_printed_whole() {
    for (formula, printed) in [
        ("CASE WHEN b THEN 0 ELSE greatest(x - y, 0) END", "max(3 − 2, 0)"),
        ("CASE WHEN b THEN 0 ELSE x - greatest(y, 0) END", "3 − max(2, 0)"),
        ("CASE WHEN b THEN 0 ELSE least(x, 1) * greatest(y, 0) END", "min(3, 1) × max(2, 0)"),
        ("CASE WHEN b THEN 0 ELSE (x + y) * 2 END", "(3 + 2) × 2"),
        ("CASE WHEN b THEN 0 ELSE 2 * (x + greatest(y, 0)) END", "2 × (3 + max(2, 0))"),
        ("CASE WHEN b THEN 0 ELSE (greatest(x, y)) END", "(max(3, 2))"),
        ("CASE WHEN b THEN 0 ELSE -x END", "-3"),
        ("CASE WHEN b THEN 0 ELSE - (x + y) END", "- (3 + 2)"),
        ("CASE WHEN b THEN 0 ELSE floor(x / 2) END", "floor(3 / 2)"),
        ("CASE WHEN b THEN 0 ELSE ceil ( greatest(x, y) / 2 ) + 1 END", "ceil ( max(3, 2) / 2 ) + 1"),
        ("CASE WHEN b THEN 0 ELSE abs(x - abs(y)) END", "abs(3 - abs(2))"),
        ("CASE WHEN b THEN 0 ELSE CASE WHEN b THEN 1 ELSE round(x / 2, 1) END END", "round(3 / 2, 1)"),
        ("1 + CASE WHEN b THEN 0 ELSE abs(x) END + abs(y)", "1 + abs(3) + abs(2)"),
    ] {
        let book = format!("{HEAD}[rules.r]\noutput = true\nformula = \"{formula}\"\n");
        let explanation = explained(&book, &[("", "equipe,x,y\nq,3,2\n")], "equipe", "q");
        let step = &explanation.nodes[explanation.outputs[0]];
        let filled = step.with_values.as_ref().expect("a formula with values");
        assert_eq!(filled.en, printed.replace('−', "-"), "{formula}");
    }
    for (formula, printed) in [
        ("CASE WHEN b THEN false ELSE NOT b END", "not no"),
        ("CASE WHEN b THEN false ELSE x IN (1, 3) END", "3 IN (1, 3)"),
        ("CASE WHEN b THEN false ELSE x >= greatest(y, 0) END", "3 ≥ max(2, 0)"),
        ("CASE WHEN b THEN false ELSE x > y AND (b OR x > abs(y)) END", "3 > 2 and (no or 3 > abs(2))"),
        (
            "CASE WHEN b THEN false ELSE x BETWEEN least(y, 1) AND abs(x) END",
            "3 BETWEEN min(2, 1) and abs(3)",
        ),
        ("CASE WHEN b THEN false ELSE x IN (1, abs(x)) END", "3 IN (1, abs(3))"),
    ] {
        let book = format!("{HEAD}[rules.r]\ntype = \"bool\"\noutput = true\nformula = \"{formula}\"\n");
        let explanation = explained(&book, &[("", "equipe,x,y\nq,3,2\n")], "equipe", "q");
        let step = &explanation.nodes[explanation.outputs[0]];
        let filled = step.with_values.as_ref().expect("a formula with values");
        assert_eq!(filled.en, printed, "{formula}");
    }
}

/// Every case of every rulebook of the project: no formula with values loses a bracket.
#[test]
fn formulas_with_values_keep_their_brackets() {
    let mut printed = 0;
    for name in ["aci-msp", "fpmt", "ipep", "mssp", "peps", "shared-savings"] {
        let book = crate::support::project(name);
        for case in &book.cases {
            let result = rulebook::cases::run_case(&book, case);
            let (Ok(plan), Some(facts)) =
                (Plan::new(&book, case.at, case.known_at), rulebook::cases::facts_of(&book, case))
            else {
                continue;
            };
            for value in result.values {
                let of = TraceOf { entity: value.entity, id: &value.id, outputs: &[value.reference] };
                // A case may hold less than a whole settlement wants.
                let Ok(traced) = trace(&plan, &facts, of, false, &[]) else { continue };
                let explanation = explain(&plan, &traced, value.entity, &value.id, false);
                for step in explanation.nodes.iter().filter(|step| step.with_values.is_some()) {
                    let filled = step.with_values.as_ref().expect("a formula with values");
                    for language in LANGUAGES {
                        let words = filled.get(language);
                        assert!(is_balanced(words), "{name}, {}, {}: {words}", case.title, step.name);
                        printed += 1;
                    }
                }
            }
        }
    }
    assert!(printed > 10_000, "{printed} formulas");
}

// What is left out.

/// A programme of teams with patients: a pot of all the teams' spending, shared between them.
const PROGRAMME: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"
[units]
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
[entities.programme]
[entities.equipe]
belongs_to = "programme"
[entities.patient]
belongs_to = "equipe"
unit       = "patient"
[tables.majorations]
kind = "flat"
over = "1"
rows = [
  { at_least = "0", value = "1", from = 2020-01-01, source = "s", status = "official" },
  { at_least = "50", value = "2", from = 2020-01-01, source = "s", status = "official" },
]
[inputs.depense]
of = "equipe"
unit = "EUR"
[inputs.cout]
of = "patient"
unit = "EUR"
origin = "claims"
[inputs.age]
of = "patient"
whole = true
origin = "claims"
[parameters.part]
values = [{ from = 2020-01-01, value = "0.5", source = "s", status = "official" }]
[rules.enveloppe]
of = "programme"
round = "cent"
unit = "EUR"
formula = "part * sum(equipe.depense)"
[rules.cout_total]
of = "programme"
unit = "EUR"
formula = "sum(patient.cout)"
[rules.cout_majore]
of = "equipe"
unit = "EUR"
formula = "sum(patient.cout * bracket(majorations, patient.age))"
[rules.dotation]
of = "equipe"
unit = "EUR"
round = "cent"
output = true
formula = "partage_a + cout_majore + programme.enveloppe + programme.cout_total"
[rules.en_tout]
of = "programme"
unit = "EUR"
round = "cent"
output = true
formula = "sum(equipe.depense)"
[allocations.partage]
of = "programme"
total = "enveloppe"
steps = [{ name = "a", to = "equipe", weight = "depense" }]
"#;

/// Facts of three teams; the first has `patients` patients.
fn programme(patients: usize) -> [(&'static str, String); 3] {
    let mut rows = String::from("patient,equipe,cout,age\n");
    for index in 0..patients {
        // Most cost the same; ten cost what nobody else does.
        let cost = if index < 10 { 1000 + index } else { 25 };
        rows.push_str(&format!("alpha-{index},alpha,{cost},{}\n", 20 + index));
    }
    for index in 0..30 {
        rows.push_str(&format!("beta-{index},beta,777,40\ngamma-{index},gamma,7777,40\n"));
    }
    [
        ("programme", "programme\ntous\n".to_owned()),
        (
            "equipe",
            "equipe,programme,depense\nalpha,tous,100\nbeta,tous,31313\ngamma,tous,51515\n".to_owned(),
        ),
        ("patient", rows),
    ]
}

#[track_caller]
fn of_programme(patients: usize, entity: &str, id: &str) -> Explanation {
    let facts = programme(patients);
    let facts: Vec<(&str, &str)> = facts.iter().map(|(entity, rows)| (*entity, rows.as_str())).collect();
    explained(PROGRAMME, &facts, entity, id)
}

/// All that an explanation shows, in every form.
fn all_of(explanation: &Explanation) -> String {
    let json = serde_json::to_string(explanation).expect("JSON");
    LANGUAGES.iter().map(|language| render_text(explanation, *language)).chain([json]).collect()
}

#[test]
fn another_team_never_shows() {
    for patients in [1, 12, 13, 60] {
        let explanation = of_programme(patients, "equipe", "alpha");
        let all = all_of(&explanation);
        for secret in ["beta", "gamma", "31313", "31,313", "51515", "777"] {
            assert!(!all.contains(secret), "{secret} with {patients} patients:\n{all}");
        }
        // What all teams come to, how many they are, and its own part.
        for shown in
            ["3 in all", "82,928", "the 2 other rows are not shown", "alpha : 100", "to the others (2)"]
        {
            assert!(all.contains(shown), "{shown} with {patients} patients:\n{all}");
        }
    }
}

#[test]
fn a_patient_of_another_team_never_shows() {
    let explanation = of_programme(60, "patient", "alpha-3");
    assert_eq!(explanation.id, "alpha-3");
    assert!(!all_of(&explanation).contains("beta"));
}

#[test]
fn the_programme_shows_its_teams() {
    let all = all_of(&of_programme(60, "programme", "tous"));
    for shown in ["alpha : 100", "beta : 31,313", "gamma : 51,515"] {
        assert!(all.contains(shown), "{shown}:\n{all}");
    }
}

#[test]
fn many_rows_are_put_together() {
    let few = of_programme(12, "equipe", "alpha");
    let many = of_programme(60, "equipe", "alpha");
    // Few are opened one by one.
    assert!(all_of(&few).contains("alpha-11 : "), "{}", all_of(&few));
    let all = all_of(&many);
    assert!(!all.contains("alpha-1"), "{all}");
    assert!(many.nodes.iter().all(|step| !step.id.starts_with("alpha-")));
    // Ages would show through the table that they were looked up in.
    assert!(many.nodes.iter().all(|step| step.kind != "table"), "{all}");
    assert!(render_text(&many, Language::English).lines().count() < 60);
    // The ten that nobody shares are not the difference between the others and the whole: all are put together.
    assert!(!all.contains("10 others"), "{all}");
    assert!(all.contains("no value is shared by 11 rows or more"), "{all}");
    assert!(all.contains("of which here (patient): 60, sum 11,295"), "{all}");
}

/// No group has fewer than eleven rows, those left over are eleven or none, and the groups come to the whole.
#[test]
fn groups_are_never_small() {
    for (counts, expected) in [
        (&[(25, 20), (10, 15)][..], "15 at 10 · 20 at 25"),
        (&[(25, 20), (10, 15), (7, 3)], "20 at 25 · 18 others, 9.5 on average"),
        (&[(25, 20), (7, 3)], "no value is shared by 11 rows or more"),
        (&[(25, 20), (7, 6), (8, 6)], "20 at 25 · 12 others, 7.5 on average"),
        (&[(25, 13)], "13 at 25"),
    ] {
        let mut rows = String::from("patient,equipe,x\n");
        for (value, count) in counts {
            for index in 0..*count {
                rows.push_str(&format!("p-{value}-{index},q,{value}\n"));
            }
        }
        let book = format!(
            "{}[rules.r]\noutput = true\nformula = \"sum(patient.v)\"\n",
            HEAD.replace(
                "[inputs]",
                "[entities.patient]\nbelongs_to = \"equipe\"\n[inputs.v]\nof = \"patient\"\n[inputs]"
            )
        );
        let rows = rows.replace("equipe,x", "equipe,v");
        let explanation = explained(&book, &[("", "equipe\nq\n"), ("patient", &rows)], "equipe", "q");
        let step = explanation.nodes.iter().find(|step| step.kind == "aggregate").expect("an aggregate");
        assert!(step.details.iter().any(|line| line.en == expected), "{expected}: {:?}", step.details);
        assert_eq!(explanation.nodes.len(), 2);
    }
}

// Small counts.

const COUNTS: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"
[units]
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
[entities.equipe]
[entities.patient]
belongs_to = "equipe"
unit       = "patient"
[inputs.cas]
whole = true
origin = "claims"
[inputs.suivis]
whole = true
origin = "claims"
[inputs.declares]
whole = true
[inputs.montant]
unit = "EUR"
origin = "claims"
[inputs.vu]
of = "patient"
type = "bool"
origin = "claims"
[tables.points]
kind = "linear"
over = "1"
rows = [
  { at = "0", value = "0", from = 2020-01-01, source = "s", status = "official" },
  { at = "1", value = "10", from = 2020-01-01, source = "s", status = "official" },
]
[rules.taux]
show = "%"
output = true
formula = "CASE WHEN suivis = 0 THEN 0 ELSE cas / suivis END"
say = { fr = "{cas} cas : {taux}.", en = "{cas} cases: {taux}." }
[rules.note]
output = true
formula = "interpolate(points, taux)"
say = { fr = "Note {note} pour un taux de {taux}.", en = "Score {note} for a rate of {taux}." }
[rules.vus]
unit = "patient"
output = true
formula = "count(patient) FILTER (WHERE patient.vu)"
[rules.somme]
output = true
formula = "declares + cas"
[rules.paie]
unit = "EUR"
round = "cent"
output = true
formula = "montant * taux"
"#;

fn private(fewest: Option<u64>, persons: &[&str], seen: usize) -> Explanation {
    let book = loaded(COUNTS);
    let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let mut rows = String::from("patient,equipe,vu\n");
    for index in 0..40 {
        let shown = if index < seen { "oui" } else { "non" };
        rows.push_str(&format!("personne-{index},q,{shown}\n"));
    }
    let facts = "equipe,cas,suivis,declares,montant\nq,7,41,4,9\n";
    let facts = gathered(&book, &[("", facts), ("patient", &rows)]);
    let of = TraceOf { entity: book.subject, id: "q", outputs: &[] };
    let traced = trace(&plan, &facts, of, false, &[]).expect("a trace");
    let persons = persons.iter().map(|name| book.entity(name).expect("an entity")).collect();
    explain_with(&plan, &traced, book.subject, "q", false, &Privacy { fewest, persons })
}

#[track_caller]
fn step<'a>(explanation: &'a Explanation, kind: &str, name: &str) -> &'a Step {
    explanation.nodes.iter().find(|step| step.kind == kind && step.name == name).expect("a step")
}

#[test]
fn small_counts_are_masked_when_asked_for() {
    let explanation = private(Some(11), &["patient"], 6);
    let cases = step(&explanation, "input", "cas");
    assert_eq!((cases.value.en.as_str(), cases.plain.as_str()), ("under 11", ""));
    assert_eq!(cases.value.fr, "moins de 11");
    // What is large enough, what is said by the team, and money are shown.
    assert_eq!(step(&explanation, "input", "suivis").value.en, "41");
    assert_eq!(step(&explanation, "input", "declares").value.en, "4");
    assert_eq!(step(&explanation, "input", "montant").value.en, "€9.00");
    let rate = step(&explanation, "rule", "taux");
    assert_eq!((rate.value.en.as_str(), rate.plain.as_str()), ("about 20%", "0.2"));
    assert_eq!(rate.with_values.as_ref().map(|filled| filled.en.as_str()), Some("under 11 / 41"));
    assert_eq!(rate.say, None);
    let score = step(&explanation, "rule", "note");
    assert_eq!(score.say, None);
    let table = step(&explanation, "table", "points");
    assert_eq!(table.details[0].en, "the value looked up is not shown: it comes from under 11");
    let seen = step(&explanation, "rule", "vus");
    assert_eq!((seen.value.en.as_str(), seen.plain.as_str()), ("under 11", ""));
    assert_eq!(seen.with_values.as_ref().map(|filled| filled.en.as_str()), Some("under 11"));
    assert!(step(&explanation, "rule", "somme").parts.is_empty());
    let all = all_of(&explanation);
    for secret in ["17.07", "personne-", "6 in all"] {
        assert!(!all.contains(secret), "{secret}:\n{all}");
    }
}

#[test]
fn large_counts_are_shown() {
    let explanation = private(Some(6), &["patient"], 20);
    assert_eq!(step(&explanation, "input", "cas").value.en, "7");
    assert!(step(&explanation, "rule", "taux").say.is_some());
    assert_eq!(step(&explanation, "rule", "vus").value.en, "20\u{a0}patients");
}

#[test]
fn nothing_is_masked_unless_asked_for() {
    let explanation = private(None, &[], 6);
    assert_eq!(step(&explanation, "input", "cas").value.en, "7");
    assert!(all_of(&explanation).contains("17.07"));
    assert_eq!(step(&explanation, "rule", "vus").value.en, "6\u{a0}patients");
}

/// Persons are not listed, however few they are.
#[test]
fn persons_are_never_listed() {
    let book = loaded(COUNTS);
    let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = [
        ("", "equipe,cas,suivis,declares,montant\nq,7,41,4,9\n"),
        ("patient", "patient,equipe,vu\nune-personne,q,oui\n"),
    ];
    let facts = gathered(&book, &facts);
    let of = TraceOf { entity: book.subject, id: "q", outputs: &[] };
    let traced = trace(&plan, &facts, of, false, &[]).expect("a trace");
    let shown = |persons: &[&str]| {
        let persons = persons.iter().map(|name| book.entity(name).expect("an entity")).collect();
        all_of(&explain_with(&plan, &traced, book.subject, "q", false, &Privacy { fewest: None, persons }))
    };
    assert!(shown(&[]).contains("une-personne"));
    assert!(!shown(&["patient"]).contains("une-personne"));
}

// The examples of the project.

/// Reads files of the folder of examples.
fn demo<'a>(files: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    let read = |file: &str| std::fs::read_to_string(crate::support::root().join("demo").join(file));
    files.iter().map(|(entity, file)| (*entity, read(file).expect("an example"))).collect()
}

/// Explains every row of the subject of an example.
fn every_subject(name: &str, at: &str, files: &[(&str, &str)]) -> Vec<Explanation> {
    let book = crate::support::project(name);
    let plan = Plan::new(&book, at.parse().expect("a date"), None).expect("a plan");
    let files = demo(files);
    let facts: Vec<(&str, &str)> = files.iter().map(|(entity, rows)| (*entity, rows.as_str())).collect();
    let facts = gathered(&book, &facts);
    let all = facts.rows(book.subject).ids.iter().map(|id| {
        let of = TraceOf { entity: book.subject, id, outputs: &[] };
        let traced = trace(&plan, &facts, of, false, &[]).expect("a trace");
        explain(&plan, &traced, book.subject, id, false)
    });
    all.collect()
}

#[test]
fn groups_of_ipep_do_not_see_each_other() {
    let files = [("", "ipep-groupements.csv"), ("indicateur", "ipep-indicateurs.csv")];
    let explanations = every_subject("ipep", "2019-12-31", &files);
    let ids: Vec<&String> = explanations.iter().map(|explanation| &explanation.id).collect();
    assert!(ids.len() > 3);
    for explanation in &explanations {
        let all = all_of(explanation);
        for other in ids.iter().filter(|id| **id != &explanation.id) {
            assert!(!all.contains(other.as_str()), "{other} in the explanation of {}", explanation.id);
        }
        // What it is paid for opens down to the counts of its own indicators; one that began later has none.
        let opens = all.contains(&format!("{}/", explanation.id));
        assert!(opens || explanation.id == "groupement-des-hauts", "{all}");
    }
}

#[test]
fn sixty_patients_do_not_drown_their_team() {
    let files =
        [("", "peps-equipes.csv"), ("patient", "peps-patients.csv"), ("indicateur", "peps-indicateurs.csv")];
    for explanation in every_subject("peps", "2021-12-31", &files) {
        let words = render_text(&explanation, Language::French);
        assert!(words.lines().count() < 1000, "{}: {} lines", explanation.id, words.lines().count());
        assert!(!words.contains(&format!("{}-0", explanation.id)), "{words}");
        assert!(words.contains(&format!("{}/", explanation.id)), "{words}");
    }
}
