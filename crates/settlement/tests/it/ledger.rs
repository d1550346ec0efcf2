//! The life of statements in the ledger: published, paid, corrected, adjusted; and what is refused.

use exact::Cents;
use rulebook::Language;
use settlement::ledger::{
    Account, Adjustment, Command, Kind, Note, Refusal, Standing, open_by_date, replay, subject_balances,
    verify,
};
use settlement::{Statement, StatementParts};

use crate::support::{Ledger, adjust, correct, date, key, pay, publish, statement, step};

fn run1() -> Statement {
    statement(
        key("e1"),
        "run1",
        &[("avance", &[(1, "2024-04-30", 6000)]), ("solde", &[(1, "2025-04-30", 4000)])],
    )
}

fn run2() -> Statement {
    statement(
        key("e1"),
        "run2",
        &[("avance", &[(1, "2024-04-30", 6000)]), ("solde", &[(1, "2025-04-30", 3500)])],
    )
}

fn movements(ledger: &Ledger) -> Vec<String> {
    let last = ledger.entries.last().expect("an entry");
    let lines = last.action.movements();
    lines.iter().map(|line| format!("{}/{} {} {}", line.step, line.sequence, line.due, line.amount)).collect()
}

#[test]
fn from_draft_to_corrected() {
    let mut ledger = Ledger::default();
    let standing = |ledger: &Ledger, run| ledger.state.standing(&key("e1"), run);
    assert_eq!(standing(&ledger, "run1"), Standing::Draft);
    ledger.does(&publish(&[run1()]), "2024-03-01");
    assert_eq!(standing(&ledger, "run1"), Standing::Published);
    ledger.does(&pay("2024-04-30"), "2024-04-28");
    assert_eq!(standing(&ledger, "run1"), Standing::PartlyPaid);
    ledger.does(&pay("2025-04-30"), "2025-04-28");
    assert_eq!(standing(&ledger, "run1"), Standing::Paid);
    ledger.does(&correct(&[run2()]), "2025-06-01");
    assert_eq!(standing(&ledger, "run1"), Standing::Corrected);
    assert_eq!(standing(&ledger, "run2"), Standing::PartlyPaid);
    assert_eq!(movements(&ledger), ["solde/1/2 2025-04-30 -5.00"]);
    assert_eq!(ledger.paid_and_open("e1"), (10_000, -500));
    ledger.does(&pay("2025-06-30"), "2025-06-30");
    assert_eq!(standing(&ledger, "run2"), Standing::Paid);
    assert_eq!(ledger.paid_and_open("e1"), (9_500, 0));
    assert_eq!(ledger.entries[3].kind(), Kind::Correct);
    assert_eq!(replay(&ledger.entries).expect("a sound ledger"), ledger.state);
    assert!(verify(&ledger.entries).is_ok());
}

#[test]
fn doing_it_twice_does_it_once() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let again = ledger.does(&publish(&[run1()]), "2024-03-02");
    assert!(again.entries.is_empty());
    assert_eq!(again.notes, [Note::AlreadyPublished { statements: 1, run: "run1".to_owned() }]);
    ledger.does(&pay("2025-12-31"), "2024-04-28");
    let again = ledger.does(&pay("2025-12-31"), "2024-04-29");
    assert!(again.entries.is_empty());
    assert_eq!(again.notes, [Note::NothingDue { due: date("2025-12-31") }]);
    ledger.does(&adjust("e1", "geste", 1000, "2025-05-31"), "2025-05-01");
    let again = ledger.does(&adjust("e1", "geste", 1000, "2025-05-31"), "2025-05-02");
    assert_eq!(again.notes, [Note::AlreadyAdjusted { entry: 3 }]);
    assert_eq!(ledger.entries.len(), 3);
}

#[test]
fn a_published_amount_is_not_overwritten() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    ledger.does(&correct(&[run2()]), "2024-03-02");
    let refusal = ledger.refuses(&publish(&[run1()]), "2024-03-03");
    assert_eq!(
        refusal.text().get(Language::French),
        "un montant publié ne s'écrase pas : pour contrat/e1/2024-01-01..2024-12-31, le calcul run1 a été remplacé par run2 (écriture 2) ; pour corriger, publier un nouveau calcul, ou demander le retour à celui-ci"
    );
    let mut parts: StatementParts = run2().into();
    parts.lines[1].amount = Cents::new(1);
    parts.lines[1].instalments[0].amount = Cents::new(1);
    let other = Statement::new(parts).expect("a statement");
    let refusal = ledger.refuses(&publish(&[other]), "2024-03-03");
    assert_eq!(
        refusal.to_string(),
        "a published amount is never overwritten: for contrat/e1/2024-01-01..2024-12-31, run run2 is already published with other amounts by the same version of Quotepart (entry 2); to correct it publish a newer run"
    );
    // One statement in the way refuses all of them.
    let fresh = statement(key("e0"), "run1", &[("avance", &[(1, "2024-04-30", 1)])]);
    ledger.refuses(&publish(&[fresh, run1()]), "2024-03-03");
    assert_eq!(ledger.entries.len(), 2);
}

