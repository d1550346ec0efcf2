//! A comparison as a page.

use anyhow::Context as _;
use exact::Rational;
use report::{BeforeAfter, DifferenceLine, DifferencePage, RefusedLine, SubjectDifference};
use rulebook::Text;
use rulebook::compare::{Cause, Difference, Outcome as Compared};

use super::printed::Printed;
use super::text;
use super::totals::Totals;
use crate::failure::Outcome;

/// Returns the page of one subject.
pub(super) fn one(printed: &Printed<'_>, of: &Difference) -> Outcome<String> {
    written(printed, &page_of(printed, of))
}

/// Returns what the page of one subject shows.
pub(crate) fn page_of(printed: &Printed<'_>, of: &Difference) -> DifferencePage {
    let outputs = of.outputs.iter().filter(|_| of.outputs.len() > 1).map(|output| BeforeAfter {
        label: output.label.clone(),
        before: both(printed, |printed| printed.amount(&output.before)),
        after: both(printed, |printed| printed.amount(&output.after)),
        difference: both(printed, |printed| printed.signed(&(&output.after - &output.before))),
    });
    DifferencePage {
        title: Text::same(&of.id),
        subtitle: printed.book.instrument.title.clone(),
        lead: lead(printed, &of.before, &of.after),
        whole: whole(printed, &of.difference()),
        causes: of.causes.iter().map(|cause| cause_line(printed, cause)).collect(),
        outputs: outputs.collect(),
        without_effect: of.without_effect.iter().map(|change| change.label.clone()).collect(),
        ..DifferencePage::default()
    }
}

/// Returns the page of a subject that cannot be compared.
pub(super) fn alone(printed: &Printed<'_>, id: &str, found: &Compared) -> Outcome<String> {
    let page = DifferencePage {
        title: Text::same(id),
        subtitle: printed.book.instrument.title.clone(),
        others: vec![other(printed, id, found)],
        ..DifferencePage::default()
    };
    written(printed, &page)
}

/// Returns the page of all subjects.
pub(super) fn all(printed: &Printed<'_>, found: &[(&str, Compared)]) -> Outcome<String> {
    let totals = Totals::of(found);
    let lead = lead(printed, &totals.before, &totals.after);
    let counts = both(printed, |printed| text::counts(printed, &totals));
    let [french, english] = [rulebook::Language::French, rulebook::Language::English]
        .map(|language| text::lines_of(&printed.in_language(language), &totals));
    let causes = french.into_iter().zip(english).map(|((fr, number), (en, _))| DifferenceLine {
        label: Text::new(fr, en),
        details: Vec::new(),
        printed: both(printed, |printed| printed.signed(&number)),
        number,
    });
    let subjects = found.iter().filter_map(|(id, found)| match found {
        Compared::Compared(of) => Some(subject(printed, id, of)),
        _ => None,
    });
    let others = found
        .iter()
        .filter(|(_, found)| !matches!(found, Compared::Compared(_) | Compared::Unknown))
        .map(|(id, found)| other(printed, id, found));
    let page = DifferencePage {
        title: printed.book.instrument.title.clone(),
        lead: Text::new(format!("{} {}", lead.fr, counts.fr), format!("{} {}", lead.en, counts.en)),
        whole: whole(printed, &totals.difference()),
        causes: causes.filter(|line| !line.number.is_zero()).collect(),
        subjects: subjects.collect(),
        others: others.collect(),
        ..DifferencePage::default()
    };
    written(printed, &page)
}

fn written(printed: &Printed<'_>, page: &DifferencePage) -> Outcome<String> {
    Ok(report::difference_page(page, printed.language).context("failed to write the page")?)
}

/// Returns words in both languages.
fn both(printed: &Printed<'_>, words: impl Fn(&Printed<'_>) -> String) -> Text {
    Text::in_both(|language| words(&printed.in_language(language)))
}

fn lead(printed: &Printed<'_>, before: &Rational, after: &Rational) -> Text {
    both(printed, |printed| {
        let (before, after) = (printed.amount(before), printed.amount(after));
        let (colon, of, to) =
            (printed.either(" :", ":"), printed.either("de", "from"), printed.either("à", "to"));
        format!("{}{colon} {of} {before} {to} {after}.", printed.span())
    })
}

fn whole(printed: &Printed<'_>, difference: &Rational) -> DifferenceLine {
    DifferenceLine {
        label: Text::new("Différence", "Difference"),
        details: Vec::new(),
        number: difference.clone(),
        printed: both(printed, |printed| printed.signed(difference)),
    }
}

fn cause_line(printed: &Printed<'_>, cause: &Cause) -> DifferenceLine {
    let details = cause.changes.iter().filter(|_| cause.changes.len() > 1);
    DifferenceLine {
        label: cause.label.clone(),
        details: details.map(|change| change.label.clone()).collect(),
        number: cause.amount.clone(),
        printed: both(printed, |printed| printed.signed(&cause.amount)),
    }
}

fn subject(printed: &Printed<'_>, id: &str, of: &Difference) -> SubjectDifference {
    let number = of.difference();
    SubjectDifference {
        values: BeforeAfter {
            label: Text::same(id),
            before: both(printed, |printed| printed.amount(&of.before)),
            after: both(printed, |printed| printed.amount(&of.after)),
            difference: both(printed, |printed| printed.signed(&number)),
        },
        number,
        cause: both(printed, |printed| {
            of.causes.first().map(|cause| text::main_cause(printed, cause)).unwrap_or_default()
        }),
    }
}

fn other(printed: &Printed<'_>, id: &str, found: &Compared) -> RefusedLine {
    let said = |printed: &Printed<'_>| text::alone(printed, id, found);
    let after_id = |words: String| {
        let rest = words.split_once(": ").map(|(_, rest)| rest.to_owned());
        rest.unwrap_or(words)
    };
    RefusedLine { id: id.to_owned(), reason: both(printed, |printed| after_id(said(printed))) }
}
