//! Allocations: every sentence of section 11, then every rule that real teams used or wanted, with its hand calculation.

use rulebook::Code;

use crate::settled::{Run, loaded};
use crate::support::load_text;

/// A team with members who have days, acts, meetings and more.
fn book(more: &str) -> String {
    format!(
        r#"
[instrument]
id      = "partage"
title   = {{ fr = "Partage", en = "Sharing" }}
subject = "equipe"
period  = "year"
[units]
jour    = {{ fr = ["jour", "jours"], en = ["day", "days"] }}
acte    = {{ fr = ["acte", "actes"], en = ["act", "acts"] }}
reunion = {{ fr = ["réunion", "réunions"], en = ["meeting", "meetings"] }}
mois    = {{ fr = ["mois", "mois"], en = ["month", "months"] }}
heure   = {{ fr = ["heure", "heures"], en = ["hour", "hours"] }}
[entities.equipe]
[entities.membre]
belongs_to = "equipe"
[inputs]
fonds        = {{ unit = "EUR" }}
projets      = {{ unit = "EUR", default = 0 }}
jours        = {{ of = "membre", unit = "jour", default = 0 }}
actes        = {{ of = "membre", unit = "acte", default = 0 }}
presences    = {{ of = "membre", unit = "reunion", default = 0 }}
heures       = {{ of = "membre", unit = "heure", default = 0 }}
mois_faits   = {{ of = "membre", unit = "mois", default = 0 }}
revenu_2019  = {{ of = "membre", unit = "EUR", default = 0 }}
recettes     = {{ of = "membre", unit = "EUR", default = 0 }}
plafond      = {{ of = "membre", unit = "EUR", default = 1000000 }}
gerant       = {{ of = "membre", type = "bool", default = false }}
nouveau      = {{ of = "membre", type = "bool", default = false }}
ipa          = {{ of = "membre", type = "bool", default = false }}
medecin      = {{ of = "membre", type = "bool", default = false }}
[parameters]
tarif_reunion = {{ unit = "EUR/reunion", values = [
  {{ from = 2020-01-01, value = 5, source = "s", status = "team" }},
  {{ from = 2021-01-01, value = 30, source = "s", status = "team" }},
] }}
gerance       = {{ unit = "reunion", values = [{{ from = 2020-01-01, value = 52, source = "s", status = "team" }}] }}
revenu_fixe   = {{ unit = "EUR", values = [{{ from = 2020-01-01, value = 4000, source = "s", status = "team" }}] }}
complement    = {{ unit = "EUR/mois", values = [{{ from = 2020-01-01, value = 1400, source = "s", status = "team" }}] }}
tarif_horaire = {{ unit = "EUR/heure", values = [{{ from = 2020-01-01, value = 40, source = "s", status = "team" }}] }}
reserve       = {{ unit = "1", values = [{{ from = 2020-01-01, value = "10 %", source = "s", status = "team" }}] }}
retenue       = {{ unit = "EUR", values = [{{ from = 2020-01-01, value = 1000, source = "s", status = "team" }}] }}
{more}"#
    )
}

/// A rulebook with one allocation `p` of the pot.
fn steps(steps: &str) -> String {
    book(&format!("[allocations.p]\ntotal = \"fonds\"\nsteps = [{steps}]\n"))
}

/// Puts members, given as CSV, into the team.
fn in_team(members: &str) -> String {
    let mut lines = members.lines();
    let header = lines.next().unwrap_or_default();
    lines.fold(format!("{header},equipe\n"), |text, line| format!("{text}{line},E\n"))
}

/// Splits a pot between members, given as CSV; shows the team's shares, then the members'.
#[track_caller]
fn split(pot: &str, text: &str, members: &str, expected: &str) {
    let team = format!("equipe,fonds\nE,{pot}\n");
    Run::new(&steps(text), &[("", &team), ("membre", &in_team(members))]).gives(expected);
}

