//! The sentences of the section on comparison, with hand calculations.

use rulebook::compare::{CauseKind, CompareError, Difference, Outcome};

use super::*;

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

/// A rulebook with one amount, from inputs and a formula for each of two years.
pub(super) fn two_formulas(inputs: &str, before: &str, after: &str) -> String {
    format!(
        r#"{HEAD}
[inputs]
{inputs}
[parameters]
euro = {{ unit = "EUR", values = [{{ from = 2020-01-01, value = 1, source = "s", status = "official" }}] }}
[rules.montant]
unit  = "EUR"
pays  = true
round = "cent"
[[rules.montant.versions]]
from    = 2020-01-01
to      = 2021-12-31
formula = "{before}"
[[rules.montant.versions]]
from    = 2022-01-01
formula = "{after}"
"#
    )
}

pub(super) fn two_years(text: &str, before: &str, after: &str) -> Difference {
    let before = Run::new(text, "2021-12-31", &[("", before)]);
    let after = Run::new(text, "2022-12-31", &[("", after)]);
    difference(&before, &after, None)
}

#[test]
fn a_mixture_that_cannot_be_evaluated_joins_its_players_and_no_other() {
    // The old formula divides by what becomes zero: the new fact cannot stand without the new rule.
    let text = two_formulas(
        "x = { unit = \"1\" }\ny = { unit = \"1\" }",
        "(100 / x + y) * euro",
        "(100 + x + 2 * y) * euro",
    );
    let found = two_years(&text, "subject,x,y\na,10,5\n", "subject,x,y\na,0,7\n");
    // From 10 + 5 = 15 to 100 + 0 + 14 = 114. With x and the rules as one, the values are 15, 17 with y, 110 with
    // the others, 114 with all: y adds (2 + 4) / 2 = 3, the others (95 + 97) / 2 = 96.
    assert_eq!(
        lines(&found),
        ["96 Together x: from 10 to 0 + the rules change (avenant 1): montant", "3 Fact y: from 5 to 7"]
    );
    let names: Vec<&str> = found.causes[0].changes.iter().map(|change| change.name.as_str()).collect();
    assert_eq!(names, ["x", "montant"]);
}

#[test]
fn a_fact_that_only_one_year_knows_belongs_to_the_rules() {
    let text = two_formulas(
        "x = { unit = \"1\" }\nz = { unit = \"1\", from = 2022-01-01 }",
        "x * euro",
        "(x + z) * euro",
    );
    let found = two_years(&text, "subject,x\na,10\n", "subject,x,z\na,12,5\n");
    assert_eq!(lines(&found), ["5 Rules the rules change (avenant 1): montant", "2 Fact x: from 10 to 12"]);
}

#[test]
fn a_default_is_a_value_like_any_other() {
    let text = two_formulas("x = { unit = \"1\", default = 3 }", "x * euro", "x * euro");
    let found = two_years(&text, "subject,x\na,\n", "subject,x\na,10\n");
    assert_eq!(lines(&found), ["7 Fact x: from 3 to 10"]);
    // Given in so many words, it is the same fact.
    let found = two_years(&text, "subject,x\na,\n", "subject,x\na,3\n");
    assert!(found.causes.is_empty() && found.without_effect.is_empty(), "{found:?}");
}

const SINCE: &str = r#"since = { type = "date", default = "start of period" }
x = { unit = "1" }"#;

#[test]
fn days_belong_to_their_period() {
    let formula = "x * year_fraction_from(since) * euro";
    let text = two_formulas(SINCE, formula, formula);
    // Whoever was there all year is there all of the next: neither the day nor the year is a cause.
    let found = two_years(&text, "subject,x,since\na,100,\n", "subject,x,since\na,120,2022-01-01\n");
    assert_eq!(lines(&found), ["20 Fact x: from 100 to 120"]);
    // From 2 July 2021 half of the year is left but a day: 183 of 365. The day before has no meaning in 2022.
    let found = two_years(&text, "subject,x,since\na,365,2021-07-02\n", "subject,x,since\na,730,\n");
    assert_eq!(
        lines(&found),
        [
            "274 Fact x: from 365 to 730",
            "273 Together since: 2021-07-02, then the day of the period + the year: from 2021 to 2022",
        ]
    );
}

