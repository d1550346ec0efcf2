//! The gate finds what was planted, does what it says, and finds nothing twice.

use std::collections::BTreeMap;

use population::cases::Case;
use population::gate::{Gate, GateAction, RULES_TOML};
use population::{Cell, Period, Schema, Tables};

use crate::support::faultless;

/// A territory without a fault: one patient alive, one who died, acts and stays in each month.
fn clean() -> String {
    let mut text = String::from(
        "title = { fr = \"x\", en = \"x\" }\nyear = 2019\n\
         patient = [{ patient = \"a\", birth_date = 1950-01-01, area = \"01\" }, { patient = \"b\", birth_date = 1950-01-01, death_date = 2019-06-30 }]\n\
         territory = [{ area = \"01\" }]\n\
         team = [{ team = \"t\" }]\n\
         practitioner = [{ practitioner = \"x\", profession = \"general_practitioner\" }, { practitioner = \"y\", profession = \"nurse\" }]\n\
         membership = [{ practitioner = \"x\", team = \"t\", from_date = 2015-01-01 }]\n\
         expect = [{ patient = \"a\", denominator = true, numerator = true }]\n",
    );
    for month in 1..=12 {
        text.push_str(&format!(
            "[[act]]\npatient = \"a\"\ndate = 2019-{month:02}-01\npractitioner = \"x\"\nprofession = \"general_practitioner\"\nnature = \"G\"\ncontact = true\n\
             [[dispensing]]\npatient = \"a\"\ndate = 2019-{month:02}-02\nproduct = \"p\"\n\
             [[stay]]\nstay = \"s{month:02}\"\npatient = \"a\"\nkind = \"medicine\"\nadmission = 2019-{month:02}-03\ndischarge = 2019-{month:02}-04\n"
        ));
    }
    text
}

fn run(tables: &mut Tables<'_>) -> BTreeMap<(String, String), usize> {
    let finds = Gate::shipped().run(tables, Period::year(2019).expect("a year"));
    finds.into_iter().map(|find| ((find.rule, find.table), find.count)).collect()
}

/// Adds rows to the clean territory and compares what is found, then checks that nothing is found again after correction.
fn check(added: &str, expected: &[(&str, &str, usize)]) -> Tables<'static> {
    let mut tables = faultless(Case::read("case.toml", &format!("{}{added}", clean()))).tables;
    check_tables(&mut tables, expected);
    tables
}

fn check_tables(tables: &mut Tables<'_>, expected: &[(&str, &str, usize)]) {
    let expected: BTreeMap<_, _> = expected
        .iter()
        .map(|(rule, table, count)| (((*rule).to_owned(), (*table).to_owned()), *count))
        .collect();
    assert_eq!(run(tables), expected);
    let stays = |rule: &str| {
        let rule = Gate::shipped().rules.iter().find(|known| known.id == rule).expect("a rule");
        matches!(rule.action, GateAction::Keep | GateAction::RefuseTable)
    };
    let left: BTreeMap<_, _> = expected.into_iter().filter(|((rule, _), _)| stays(rule)).collect();
    assert_eq!(run(tables), left, "a second run finds only what is left in place");
}

fn change(tables: &mut Tables<'static>, table: &str, row: usize, column: &str, cell: Cell) {
    let rows = tables.0.get_mut(table).expect("a table");
    let place = rows.table.position(column).expect("a column");
    *rows.rows.get_mut(row).and_then(|row| row.get_mut(place)).expect("a cell") = cell;
}

fn clean_tables() -> Tables<'static> {
    faultless(Case::read("case.toml", &clean())).tables
}

#[test]
fn the_shipped_rules_can_be_read() {
    let gate = Gate::read(RULES_TOML).expect("valid rules");
    assert_eq!(&gate, Gate::shipped());
    for rule in &gate.rules {
        assert!(rule.words.fr.contains("{count}") && rule.words.en.contains("{count}"), "{}", rule.id);
        assert!(Schema::canonical().tables.iter().any(|table| rule.looks_at(table)), "{}", rule.id);
    }
    assert!(Gate::read(&RULES_TOML.replacen("\"registration\"", "\"inscription\"", 1)).is_err());
    assert!(Gate::read(&RULES_TOML.replacen("columns  = [\"date\"]", "columns = [\"day\"]", 1)).is_err());
}

#[test]
fn a_clean_territory_passes() {
    check("", &[]);
}

#[test]
fn copies_and_conflicts_are_told_apart() {
    let act = "[[act]]\npatient = \"a\"\ndate = 2019-01-01\npractitioner = \"x\"\nprofession = \"general_practitioner\"\nnature = \"G\"\ncontact = true\n";
    let tables = check(&act.repeat(2), &[("duplicate_row", "act", 2)]);
    assert_eq!(tables.rows("act").count(), 12);
    let tables =
        check(&format!("{act}spent_cents = 5\n"), &[("grain", "act", 2), ("missing_month", "act", 1)]);
    assert_eq!(tables.rows("act").count(), 11, "both rows go, and January with them");
}

