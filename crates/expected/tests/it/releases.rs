//! Released tables and sentences.

use exact::Rational;
use expected::{ExpectedError, Release, chance_sentence, fit, nil_sentence};

use crate::support::model;
use crate::territory::{Plan, YEAR, draw};

const PLAN: Plan = Plan {
    teams: 2,
    lists: (300.0, 400.0),
    outside: 3_000,
    tail: 1.0,
    effect: (0.0, 0.0),
    cut: None,
    everybody: true,
    additive: false,
};

#[test]
fn a_table_is_read_back_as_it_was_written() {
    let cells = draw(&PLAN, 5).cells;
    let interactions = "interactions = [[\"age\", \"ill\"]]";
    for (method, more) in
        [("cell_means", ""), ("least_squares", interactions), ("poisson", interactions), ("gamma", "")]
    {
        let release = fit(&model(method, "everybody", more), &cells, YEAR).unwrap().release("run 1");
        let carried = release.carried(&"1000".parse().unwrap(), &"1031".parse().unwrap()).unwrap();
        let text = carried.to_csv().unwrap();
        let read = Release::from_csv(&text).unwrap();
        assert_eq!(read.to_csv().unwrap(), text);
        for cell in &cells {
            let one = release.predict(&cell.levels).unwrap();
            assert_eq!(read.predict(&cell.levels), Some(&one * &"1.031".parse::<Rational>().unwrap()));
            let cents = one * Rational::from(100_i64);
            assert!(cents.is_integer(), "{method}: two decimals were declared");
        }
    }
}

#[test]
fn small_counts_are_left_empty() {
    let cells = draw(&Plan { outside: 200, teams: 0, ..PLAN }, 6).cells;
    let release = fit(&model("cell_means", "everybody", ""), &cells, YEAR).unwrap().release("r");
    let (few, text) = (|count: i128| (1..11).contains(&count), release.to_csv().unwrap());
    assert!(release.rows.iter().any(|row| row.patients.is_some_and(few)));
    for line in text.lines().skip(1) {
        let count: Option<i128> = line.rsplit(',').next().unwrap().parse().ok();
        assert!(!count.is_some_and(few), "{line}");
    }
}

#[test]
fn a_table_that_is_not_one_is_refused_with_its_line() {
    let header = "model,run,method,factor,age,amount,patients\n";
    let check = |text: &str, expected: usize| match Release::from_csv(text) {
        Err(ExpectedError::Table { line, .. }) => assert_eq!(line, expected, "{text}"),
        other => panic!("{text}: {other:?}"),
    };
    check("", 1);
    check("a,b\n", 1);
    check(header, 2);
    check(&format!("{header}m,r,magic,1,20,3,4\n"), 2);
    check(&format!("{header}m,r,gamma,1,20,3,4\nm,r,gamma,1,30,x,4\n"), 3);
    check(&format!("{header}m,r,gamma,1,20,3,4\nm,s,gamma,1,30,3,4\n"), 3);
    check(&format!("{header}m,r,gamma\n"), 2);
}

#[test]
fn both_numbers_about_luck_are_sentences() {
    let text = chance_sentence(5_200, true, 0.123);
    assert_eq!(
        text.fr,
        "Sur 100 équipes de 5200 patients qui n'auraient rien changé, environ 12 montreraient par hasard un gain au moins aussi grand."
    );
    assert_eq!(
        chance_sentence(5_200, true, 0.001).en,
        "Of 100 teams with 5200 patients that had changed nothing, less than one would show a gain at least as large by chance."
    );
    assert!(chance_sentence(5_200, false, 0.8).fr.starts_with("L'équipe n'a pas de gain."));
    assert_eq!(
        nil_sentence(0.01).fr,
        "Compte tenu de ce gain et de ceux de toutes les équipes, il y a environ une chance sur 100 que l'équipe n'ait en réalité rien économisé."
    );
    assert_eq!(
        nil_sentence(0.31).en,
        "Given this gain and those of all teams, there are about 31 chances in 100 that the team truly saved nothing."
    );
}