#[test]
fn a_day_that_stays_counts_by_the_period_alone() {
    let formula = "x * year_fraction_from(since) * euro";
    let text = two_formulas(SINCE, formula, formula);
    let rows = "subject,x,since\na,365,2021-07-02\n";
    let found = two_years(&text, rows, rows);
    assert_eq!(lines(&found), ["182 Period the year: from 2021 to 2022"]);
}

const MEMBERS: &str = r#"
[inputs]
fonds = { unit = "EUR" }
jours = { of = "membre", unit = "jour", default = 0 }
actif = { of = "membre", type = "bool", default = true }
[parameters]
tarif = { unit = "EUR/jour", values = [
  { from = 2020-01-01, to = 2021-12-31, value = 10, source = "s", status = "team" },
  { from = 2022-01-01, value = 20, source = "s", status = "team" },
] }
[rules.montant]
unit    = "EUR"
pays    = true
round   = "cent"
formula = "fonds + sum(membre.jours) FILTER (WHERE membre.actif) * tarif"
[rules.part]
of      = "membre"
unit    = "EUR"
output  = true
round   = "cent"
formula = "jours * tarif"
"#;

#[test]
fn rows_below_come_go_and_change() {
    let text = format!("{HEAD}{MEMBERS}");
    let team = ("", "equipe,fonds\na,0\nb,0\n");
    let before = "membre,equipe,jours,actif\nm1,a,10,true\nm2,a,20,true\nm3,a,5,false\nx,b,9,true\n";
    let after = "membre,equipe,jours,actif\nm1,a,12,true\nm3,a,5,true\nm4,a,7,true\nx,b,90,true\n";
    let before = Run::new(&text, "2021-12-31", &[team, ("membre", before)]);
    let after = Run::new(&text, "2021-12-31", &[team, ("membre", after)]);
    let found = difference(&before, &after, None);
    assert_eq!(
        lines(&found),
        [
            "-130 Arrivals member: 1 arrival, 1 departure",
            "50 LowerFact actif (member): from no to yes",
            "20 LowerFact jours (member): from 10 to 12\u{a0}days",
        ]
    );
}

#[test]
fn rows_that_a_run_left_out_are_as_good_as_gone() {
    let text = format!("{HEAD}{MEMBERS}").replace(
        "label      = { fr = \"membre\", en = \"member\" }",
        "label = { fr = \"membre\", en = \"member\" }\non_refusal = \"skip\"",
    );
    let team = ("", "equipe,fonds\na,0\n");
    let before =
        Run::new(&text, "2021-12-31", &[team, ("membre", "membre,equipe,jours\nm1,a,10\nm2,a,beaucoup\n")]);
    let after = Run::new(&text, "2021-12-31", &[team, ("membre", "membre,equipe,jours\nm1,a,10\nm2,a,3\n")]);
    let found = difference(&before, &after, None);
    assert_eq!(lines(&found), ["30 Arrivals member: 1 arrival"]);
}

#[test]
fn a_member_sees_its_own_facts_apart_from_those_of_the_others() {
    let text = format!(
        "{HEAD}{}",
        r#"
[inputs]
fonds = { unit = "EUR" }
jours = { of = "membre", unit = "jour" }
[allocations.p]
total = "fonds"
steps = [{ name = "parts", to = "membre", weight = "jours" }]
"#
    );
    let run = |fonds: &str, days: [u32; 2]| {
        let team = format!("equipe,fonds\na,{fonds}\n");
        let members = format!("membre,equipe,jours\nm1,a,{}\nm2,a,{}\n", days[0], days[1]);
        Run::new(&text, "2021-12-31", &[("", &team), ("membre", &members)])
    };
    let (before, after) = (run("100", [10, 10]), run("200", [20, 20]));
    // From 50 to 100. The pot alone makes it 100, its own days 66.67, those of the other 33.33, the pot with its own
    // days 133.33, with the other's 66.67, all days 50: the pot is worth 50, each of the others 25.
    let found = outcome_of(&before, &after, Some("membre"), None, "m1");
    let Ok(Outcome::Compared(found)) = found else { panic!("{found:?}") };
    assert_eq!(
        lines(&found),
        [
            "50 Fact fonds: from €100.00 to €200.00",
            "25 Fact jours: from 10 to 20\u{a0}days",
            "-25 LowerFact jours (member): from 10 to 20\u{a0}days",
        ]
    );
    let error = outcome_of(&before, &after, Some("menbre"), None, "m1").expect_err("no entity");
    assert_eq!(error.to_string(), "find the entity `menbre`");
    assert_eq!(outcome_of(&before, &after, Some("membre"), None, "m9"), Ok(Outcome::Unknown));
}

