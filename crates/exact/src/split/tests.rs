use super::{Bound, Part, Split, SplitError, split};
use crate::{Cents, Rational};

fn number(text: &str) -> Rational {
    Rational::parse(text).unwrap()
}

fn weighs(weight: &str) -> Part {
    Part { weight: number(weight), ..Part::default() }
}

impl Part {
    fn from(mut self, floor: &str) -> Part {
        self.floor = Some(number(floor));
        self
    }

    fn upto(mut self, cap: &str) -> Part {
        self.cap = Some(number(cap));
        self
    }

    fn owed(mut self, guarantee: &str, already: &str) -> Part {
        self.guarantee = Some(number(guarantee));
        self.already = number(already);
        self
    }
}

/// Prints amounts, a letter for bounds, `+` for a cent of the remainders.
fn shown(split: &Split) -> String {
    let mut text = String::new();
    for share in &split.shares {
        let bound = match share.bound {
            Bound::None => "",
            Bound::Floor => "f",
            Bound::Cap => "c",
            Bound::Guarantee => "g",
        };
        let cent = if share.remainder_cent { "+" } else { "" };
        text = format!("{text}{}{bound}{cent} ", share.amount);
    }
    let rate = split.rate.as_ref().map_or("-".to_owned(), Rational::to_string);
    text + &format!("left {} rate {rate}", split.left)
}

#[track_caller]
fn check(total: i64, parts: &[Part], expected: &str) {
    let found = match split(Cents::new(total), parts) {
        Ok(split) => shown(&split),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected);
}

#[test]
fn in_proportion() {
    check(1000, &[], "left 10.00 rate -");
    check(0, &[weighs("1")], "0.00 left 0.00 rate 0");
    check(1000, &[weighs("1"), weighs("3")], "2.50 7.50 left 0.00 rate 2.5");
    // 10.00 over three: 3.33 each, the cent to the first.
    let three = [weighs("1"), weighs("1"), weighs("1")];
    check(1000, &three, "3.34+ 3.33 3.33 left 0.00 rate 10/3");
    check(1001, &three, "3.34+ 3.34+ 3.33 left 0.00 rate 1001/300");
    // 1.00 over 7: 14.28…, 28.57…, 57.14… cents: the cent to the second.
    let doubling = [weighs("1"), weighs("2"), weighs("4")];
    check(100, &doubling, "0.14 0.29+ 0.57 left 0.00 rate 1/7");
    check(100, &[weighs("2/3"), weighs("1/3")], "0.67+ 0.33 left 0.00 rate 1");
}

#[test]
fn without_weight_the_money_goes_on() {
    check(1000, &[weighs("0"), weighs("0")], "0.00 0.00 left 10.00 rate -");
    check(1000, &[weighs("0").from("4")], "4.00f left 6.00 rate -");
    check(1000, &[weighs("0"), weighs("1")], "0.00 10.00 left 0.00 rate 10");
}

#[test]
fn caps_give_to_the_others() {
    // 100 by 1, 1, 2 is 25, 25, 50; the last stops at 30, the others share 70.
    let parts = [weighs("1"), weighs("1"), weighs("2").upto("30")];
    check(10_000, &parts, "35.00 35.00 30.00c left 0.00 rate 35");
    let all = [weighs("1").upto("10"), weighs("3").upto("20")];
    check(10_000, &all, "10.00c 20.00c left 70.00 rate -");
    check(3_000, &all, "10.00c 20.00c left 0.00 rate -");
    // At the cap without being held by it.
    check(2_000, &[weighs("1").upto("10"), weighs("1")], "10.00 10.00 left 0.00 rate 10");
    check(500, &[weighs("1").upto("0")], "0.00c left 5.00 rate -");
    // One frees what pushes the next over its own cap.
    let chain = [weighs("1").upto("10"), weighs("1").upto("35"), weighs("1")];
    check(9_000, &chain, "10.00c 35.00c 45.00 left 0.00 rate 45");
}