#[test]
fn two_persons_behind_one_key_are_refused_with_their_care() {
    let mut tables = clean_tables();
    let rows = tables.0.get_mut("patient").expect("patients");
    let mut twin = rows.rows.first().expect("a patient").clone();
    *twin.get_mut(2).expect("the birth date") = Cell::Date(jiff::civil::date(1980, 2, 2));
    rows.rows.push(twin);
    // All care of the clean territory is that patient's.
    let gone = [("act", 12), ("dispensing", 12), ("stay", 12)];
    let mut expected = vec![("second_person", "patient", 2)];
    expected.extend(gone.map(|(table, count)| ("unknown_reference", table, count)));
    expected.extend([
        ("missing_month", "act", 12),
        ("missing_month", "dispensing", 12),
        ("missing_month_of_stays", "stay", 12),
    ]);
    check_tables(&mut tables, &expected);
}

#[test]
fn overlapping_registrations_are_cut() {
    let row = |practitioner: &str, from: &str, to: &str| {
        format!(
            "[[registration]]\npatient = \"a\"\npractitioner = \"{practitioner}\"\nfrom_date = {from}\n{to}\n"
        )
    };
    let tables = check(
        &(row("x", "2015-01-01", "") + &row("y", "2019-03-01", "to_date = 2019-12-31")),
        &[("overlapping_registration", "registration", 1)],
    );
    let ends: Vec<_> = tables.rows("registration").map(|row| row.date("to_date")).collect();
    assert_eq!(ends, [Some(jiff::civil::date(2019, 2, 28)), Some(jiff::civil::date(2019, 12, 31))]);
    let tables = check(
        &(row("y", "2019-01-01", "") + &row("x", "2019-01-01", "")),
        &[("overlapping_registration", "registration", 1)],
    );
    let left: Vec<_> = tables.rows("registration").map(|row| row.key("practitioner")).collect();
    assert_eq!(left, [Some(0)], "of two that begin together the smaller key stays");
    check(&(row("x", "2015-01-01", "to_date = 2018-12-31") + &row("y", "2019-01-01", "")), &[]);
    check(&row("x", "2015-01-01", "to_date = 2014-12-31"), &[("reversed_dates", "registration", 1)]);
}

#[test]
fn care_outside_a_life_goes() {
    let visit = |visit: &str, date: &str| {
        format!(
            "[[emergency_visit]]\nvisit = \"{visit}\"\npatient = \"b\"\ndate = {date}\nadmitted = false\n"
        )
    };
    check(
        &(visit("v1", "2019-06-30") + &visit("v2", "2019-07-01") + &visit("v3", "1949-12-31")),
        &[("act_after_death", "emergency_visit", 1), ("before_birth", "emergency_visit", 1)],
    );
    let stay = "[[stay]]\nstay = \"z\"\npatient = \"b\"\nkind = \"medicine\"\n";
    check(
        &format!("{stay}admission = 2019-07-01\ndischarge = 2019-07-02\n"),
        &[("stay_after_death", "stay", 1)],
    );
    check(&format!("{stay}admission = 2019-06-30\ndischarge = 2019-07-01\n"), &[]);
    check(
        &format!("{stay}admission = 2019-06-03\ndischarge = 2019-06-01\n"),
        &[("reversed_stay", "stay", 1)],
    );
}

#[test]
fn codes_references_and_empty_cells_are_found() {
    let mut tables = clean_tables();
    change(&mut tables, "practitioner", 1, "profession", Cell::Text("wizard".to_owned()));
    check_tables(&mut tables, &[("unknown_code", "practitioner", 1)]);
    let mut tables = clean_tables();
    change(&mut tables, "membership", 0, "team", Cell::Key(99));
    check_tables(&mut tables, &[("unknown_reference", "membership", 1)]);
    let mut tables = clean_tables();
    change(&mut tables, "membership", 0, "from_date", Cell::Empty);
    check_tables(&mut tables, &[("required_cell", "membership", 1)]);
}

#[test]
fn negative_totals_stay_and_missing_months_stop() {
    let mut tables = clean_tables();
    change(&mut tables, "act", 0, "spent_cents", Cell::Integer(-1));
    check_tables(&mut tables, &[("negative_total", "act", 1)]);
    let mut tables = clean_tables();
    tables.0.get_mut("dispensing").expect("a table").rows.truncate(10);
    check_tables(&mut tables, &[("missing_month", "dispensing", 2)]);
}