const EQUAL: &str = r#"{ name = "a", to = "membre", weight = "1" }"#;
const REST: &str = r#"{ name = "reste", to = "equipe", rest = true }"#;

// What a step means.

#[test]
fn cents_go_by_largest_remainder_and_ties_by_id() {
    split(
        "100",
        EQUAL,
        "membre\nz\nb\na\n",
        "E\na p_a = 33.34, p_total = 33.34\nb p_a = 33.33, p_total = 33.33\nz p_a = 33.33, p_total = 33.33",
    );
    split(
        "0.02",
        EQUAL,
        "membre\nz\nb\na\n",
        "E\na p_a = 0.01, p_total = 0.01\nb p_a = 0.01, p_total = 0.01\nz p_a = 0, p_total = 0",
    );
    split("0", EQUAL, "membre\nz\na\n", "E\na p_a = 0, p_total = 0\nz p_a = 0, p_total = 0");
    let days = r#"{ name = "a", to = "membre", weight = "jours" }"#;
    // 10 € over 1, 2 and 4: 1.428…, 2.857…, 5.714…; two cents for the remainders of .857 and .714.
    split(
        "10",
        days,
        "membre,jours\na,1\nb,2\nc,4\n",
        "E\na p_a = 1.43, p_total = 1.43\nb p_a = 2.86, p_total = 2.86\nc p_a = 5.71, p_total = 5.71",
    );
}

