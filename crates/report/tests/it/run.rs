//! The page of a whole run.

use exact::{Cents, Rational};
use report::{ReportError, RunPage, RunTeam, estimate, run_page};
use rulebook::{Language, Text};

use crate::html;
use crate::run_sample::run;

const LANGUAGES: [Language; 2] = [Language::French, Language::English];

fn page(run: &RunPage, language: Language) -> (String, html::Page) {
    let html = run_page(run, language).expect("a page");
    let page = html::check(&html);
    (html, page)
}

/// The texts and titles of pictures, but for the numbers of their axes.
fn titles_of_points(html: &str) -> Vec<String> {
    let pieces = html.split("class=\"shape shape-").skip(1);
    let titles = pieces.filter_map(|piece| piece.split_once("<title>")?.1.split_once("</title>"));
    titles.map(|(title, _)| title.to_owned()).collect()
}

#[test]
fn a_page_says_who_wins_and_what_luck_explains() {
    for language in LANGUAGES {
        let (_, page) = page(&run(6), language);
        insta::assert_snapshot!(format!("run-{}", language.code()), page.text);
    }
}

#[test]
fn every_number_of_a_picture_is_in_a_table() {
    for size in [1, 6, 120] {
        for language in LANGUAGES {
            let (html, page) = page(&run(size), language);
            let titles = titles_of_points(&html);
            assert!(titles.len() > size, "pictures are drawn");
            for title in titles {
                let shown = title.rsplit(" · ").next().expect("a value");
                let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(page.text.lines().any(|line| line == shown), "`{title}` is in no table");
            }
        }
    }
}

#[test]
fn many_teams_stay_readable_and_small() {
    let (html, page) = page(&run(300), Language::English);
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
    assert!(page.text.contains("All teams (300)"));
    assert!(
        page.text.contains("Drawn: the 10 largest gains") || html.contains("Drawn: the 10 largest gains")
    );
}

#[test]
fn an_empty_run_and_a_single_team_are_pages_too() {
    for language in LANGUAGES {
        let (_, empty) = page(&RunPage::default(), language);
        let expected = ["Il n'y a rien à montrer.", "There is nothing to show."];
        assert!(expected.iter().any(|words| empty.text.contains(words)));
        page(&run(0), language);
        page(&run(1), language);
    }
}

#[test]
fn a_masked_count_masks_all_that_would_give_it_away() {
    let mut masked = run(6);
    let team = &mut masked.teams[2];
    team.patients = None;
    team.amounts[0] = Some(Cents::new(987_654));
    let hidden = team.gain.clone().expect("a gain");
    for language in LANGUAGES {
        let (html, page) = page(&masked, language);
        let style = language.number_style();
        for number in [&hidden.observed, &hidden.expected] {
            let printed = exact::print_number(number, style, exact::Decimals::Exactly(2));
            assert!(!html.contains(&printed), "{printed} would give the number of patients away");
            let printed = exact::print_number(number, style, exact::Decimals::Exactly(0));
            assert!(!html.contains(&printed), "{printed} would give the number of patients away");
        }
        // What it is paid is shown; the means of its groups and their counts are not.
        assert!(html.contains("9,876.54") || html.contains("9\u{202f}876,54"));
        let words = if language == Language::French { "< 11 ou masqué" } else { "< 11 or masked" };
        assert!(page.text.matches(words).count() >= 4, "the team and its three groups");
        assert!(page.text.contains(if language == Language::French { "masqué\n" } else { "masked\n" }));
    }
}

#[test]
fn a_mean_is_masked_with_the_smallest_of_its_teams_only() {
    let mut masked = run(10);
    masked.teams[0].patients = None;
    let (all, _) = page(&run(10), Language::English);
    let (html, _) = page(&masked, Language::English);
    let dots = |html: &str| {
        titles_of_points(html).iter().filter(|title| title.contains("without the territory")).count()
    };
    // One class of territory, one fifth, one kind of team.
    assert_eq!(dots(&all) - dots(&html), 3);
}

