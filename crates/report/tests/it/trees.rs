//! Trees of every shape: shared, deep, wide and round.

use report::explanation_page;
use rulebook::Language;
use rulebook::explain::Step;

use crate::html::{self, Page};
use crate::sample::{of_steps, step};

/// Browsers flatten what lies deeper than 512 elements.
const DEPTH_MAX: usize = 200;

fn check(nodes: Vec<Step>) -> Page {
    let html = explanation_page(&of_steps(nodes), &[], Language::French).expect("a page");
    let page = html::check(&html);
    assert!(page.depth < DEPTH_MAX, "{} elements inside one another", page.depth);
    page
}

fn standing(page: &Page) -> usize {
    page.tags.iter().filter(|(name, attributes)| name == "li" && attributes.contains_key("id")).count()
}

fn linked(page: &Page) -> usize {
    page.tags
        .iter()
        .filter(|(_, attributes)| attributes.get("class").is_some_and(|class| class == "leaf again"))
        .count()
}

#[test]
fn a_shared_value_stands_once_where_it_matters_most() {
    // The condition comes first and reads the indicator; the indicator stands under the whole all the same.
    let page = check(vec![
        step("fait", vec![]),
        step("indicateur", vec![0]),
        step("condition", vec![1]),
        step("tout", vec![2, 1]),
    ]);
    assert_eq!((standing(&page), linked(&page)), (4, 1));
    let (condition, indicator) = (page.text.rfind("condition"), page.text.rfind("indicateur"));
    assert!(condition < indicator, "{}", page.text);
}

#[test]
fn a_deep_chain_goes_on_further_down() {
    let mut nodes = vec![step("fond", vec![])];
    nodes.extend((1..300).map(|index| step(&format!("niveau {index}"), vec![index - 1])));
    let page = check(nodes);
    assert_eq!(standing(&page), 300);
    assert!(page.text.contains("Suite : niveau"));
}

#[test]
fn five_thousand_values_fit() {
    let mut nodes: Vec<Step> = (0..5000).map(|index| step(&format!("valeur {index}"), vec![])).collect();
    nodes.push(step("tout", (0..5000).collect()));
    assert_eq!(standing(&check(nodes)), 5001);
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut nodes: Vec<Step> = (0..20_100).map(|index| step(&format!("valeur {index}"), vec![])).collect();
    nodes.push(step("tout", (0..20_100).collect()));
    let page = check(nodes);
    assert_eq!(standing(&page), 20_000);
    assert!(page.text.contains("101 valeurs de plus"), "the reader is told");
}

#[test]
fn a_circle_ends() {
    let page = check(vec![step("un", vec![1]), step("deux", vec![0])]);
    assert_eq!((standing(&page), linked(&page)), (2, 1));
}
