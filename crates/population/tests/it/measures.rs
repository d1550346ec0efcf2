//! The shipped measures: their metadata, their queries as text, and the reference against the cases written by hand.

use std::collections::BTreeSet;

use population::cases::Case;
use population::reference::{self, ReferenceInput};
use population::{Choices, Code, Measure, Records, Severity, ValueSet, query};

use crate::support::{choices_of, faultless, files, measures, root, value_sets, views};

fn cases(measure: &Measure) -> Vec<(String, Case)> {
    let files = files(&format!("measures/cases/{}", measure.id), ".toml");
    files
        .into_iter()
        .map(|(path, text)| {
            let case = faultless(Case::read(&path, &text));
            (path, case)
        })
        .collect()
}

#[test]
fn every_measure_from_claims_has_a_query_cases_and_a_reference() {
    let measures = measures();
    assert_eq!(measures.iter().filter(|measure| measure.is_from_claims()).count(), 12);
    for measure in &measures {
        let query = root().join(format!("measures/{}.sql", measure.id));
        assert_eq!(query.exists(), measure.is_from_claims(), "{}", measure.id);
        if measure.is_from_claims() {
            assert!(!cases(measure).is_empty(), "{}", measure.id);
            assert!(measure.reference.is_some(), "{}", measure.id);
        }
    }
    let queries: BTreeSet<String> = files("measures", ".sql").into_iter().map(|(path, _)| path).collect();
    assert_eq!(queries.len(), 12, "{queries:?}");
}

#[test]
fn the_reference_gives_what_the_cases_expect() {
    let sets = value_sets();
    for measure in measures().iter().filter(|measure| measure.is_from_claims()) {
        for (path, case) in cases(measure) {
            let mut choices = choices_of(measure);
            for (name, value) in &case.choices {
                assert!(choices.set(name, value.clone()), "{path}: {name} is no choice");
            }
            let records = Records::from_tables(&case.tables);
            assert_eq!(records.incomplete_rows, 0, "{path}");
            let input = ReferenceInput {
                records: &records,
                period: case.period,
                choices: &choices,
                value_sets: &sets,
            };
            let name = measure.reference.as_deref().expect("a reference");
            let rows = reference::rows(name, &input).expect("rows");
            assert_eq!(rows, case.expected, "{path}");
        }
    }
}

#[test]
fn every_exclusion_is_expected_by_a_case() {
    for measure in measures().iter().filter(|measure| measure.is_from_claims()) {
        let seen: BTreeSet<String> = cases(measure)
            .into_iter()
            .flat_map(|(_, case)| case.expected)
            .filter_map(|row| row.exclusion)
            .collect();
        let declared: BTreeSet<String> = measure.exclusions.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(seen, declared, "{}", measure.id);
    }
}

/// A choice that no case makes otherwise could be wired to nothing. One case is enough for choices that measures share.
#[test]
fn a_yes_or_no_choice_is_tried_both_ways() {
    let measures = measures();
    let all: Vec<Case> = measures
        .iter()
        .filter(|measure| measure.is_from_claims())
        .flat_map(|measure| cases(measure).into_iter().map(|(_, case)| case))
        .collect();
    for measure in &measures {
        for (name, choice) in &choices_of(measure).0 {
            let is_yes_or_no = matches!(choice.value, population::ChoiceValue::Truth(_));
            let tried = all.iter().any(|case| case.choices.iter().any(|(changed, _)| changed == name));
            assert!(tried || !is_yes_or_no, "{}: no case changes {name}", measure.id);
        }
    }
}

#[test]
fn queries_and_choices_agree() {
    let views = views();
    let shared = views.iter().fold(Choices::default(), |all, view| all.overlaid(&view.choices));
    for view in &views {
        let sql =
            std::fs::read_to_string(root().join(format!("measures/views/{}.sql", view.id))).expect("a query");
        assert_eq!(query::check(&view.id, &sql, &view.choices, &Choices::default()), []);
    }
    for measure in measures().iter().filter(|measure| measure.is_from_claims()) {
        let sql =
            std::fs::read_to_string(root().join(format!("measures/{}.sql", measure.id))).expect("a query");
        assert_eq!(query::check(&measure.id, &sql, &measure.choices, &shared), []);
        let period = population::Period::year(2019).expect("a year");
        let filled = query::fill(&sql, period, &choices_of(measure)).expect("a filled query");
        assert!(!filled.contains(':') && !filled.contains("--"), "{filled}");
        assert!(filled.contains("DATE '2019-12-31'"), "{filled}");
    }
}