#[test]
fn a_refused_team_is_left_out_of_sums_and_named() {
    let mut refused = run(4);
    let total = |run: &RunPage, option: usize| {
        Cents::checked_sum(run.teams.iter().filter_map(|team| team.amounts[option])).expect("a sum")
    };
    refused.teams[1].amounts = vec![None, None, Some(Cents::new(100))];
    let expected = exact::print_number(
        &total(&refused, 0).to_rational(),
        Language::English.number_style(),
        exact::Decimals::Exactly(2),
    );
    let (html, page) = page(&refused, Language::English);
    assert!(html.contains(&format!("€{expected}")));
    assert!(page.text.contains("This is the total for 3 teams."));
    assert!(page.text.contains("\nrefused\n"));
    assert!(html.contains("<code>patients</code>"));
}

#[test]
fn hostile_words_are_escaped_everywhere() {
    let hostile = "\"><script>alert('x')</script>&amp;";
    let mut bad = run(40);
    let words = || Text::same(hostile);
    bad.title = words();
    bad.subtitle = words();
    bad.currency = "<b>".to_owned();
    bad.notes = vec![words()];
    bad.made_of = vec![(words(), words())];
    bad.refused[0].id = hostile.to_owned();
    bad.refused[0].reason = words();
    bad.models[0].name = words();
    bad.models[0].subgroups[0].label = words();
    for option in &mut bad.options {
        option.name = words();
        option.hint = words();
    }
    for team in &mut bad.teams {
        team.id = format!("{hostile}{}", team.id);
        team.kind = words();
        team.territory = Some(words());
    }
    for language in LANGUAGES {
        let (html, _) = page(&bad, language);
        assert!(!html.contains("<script") && !html.contains("<b>"));
    }
}

#[test]
fn teams_may_come_in_any_order() {
    let forward = run(50);
    let mut backward = forward.clone();
    backward.teams.reverse();
    let pages = [forward, backward].map(|run| run_page(&run, Language::French).expect("a page"));
    assert!(pages[0] == pages[1], "the order of teams shows");
}

#[test]
fn a_team_has_an_amount_for_each_option() {
    let mut short = run(3);
    short.teams[1].amounts.pop();
    let failed = run_page(&short, Language::French);
    assert!(matches!(failed, Err(ReportError::RowWidth { row: 2, cells: 2, columns: 3 })));
}

#[test]
fn a_run_without_gains_or_models_shows_what_it_has() {
    let mut plain = run(3);
    plain.models.clear();
    plain.one_patient_sd = None;
    plain.options.truncate(1);
    for team in &mut plain.teams {
        team.gain = None;
        team.amounts.truncate(1);
    }
    let (html, page) = page(&plain, Language::English);
    assert!(!html.contains("funnel-picture") && !html.contains("What if the rule were another?"));
    assert!(page.text.contains("Who receives how much"));
}

#[test]
fn teams_beyond_the_limits_are_counted() {
    let mut outside = run(20);
    outside.one_patient_sd = Some(Rational::ONE);
    let (_, page) = page(&outside, Language::English);
    assert!(page.text.contains("Outside the solid lines: 20 of 20; outside the dashes: 20."));
}

#[test]
fn estimates_are_rounded_and_never_infinite() {
    assert_eq!(estimate(-12.3456, 2), Rational::parse("-12.35").ok());
    assert_eq!((estimate(f64::NAN, 2), estimate(f64::INFINITY, 2)), (None, None));
    assert_eq!(RunTeam::default().patients, None);
}

#[test]
#[ignore = "writes pages to look at into the temporary folder of the target"]
fn pages_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for language in LANGUAGES {
        for size in [1, 12, 300] {
            let path = folder.join(format!("run-{size}-{}.html", language.code()));
            std::fs::write(path, run_page(&run(size), language).expect("a page")).expect("a file");
        }
    }
}