const ALL_TOGETHER: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Test" }
subject = "equipe"
period  = "year"
[entities.programme]
[entities.equipe]
belongs_to = "programme"
label      = { fr = "équipe", en = "team" }
[inputs]
fonds = { of = "programme", unit = "EUR" }
poids = { unit = "1" }
[rules.total]
of      = "programme"
unit    = "1"
formula = "sum(equipe.poids)"
[rules.montant]
unit    = "EUR"
pays    = true
round   = "cent"
formula = "programme.fonds * poids / programme.total"
"#;

#[test]
fn other_subjects_are_one_cause_where_a_rule_reads_them_together() {
    let pot = |fonds: &str| format!("programme,fonds\np,{fonds}\n");
    let (before, after) = (pot("100"), pot("200"));
    let before = Run::new(
        ALL_TOGETHER,
        "2021-12-31",
        &[("programme", &before), ("equipe", "equipe,poids\na,1\nb,1\nc,2\n")],
    );
    let after = Run::new(
        ALL_TOGETHER,
        "2021-12-31",
        &[("programme", &after), ("equipe", "equipe,poids\nd,2\nb,5\na,1\n")],
    );
    // From 100 × 1/4 = 25 to 200 × 1/8 = 25: the pot adds (25 + 12.5) / 2, the others take as much away.
    let found = difference(&before, &after, None);
    assert_eq!(
        lines(&found),
        ["18.75 Fact fonds: from €100.00 to €200.00", "-18.75 Others the facts of the others (team)"]
    );
}

#[test]
fn two_versions_of_a_rulebook_are_told_apart_by_name() {
    let one = years();
    let other = years()
        // The order of declarations says nothing, and neither do sources, labels and new lines in a formula.
        .replace("patientele = {", "nouveau = { unit = \"1\", default = 4 }\npatientele = {")
        .replace("formula = \"patientele * par_patient +", "formula = \"patientele\\n * par_patient +")
        // The unit of the bonus changes: it can only change with the rules.
        .replace("bonus       = { unit = \"point\"", "bonus = { unit = \"1\"")
        .replace("WHEN plan THEN bonus ELSE", "WHEN plan THEN bonus * nouveau * cent ELSE")
        .replace(
            "autre       = {",
            "cent = { unit = \"point\", values = [{ from = 2020-01-01, value = 1, source = \"s\", status = \"official\" }] }\nautre = {",
        );
    let before = Run::new(&one, "2022-12-31", &[("", "subject,patientele,plan\na,1000,true\n")]);
    let after = Run::new(&other, "2022-12-31", &[("", "subject,patientele,plan\na,1500,true\n")]);
    // From (100 + 100) × 8 = 1 600 to (150 + 400) × 8 = 4 400.
    let found = difference(&before, &after, None);
    assert_eq!(
        lines(&found),
        [
            "2400 Rules the rules change: Points, bonus, cent and one more point",
            "400 Fact List of patients: from 1,000 to 1,500\u{a0}patients",
        ]
    );
    // The same rulebook, with its declarations in another order: nothing but the fact is a cause.
    let shuffled =
        years().replace("[rules.montant]", "[rules.zzz]\nunit = \"1\"\nformula = \"1\"\n[rules.montant]");
    let after = Run::new(&shuffled, "2022-12-31", &[("", "subject,plan,patientele\na,true,1500\n")]);
    let found = difference(&before, &after, None);
    assert_eq!(lines(&found), ["400 Fact List of patients: from 1,000 to 1,500\u{a0}patients"]);
}

