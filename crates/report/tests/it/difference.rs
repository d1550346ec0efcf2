//! The page that says why amounts changed.

use exact::Rational;
use report::{BeforeAfter, DifferenceLine, DifferencePage, RefusedLine, SubjectDifference, difference_page};
use rulebook::{Language, Text};

use crate::html;

fn printed(number: i64) -> Text {
    Text::new(format!("{number},00\u{a0}€"), format!("€{number}.00"))
}

fn signed(number: i64) -> Text {
    let (sign, size) = (if number < 0 { "−" } else { "+" }, number.abs());
    Text::new(format!("{sign}\u{a0}{size},00\u{a0}€"), format!("{sign}€{size}.00"))
}

fn line(fr: &str, en: &str, number: i64) -> DifferenceLine {
    DifferenceLine {
        label: Text::new(fr, en),
        details: Vec::new(),
        number: Rational::from(number),
        printed: signed(number),
    }
}

fn values(label: &str, before: i64, after: i64) -> BeforeAfter {
    BeforeAfter {
        label: Text::same(label),
        before: printed(before),
        after: printed(after),
        difference: signed(after - before),
    }
}

fn one() -> DifferencePage {
    let mut group = line("accès aux soins (des faits)", "access to care (facts)", -40);
    group.details = vec![Text::new("samedi : de oui à non", "Saturday: from yes to no")];
    DifferencePage {
        title: Text::same("msp-1"),
        subtitle: Text::new("Contrat", "Contract"),
        lead: Text::new(
            "De 2021 à 2022 : de 700,00 € à 960,00 €.",
            "From 2021 to 2022: from €700.00 to €960.00.",
        ),
        whole: line("Différence", "Difference", 260),
        causes: vec![line("patientèle : de 1 à 2", "list: from 1 to 2", 300), group],
        outputs: vec![values("avance", 400, 500), values("solde", 300, 460)],
        without_effect: vec![Text::new("couleur : de 0 à 5", "colour: from 0 to 5")],
        ..DifferencePage::default()
    }
}

#[test]
fn one_subject_has_its_causes_as_a_picture_and_as_a_table() {
    for language in [Language::French, Language::English] {
        let html = difference_page(&one(), language).expect("a page");
        let page = html::check(&html);
        insta::assert_snapshot!(format!("difference-one-{}", language.code()), page.text);
        assert_eq!(html.matches("class=\"tone-minus\"").count(), 2, "a bar and its legend");
    }
}

#[test]
fn many_subjects_are_spread_out_and_the_largest_stand_first() {
    let subjects = (0..40).map(|index: i64| {
        let change = (index - 10) * 25;
        SubjectDifference {
            values: values(&format!("msp-{index:02}"), 1000, 1000 + change),
            number: Rational::from(change),
            cause: Text::new("patientèle", "list of patients"),
        }
    });
    let page = DifferencePage {
        title: Text::new("Contrat", "Contract"),
        whole: line("Différence", "Difference", 9500),
        causes: vec![line("patientèle", "list of patients", 9500)],
        subjects: subjects.collect(),
        others: vec![RefusedLine {
            id: "msp-x".to_owned(),
            reason: Text::new("`amplitude` manque.", "`amplitude` is missing."),
        }],
        ..DifferencePage::default()
    };
    for language in [Language::French, Language::English] {
        let html = difference_page(&page, language).expect("a page");
        let page = html::check(&html);
        insta::assert_snapshot!(format!("difference-many-{}", language.code()), page.text);
        // Ten gains and ten losses at most, then all of them.
        assert_eq!(html.matches("msp-39").count(), 2);
        assert_eq!(html.matches("msp-20").count(), 1);
    }
}

#[test]
fn no_difference_is_a_page_too() {
    let html = difference_page(&DifferencePage::default(), Language::French).expect("a page");
    assert!(html::check(&html).text.contains("Rien n'a changé dans ces montants."));
}
