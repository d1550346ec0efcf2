//! The page of results.

use exact::Rational;
use report::{BarItem, Bars, Column, RefusedLine, ReportError, ResultsPage, results_page};
use rulebook::{Language, Text};

use crate::html;

fn sample(count: i64) -> ResultsPage {
    let amount = |number: i64| Text::new(format!("{number},00\u{a0}€"), format!("€{number}.00"));
    ResultsPage {
        title: Text::new("Trois équipes", "Three teams"),
        subtitle: Text::new("année 2024", "year 2024"),
        columns: vec![
            Column { label: Text::new("Équipe", "Team"), numeric: false },
            Column { label: Text::new("Montant", "Amount"), numeric: true },
        ],
        rows: (1..=count)
            .map(|number| vec![Text::same(format!("equipe-{number}")), amount(number)])
            .collect(),
        refused: vec![RefusedLine {
            id: "equipe-<b>".to_owned(),
            reason: Text::new(
                "le fait `associes` manque : ligne 4",
                "the fact `associes` is missing: line 4",
            ),
        }],
        bars: Some(Bars {
            label: Text::new("Montant", "Amount"),
            items: (1..=count)
                .map(|number| BarItem {
                    id: format!("equipe-{number}"),
                    number: Rational::from(number - 2),
                    printed: amount(number),
                })
                .collect(),
        }),
    }
}

#[test]
fn results_and_refusals_stand_side_by_side() {
    let html = results_page(&sample(3), Language::French).expect("a page");
    insta::assert_snapshot!(html::check(&html).text, @"
    Aller au contenu
    Quotepart
    année 2024
    Trois équipes
    3 résultats · 1 refus
    Montant
    au-dessus de zéro
    au-dessous de zéro
    Un par un
    Équipe
    Montant
    equipe-1
    1,00 €
    equipe-2
    2,00 €
    equipe-3
    3,00 €
    Refusés
    Un refus n'arrête pas les autres. Corrigez la donnée, puis recommencez.
    Équipe
    Raison
    ! equipe-<b>
    le fait associes manque : ligne 4
    Cette page se suffit à elle-même : ni programme, ni connexion. Elle peut être gardée, envoyée, imprimée.
    ");
    assert!(html.contains("<code>associes</code>"));
}

#[test]
fn only_the_largest_are_drawn_and_the_page_says_so() {
    let html = results_page(&sample(100), Language::English).expect("a page");
    let page = html::check(&html);
    assert!(page.text.contains("The 30 largest of 100."));
    assert!(page.text.contains("100 results · 1 refused"));
}

#[test]
fn nothing_is_a_page_too() {
    let html = results_page(&ResultsPage::default(), Language::French).expect("a page");
    assert!(html::check(&html).text.contains("Aucun résultat."));
}

#[test]
fn a_row_must_have_every_column() {
    let mut page = sample(2);
    page.rows[1].pop();
    let error = results_page(&page, Language::French).expect_err("a cell is missing");
    assert!(matches!(error, ReportError::RowWidth { row: 2, cells: 1, columns: 2 }), "{error}");
}