#[test]
fn a_table_is_one_cause_and_values_of_enumerations_go_by_name() {
    let text = |names: &[&str], rows: &str| {
        let names: Vec<String> =
            names.iter().map(|name| format!("{name} = {{ fr = \"{name}\", en = \"{name}\" }}")).collect();
        let names = names.join("\n");
        format!(
            r#"{HEAD}
[inputs.x]
unit = "1"
[inputs.horaire.enum]
{names}
[tables.bareme]
kind   = "decision"
keys   = ["horaire"]
unit   = "EUR"
rows   = [{rows}]
source = "s"
status = "official"
from   = 2020-01-01
[rules.montant]
unit    = "EUR"
pays    = true
round   = "cent"
formula = "lookup(bareme, horaire) * x"
"#
        )
    };
    let one = text(&["12h", "10h"], "{ horaire = \"12h\", value = 10 }, { horaire = \"10h\", value = 5 }");
    let other = text(&["12h", "10h"], "{ horaire = \"10h\", value = 6 }, { horaire = \"12h\", value = 10 }");
    let rows = ["subject,horaire,x\na,10h,1\n", "subject,horaire,x\na,12h,1\n"];
    let found = difference(
        &Run::new(&one, "2021-12-31", &[("", rows[0])]),
        &Run::new(&other, "2021-12-31", &[("", rows[1])]),
        None,
    );
    // From 5 to 10; the table alone makes it 6, which counts when it comes first.
    assert_eq!(lines(&found), ["4.5 Fact horaire: 10h, then 12h", "0.5 Table bareme: the table changes"]);
    // Another list of names: the table can only change with the rules, the fact still goes by its name.
    let longer = text(
        &["8h", "10h", "12h"],
        "{ horaire = \"8h\", value = 1 }, { horaire = \"10h\", value = 6 }, { horaire = \"12h\", value = 10 }",
    );
    let found = difference(
        &Run::new(&one, "2021-12-31", &[("", rows[0])]),
        &Run::new(&longer, "2021-12-31", &[("", rows[1])]),
        None,
    );
    assert_eq!(found.causes.len(), 2, "{found:?}");
    assert_eq!(found.causes[0].label.en, "horaire: 10h, then 12h");
    assert_eq!(found.causes[1].kind, CauseKind::Rules);
    // A name that only the later one has.
    let found = difference(
        &Run::new(&one, "2021-12-31", &[("", rows[0])]),
        &Run::new(&longer, "2021-12-31", &[("", "subject,horaire,x\na,8h,1\n")]),
        None,
    );
    assert_eq!(lines(&found), ["-4 Rules the rules change: bareme, horaire"]);
}

/// Many facts, some of them with a theme, and many parameters that change.
fn many(facts: usize, parameters: usize) -> String {
    let theme = |index: usize| match index % 3 {
        0 => ", theme = { fr = \"accès\", en = \"access\" }",
        1 => ", theme = { fr = \"équipe\", en = \"team\" }",
        _ => "",
    };
    let inputs: Vec<String> =
        (0..facts).map(|index| format!("f{index:02} = {{ unit = \"1\"{} }}", theme(index))).collect();
    let inputs = inputs.join("\n");
    let values = (0..parameters).map(|index| {
        format!(
            "p{index:02} = {{ unit = \"EUR\", values = [{{ from = 2020-01-01, to = 2021-12-31, value = 1, source = \"s\", status = \"official\" }}, {{ from = 2022-01-01, value = 2, source = \"s\", status = \"official\" }}] }}\n"
        )
    });
    let values: String = values.collect();
    let sum = |name: &str, count: usize| {
        (0..count).map(|index| format!("{name}{index:02}")).collect::<Vec<_>>().join(" + ")
    };
    format!(
        "{HEAD}[inputs]\n{inputs}\n[parameters]\n{values}[rules.montant]\nunit = \"EUR\"\npays = true\nround = \"cent\"\nformula = \"({}) * ({})\"\n",
        sum("f", facts),
        sum("p", parameters)
    )
}

fn many_rows(facts: usize, value: usize) -> String {
    let names: Vec<String> = (0..facts).map(|index| format!("f{index:02}")).collect();
    let values: Vec<String> = (0..facts).map(|index| (value + index).to_string()).collect();
    format!("subject,{}\na,{}\n", names.join(","), values.join(","))
}

#[track_caller]
fn check_groups(facts: usize, parameters: usize, expected: &[&str]) {
    let text = many(facts, parameters);
    let found = two_years(&text, &many_rows(facts, 1), &many_rows(facts, 2));
    let mut words: Vec<String> = found
        .causes
        .iter()
        .map(|cause| format!("{:?} {} {}", cause.kind, cause.title.en, cause.changes.len()))
        .collect();
    words.sort();
    assert_eq!(words, expected);
}