#[test]
fn a_published_amount_changes_only_with_a_reason() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let refusal = ledger.refuses(&publish(&[run2()]), "2024-03-02");
    assert!(matches!(refusal, Refusal::Unexplained { entry: 1, .. }), "{refusal}");
    // A due date alone is a change too.
    let moved = statement(
        key("e1"),
        "run2",
        &[("avance", &[(1, "2024-04-30", 6000)]), ("solde", &[(1, "2025-05-31", 4000)])],
    );
    ledger.refuses(&publish(std::slice::from_ref(&moved)), "2024-03-02");
    ledger.does(&correct(&[moved]), "2024-03-02");
    assert_eq!(movements(&ledger), ["solde/1/2 2025-04-30 -40.00", "solde/1/3 2025-05-31 40.00"]);
}

#[test]
fn a_return_to_an_older_run_is_asked_for() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    ledger.does(&correct(&[run2()]), "2024-03-02");
    let reason = Some("le calcul 2 reposait sur un mauvais fichier".to_owned());
    let back = Command::Publish { statements: vec![run1()], reason, engine: None, restore: true };
    ledger.does(&back, "2024-03-03");
    assert_eq!(movements(&ledger), ["solde/1/3 2025-04-30 5.00"]);
    assert_eq!(ledger.state.standing(&key("e1"), "run1"), Standing::Published);
    assert!(ledger.does(&back, "2024-03-04").entries.is_empty());
}

#[test]
fn an_engine_that_was_mended_corrects_its_own_run() {
    let mended = |cents| statement(key("e1"), "run1", &[("avance", &[(1, "2024-04-30", cents)])]);
    let by = |engine: &str, cents, reason: Option<&str>, restore| Command::Publish {
        statements: vec![mended(cents)],
        reason: reason.map(str::to_owned),
        engine: Some(engine.to_owned()),
        restore,
    };
    let mut ledger = Ledger::default();
    ledger.does(&by("0.1.0", 6000, None, false), "2024-03-01");
    // The same amounts by another version are the same publication: an upgrade alone changes nothing.
    assert!(ledger.does(&by("0.2.0", 6000, None, false), "2024-03-02").entries.is_empty());
    // Other amounts by the same version contradict it, whatever is said.
    let refusal = ledger.refuses(&by("0.1.0", 6500, Some("motif"), true), "2024-03-02");
    assert!(matches!(refusal, Refusal::Contradicts { entry: 1, .. }), "{refusal}");
    // Those of another version are posted with a reason.
    let refusal = ledger.refuses(&by("0.2.0", 6500, None, false), "2024-03-02");
    assert_eq!(
        refusal.to_string(),
        "for contrat/e1/2024-01-01..2024-12-31, Quotepart 0.2.0 does not find the amounts or due dates of run run1, published by Quotepart 0.1.0 (entry 1): the difference is posted only with a reason"
    );
    ledger.does(&by("0.2.0", 6500, Some("arrondi corrigé"), false), "2024-03-03");
    assert_eq!(movements(&ledger), ["avance/1/2 2024-04-30 5.00"]);
    assert_eq!(ledger.state.standing(&key("e1"), "run1"), Standing::Published);
    assert!(ledger.does(&by("0.2.0", 6500, None, false), "2024-03-04").entries.is_empty());
    // What was replaced does not come back by accident, and neither version changes its mind.
    let refusal = ledger.refuses(&by("0.1.0", 6000, Some("motif"), false), "2024-03-05");
    assert!(matches!(refusal, Refusal::Replaced { entry: 2, .. }), "{refusal}");
    assert!(refusal.to_string().contains("replaced by those of another version of Quotepart (entry 2)"));
    let refusal = ledger.refuses(&by("0.2.0", 7000, Some("motif"), true), "2024-03-05");
    assert!(matches!(refusal, Refusal::Contradicts { entry: 2, .. }), "{refusal}");
    ledger.does(&by("0.1.0", 6000, Some("la 0.2.0 se trompait"), true), "2024-03-06");
    assert_eq!(movements(&ledger), ["avance/1/3 2024-04-30 -5.00"]);
    ledger.does(&by("0.3.0", 7000, Some("motif"), false), "2024-03-07");
    assert_eq!(ledger.paid_and_open("e1"), (0, 7000));
}

#[test]
fn entries_that_name_no_engine_are_of_an_earlier_one() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let mut parts: StatementParts = run2().into();
    parts.run = "run1".to_owned();
    let mended = Statement::new(parts).expect("a statement");
    ledger.refuses(&publish(std::slice::from_ref(&mended)), "2024-03-02");
    ledger.does(&correct(&[mended]), "2024-03-02");
    assert_eq!(movements(&ledger), ["solde/1/2 2025-04-30 -5.00"]);
}

