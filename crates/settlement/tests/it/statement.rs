//! Statements: what is refused, how amounts are cut, what their hash sees.

use exact::{Cents, Rational};
use proptest::prelude::*;
use rulebook::{Language, Text};
use settlement::{AMOUNT_MAX_CENTS, Statement, StatementError, StatementParts, instalments};

use crate::support::{date, key, statement};

fn refused(change: impl FnOnce(&mut StatementParts)) -> StatementError {
    let sound = statement(key("e1"), "run1", &[("a", &[(1, "2025-04-30", 600), (2, "2025-09-30", 400)])]);
    let mut parts = sound.parts().clone();
    change(&mut parts);
    Statement::new(parts).expect_err("a fault")
}

#[test]
fn faults_are_told_apart() {
    assert_eq!(refused(|parts| parts.payer = " ".to_owned()), StatementError::Name { of: "payer" });
    assert_eq!(refused(|parts| parts.run = "x".repeat(501)), StatementError::Name { of: "run" });
    assert!(matches!(refused(|parts| parts.key.last = date("2023-12-31")), StatementError::Period { .. }));
    assert!(matches!(
        refused(|parts| parts.lines.push(parts.lines[0].clone())),
        StatementError::RuleTwice { .. }
    ));
    let twice = refused(|parts| parts.lines[0].instalments[1].number = 1);
    assert!(matches!(twice, StatementError::InstalmentNumber { number: 1, .. }));
    let zero = refused(|parts| parts.lines[0].instalments[1].number = 0);
    assert!(matches!(zero, StatementError::InstalmentNumber { number: 0, .. }));
    let sum = refused(|parts| parts.lines[0].amount = Cents::new(999));
    assert_eq!(sum.text().get(Language::English), "the instalments of `a` add up to 10.00, not to 9.99");
    let large = refused(|parts| parts.lines[0].instalments[0].amount = Cents::new(AMOUNT_MAX_CENTS + 1));
    assert!(matches!(large, StatementError::TooLarge { .. }));
    let many = refused(|parts| {
        let part = parts.lines[0].instalments[0];
        parts.lines[0].instalments = vec![part; 1001];
    });
    assert_eq!(many, StatementError::TooMany { instalments: 1001 });
}

#[test]
fn a_statement_read_from_json_is_checked() {
    let sound = statement(key("e1"), "run1", &[("a", &[(1, "2025-04-30", 600)])]);
    let json = serde_json::to_string(&sound).expect("json");
    assert!(json.contains(r#""cents":600"#), "{json}");
    assert_eq!(serde_json::from_str::<Statement>(&json).expect("a statement"), sound);
    let changed = json.replacen("600", "601", 1);
    assert!(serde_json::from_str::<Statement>(&changed).is_err());
    assert!(serde_json::from_str::<Statement>(&json.replace("2025-04-30", "2025-04-31")).is_err());
}

#[test]
fn the_hash_sees_money_and_dates_only() {
    let one =
        statement(key("e1"), "run1", &[("a", &[(1, "2025-04-30", 600)]), ("b", &[(1, "2025-04-30", 5)])]);
    let other = |change: &dyn Fn(&mut StatementParts)| {
        let mut parts = one.parts().clone();
        change(&mut parts);
        Statement::new(parts).expect("a sound statement").content()
    };
    assert_eq!(other(&|parts| parts.lines[0].label = Text::new("libellé", "label")), one.content());
    assert_eq!(other(&|parts| parts.lines.reverse()), one.content());
    assert_eq!(other(&|parts| parts.run = "run2".to_owned()), one.content());
    assert_ne!(other(&|parts| parts.lines[0].instalments[0].due = date("2025-05-01")), one.content());
    assert_ne!(other(&|parts| parts.payer = "Autre".to_owned()), one.content());
    assert_eq!(one.total(), Cents::new(605));
}

proptest! {
    #[test]
    fn instalments_add_up_to_the_cent(cents in -AMOUNT_MAX_CENTS..=AMOUNT_MAX_CENTS, shares in 1_i64..13) {
        let share = Rational::ratio(1, shares).expect("a share");
        let parts: Vec<_> = (0..shares).map(|_| (share.clone(), date("2025-04-30"))).collect();
        let cut = instalments("a", Cents::new(cents), &parts).expect("a cut");
        let amounts = || cut.iter().map(|part| part.amount);
        prop_assert_eq!(Cents::checked_sum(amounts()), Some(Cents::new(cents)));
        let (least, most) = (amounts().min(), amounts().max());
        prop_assert!(most.zip(least).is_some_and(|(most, least)| most.get() - least.get() <= 1));
        let mirrored = instalments("a", Cents::new(-cents), &parts).expect("a cut");
        for (part, mirror) in cut.iter().zip(&mirrored) {
            prop_assert_eq!(part.amount.get(), -mirror.amount.get());
        }
    }
}