#[test]
fn a_value_set_is_there_for_each_choice_that_names_one() {
    let sets: BTreeSet<String> = value_sets().into_iter().map(|set| set.id).collect();
    let mut asked = BTreeSet::new();
    for choices in measures().iter().map(choices_of) {
        for choice in choices.0.values() {
            if let population::ChoiceValue::ValueSet(name) = &choice.value {
                asked.insert(name.clone());
            }
        }
    }
    assert_eq!(asked, sets);
}

#[test]
fn a_proposal_is_never_passed_off_as_published() {
    for set in value_sets().iter().filter(|set| set.proposal) {
        assert_eq!(set.status, "fictitious", "{}", set.id);
    }
}

fn codes(file: &str, text: &str) -> Vec<(Code, Severity)> {
    Measure::read(file, text).1.iter().map(|finding| (finding.code, finding.severity)).collect()
}

#[test]
fn metadata_is_checked_to_its_end() {
    let (path, text) = files("measures", "rehospitalisation_30j.toml").remove(0);
    assert_eq!(codes(&path, &text), []);
    let check = |from: &str, to: &str, expected: Code| {
        assert!(text.contains(from), "{from}");
        let found = codes(&path, &text.replacen(from, to, 1));
        assert_eq!(found, [(expected, Severity::Error)], "{to}");
    };
    check("wanted     = \"down\"", "wanted = \"less\"", Code::BAD_VALUE);
    check("wanted     = \"down\"", "wanted = 3", Code::WRONG_KIND);
    check("wanted     = \"down\"", "wished = 1\nwanted = \"down\"", Code::UNKNOWN_KEY);
    check("wanted     = \"down\"", "", Code::MISSING_KEY);
    check("needs      = [\"stay_episode\"]", "needs = [\"sejour\"]", Code::UNKNOWN_NAME);
    check("followed_by_stay", "followed_by_nothing", Code::UNKNOWN_NAME);
    check("{denominateur}", "{diviseur}", Code::PLACEHOLDER);
    check("{ value = false", "{ value = 0.5", Code::BAD_VALUE);
    check("kind       = \"share\"", "kind = \"declared\"", Code::BAD_VALUE);
    check("status = \"thesis\"", "status = \"sure\"", Code::BAD_VALUE);
    check(", en = \"delay in days\"", "", Code::MISSING_KEY);
    let two = text.replacen("wanted     = \"down\"", "", 1).replacen("[\"stay_episode\"]", "[\"sejour\"]", 1);
    assert_eq!(codes(&path, &two).len(), 2, "reading goes on after the first finding");
    assert_eq!(codes(&path, "id = "), [(Code::TOML, Severity::Error)]);
    assert_eq!(codes("measures/other.toml", &text), [(Code::BAD_VALUE, Severity::Error)]);
}

#[test]
fn a_value_set_is_checked() {
    let (path, text) = files("measures/value-sets", "sejours_programmes.toml").remove(0);
    let codes = |text: &str| -> Vec<Code> {
        ValueSet::read(&path, text).1.iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(&text.replacen("starts = [\"Z511\"]", "starts = []", 1)), [Code::BAD_VALUE]);
    assert_eq!(codes(&text.replacen("status   = \"fictitious\"", "", 1)), [Code::MISSING_KEY]);
    let set = faultless(ValueSet::read(&path, &text));
    assert!(set.contains("icd10", "Z511") && set.contains("icd10", "Z4901"));
    assert!(!set.contains("ghm", "Z511") && !set.contains("icd10", "Z51"));
}

#[test]
fn quotes_comments_and_casts_are_left_alone() {
    let period = population::Period::year(2019).expect("a year");
    let choices =
        choices_of(measures().iter().find(|measure| measure.id == "rehospitalisation_30j").expect("it"));
    let check = |sql: &str, expected: &str| {
        assert_eq!(query::fill(sql, period, &choices).expect("a filled query"), expected);
    };
    check("SELECT ':delai_jours' -- :nothing\n, :delai_jours", "SELECT ':delai_jours' \n, 30");
    check("a::int - /* :nothing ' */ :meme_jour_compte", "a::int -   FALSE");
    check("x IN (:types_sejour) AND \"a:b\" = 'it''s'", "x IN ('medicine') AND \"a:b\" = 'it''s'");
    assert!(query::fill("SELECT :autre", period, &choices).is_err());
    assert!(query::fill("SELECT 'open", period, &choices).is_err());
}
