//! Properties: order changes nothing, units never mix, allocations add up; both engines agree on random teams.

use std::collections::BTreeMap;

use exact::Rational;
use proptest::prelude::*;
use rulebook::columns::Engine;
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::{Settlement, settle};
use rulebook::{Code, Plan, Rulebook, Source, Value, has_errors, load, show};

use crate::columns;
use crate::support::{load_text, project, root, sources_of};

/// Returns every output by the id of its row and its name, as it stands in files.
fn by_name(book: &Rulebook, facts: &Facts, settlement: &Settlement) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for results in &settlement.entities {
        for (row, values) in results.rows() {
            let id = &facts.rows(results.entity).ids[row];
            for (reference, value) in results.outputs.iter().zip(&values) {
                let shown = show::for_file(book, &book.type_of(*reference), value);
                all.insert((id.clone(), book.name_of(*reference)), shown);
            }
        }
    }
    for refusal in &settlement.refused {
        all.insert((refusal.id.clone(), refusal.reason.name().to_owned()), refusal.about.clone());
    }
    all
}

fn settle_text(book: &Rulebook, files: &[(&str, &str)], at: &str) -> BTreeMap<(String, String), String> {
    let files: Vec<FactFile> = files
        .iter()
        .map(|(entity, text)| {
            FactFile::read(format!("{entity}.csv"), Some((*entity).to_owned()), text.as_bytes())
                .expect("facts")
        })
        .collect();
    let (facts, findings) = collect(book, &files, &Options::default());
    assert!(!has_errors(&findings), "{findings:?}");
    columns::check(book, &facts, at, "random facts");
    let plan = Plan::new(book, at.parse().expect("a date"), None).expect("a plan");
    let settlement = settle(&plan, &facts, false, &[]);
    let by_columns = Engine::with_threads(2).settle(&plan, &facts, false, &[], &mut |_| {});
    let found = by_name(book, &facts, &settlement);
    assert_eq!(found, by_name(book, &facts, &by_columns));
    found
}

/// One random team under the contract of the maisons de santé, some of them with a fact that refuses it.
fn team() -> impl Strategy<Value = String> {
    let flag = || prop_oneof![Just("true"), Just("false"), Just("")];
    (
        (0_u32..20_000, 0_u32..60, prop_oneof![Just("12h"), Just("10h"), Just("8h"), Just("moins_8h"), Just("11h")]),
        (flag(), flag(), flag(), 0_u32..14, 0_u32..300, 0_u32..900),
        (0_u32..14, prop_oneof![Just("standard"), Just("avance"), Just("aucun")]),
        prop_oneof![Just(""), Just("2024-03-01"), Just("2024-11-15")],
        prop_oneof![Just(("", "")), Just(("0.12", "0.075")), Just(("0.9", "0.075")), Just(("0.1", ""))],
    )
        .prop_map(|((patients, members, hours), (plan, nurse, saturday, protocols, files, base), (meetings, system), day, rates)| {
            format!(
                "{patients},{members},{hours},true,{system},{plan},{nurse},{saturday},{protocols},{files},{base},{meetings},{day},{},{}",
                rates.0, rates.1
            )
        })
}

const COLUMNS: &str = "subject,patientele,associes,amplitude,soins_non_programmes,systeme_information,plan_crise,ipa,samedi,protocoles,dossiers_rcp,base_rcp,reunions_rcp,date_effet,taux_css,taux_css_national";