#[test]
fn beyond_twelve_players_are_put_together_step_by_step() {
    let single =
        |names: &[&str]| -> Vec<String> { names.iter().map(|name| format!("Fact {name} 1")).collect() };
    let mut all = single(&["f00", "f01", "f02", "f03", "f04", "f05", "f06", "f07", "f08", "f09", "f10"]);
    all.push("Parameter p00: from €1.00 to €2.00 1".to_owned());
    check_groups(11, 1, &all.iter().map(String::as_str).collect::<Vec<_>>());
    // Themes first.
    check_groups(
        12,
        1,
        &[
            "Fact f02 1",
            "Fact f05 1",
            "Fact f08 1",
            "Fact f11 1",
            "Facts access (facts) 4",
            "Facts team (facts) 4",
            "Parameter p00: from €1.00 to €2.00 1",
        ],
    );
    // Then figures, then facts without a theme.
    check_groups(
        21,
        10,
        &[
            "Fact f02 1",
            "Fact f05 1",
            "Fact f08 1",
            "Fact f11 1",
            "Fact f14 1",
            "Fact f17 1",
            "Fact f20 1",
            "Facts access (facts) 7",
            "Facts team (facts) 7",
            "Figures the figures and scales of the contract 10",
        ],
    );
    check_groups(
        36,
        10,
        &[
            "Facts access (facts) 12",
            "Facts team (facts) 12",
            "Facts the other facts 12",
            "Figures the figures and scales of the contract 10",
        ],
    );
}

#[test]
fn several_outputs_have_the_same_causes_and_add_up_one_by_one() {
    let text = two_formulas(
        "x = { unit = \"1\" }\ny = { unit = \"1\" }",
        "x * y * euro / 3",
        "x * y * euro / 3",
    ) + "[rules.autre]\nunit = \"EUR\"\npays = true\nround = \"cent\"\nformula = \"(x + y) * euro / 7\"\n";
    let found = two_years(&text, "subject,x,y\na,1,2\n", "subject,x,y\na,5,8\n");
    let names: Vec<&str> = found.outputs.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(names, ["montant", "autre"]);
    assert!(found.causes.iter().all(|cause| cause.parts.len() == 2));
    // 0.67 to 13.33, and 0.43 to 1.86.
    assert_eq!(found.difference(), Rational::parse("14.09").expect("a number"));
}

#[test]
fn who_is_on_one_side_only_is_told_from_who_is_refused() {
    let text = two_formulas("x = { unit = \"1\" }", "100 / x * euro", "100 / x * euro");
    let before = Run::new(&text, "2021-12-31", &[("", "subject,x\na,1\nleft,2\nno,0\n")]);
    let after = Run::new(&text, "2022-12-31", &[("", "subject,x\na,1\nnew,4\nno,5\n")]);
    let number = |number: i64| Rational::from(number);
    assert_eq!(outcome(&before, &after, None, "left"), Ok(Outcome::Left(number(50))));
    assert_eq!(outcome(&before, &after, None, "new"), Ok(Outcome::New(number(25))));
    assert_eq!(outcome(&before, &after, None, "nobody"), Ok(Outcome::Unknown));
    let refused = outcome(&before, &after, None, "no").expect("compared");
    let Outcome::Refused { before: None, after: Some(value), why_before: Some(why), why_after: None } =
        refused
    else {
        panic!("{refused:?}")
    };
    assert_eq!((value, why.en.as_str()), (number(20), "division by zero"));
}

#[test]
fn what_has_nothing_in_common_is_not_compared() {
    let run = |text: &str| Run::new(text, "2021-12-31", &[("", "subject,x\na,1\n")]);
    let text = two_formulas("x = { unit = \"1\" }", "x * euro", "x * euro");
    let (one, other) = (run(&text), run(&text.replace("\"essai\"", "\"autre\"")));
    let error = outcome(&one, &other, None, "a").expect_err("two instruments");
    assert_eq!(error.to_string(), "compare `essai` with `autre`: these are two instruments");
    let error = outcome(&one, &one, Some("montan"), "a").expect_err("no output");
    assert_eq!(
        error,
        CompareError::UnknownOutput { name: "montan".to_owned(), known: vec!["montant".to_owned()] }
    );
    let unpaid = run(&text.replace("pays  = true", "output = true"));
    let error = outcome(&unpaid, &unpaid, None, "a").expect_err("nothing paid");
    assert_eq!(error, CompareError::NothingPaid { known: vec!["montant".to_owned()] });
}
