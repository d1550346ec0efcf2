//! Entities below and above the subject.

use rulebook::Code;

use super::found;
use crate::settled::{HEAD, Run};
use crate::support::load_text;

/// A doctor with patients, who have visits; patients that are refused are left out or not.
fn tree(on_refusal: &str, more: &str) -> String {
    format!(
        r#"
[instrument]
id      = "essai"
title   = {{ fr = "Essai", en = "Trial" }}
subject = "medecin"
period  = "year"
[units]
patient = {{ fr = ["patient", "patients"], en = ["patient", "patients"] }}
[entities.medecin]
[entities.patient]
belongs_to = "medecin"
unit = "patient"
on_refusal = "{on_refusal}"
[entities.visite]
belongs_to = "patient"
[inputs]
taux = {{ default = 2 }}
seuil = {{ default = 0 }}
age = {{ of = "patient" }}
ald = {{ of = "patient", type = "bool", default = false }}
prix = {{ of = "visite", default = 1 }}
{more}"#
    )
}

const DOCTORS: &[(&str, &str)] = &[
    ("", "medecin,taux,seuil\nA,2,0\nB,3,0\nC,4,0\n"),
    ("patient", "patient,medecin,age,ald\np1,A,10,oui\np2,A,30,non\np3,B,5,oui\n"),
    ("visite", "visite,patient,prix\nv1,p1,100\nv2,p1,50\nv3,p2,7\nv4,p3,9\n"),
];

/// One output of the doctor over the tree.
#[track_caller]
fn aggregate(formula: &str, expected: &str) {
    let unit = if formula.starts_with("count") { "unit = \"patient\"\n" } else { "" };
    let book = tree("refuse", &format!("[rules.r]\n{unit}output = true\nformula = \"\"\"{formula}\"\"\"\n"));
    Run::new(&book, DOCTORS).gives(expected);
}

#[test]
fn aggregates() {
    aggregate("sum(patient.age)", "A r = 40\nB r = 5\nC r = 0");
    aggregate("count(patient)", "A r = 2\nB r = 1\nC r = 0");
    aggregate("count(patient) FILTER (WHERE patient.ald)", "A r = 1\nB r = 1\nC r = 0");
    aggregate(
        "sum(patient.age) FILTER (WHERE patient.age > 10 AND NOT patient.ald)",
        "A r = 30\nB r = 0\nC r = 0",
    );
    aggregate("sum(1) FILTER (WHERE patient.age >= 10)", "A r = 2\nB r = 0\nC r = 0");
    // A name without prefix is the doctor's own, inside an aggregate too.
    aggregate("sum(patient.age * taux)", "A r = 80\nB r = 15\nC r = 0");
    aggregate("sum(patient.age * medecin.taux)", "A r = 80\nB r = 15\nC r = 0");
    aggregate("sum(patient.age) FILTER (WHERE taux = 2)", "A r = 40\nB r = 0\nC r = 0");
    // The entity that is walked through is the lowest one named.
    aggregate("sum(visite.prix)", "A r = 157\nB r = 9\nC r = 0");
    aggregate("sum(visite.prix * patient.age)", "A r = 1710\nB r = 45\nC r = 0");
    aggregate("sum(patient.age) FILTER (WHERE visite.prix > 7)", "A r = 20\nB r = 5\nC r = 0");
    // Least, greatest and mean over nothing refuse.
    aggregate("min(patient.age)", "A r = 10\nB r = 5\nC refused empty_aggregate r");
    aggregate("max(patient.age)", "A r = 30\nB r = 5\nC refused empty_aggregate r");
    aggregate("avg(patient.age)", "A r = 20\nB r = 5\nC refused empty_aggregate r");
    aggregate(
        "avg(patient.age) FILTER (WHERE patient.ald)",
        "A r = 10\nB r = 5\nC refused empty_aggregate r",
    );
    aggregate(
        "max(patient.age) FILTER (WHERE patient.age > 20)",
        "A r = 30\nB refused empty_aggregate r\nC refused empty_aggregate r",
    );
    aggregate(
        "count(patient) / count(patient) * count(patient)",
        "A r = 2\nB r = 1\nC refused division_by_zero r",
    );
}