#[test]
fn a_due_is_paid_in_full_or_in_proportion() {
    let text = format!(r#"{{ name = "r", to = "membre", due = "presences * tarif_reunion" }}, {REST}"#);
    let members = "membre,presences\na,2\nb,1\n";
    split(
        "100",
        &text,
        members,
        "E p_reste = 10, p_total = 10\na p_r = 60, p_total = 60\nb p_r = 30, p_total = 30",
    );
    split(
        "90",
        &text,
        members,
        "E p_reste = 0, p_total = 0\na p_r = 60, p_total = 60\nb p_r = 30, p_total = 30",
    );
    split(
        "89.99",
        &text,
        members,
        "E p_reste = 0, p_total = 0\na p_r = 59.99, p_total = 59.99\nb p_r = 30, p_total = 30",
    );
    split(
        "45",
        &text,
        members,
        "E p_reste = 0, p_total = 0\na p_r = 30, p_total = 30\nb p_r = 15, p_total = 15",
    );
    split("0", &text, members, "E p_reste = 0, p_total = 0\na p_r = 0, p_total = 0\nb p_r = 0, p_total = 0");
    // What is due is rounded to the cent for each: 10 / 3 twice is 3.33 twice.
    let thirds = format!(r#"{{ name = "r", to = "membre", due = "recettes / 3" }}, {REST}"#);
    split(
        "7",
        &thirds,
        "membre,recettes\na,10\nb,10\n",
        "E p_reste = 0.34, p_total = 0.34\na p_r = 3.33, p_total = 3.33\nb p_r = 3.33, p_total = 3.33",
    );
    let halves = format!(r#"{{ name = "r", to = "membre", due = "recettes / 1000" }}, {REST}"#);
    split(
        "1",
        &halves,
        "membre,recettes\na,5\nb,4.99\n",
        "E p_reste = 0.99, p_total = 0.99\na p_r = 0.01, p_total = 0.01\nb p_r = 0, p_total = 0",
    );
}

#[test]
fn an_amount_is_split_and_the_rest_goes_on() {
    let text = format!(r#"{{ name = "a", to = "membre", weight = "1", amount = "retenue" }}, {REST}"#);
    split(
        "5000",
        &text,
        "membre\na\nb\n",
        "E p_reste = 4000, p_total = 4000\na p_a = 500, p_total = 500\nb p_a = 500, p_total = 500",
    );
    // At most what is left.
    split(
        "300",
        &text,
        "membre\na\nb\n",
        "E p_reste = 0, p_total = 0\na p_a = 150, p_total = 150\nb p_a = 150, p_total = 150",
    );
}

#[test]
fn what_exceeds_a_cap_goes_to_the_others_then_to_the_next_step() {
    let text = format!(r#"{{ name = "a", to = "membre", weight = "1", cap = "plafond" }}, {REST}"#);
    split(
        "90",
        &text,
        "membre,plafond\na,10\nb,50\nc,50\n",
        "E p_reste = 0, p_total = 0\na p_a = 10, p_total = 10\nb p_a = 40, p_total = 40\nc p_a = 40, p_total = 40",
    );
    split(
        "150",
        &text,
        "membre,plafond\na,10\nb,50\nc,60\n",
        "E p_reste = 30, p_total = 30\na p_a = 10, p_total = 10\nb p_a = 50, p_total = 50\nc p_a = 60, p_total = 60",
    );
    // A cap is rounded down to the cent: nobody passes it.
    split(
        "1",
        &text,
        "membre,plafond\na,0.339\nb,0.339\nc,0.339\n",
        "E p_reste = 0.01, p_total = 0.01\na p_a = 0.33, p_total = 0.33\nb p_a = 0.33, p_total = 0.33\nc p_a = 0.33, p_total = 0.33",
    );
    split(
        "1",
        EQUAL.replace('}', ", cap = \"plafond\" }").as_str(),
        "membre,plafond\na,0.1\n",
        "E refused allocation p",
    );
}

#[test]
fn floors_and_guarantees_are_funded_by_the_shares_above_their_own() {
    let floor = r#"{ name = "a", to = "membre", weight = "jours", floor = "revenu_2019" }"#;
    // By days 20, 30, 50; a must have 40, so b and c share 60 as 3 to 5.
    split(
        "100",
        floor,
        "membre,jours,revenu_2019\na,2,40\nb,3,0\nc,5,0\n",
        "E\na p_a = 40, p_total = 40\nb p_a = 22.5, p_total = 22.5\nc p_a = 37.5, p_total = 37.5",
    );
    // b must have 25, which 22.50 would not give: c alone gives.
    split(
        "100",
        floor,
        "membre,jours,revenu_2019\na,2,40\nb,3,25\nc,5,0\n",
        "E\na p_a = 40, p_total = 40\nb p_a = 25, p_total = 25\nc p_a = 35, p_total = 35",
    );
    split(
        "100",
        floor,
        "membre,jours,revenu_2019\na,2,40\nb,3,25\nc,5,35\n",
        "E\na p_a = 40, p_total = 40\nb p_a = 25, p_total = 25\nc p_a = 35, p_total = 35",
    );
    split("100", floor, "membre,jours,revenu_2019\na,2,40\nb,3,25\nc,5,35.01\n", "E refused allocation p");
    // A guarantee counts what was received before: a has 30 from meetings and lacks 10.
    let guarantee = r#"{ name = "r", to = "membre", due = "presences * tarif_reunion" }, { name = "a", to = "membre", weight = "jours", guarantee = "revenu_2019" }"#;
    split(
        "130",
        guarantee,
        "membre,presences,jours,revenu_2019\na,1,0,40\nb,0,5,0\nc,0,5,0\n",
        "E\na p_r = 30, p_a = 10, p_total = 40\nb p_r = 0, p_a = 45, p_total = 45\nc p_r = 0, p_a = 45, p_total = 45",
    );
    // A guarantee that is met already asks for nothing.
    split(
        "130",
        guarantee,
        "membre,presences,jours,revenu_2019\na,1,1,30\nb,0,1,0\n",
        "E\na p_r = 30, p_a = 50, p_total = 80\nb p_r = 0, p_a = 50, p_total = 50",
    );
}

#[test]
fn what_cannot_be_funded_says_by_how_much() {
    let text = steps(
        r#"{ name = "a", to = "membre", weight = "1", floor = "revenu_2019", label = { fr = "jours", en = "days" } }"#,
    );
    let book = loaded(&text);
    let plan = rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = crate::settled::gathered(
        &book,
        &[("", "equipe,fonds\nE,100\n"), ("membre", &in_team("membre,revenu_2019\na,60\nb,52.505\n"))],
    );
    let settlement = rulebook::interpret::settle(&plan, &facts, false, &[]);
    let message = settlement.refused[0].message.get(rulebook::Language::English);
    // 60 + 52.51, rounded up to the cent: 12.51 more than 100.
    assert!(message.contains("step \"days\"") && message.contains("12.51"), "{message}");
    split(
        "100",
        r#"{ name = "a", to = "membre", weight = "1", floor = "revenu_2019", cap = "plafond" }"#,
        "membre,revenu_2019,plafond\na,60,50\nb,0,50\n",
        "E refused allocation p",
    );
}

#[test]
fn when_all_weights_are_zero_the_money_goes_on() {
    let text = format!(r#"{{ name = "a", to = "membre", weight = "jours", floor = "revenu_2019" }}, {REST}"#);
    split(
        "100",
        &text,
        "membre,revenu_2019\na,0\nb,0\n",
        "E p_reste = 100, p_total = 100\na p_a = 0, p_total = 0\nb p_a = 0, p_total = 0",
    );
    split(
        "100",
        &text,
        "membre,revenu_2019\na,10\nb,0\n",
        "E p_reste = 90, p_total = 90\na p_a = 10, p_total = 10\nb p_a = 0, p_total = 0",
    );
    split("5", &text, "membre,revenu_2019\na,10\nb,0\n", "E refused allocation p");
    // The same without anybody to receive.
    Run::new(&steps(&text), &[("", "equipe,fonds\nE,5\n")]).gives("E p_reste = 5, p_total = 5");
}

#[test]
fn the_pot_is_emptied_to_the_cent() {
    split(
        "100",
        r#"{ name = "r", to = "membre", due = "recettes" }"#,
        "membre,recettes\na,99.99\n",
        "E refused allocation p",
    );
    split(
        "100",
        r#"{ name = "r", to = "membre", due = "recettes" }"#,
        "membre,recettes\na,100\n",
        "E\na p_r = 100, p_total = 100",
    );
    split("100.005", EQUAL, "membre\na\n", "E refused allocation p");
    split("-0.01", EQUAL, "membre\na\n", "E refused allocation p");
    split(
        "100",
        r#"{ name = "r", to = "membre", weight = "jours" }"#,
        "membre,jours\na,-1\nb,2\n",
        "E refused allocation p",
    );
    split("1e30", EQUAL, "membre\na\n", "E refused allocation p");
    split(
        "100",
        &format!(r#"{{ name = "a", to = "membre", weight = "1", amount = "0 - retenue" }}, {REST}"#),
        "membre\na\n",
        "E refused allocation p",
    );
    // A negative due is the receiver's fault.
    let due = format!(r#"{{ name = "r", to = "membre", due = "recettes" }}, {REST}"#);
    split("100", &due, "membre,recettes\na,-1\nb,2\n", "a refused allocation p\nE refused child p");
    // Dues beyond all measure are short in proportion, not too large.
    split(
        "100",
        &due,
        "membre,recettes\na,9e16\nb,3e16\n",
        "E p_reste = 0, p_total = 0\na p_r = 75, p_total = 75\nb p_r = 25, p_total = 25",
    );
}

#[test]
fn shares_are_outputs_and_may_be_read() {
    let more = r#"
[allocations.p]
total = "fonds"
steps = [
  { name = "r", to = "membre", due = "presences * tarif_reunion" },
  { name = "a", to = "membre", weight = "1", amount = "retenue" },
  { name = "reste", to = "equipe", rest = true },
]
[rules.moitie]
of = "membre"
unit = "EUR"
output = true
round = "cent"
formula = "p_total / 2 + p_r"
[rules.verse]
unit = "EUR"
output = true
round = "cent"
formula = "sum(membre.p_total) + p_reste"
[rules.part_equipe]
of = "membre"
output = true
formula = "equipe.p_reste / equipe.p_total"
"#;
    Run::new(&book(more), &[("", "equipe,fonds\nE,1500\n"), ("membre", &in_team("membre,presences\na,2\nb,0\n"))]).gives(
        "E verse = 1500, p_reste = 440, p_total = 440\na moitie = 340, part_equipe = 1, p_r = 60, p_a = 500, p_total = 560\nb moitie = 250, part_equipe = 1, p_r = 0, p_a = 500, p_total = 500",
    );
    // Not by what decides them.
    let circle = more.replace("presences * tarif_reunion", "moitie");
    let (_, findings, _) = load_text(&book(&circle));
    assert!(findings.iter().any(|finding| finding.code == Code::CYCLE), "{findings:?}");
}

#[test]
fn an_allocation_exists_between_its_dates() {
    let more = format!("[allocations.p]\nfrom = 2022-01-01\ntotal = \"fonds\"\nsteps = [{REST}]\n");
    let facts = [("", "equipe,fonds\nE,5\n")];
    Run { at: "2021-12-31", ..Run::new(&book(&more), &facts) }.gives("E");
    Run::new(&book(&more), &facts).gives("E p_reste = 5, p_total = 5");
    // Nor does a case compute it outside of them.
    let sources = vec![
        rulebook::Source::new("p/rulebook.toml", book(&more)),
        rulebook::Source::new(
            "p/cases/c.toml",
            "[[case]]\ntitle = \"t\"\nat = 2021-12-31\nfacts = { fonds = 5 }\nrefused = \"unknown\"\ncomputing = \"p_reste\"\n",
        ),
    ];
    let loaded = rulebook::load(sources).0.expect("a rulebook without fault");
    assert!(rulebook::cases::run_cases(&loaded).iter().all(|result| result.passed));
}

#[test]
fn skipped_receivers_receive_nothing() {
    let text = book(
        "[checks.c]\nof = \"membre\"\nformula = \"jours >= 0\"\nmessage = { fr = \"m\", en = \"m\" }\n[allocations.p]\ntotal = \"fonds\"\nsteps = [{ name = \"a\", to = \"membre\", weight = \"jours\" }]\n",
    );
    let text = text.replace("belongs_to = \"equipe\"", "belongs_to = \"equipe\"\non_refusal = \"skip\"");
    Run::new(&text, &[("", "equipe,fonds\nE,90\n"), ("membre", &in_team("membre,jours\na,1\nb,-5\nc,2\n"))])
        .gives("E\na p_a = 30, p_total = 30\nc p_a = 60, p_total = 60\nb refused check c");
}

#[test]
fn a_programme_shares_between_its_subjects_by_id_whatever_the_order_of_the_file() {
    let text = r#"
[instrument]
id      = "partage"
title   = { fr = "Partage", en = "Sharing" }
subject = "equipe"
period  = "year"
[entities.programme]
[entities.equipe]
belongs_to = "programme"
[entities.membre]
belongs_to = "equipe"
[inputs]
fonds = { of = "programme", unit = "EUR" }
bonus = { of = "programme", unit = "EUR" }
poids = { default = 1 }
[allocations.p]
of = "programme"
total = "fonds"
steps = [{ name = "a", to = "equipe", weight = "poids" }]
[allocations.q]
of = "programme"
total = "bonus"
steps = [{ name = "a", to = "membre", weight = "1" }]
"#;
    for order in ["c\nb\na\n", "a\nb\nc\n", "b\nc\na\n"] {
        let teams = format!("equipe\n{order}");
        let facts = [
            ("programme", "programme,fonds,bonus\nP,100,0.02\n"),
            ("", teams.as_str()),
            // Ties go by the members' own ids, not by those of their teams.
            ("membre", "membre,equipe\nm3,a\nm1,c\nm2,b\n"),
        ];
        let found = Run::new(text, &facts).settled();
        let mut lines: Vec<&str> = found.lines().map(str::trim).collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "a p_a = 33.34, p_total = 33.34",
                "b p_a = 33.33, p_total = 33.33",
                "c p_a = 33.33, p_total = 33.33",
                "m1 q_a = 0.01, q_total = 0.01",
                "m2 q_a = 0.01, q_total = 0.01",
                "m3 q_a = 0, q_total = 0"
            ]
        );
    }
}

// Rules of real teams: `shared/domain/sharing.md`, by its identifiers.

/// CAM-3: pay strictly equal. 50,000 € between five doctors.
#[test]
fn equal_shares() {
    split(
        "50000",
        EQUAL,
        "membre\na\nb\nc\nd\ne\n",
        "E\na p_a = 10000, p_total = 10000\nb p_a = 10000, p_total = 10000\nc p_a = 10000, p_total = 10000\nd p_a = 10000, p_total = 10000\ne p_a = 10000, p_total = 10000",
    );
}

/// G12: by days worked in the year. 100,000 € over 200 + 200 + 100 days: 200 € a day.
#[test]
fn by_days_worked() {
    split(
        "100000",
        r#"{ name = "a", to = "membre", weight = "jours" }"#,
        "membre,jours\na,200\nb,200\nc,100\n",
        "E\na p_a = 40000, p_total = 40000\nb p_a = 40000, p_total = 40000\nc p_a = 20000, p_total = 20000",
    );
}

/// AGA-3: by days, with the pay of 2019 guaranteed.
///
/// 300,000 € by 200, 200 and 100 days would be 120,000, 120,000 and 60,000. c had 80,000 in 2019, so a and b share
/// 220,000; b had 115,000, more than 110,000, so a keeps 105,000.
#[test]
fn by_days_with_2019_guaranteed() {
    split(
        "300000",
        r#"{ name = "a", to = "membre", weight = "jours", guarantee = "revenu_2019" }"#,
        "membre,jours,revenu_2019\na,200,100000\nb,200,115000\nc,100,80000\n",
        "E\na p_a = 105000, p_total = 105000\nb p_a = 115000, p_total = 115000\nc p_a = 80000, p_total = 80000",
    );
}

/// AGA-4: half by time, half by acts. Days 200/400 and 200/400; acts 3,000/4,000 and 1,000/4,000.
#[test]
fn half_days_half_acts() {
    let more = r#"
[rules.total_jours]
unit = "jour"
formula = "sum(membre.jours)"
[rules.total_actes]
unit = "acte"
formula = "sum(membre.actes)"
[allocations.p]
total = "fonds"
steps = [{ name = "a", to = "membre", weight = "jours / equipe.total_jours + actes / equipe.total_actes" }]
"#;
    Run::new(
        &book(more),
        &[
            ("", "equipe,fonds\nE,200000\n"),
            ("membre", &in_team("membre,jours,actes\na,200,3000\nb,200,1000\n")),
        ],
    )
    .gives("E\na p_a = 125000, p_total = 125000\nb p_a = 75000, p_total = 75000");
}

/// G14: newcomers have a fixed income while they build their list; the others share by days.
#[test]
fn fixed_income_of_newcomers() {
    let text = r#"{ name = "fixe", to = "membre", due = "CASE WHEN nouveau THEN revenu_fixe ELSE 0 END" }, { name = "a", to = "membre", weight = "CASE WHEN nouveau THEN 0 ELSE jours END" }"#;
    split(
        "10000",
        text,
        "membre,jours,nouveau\na,100,non\nb,50,non\nn,150,oui\n",
        "E\na p_fixe = 0, p_a = 4000, p_total = 4000\nb p_fixe = 0, p_a = 2000, p_total = 2000\nn p_fixe = 4000, p_a = 0, p_total = 4000",
    );
}

/// CAM-1, CAM-6, CAM-7: projects first, meetings at one rate for all (5 € in 2020, 30 € from 2021), managers last, from
/// what is left.
#[test]
fn meetings_at_one_rate_and_managers_from_what_is_left() {
    let more = format!(
        r#"
[allocations.p]
total = "fonds"
steps = [
  {{ name = "projets", to = "equipe", due = "projets" }},
  {{ name = "reunions", to = "membre", due = "presences * tarif_reunion" }},
  {{ name = "gerance", to = "membre", due = "CASE WHEN gerant THEN gerance * tarif_reunion ELSE 0 END" }},
  {REST},
]
"#
    );
    let text = book(&more);
    let members = in_team("membre,presences,gerant\na,10,oui\nb,20,non\n");
    let at = |at: &str, pot: &str, expected: &str| {
        let team = format!("equipe,fonds,projets\nE,{pot},500\n");
        Run { at, ..Run::new(&text, &[("", &team), ("membre", &members)]) }.gives(expected);
    };
    // 2020: 500 + 50 + 100 + 52 × 5 = 910.
    at(
        "2020-12-31",
        "1000",
        "E p_projets = 500, p_reste = 90, p_total = 590\na p_reunions = 50, p_gerance = 260, p_total = 310\nb p_reunions = 100, p_gerance = 0, p_total = 100",
    );
    // 2021: 500 + 300 + 600 leave 100 of the 1,560 that managing would be.
    at(
        "2021-12-31",
        "1500",
        "E p_projets = 500, p_reste = 0, p_total = 500\na p_reunions = 300, p_gerance = 100, p_total = 400\nb p_reunions = 600, p_gerance = 0, p_total = 600",
    );
    // Nothing is left for managing, and meetings are short by half.
    at(
        "2021-12-31",
        "950",
        "E p_projets = 500, p_reste = 0, p_total = 500\na p_reunions = 150, p_gerance = 0, p_total = 150\nb p_reunions = 300, p_gerance = 0, p_total = 300",
    );
}

/// R1: an initial retention for the running of the company, then 40 € an hour for everybody (SUR-1), then equal parts.
#[test]
fn initial_retention_then_hours_then_equal_parts() {
    let text = r#"{ name = "retenue", to = "equipe", due = "retenue" }, { name = "heures", to = "membre", due = "heures * tarif_horaire" }, { name = "egal", to = "membre", weight = "1" }"#;
    split(
        "2000",
        text,
        "membre,heures\na,10\nb,5\n",
        "E p_retenue = 1000, p_total = 1000\na p_heures = 400, p_egal = 200, p_total = 600\nb p_heures = 200, p_egal = 200, p_total = 400",
    );
    split(
        "600",
        text,
        "membre,heures\na,10\nb,5\n",
        "E p_retenue = 600, p_total = 600\na p_heures = 0, p_egal = 0, p_total = 0\nb p_heures = 0, p_egal = 0, p_total = 0",
    );
}

/// R2: a reserve for the start of the next year, a share of the pot, the rest by hours.
#[test]
fn a_reserve_for_the_next_year() {
    let text = r#"{ name = "reserve", to = "equipe", due = "fonds * reserve" }, { name = "a", to = "membre", weight = "heures" }"#;
    split(
        "1000",
        text,
        "membre,heures\na,10\nb,5\n",
        "E p_reserve = 100, p_total = 100\na p_a = 600, p_total = 600\nb p_a = 300, p_total = 300",
    );
}

/// AGA-13: 1,400 € a month for the advanced-practice nurse, before the doctors share equally.
#[test]
fn top_up_of_the_advanced_practice_nurse() {
    let text = r#"{ name = "ipa", to = "membre", due = "CASE WHEN ipa THEN complement * mois_faits ELSE 0 END" }, { name = "a", to = "membre", weight = "CASE WHEN medecin THEN 1 ELSE 0 END" }"#;
    split(
        "20000",
        text,
        "membre,ipa,mois_faits,medecin\ni,oui,10,non\nm,non,12,oui\nn,non,12,oui\n",
        "E\ni p_ipa = 14000, p_a = 0, p_total = 14000\nm p_ipa = 0, p_a = 3000, p_total = 3000\nn p_ipa = 0, p_a = 3000, p_total = 3000",
    );
}

/// GRE-2: acts shared in equal parts among those who take part; R9: who takes no part gets nothing.
#[test]
fn equal_parts_among_those_who_take_part() {
    let text = r#"{ name = "a", to = "membre", weight = "CASE WHEN presences > 0 THEN 1 ELSE 0 END" }"#;
    split(
        "90",
        text,
        "membre,presences\na,3\nb,0\nc,1\n",
        "E\na p_a = 45, p_total = 45\nb p_a = 0, p_total = 0\nc p_a = 45, p_total = 45",
    );
}

/// R3, site 1: a fixed part that differs between doctors and the others, then the time of meetings.
#[test]
fn a_fixed_part_by_profession_then_meetings() {
    let text = r#"{ name = "fixe", to = "membre", due = "CASE WHEN medecin THEN retenue ELSE retenue / 2 END" }, { name = "a", to = "membre", weight = "presences" }"#;
    split(
        "1800",
        text,
        "membre,medecin,presences\na,oui,1\nb,non,2\n",
        "E\na p_fixe = 1000, p_a = 100, p_total = 1100\nb p_fixe = 500, p_a = 200, p_total = 700",
    );
}

/// MSP 4 of 004: by hours of presence at a reference price, the rest by the revenue each has acquired.
#[test]
fn hours_at_a_reference_price_then_by_revenue() {
    let text = r#"{ name = "heures", to = "membre", due = "heures * tarif_horaire" }, { name = "a", to = "membre", weight = "recettes" }"#;
    split(
        "1000",
        text,
        "membre,heures,recettes\na,10,3000\nb,5,1000\n",
        "E\na p_heures = 400, p_a = 300, p_total = 700\nb p_heures = 200, p_a = 100, p_total = 300",
    );
}

/// SUR-8: 1,000 € a month at most for the president, and 40 € an hour beneath it.
#[test]
fn a_capped_compensation() {
    let text =
        format!(r#"{{ name = "a", to = "membre", due = "least(heures * tarif_horaire, plafond)" }}, {REST}"#);
    split(
        "5000",
        &text,
        "membre,heures,plafond\np,32,1000\nq,10,1000\n",
        "E p_reste = 3600, p_total = 3600\np p_a = 1000, p_total = 1000\nq p_a = 400, p_total = 400",
    );
}

/// G13: a year's share paid in twelve parts, by the schedule of a paying rule: 1,000 € are 83.34 four times, then 83.33.
#[test]
fn pay_smoothed_over_the_year() {
    let part = |month: usize| format!("{{ share = \"1/12\", due = {{ day = \"{month:02}-15\" }} }}");
    let parts: Vec<String> = (1..=12).map(part).collect();
    let more = format!(
        "[allocations.p]\ntotal = \"fonds\"\nsteps = [{EQUAL}]\n[rules.paie]\nof = \"membre\"\nunit = \"EUR\"\npays = true\nround = \"cent\"\nformula = \"p_total\"\n[schedule]\npaie = {{ parts = [{}] }}\n",
        parts.join(", ")
    );
    let book = loaded(&book(&more));
    let plan = rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = crate::settled::gathered(
        &book,
        &[("", "equipe,fonds\nE,2000\n"), ("membre", &in_team("membre\na\nb\n"))],
    );
    let entity = book.entity("membre").expect("the members");
    let of = rulebook::interpret::TraceOf { entity, id: "a", outputs: &[] };
    let trace = rulebook::interpret::trace(&plan, &facts, of, false, &[]).expect("a trace");
    let explanation = rulebook::explain::explain(&plan, &trace, entity, "a", false);
    let paie = explanation.nodes.iter().find(|step| step.name == "paie").expect("the rule");
    let amounts: Vec<&str> = paie.due.iter().map(|due| due.amount.en.as_str()).collect();
    assert_eq!(amounts.len(), 12);
    assert!(amounts[..4].iter().all(|amount| amount.contains("83.34")), "{amounts:?}");
    assert!(amounts[4..].iter().all(|amount| amount.contains("83.33")), "{amounts:?}");
}