#[test]
fn the_same_amounts_by_another_run_are_recorded_without_postings() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let mut parts: StatementParts = run1().into();
    parts.run = "run3".to_owned();
    ledger.does(&publish(&[Statement::new(parts).expect("a statement")]), "2024-03-02");
    assert!(ledger.entries[1].postings.is_empty());
    assert_eq!(ledger.state.standing(&key("e1"), "run1"), Standing::Corrected);
    assert_eq!(ledger.state.standing(&key("e1"), "run3"), Standing::Published);
}

#[test]
fn unpaid_money_moves_with_its_due_date_and_paid_money_stays() {
    let mut ledger = Ledger::default();
    let parts = |run, due| statement(key("e1"), run, &[("a", &[(1, "2024-04-30", 100), (2, due, 300)])]);
    ledger.does(&publish(&[parts("run1", "2024-09-30")]), "2024-03-01");
    ledger.does(&pay("2024-04-30"), "2024-04-30");
    let moved = statement(key("e1"), "run2", &[("a", &[(1, "2024-05-31", 100), (2, "2024-11-30", 320)])]);
    ledger.does(&correct(&[moved]), "2024-06-01");
    assert_eq!(movements(&ledger), ["a/2/2 2024-09-30 -3.00", "a/2/3 2024-11-30 3.20"]);
    // At the old date there is a debt and its withdrawal: nothing to pay, so it waits.
    assert!(ledger.does(&pay("2024-09-30"), "2024-09-30").entries.is_empty());
    ledger.does(&pay("2024-11-30"), "2024-11-30");
    assert_eq!(movements(&ledger).len(), 3);
    assert_eq!(ledger.paid_and_open("e1"), (420, 0));
}

#[test]
fn a_step_that_is_gone_goes_back_to_zero() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    ledger.does(&pay("2024-04-30"), "2024-04-30");
    let other = statement(key("e1"), "run2", &[("forfait", &[(1, "2025-04-30", 7000)])]);
    ledger.does(&correct(&[other]), "2024-06-01");
    assert_eq!(
        movements(&ledger),
        ["avance/1/2 2024-04-30 -60.00", "forfait/1/1 2025-04-30 70.00", "solde/1/2 2025-04-30 -40.00"]
    );
    ledger.does(&pay("2024-06-30"), "2024-06-30");
    assert_eq!(ledger.paid_and_open("e1"), (0, 7000));
    ledger.does(&pay("2025-04-30"), "2025-04-30");
    assert_eq!(ledger.paid_and_open("e1"), (7000, 0));
}

#[test]
fn a_recovery_is_a_payment_the_other_way() {
    let mut ledger = Ledger::default();
    let recovery = statement(
        key("e1"),
        "run1",
        &[("avance", &[(1, "2024-04-30", 6000)]), ("solde", &[(1, "2025-04-30", -1500)])],
    );
    ledger.does(&publish(&[recovery]), "2024-03-01");
    ledger.does(&pay("2024-04-30"), "2024-04-30");
    ledger.does(&pay("2025-04-30"), "2025-04-30");
    let shown: Vec<String> = ledger.entries[2]
        .postings
        .iter()
        .map(|posting| format!("{} {}", posting.account, posting.amount))
        .collect();
    assert_eq!(shown, ["payable:contrat:e1 -15.00", "paid:contrat:e1 15.00"]);
    assert_eq!(ledger.paid_and_open("e1"), (4500, 0));
}

#[test]
fn an_adjustment_has_an_author_a_reason_and_a_line() {
    let mut ledger = Ledger::default();
    assert!(matches!(
        ledger.refuses(&adjust("e1", "geste", 1000, "2025-05-31"), "2024-03-01"),
        Refusal::NotPublished { .. }
    ));
    ledger.does(&publish(&[run1()]), "2024-03-01");
    ledger.does(&adjust("e1", "geste", 1000, "2024-05-31"), "2024-05-01");
    let other = ledger.refuses(&adjust("e1", "geste", 1001, "2024-05-31"), "2024-05-01");
    assert!(matches!(other, Refusal::OtherAdjustment { entry: 2, .. }));
    // A correction of the contract leaves it alone.
    ledger.does(&correct(&[run2()]), "2024-05-02");
    ledger.does(&pay("2024-05-31"), "2024-05-31");
    let dossier = ledger.state.dossier(&key("e1")).expect("a dossier");
    let adjusted = &dossier.adjustments["geste"];
    assert_eq!((adjusted.author.as_str(), adjusted.amount), ("Directrice", Cents::new(1000)));
    assert_eq!(dossier.posted(&step("solde", 1)), Cents::new(3500));
    let discretion = (Account::Discretion { name: "Caisse".to_owned() }, "EUR".to_owned());
    assert_eq!(ledger.state.balances()[&discretion], 1000);
    let balances = subject_balances(&ledger.state);
    assert_eq!(balances.len(), 1);
    let one = &balances[0];
    assert_eq!((one.granted, one.adjusted, one.paid, one.open), (9500, 1000, 7000, 3500));
    let open = open_by_date(&ledger.state);
    assert_eq!(
        open.iter().map(|open| (open.due, open.amount)).collect::<Vec<_>>(),
        [(date("2025-04-30"), 3500)]
    );
}

