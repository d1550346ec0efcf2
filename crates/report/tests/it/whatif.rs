//! The page of what changes bring.

use exact::Rational;
use report::{Effect, Gain, GridAxis, GridPoint, RefusedLine, WhatIfGrid, WhatIfPage, whatif_page};
use rulebook::{Language, Text};

use crate::html;

fn amount(number: i64) -> Text {
    let sign = if number < 0 { "-" } else { "" };
    let whole = number.abs();
    Text::new(format!("{sign}{whole},00\u{a0}€"), format!("{sign}€{whole}.00"))
}

fn gain(number: i64) -> Text {
    let Text { fr, en } = amount(number);
    let sign = if number > 0 { "+" } else { "" };
    Text::new(format!("{sign}{fr}"), format!("{sign}{en}"))
}

/// Returns an effect with a gain for each subject.
fn effect(title: &str, gains: &[i64]) -> Effect {
    let one = |(place, number): (usize, &i64)| Gain {
        id: format!("equipe-{place:02}"),
        before_printed: amount(1000),
        after_printed: amount(1000 + number),
        gain: Rational::from(*number),
        gain_printed: gain(*number),
    };
    let sum: i64 = gains.iter().sum();
    Effect {
        title: Text::same(title),
        total_printed: amount(3000 + sum),
        gain: Rational::from(sum),
        gain_printed: gain(sum),
        lost: 0,
        found: 0,
        gains: gains.iter().enumerate().map(one).collect(),
    }
}

fn sample(effects: Vec<Effect>) -> WhatIfPage {
    WhatIfPage {
        title: Text::new("Et si ?", "What if?"),
        subtitle: Text::new("année 2024", "year 2024"),
        measure: Text::new("Montant", "Amount"),
        base_printed: amount(3000),
        base: Rational::from(3000),
        effects,
        grid: None,
        refused: vec![RefusedLine {
            id: "equipe-<b>".to_owned(),
            reason: Text::new("Un de plus : `points` vaut 11", "One more: `points` is 11"),
        }],
    }
}

fn point(places: &[usize], total: i64) -> GridPoint {
    GridPoint {
        places: places.to_vec(),
        total: Rational::from(total),
        total_printed: amount(total),
        gain_printed: gain(total - 3000),
        winners: 2,
        losers: 1,
        refused: 0,
    }
}

fn axis(label: &str, values: &[i64]) -> GridAxis {
    GridAxis {
        label: Text::same(label),
        values: values.iter().map(|value| Text::same(format!("v{value}"))).collect(),
        numbers: Some(values.iter().map(|value| Rational::from(*value)).collect()),
    }
}

#[test]
fn each_change_and_all_together() {
    let page = sample(vec![
        effect("A", &[100, 0, -50]),
        effect("B", &[10, 10, 10]),
        effect("A + B", &[120, 10, -40]),
    ]);
    let html = whatif_page(&page, Language::English).expect("a page");
    insta::assert_snapshot!(html::check(&html).text);
    html::check(&whatif_page(&page, Language::French).expect("a page"));
    assert!(html.contains("<code>points</code>"));
}

#[test]
fn changes_that_do_not_act_on_one_another_need_no_note() {
    let page = sample(vec![effect("A", &[100]), effect("B", &[10]), effect("A + B", &[110])]);
    assert!(!whatif_page(&page, Language::English).expect("a page").contains("acting on one another"));
    let page = sample(vec![effect("A", &[100])]);
    assert!(!whatif_page(&page, Language::English).expect("a page").contains("acting on one another"));
}

#[test]
fn of_many_the_largest_either_way_are_shown_and_all_are_counted() {
    let gains: Vec<i64> = (-30..=60).collect();
    let html = whatif_page(&sample(vec![effect("A", &gains)]), Language::English).expect("a page");
    let page = html::check(&html);
    assert!(page.text.contains("60 gain, 30 lose, 1 stays the same."), "{}", page.text);
    assert!(page.text.contains("The 10 largest, either way, of 90 that change."));
    assert!(page.text.contains("Without the 1 that stay the same."));
    for (number, is_shown) in [(60, true), (51, true), (50, false), (-20, false), (-21, true), (-30, true)] {
        let id = format!("equipe-{:02}\n", number + 30);
        assert_eq!(page.text.contains(&id), is_shown, "{number}");
    }
}

#[test]
fn losses_alone_are_shown_too() {
    let html = whatif_page(&sample(vec![effect("A", &[-1, -2, -3])]), Language::French).expect("a page");
    assert_eq!(html::check(&html).text.matches("-2,00 €").count(), 1);
}

#[test]
fn a_grid_is_a_line_a_map_or_a_table() {
    let mut page = sample(Vec::new());
    page.grid = Some(WhatIfGrid {
        title: Text::default(),
        axes: vec![axis("x", &[10, 0, 5])],
        points: vec![point(&[0], 4000), point(&[1], 2000), point(&[2], 3000)],
    });
    let html = whatif_page(&page, Language::English).expect("a page");
    assert!(html::check(&html).text.contains("Dashed: without any change."));
    // The line goes from left to right, whatever the order of the file.
    assert_eq!(html.matches("class=\"curve\"").count(), 2);
    if let Some(grid) = &mut page.grid {
        grid.axes.push(axis("y", &[1, 2]));
        grid.points =
            (0..6).map(|at| point(&[at / 2, at % 2], 1000 * i64::try_from(at).expect("small"))).collect();
    }
    let html = whatif_page(&page, Language::English).expect("a page");
    assert_eq!(html.matches("class=\"field field-").count(), 6);
    assert!(html.contains("class=\"field field-0\"") && html.contains("class=\"field field-6\""));
    html::check(&html);
    if let Some(grid) = &mut page.grid {
        grid.axes.push(axis("z", &[1]));
        grid.points = (0..500).map(|_| point(&[0, 0, 0], 7)).collect();
    }
    let html = whatif_page(&page, Language::French).expect("a page");
    assert!(!html.contains("class=\"field"));
    assert!(html::check(&html).text.contains("Les 400 premiers scénarios sur 500"));
}

#[test]
fn whoever_is_left_out_of_a_gain_is_said() {
    let mut lost = effect("A", &[100]);
    lost.lost = 3;
    let html = whatif_page(&sample(vec![lost]), Language::English).expect("a page");
    assert!(html::check(&html).text.contains("without 3 refused because of all these changes"));
    assert!(html.contains("Refused by the change") && !html.contains("Settled thanks to the change"));
}

#[test]
fn nothing_is_a_page_too() {
    for language in [Language::French, Language::English] {
        html::check(&whatif_page(&WhatIfPage::default(), language).expect("a page"));
        let page = WhatIfPage { grid: Some(WhatIfGrid::default()), ..WhatIfPage::default() };
        html::check(&whatif_page(&page, language).expect("a page"));
    }
}

#[test]
fn a_legend_explains_only_what_is_there() {
    for (gains, has_both) in [([1, 2], false), ([-1, -2], false), ([1, -2], true)] {
        let page = sample(vec![effect("A", &gains)]);
        let html = whatif_page(&page, Language::English).expect("a page");
        for words in ["above zero", "below zero"] {
            assert_eq!(html.contains(words), has_both, "{gains:?}: {words}");
        }
    }
}