#[test]
fn floors_are_paid_by_those_above_theirs() {
    // 90 by 1, 2, 3 is 15, 30, 45; the first must have 40, the others share 50.
    let parts = [weighs("1").from("40"), weighs("2"), weighs("3")];
    check(9_000, &parts, "40.00f 20.00 30.00 left 0.00 rate 10");
    // Taking from the second pushes it to its own floor: the third pays both.
    let parts = [weighs("1").from("40"), weighs("2").from("25"), weighs("3")];
    check(9_000, &parts, "40.00f 25.00f 25.00 left 0.00 rate 25/3");
    // Exactly the floors: nobody rises before the lowest level.
    check(6_000, &[weighs("1").from("40"), weighs("2").from("20")], "40.00f 20.00 left 0.00 rate 10");
    check(1_000, &[weighs("1").from("-5"), weighs("1")], "5.00 5.00 left 0.00 rate 5");
}

#[test]
fn floors_and_caps_together() {
    let parts = [weighs("1").from("50"), weighs("5").upto("30"), weighs("1")];
    check(10_000, &parts, "50.00f 30.00c 20.00 left 0.00 rate 20");
    let fixed = [weighs("1").from("50").upto("50"), weighs("1")];
    check(8_000, &fixed, "50.00f 30.00 left 0.00 rate 30");
    check(20_000, &fixed, "50.00c 150.00 left 0.00 rate 150");
    // Half cents: the floor up, the cap down.
    let half = [weighs("1").from("10.005"), weighs("1").upto("1.009")];
    // The total is reached at every level from 1 to 10.01: the largest counts.
    check(1_101, &half, "10.01 1.00c left 0.00 rate 10.01");
}

#[test]
fn guarantees_count_what_was_received() {
    let parts = [weighs("1").owed("100", "70"), weighs("9")];
    check(10_000, &parts, "30.00g 70.00 left 0.00 rate 70/9");
    let reached = [weighs("1").owed("100", "170"), weighs("9")];
    check(10_000, &reached, "10.00 90.00 left 0.00 rate 10");
    let both = [weighs("1").owed("100", "70").from("40"), weighs("9")];
    check(10_000, &both, "40.00f 60.00 left 0.00 rate 20/3");
    // What both ask for is the floor's.
    let same = [weighs("1").owed("100", "70").from("30"), weighs("9")];
    check(10_000, &same, "30.00f 70.00 left 0.00 rate 70/9");
    let owing = [weighs("1").owed("10", "-5"), weighs("99")];
    check(10_000, &owing, "15.00g 85.00 left 0.00 rate 85/99");
}

#[test]
fn errors() {
    check(-1, &[], "a negative amount cannot be split: -0.01");
    check(100, &[weighs("1"), weighs("-0.5")], "the weight -0.5 is negative");
    check(100, &[weighs("1").from("5").upto("4")], "the floor is above the cap by 1.00");
    // No whole cent lies between 10.001 and 10.009.
    check(10_000, &[weighs("1").from("10.001").upto("10.009")], "the floor is above the cap by 0.01");
    check(100, &[weighs("1").upto("-4")], "the floor is above the cap by 4.00");
    check(
        1_000,
        &[weighs("1").from("8"), weighs("0").owed("20", "15")],
        "the floors and guarantees need 3.00 more than there is",
    );
    let huge = [weighs("1"), weighs("1").from("1e30")];
    let error = split(Cents::new(1), &huge).unwrap_err();
    assert_eq!(error, SplitError::TooLarge { index: Some(1) });
    let sum = vec![weighs("1").from("9e16"); 3];
    let error = split(Cents::new(1), &sum).unwrap_err();
    assert_eq!(error, SplitError::TooLarge { index: None });
}

#[test]
fn large_amounts_and_limits() {
    let two = [weighs("1"), weighs("1").upto("1e40")];
    check(i64::MAX, &two, "46116860184273879.04+ 46116860184273879.03 left 0.00 rate 46116860184273879.035");
    check(
        100,
        &[weighs("1e-40"), weighs("1e-40")],
        "0.50 0.50 left 0.00 rate 5000000000000000000000000000000000000000",
    );
}