fn csv(rows: &[(usize, &String)]) -> String {
    let lines = rows.iter().map(|(index, row)| format!("t{index},{row}\n"));
    format!("{COLUMNS}\n{}", lines.collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_subjects_changes_nothing(teams in prop::collection::vec(team(), 1..12)) {
        let book = project("aci-msp");
        let forward: Vec<(usize, &String)> = teams.iter().enumerate().collect();
        let backward: Vec<(usize, &String)> = teams.iter().enumerate().rev().collect();
        prop_assert_eq!(
            settle_text(&book, &[("structure", &csv(&forward))], "2024-12-31"),
            settle_text(&book, &[("structure", &csv(&backward))], "2024-12-31")
        );
    }

    #[test]
    fn the_order_of_rules_and_table_rows_changes_nothing(teams in prop::collection::vec(team(), 1..6), seed in any::<u64>()) {
        let sources = sources_of(&root().join("rulebooks/aci-msp"));
        let shuffled: Vec<Source> = sources.iter().map(|source| Source::new(&source.path, shuffle(&source.text, &source.path, seed))).collect();
        let (book, findings) = load(shuffled);
        prop_assert!(!has_errors(&findings), "{:?}", findings);
        let other = book.expect("a shuffled rulebook");
        let rows: Vec<(usize, &String)> = teams.iter().enumerate().collect();
        let facts = csv(&rows);
        prop_assert_eq!(
            settle_text(&project("aci-msp"), &[("structure", &facts)], "2024-12-31"),
            settle_text(&other, &[("structure", &facts)], "2024-12-31")
        );
    }

    #[test]
    fn an_allocation_adds_up_to_the_cent(
        pot in 0_u32..5_000_000,
        members in prop::collection::vec((0_u32..400, 0_u32..200_000, 0_u32..50), 0..9),
    ) {
        let (book, findings, _) = load_text(SHARING);
        prop_assert!(!has_errors(&findings), "{:?}", findings);
        let book = book.expect("the sharing rulebook");
        let team = format!("subject,fonds\ne,{}.{:02}\n", pot / 100, pot % 100);
        let lines = |all: &[(usize, &(u32, u32, u32))]| {
            let lines = all.iter().map(|(index, (days, cap, due))| format!("m{index:02},e,{days},{}.{:02},{due}.335\n", cap / 100, cap % 100));
            format!("membre,equipe,jours,plafond,du\n{}", lines.collect::<String>())
        };
        let forward: Vec<(usize, &(u32, u32, u32))> = members.iter().enumerate().collect();
        let backward: Vec<(usize, &(u32, u32, u32))> = members.iter().enumerate().rev().collect();
        let files = |rows: &[(usize, &(u32, u32, u32))]| {
            if rows.is_empty() {
                settle_text(&book, &[("equipe", &team)], "2024-12-31")
            } else {
                settle_text(&book, &[("equipe", &team), ("membre", &lines(rows))], "2024-12-31")
            }
        };
        let found = files(&forward);
        prop_assert_eq!(&found, &files(&backward));
        let mut sum = Rational::ZERO;
        for ((id, name), amount) in &found {
            let amount = Rational::parse(amount).expect("an amount");
            prop_assert!(!amount.is_negative());
            if name == "partage_total" {
                sum += &amount;
            }
            if name == "partage_jours" {
                let index: usize = id.trim_start_matches('m').parse().expect("a member");
                prop_assert!(amount <= Rational::ratio(i64::from(members[index].1), 100).expect("a cap"));
            }
        }
        prop_assert_eq!(sum, Rational::ratio(i64::from(pot), 100).expect("a pot"));
    }

    #[test]
    fn units_never_mix(terms in prop::collection::vec(0_usize..4, 1..6)) {
        // Each term has its own unit: a sum is accepted exactly when all of them agree with the rule's.
        let names = ["points", "patients", "euros", "taux * patients"];
        let units = ["point", "patient", "EUR", "point"];
        let formula: Vec<&str> = terms.iter().map(|term| names[*term]).collect();
        let text = format!("{UNITS}[rules.x]\nunit = \"point\"\nformula = \"{}\"\n", formula.join(" + "));
        let (_, findings, _) = load_text(&text);
        let mixed = terms.iter().any(|term| units[*term] != "point");
        prop_assert_eq!(findings.iter().any(|finding| finding.code == Code::UNIT_MISMATCH), mixed, "{}", text);
    }
}

/// Orders the blocks of a rulebook file anew; the rows of a table file too.
fn shuffle(text: &str, path: &str, seed: u64) -> String {
    let key = |block: &str| {
        let mut state = seed | 1;
        for byte in block.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state
    };
    if path.contains("/cases/") {
        return text.to_owned();
    }
    if path.contains("/tables/") {
        let (head, rows) = text.split_once('\n').expect("a header");
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_by_key(|row| key(row));
        return format!("{head}\n{}\n", rows.join("\n"));
    }
    // A block begins at a table that is not a part of the one before it.
    let mut blocks: Vec<String> = Vec::new();
    let mut owner = String::new();
    for line in text.lines() {
        let name = line.trim_start_matches('[').split(']').next().unwrap_or_default();
        let own = name.split('.').take(2).collect::<Vec<_>>().join(".");
        if line.starts_with('[') && own != owner {
            owner = own;
            blocks.push(String::new());
        } else if blocks.is_empty() {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().expect("a block");
        block.push_str(line);
        block.push('\n');
    }
    blocks.sort_by_key(|block| key(block));
    blocks.concat()
}

const SHARING: &str = r#"
[instrument]
id      = "partage"
title   = { fr = "Partage", en = "Sharing" }
subject = "equipe"
period  = "year"
[units]
jour = { fr = ["jour", "jours"], en = ["day", "days"] }
[entities.equipe]
[entities.membre]
belongs_to = "equipe"
[inputs.fonds]
unit = "EUR"
[inputs.jours]
of   = "membre"
unit = "jour"
[inputs.plafond]
of   = "membre"
unit = "EUR"
[inputs.du]
of   = "membre"
unit = "EUR"
[allocations.partage]
total = "fonds"
steps = [
  { name = "dus",   to = "membre", due = "du" },
  { name = "jours", to = "membre", weight = "jours", cap = "plafond" },
  { name = "reste", to = "equipe", rest = true },
]
"#;

const UNITS: &str = r#"
[instrument]
id      = "unites"
title   = { fr = "Unités", en = "Units" }
subject = "equipe"
period  = "year"
[units]
point   = { fr = ["point", "points"], en = ["point", "points"] }
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
[entities.equipe]
[inputs.points]
unit = "point"
[inputs.patients]
unit = "patient"
[inputs.euros]
unit = "EUR"
[inputs.taux]
unit = "point/patient"
"#;

#[test]
fn the_value_of_a_number_is_never_a_float() {
    // 0.1 + 0.2 is 0.3, whatever the road.
    let (book, _, _) = load_text(&format!("{UNITS}[rules.x]\noutput = true\nformula = \"0.1 + 0.2\"\n"));
    let book = book.expect("a rulebook");
    let found =
        settle_text(&book, &[("equipe", "subject,points,patients,euros,taux\na,0,0,0,0\n")], "2024-12-31");
    assert_eq!(found[&("a".to_owned(), "x".to_owned())], "0.3");
    assert_eq!(
        Value::Number(Rational::ratio(3, 10).expect("a ratio")),
        Value::Number(Rational::parse("0.3").expect("a number"))
    );
}
