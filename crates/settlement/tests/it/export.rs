//! CSV and beancount; the latter is checked by beancount itself when it is installed.

use std::process::Command as Process;

use settlement::export::{balances_csv, beancount, entries_csv, lines_csv, postings_csv, subjects_csv};

use crate::model::random_ledger;
use crate::support::{Ledger, adjust, correct, key, pay, publish, statement};

fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    let run = |run, amount| [statement(key("e,1"), run, &[("avance", &[(1, "2024-04-30", amount)])])];
    ledger.does(&publish(&run("run1", 6000)), "2024-03-01");
    ledger.does(&pay("2024-04-30"), "2024-04-30");
    ledger.does(&correct(&run("run2", 5900)), "2024-05-02");
    ledger.does(&adjust("e,1", "geste", 50, "2024-06-30"), "2024-05-03");
    ledger
}

#[test]
fn tables_say_where_each_euro_comes_from() {
    let ledger = ledger();
    assert_eq!(
        lines_csv(&ledger.entries),
        "sequence,kind,recorded,payment_key,instrument,subject,step,number,due,currency,amount\n\
         1,publish,2024-03-01,\"contrat/e,1/2024-01-01..2024-12-31/avance/1/1\",contrat,\"e,1\",avance,1,2024-04-30,EUR,60.00\n\
         2,pay,2024-04-30,\"contrat/e,1/2024-01-01..2024-12-31/avance/1/1\",contrat,\"e,1\",avance,1,2024-04-30,EUR,60.00\n\
         3,correct,2024-05-02,\"contrat/e,1/2024-01-01..2024-12-31/avance/1/2\",contrat,\"e,1\",avance,1,2024-04-30,EUR,-1.00\n\
         4,adjust,2024-05-03,\"contrat/e,1/2024-01-01..2024-12-31//geste/1\",contrat,\"e,1\",/geste,,2024-06-30,EUR,0.50\n"
    );
    assert_eq!(
        subjects_csv(&ledger.state),
        "instrument,subject,payer,currency,granted,adjusted,paid,open\n\
         contrat,\"e,1\",Caisse,EUR,59.00,0.50,60.00,-0.50\n"
    );
    assert_eq!(
        balances_csv(&ledger.state),
        "account,currency,amount\n\
         payer:Caisse,EUR,59.00\n\
         discretion:Caisse,EUR,0.50\n\
         \"payable:contrat:e,1\",EUR,0.50\n\
         \"paid:contrat:e,1\",EUR,-60.00\n"
    );
    assert_eq!(postings_csv(&ledger.entries).lines().count(), 9);
    let entries = entries_csv(&ledger.entries);
    let columns = entries.lines().next().map(|head| head.split(',').count());
    assert_eq!(columns, Some(20));
    assert!(entries.contains(",run2,0.2.0,1,,,motif,"), "{entries}");
}

#[test]
fn the_beancount_file_reads_well() {
    let text = beancount(&ledger().entries);
    assert!(text.contains("option \"inferred_tolerance_default\" \"EUR:0\"\n"));
    assert!(
        text.contains("2024-03-01 open Expenses:Payer:Caisse\n  quotepart: \"payer:Caisse\"\n"),
        "{text}"
    );
    assert!(text.contains("  Liabilities:Payable:Contrat:E-1  -60.00 EUR\n"), "{text}");
    assert!(text.contains("2024-05-04 balance Assets:Paid:Contrat:E-1 -60.00 ~ 0.00 EUR\n"), "{text}");
    assert_eq!(beancount(&[]).lines().count(), 3);
}

/// Runs `bean-check` on a text: whether it is accepted, and what is said.
fn bean_check(text: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.beancount");
    std::fs::write(&path, text).expect("a written file");
    let output = Process::new("bean-check").arg(&path).output().expect("bean-check on the path");
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    (output.status.success(), said)
}

#[test]
#[ignore = "needs bean-check on the path, see CONTRIBUTING.md"]
fn beancount_accepts_the_export() {
    let names = ["École n° 1", "ecole n° 1", "a:b", "a/b", "7e \"équipe\"", "\\"];
    let mut odd = Ledger::default();
    for name in names {
        let given = statement(key(name), "run1", &[("avance", &[(1, "2024-04-30", 6000)])]);
        odd.does(&publish(&[given]), "2024-03-01");
    }
    odd.does(&pay("2024-04-30"), "2024-04-30");
    let mut checked = 0;
    let mut ledgers = vec![Vec::new(), ledger().entries, odd.entries];
    ledgers.extend((0..20).map(random_ledger));
    for entries in ledgers {
        let text = beancount(&entries);
        let (accepted, said) = bean_check(&text);
        assert!(accepted && said.trim().is_empty(), "{said}\n{text}");
        // Without tolerance, a cent more on one posting or balance is seen.
        for mark in ["Assets:Paid", "Liabilities:Payable", "balance "] {
            let Some(at) = text.rfind(mark).filter(|_| !entries.is_empty()) else { continue };
            let number = text[at..].find('.').map(|point| at + point + 1).expect("an amount");
            let digit = text.as_bytes()[number + 1];
            let mut changed = text.clone().into_bytes();
            changed[number + 1] = if digit == b'9' { b'8' } else { digit + 1 };
            let changed = String::from_utf8(changed).expect("text");
            let (accepted, _) = bean_check(&changed);
            assert!(!accepted, "a cent goes unseen after {mark}\n{changed}");
        }
        checked += entries.len();
    }
    eprintln!("bean-check accepted {checked} entries");
}
