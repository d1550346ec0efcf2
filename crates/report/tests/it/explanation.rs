//! The page of an explanation: what it says, and that nothing in it can do harm.

use exact::{NumberStyle, Rational, parse_number};
use report::{ReportError, explanation_page};
use rulebook::{Language, Text};

use crate::html::{self, Page};
use crate::sample;

fn page(outputs: &[&str], language: Language) -> (String, Page) {
    let html = explanation_page(&sample::explained(outputs), &[], language).expect("a page");
    let page = html::check(&html);
    (html, page)
}

#[test]
fn a_page_reads_from_the_amount_to_the_sources() {
    let (_, page) = page(&["montant"], Language::French);
    insta::assert_snapshot!(page.text);
}

#[test]
fn english_is_a_page_of_its_own() {
    let (html, page) = page(&["montant"], Language::English);
    assert!(html.contains("<html lang=\"en\">"));
    for words in
        ["Amount of the year", "€3,772.75", "30 June 2024", "unverified", "How this amount is made up"]
    {
        assert!(page.text.contains(words), "{words} is missing in\n{}", page.text);
    }
    assert!(!page.text.contains("année") && !page.text.contains("Montant"));
}

#[test]
fn doubtful_figures_are_marked_at_the_head_and_at_their_place() {
    let (_, page) = page(&["montant"], Language::French);
    assert!(page.text.contains("2 chiffres de ce calcul ne sont pas attestés."));
    let marks = page
        .tags
        .iter()
        .filter(|(_, attributes)| attributes.get("class").is_some_and(|class| class == "badge doubtful"));
    // Each at its figure and in the list of sources.
    assert_eq!(marks.count(), 4);
}

#[test]
fn several_results_share_one_tree() {
    let (_, page) = page(&["montant", "double"], Language::French);
    assert!(page.text.starts_with(
        "Aller au contenu\nQuotepart\nAccord d'exemple · année 2024\nLes résultats equipe-du-port"
    ));
    let stands =
        page.tags.iter().filter(|(name, attributes)| name == "li" && attributes.contains_key("id")).count();
    assert_eq!(stands, sample::explained(&["montant", "double"]).nodes.len());
}

#[test]
fn the_table_of_parts_adds_up() {
    for (language, style) in
        [(Language::French, NumberStyle::French), (Language::English, NumberStyle::English)]
    {
        let html = explanation_page(&sample::explained(&["montant"]), &[], language).expect("a page");
        let (_, table) = html.split_once("<table class=\"parts\">").expect("a table of parts");
        let (table, _) = table.split_once("</table>").expect("its end");
        let cells: Vec<Rational> = table
            .split("<td class=\"number\">")
            .skip(1)
            .filter_map(|cell| cell.split_once("</td>"))
            .map(|(cell, _)| parse_number(cell.replace(['€'], "").trim(), style).expect("an amount"))
            .collect();
        let (whole, parts) = cells.split_last().expect("a last row");
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.iter().sum::<Rational>(), *whole);
    }
}

#[test]
fn words_cannot_become_marks() {
    for words in
        ["<script>alert(1)</script>", "\" onload=\"x", "</style></title>", "' --> & &lt; `", "{{ w }}{% x %}"]
    {
        for language in [Language::French, Language::English] {
            let html = explanation_page(&sample::hostile(words), &[], language).expect("a page");
            let page = html::check(&html);
            let said = words.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(page.text.contains(&said), "{words} is not shown as it is written:\n{}", page.text);
        }
    }
}

#[test]
fn a_broken_explanation_is_an_error_and_no_panic() {
    let mut explanation = sample::explained(&["montant"]);
    explanation.nodes.truncate(1);
    let error = explanation_page(&explanation, &[], Language::French).expect_err("values are missing");
    assert!(matches!(error, ReportError::MissingNode { count: 1, .. }), "{error}");
    explanation.outputs.clear();
    let error = explanation_page(&explanation, &[], Language::French).expect_err("nothing to explain");
    assert_eq!(error.to_string(), "write the page: the explanation has no output");
}

#[test]
fn what_must_be_known_comes_before_the_amount() {
    let notice = Text::new("Une <simulation>.", "A <simulation>.");
    let page = explanation_page(&sample::explained(&["montant"]), &[notice], Language::English);
    let html = page.expect("a page");
    let notice = html.find("A &#60;simulation&#62;.").expect("the notice");
    assert!(notice < html.find("class=\"amount").expect("the amount"));
}
