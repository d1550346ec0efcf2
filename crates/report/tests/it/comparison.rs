//! The page of computed against published amounts.

use exact::Rational;
use report::{ComparisonPage, ComparisonRow, comparison_page};
use rulebook::{Language, Text};

use crate::html;

fn row(id: &str, computed: i64, published: i64) -> ComparisonRow {
    let printed = |number: i64| Text::new(format!("{number},00\u{a0}$"), format!("${number}.00"));
    ComparisonRow {
        id: id.to_owned(),
        period: Text::same("2014"),
        computed: Rational::from(computed),
        computed_printed: printed(computed),
        published: Rational::from(published),
        published_printed: printed(published),
        allowed_gap: Rational::from(2),
    }
}

fn sample(rows: Vec<ComparisonRow>) -> ComparisonPage {
    ComparisonPage { title: Text::new("Comparaison", "Comparison"), subtitle: Text::default(), rows }
}

#[test]
fn gaps_are_counted_and_the_largest_is_named() {
    let rows = vec![row("a", 100, 100), row("b", -50, -52), row("c", 900, 890)];
    let html = comparison_page(&sample(rows), Language::French).expect("a page");
    let page = html::check(&html);
    insta::assert_snapshot!(page.text);
    assert_eq!(html.matches("class=\"cross\"><title>").count(), 1);
    assert_eq!(html.matches("class=\"ring\"").count(), 1);
}

#[test]
fn many_rows_are_folded_and_all_there() {
    let rows: Vec<ComparisonRow> =
        (0..1629).map(|number| row(&format!("aco-{number}"), number * 1000, number * 1000)).collect();
    let html = comparison_page(&sample(rows), Language::English).expect("a page");
    let page = html::check(&html);
    assert!(page.text.contains("All 1,629 compared results lie within the allowed gap."));
    assert!(page.text.contains("All compared results (1,629)"));
    assert_eq!(html.matches("class=\"dot\"").count(), 1629);
    // Nothing to point at when every gap is zero.
    assert_eq!(html.matches("class=\"ring\"").count(), 0);
}

#[test]
fn nothing_to_compare_is_a_page_too() {
    let html = comparison_page(&sample(Vec::new()), Language::French).expect("a page");
    assert!(html::check(&html).text.contains("Aucun résultat."));
}