#[test]
fn aggregates_that_say_something_else_are_errors() {
    let wrong = |unit: &str, formula: &str| {
        let (book, findings, _) =
            load_text(&tree("refuse", &format!("[rules.r]\n{unit}formula = \"\"\"{formula}\"\"\"\n")));
        assert!(book.is_none(), "{formula}");
        assert!(
            findings.iter().any(|finding| finding.code == Code::BAD_AGGREGATE),
            "{formula}: {findings:?}"
        );
    };
    wrong("", "sum(taux)");
    wrong("", "sum(sum(patient.age))");
    wrong("", "sum(patient.age, patient.age)");
    // This would count visits, not patients.
    wrong("unit = \"patient\"\n", "count(patient) FILTER (WHERE visite.prix > 7)");
}

#[test]
fn children_read_their_parents_and_parents_their_children() {
    let book = tree(
        "refuse",
        r#"
[rules.total]
formula = "sum(patient.age)"
[rules.part]
of = "patient"
output = true
formula = "CASE WHEN medecin.total = 0 THEN 0 ELSE age / medecin.total END"
[rules.cher]
of = "visite"
formula = "prix * patient.age * medecin.taux"
[rules.visites]
of = "patient"
output = true
formula = "sum(visite.cher)"
[rules.tout]
output = true
formula = "sum(patient.visites)"
[rules.parts]
output = true
formula = "sum(patient.part)"
"#,
    );
    // A: 150 × 10 × 2 + 7 × 30 × 2.
    Run::new(&book, DOCTORS).gives(
        "A tout = 3420, parts = 1\nB tout = 135, parts = 1\nC tout = 0, parts = 0\np1 part = 0.25, visites = 3000\np2 part = 0.75, visites = 420\np3 part = 1, visites = 135",
    );
}

#[test]
fn a_refused_child_refuses_its_subject_or_is_left_out() {
    let more = "[rules.inverse]\nof = \"patient\"\nformula = \"60 / age\"\n[rules.r]\noutput = true\nformula = \"sum(patient.inverse)\"\n[checks.age_plausible]\nof = \"patient\"\nformula = \"age < 120\"\nmessage = { fr = \"{age} ans\", en = \"{age} years\" }\n";
    let facts = [
        ("", "medecin\nA\nB\nC\n"),
        (
            "patient",
            "patient,medecin,age\np1,A,10\np2,A,0\np3,A,200\np4,A,\np5,A,x\np6,A,0\np7,B,30\np8,C,\n",
        ),
    ];
    Run::new(&tree("skip", more), &facts).gives(
        "A r = 6\nB r = 2\nC r = 0\np5 refused wrong_type age\np3 refused check age_plausible\np4 refused missing_fact age\np2 refused division_by_zero inverse\np6 refused division_by_zero inverse\np8 refused missing_fact age",
    );
    Run::new(&tree("refuse", more), &facts).gives(
        "B r = 2\np5 refused wrong_type age\np3 refused check age_plausible\nA refused child age_plausible\np8 refused missing_fact age\nC refused child age",
    );
}

#[test]
fn a_refused_grandchild_climbs_to_the_nearest_that_may_be_left_out() {
    let more = "[rules.inverse]\nof = \"visite\"\nformula = \"60 / prix\"\n[rules.soins]\nof = \"patient\"\noutput = true\nformula = \"sum(visite.inverse)\"\n[rules.r]\noutput = true\nformula = \"sum(patient.soins) + count(visite) FILTER (WHERE visite.prix >= 0)\"\n";
    let facts = [
        ("", "medecin\nA\nB\n"),
        ("patient", "patient,medecin,age\np1,A,1\np2,A,1\np3,B,1\n"),
        ("visite", "visite,patient,prix\nv1,p1,60\nv2,p1,0\nv3,p2,30\nv4,p3,0\n"),
    ];
    // A visit may not be left out, a patient may: p1 and p3 go with their visits.
    Run::new(&tree("skip", more), &facts).gives(
        "A r = 3\nB r = 0\np2 soins = 2\nv2 refused division_by_zero inverse\nv4 refused division_by_zero inverse",
    );
    Run::new(&tree("refuse", more), &facts).gives(
        "v2 refused division_by_zero inverse\nA refused child inverse\nv4 refused division_by_zero inverse\nB refused child inverse",
    );
}

