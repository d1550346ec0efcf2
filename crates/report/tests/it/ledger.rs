//! The page of a ledger.

use exact::Rational;
use report::{BarItem, Bars, Column, LedgerPage, ReportError, ledger_page};
use rulebook::{Language, Text};

use crate::html;

fn sample() -> LedgerPage {
    let amount = |cents: i64| Text::new(format!("{cents} c"), format!("c{cents}"));
    LedgerPage {
        title: Text::new("Registre", "Ledger"),
        subtitle: Text::new("Au 31/12/2024", "On 2024-12-31"),
        lead: Text::new("Accordé : 7 c.", "Granted: c7."),
        dues: vec![Bars {
            label: Text::new("Reste à payer", "Still to pay"),
            items: [("2024-04-30", -283), ("2025-04-30", 700)]
                .map(|(day, cents)| BarItem {
                    id: day.to_owned(),
                    number: Rational::from(cents),
                    printed: amount(cents),
                })
                .to_vec(),
        }],
        table_title: Text::new("Bénéficiaires", "Payees"),
        columns: vec![
            Column { label: Text::new("bénéficiaire", "payee"), numeric: false },
            Column { label: Text::new("reste", "open"), numeric: true },
        ],
        rows: vec![vec![Text::same("equipe-<b>"), amount(417)]],
    }
}

#[test]
fn a_page_shows_dates_sums_and_payees_in_both_languages() {
    for (language, expected) in [
        (Language::French, ["-283 c", "Reste à payer", "417 c"]),
        (Language::English, ["c-283", "Still to pay", "c417"]),
    ] {
        let page = ledger_page(&sample(), language).expect("a page");
        html::check(&page);
        for words in expected {
            assert!(page.contains(words), "`{words}` is missing");
        }
        assert!(!page.contains("equipe-<b>"), "names are escaped");
        // The picture and its table.
        assert!(page.matches("2025-04-30").count() >= 2);
    }
}

#[test]
fn a_ledger_without_anything_due_has_no_picture() {
    let page = LedgerPage { dues: Vec::new(), ..sample() };
    let page = ledger_page(&page, Language::French).expect("a page");
    html::check(&page);
    assert!(!page.contains("Reste à payer"));
}

#[test]
fn a_row_has_a_cell_for_each_column() {
    let mut page = sample();
    page.rows.push(vec![Text::same("x")]);
    let failed = ledger_page(&page, Language::French);
    assert!(matches!(failed, Err(ReportError::RowWidth { row: 2, cells: 1, columns: 2 })));
}