#[test]
fn careless_adjustments_are_refused() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let refused = |change: &dyn Fn(&mut Adjustment)| {
        let Command::Adjust(mut asked) = adjust("e1", "geste", 1000, "2024-05-31") else {
            panic!("an adjustment")
        };
        change(&mut asked);
        ledger.refuses(&Command::Adjust(asked), "2024-03-02")
    };
    assert_eq!(refused(&|asked| asked.author.clear()), Refusal::Name { of: "author" });
    assert_eq!(refused(&|asked| asked.reason = " ".to_owned()), Refusal::Name { of: "reason" });
    assert_eq!(refused(&|asked| asked.reference.clear()), Refusal::Name { of: "reference" });
    assert_eq!(refused(&|asked| asked.amount = Cents::ZERO), Refusal::NoAmount);
    assert!(matches!(refused(&|asked| asked.amount = Cents::new(i64::MIN)), Refusal::TooLarge { .. }));
}

#[test]
fn payer_and_currency_do_not_change() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let refused = |change: &dyn Fn(&mut StatementParts)| {
        let mut parts: StatementParts = run2().into();
        change(&mut parts);
        ledger.refuses(&publish(&[Statement::new(parts).expect("a statement")]), "2024-03-02")
    };
    assert!(matches!(refused(&|parts| parts.payer = "Autre".to_owned()), Refusal::OtherPayer { .. }));
    assert!(matches!(refused(&|parts| parts.currency = "USD".to_owned()), Refusal::OtherCurrency { .. }));
    assert!(matches!(ledger.refuses(&publish(&[run2(), run2()]), "2024-03-02"), Refusal::Twice { .. }));
}

#[test]
fn a_clock_that_goes_back_is_noted_and_kept_from_going_back() {
    let mut ledger = Ledger::default();
    ledger.does(&publish(&[run1()]), "2024-03-01");
    let outcome = ledger.does(&pay("2024-04-30"), "2023-01-01");
    let expected = Note::ClockWentBack { given: date("2023-01-01"), recorded: date("2024-03-01") };
    assert_eq!(outcome.notes, [expected]);
    let entry = &ledger.entries[1];
    assert_eq!((entry.effective, entry.recorded), (date("2023-01-01"), date("2024-03-01")));
    assert!(verify(&ledger.entries).is_ok());
}

#[test]
fn a_published_subject_that_a_newer_run_does_not_have_is_said_and_kept() {
    let mut ledger = Ledger::default();
    let other = statement(key("e2"), "run1", &[("avance", &[(1, "2024-04-30", 1)])]);
    ledger.does(&publish(&[run1(), other]), "2024-03-01");
    let outcome = ledger.does(&correct(&[run2()]), "2024-03-02");
    assert_eq!(outcome.entries.len(), 1);
    assert_eq!(outcome.notes, [Note::Kept { statement: key("e2") }]);
    assert_eq!(ledger.paid_and_open("e2"), (0, 1));
}

#[test]
fn amounts_at_the_limit_stay_within_it() {
    let mut ledger = Ledger::default();
    let most = settlement::AMOUNT_MAX_CENTS;
    let large = |run: &str, sign: i64| {
        let parts: Vec<(u32, &str, i64)> =
            (1..=1000).map(|number| (number, "2024-04-30", sign * most)).collect();
        statement(key("e1"), run, &[("a", &parts)])
    };
    ledger.does(&publish(&[large("run1", 1)]), "2024-03-01");
    ledger.does(&correct(&[large("run2", -1)]), "2024-03-02");
    ledger.does(&correct(&[large("run3", 1)]), "2024-03-03");
    ledger.does(&correct(&[large("run4", -1)]), "2024-03-04");
    ledger.does(&correct(&[large("run5", 1)]), "2024-03-05");
    let refusal = ledger.refuses(&correct(&[large("run6", -1)]), "2024-03-06");
    assert!(matches!(refusal, Refusal::TooLarge { .. }));
    ledger.does(&pay("2024-04-30"), "2024-04-30");
    assert_eq!(ledger.paid_and_open("e1"), (1000 * most, 0));
    assert_eq!(replay(&ledger.entries).expect("a sound ledger"), ledger.state);
}