#[test]
fn many_refused_children_are_found_in_few_walks() {
    use std::fmt::Write as _;
    let more = "[rules.inverse]\nof = \"patient\"\nformula = \"60 / age\"\n[rules.r]\noutput = true\nformula = \"sum(patient.inverse)\"\n";
    let mut patients = "patient,medecin,age\n".to_owned();
    for n in 0..3000 {
        writeln!(patients, "p{n},A,{}", if n % 2 == 0 { 0 } else { 60 }).expect("a string can be written to");
    }
    let book = crate::settled::loaded(&tree("skip", more));
    let plan = rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = crate::settled::gathered(&book, &[("", "medecin\nA\n"), ("patient", &patients)]);
    let settlement = rulebook::interpret::settle(&plan, &facts, false, &[]);
    assert_eq!(settlement.refused.len(), 1500);
    assert_eq!(
        settlement.entities[0].value(0, 0).and_then(|value| value.as_number().map(ToString::to_string)),
        Some("1500".to_owned())
    );
}

#[test]
fn the_entities_are_one_tree() {
    let head = HEAD
        .replace("[entities.equipe]", "[entities.equipe]\nbelongs_to = \"programme\"\n[entities.programme]");
    let (_, findings, _) = load_text(&format!(
        "{head}[entities.site]\nbelongs_to = \"programme\"\n[rules.r]\nformula = \"x\"\n"
    ));
    assert!(findings.iter().any(|finding| finding.code == Code::BAD_ENTITY_TREE), "{findings:?}");
    found(
        "[entities.a]\nbelongs_to = \"b\"\n[entities.b]\nbelongs_to = \"a\"\n",
        &[Code::BAD_ENTITY_TREE, Code::BAD_ENTITY_TREE],
    );
    found("[entities.seule]\n", &[Code::BAD_ENTITY_TREE]);
}

fn programme(more: &str) -> String {
    let head = HEAD
        .replace("[entities.equipe]", "[entities.programme]\n[entities.equipe]\nbelongs_to = \"programme\"");
    format!("{head}[inputs.fonds]\nof = \"programme\"\ndefault = 100\n{more}")
}

#[test]
fn subjects_read_what_the_programme_gives() {
    let book = programme(
        "[rules.somme]\nof = \"programme\"\noutput = true\nformula = \"sum(equipe.inverse)\"\n[rules.inverse]\nformula = \"60 / x\"\n[rules.part]\noutput = true\nformula = \"inverse / programme.somme * programme.fonds\"\n",
    );
    let facts = [("", "equipe,x\na,60\nb,20\n"), ("programme", "programme,fonds\nP,80\n")];
    Run::new(&book, &facts).gives("a part = 20\nb part = 60\nP somme = 4");
    // One that is refused blocks the run, unless it is excluded.
    let facts = [("", "equipe,x\na,60\nz,0\nb,20\n")];
    Run::new(&book, &facts).gives("z refused division_by_zero inverse\na refused blocked\nb refused blocked");
    Run { excluded: &["z"], ..Run::new(&book, &facts) }
        .gives("a part = 25\nb part = 75\nprogramme somme = 4");
    Run { excluded: &["a"], ..Run::new(&book, &facts) }
        .gives("z refused division_by_zero inverse\nb refused blocked");
}

#[test]
fn a_programme_that_does_not_aggregate_blocks_nobody() {
    let book = programme(
        "[rules.double]\nof = \"programme\"\noutput = true\nformula = \"fonds * 2\"\n[rules.part]\noutput = true\nformula = \"programme.double / x\"\n",
    );
    Run::new(&book, &[("", "equipe,x\na,4\nz,0\nb,20\n")])
        .gives("a part = 50\nb part = 10\nprogramme double = 200\nz refused division_by_zero part");
    Run { excluded: &["z"], ..Run::new(&book, &[("", "equipe,x\na,4\nz,0\n")]) }
        .gives("a part = 50\nprogramme double = 200");
}

#[test]
fn a_check_of_the_programme_holds_for_all() {
    let book = programme(
        "[rules.part]\noutput = true\nformula = \"x\"\n[checks.fonds_donnes]\nof = \"programme\"\nformula = \"fonds > 0\"\nmessage = { fr = \"m\", en = \"m\" }\n",
    );
    Run::new(&book, &[("", "equipe,x\na,4\n")]).gives("a part = 4");
    Run::new(&book, &[("", "equipe,x\na,4\nb,5\n"), ("programme", "programme,fonds\nP,0\n")])
        .gives("P refused check fonds_donnes\na refused blocked\nb refused blocked");
}
