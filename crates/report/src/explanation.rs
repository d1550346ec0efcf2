//! The page that explains one subject's results.

use std::collections::BTreeSet;

use askama::Template;
use rulebook::explain::{Explanation, Step};
use rulebook::{Language, Text};

use crate::picture::{Mark, Tone};
use crate::sources::Document;
use crate::tree::{Block, Item, Line, Parts, anchor, lay_out, parts};
use crate::words::{Words, doubtful, left_out, said, words};
use crate::{ReportError, dates};

/// The most facts in the table of facts; the tree holds all of them.
const FACTS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "explanation.html")]
struct Page<'a> {
    w: &'static Words,
    title: String,
    about: String,
    who: &'a str,
    results: Vec<ResultView>,
    has_due: bool,
    /// Long values are written smaller, so that a number stays on one line of a phone.
    amount_class: &'static str,
    pictures: Vec<Parts>,
    notices: Vec<&'a str>,
    official: bool,
    doubts: Option<String>,
    blocks: Vec<Block>,
    left_out: Option<String>,
    facts: Vec<Fact>,
    choices: Vec<(String, Vec<Line>)>,
    documents: Vec<Document>,
}

/// One result at the head of the page.
struct ResultView {
    line: Line,
    plain: Option<String>,
    due: Vec<(String, String)>,
}

/// One row of the table of facts.
struct Fact {
    line: Line,
    origin: String,
}

/// Writes one self-contained page that explains a subject's results.
///
/// The amount comes first with what must be known of it, each a sentence; then how it is made up, the calculation step by step, the facts, the decisions and
/// the sources.
///
/// # Errors
/// An explanation without output, or one that names a value that it does not hold.
pub fn explanation_page(
    explanation: &Explanation,
    notices: &[Text],
    language: Language,
) -> Result<String, ReportError> {
    let w = words(language);
    let roots = roots(explanation)?;
    let with_parts: Vec<(usize, Parts)> = roots
        .iter()
        .filter_map(|index| {
            Some((*index, parts(explanation.nodes.get(*index)?, &format!("parts-{index}"), language)?))
        })
        .collect();
    let pictured: BTreeSet<usize> = with_parts.iter().map(|(index, _)| *index).collect();
    let tree = lay_out(explanation, &roots, &pictured, language)?;
    let results: Vec<ResultView> =
        explanation.outputs.iter().filter_map(|index| result(explanation, *index, language)).collect();
    let shown: Vec<(usize, &Step)> =
        tree.shown.iter().filter_map(|index| Some((*index, explanation.nodes.get(*index)?))).collect();
    let what = match results.as_slice() {
        [only] => only.line.label.clone(),
        _ => w.results.to_owned(),
    };
    let about = [
        explanation.title.get(language).to_owned(),
        dates::period(&explanation.period_first, &explanation.period_last, language),
    ];
    let page = Page {
        w,
        title: format!("{what} · {}", explanation.id),
        about: about.join(" · "),
        who: &explanation.id,
        pictures: with_parts.into_iter().map(|(_, parts)| linked(parts, &shown, language)).collect(),
        notices: notices.iter().map(|notice| notice.get(language)).collect(),
        official: explanation.official,
        doubts: Some(tree.documents.doubtful())
            .filter(|number| *number > 0)
            .map(|number| doubtful(number, language)),
        left_out: Some(tree.left_out).filter(|number| *number > 0).map(|number| left_out(number, language)),
        facts: facts(explanation, &shown, language),
        choices: choices(&shown, language),
        blocks: tree.blocks,
        documents: tree.documents.list(language),
        amount_class: match results.first().map_or(0, |result| result.line.value.chars().count()) {
            0..=12 => "",
            13..=18 => " long",
            _ => " longer",
        },
        has_due: results.iter().any(|result| !result.due.is_empty()),
        results,
    };
    Ok(page.render()?)
}

/// Returns the outputs that no other output rests on: the tree begins with them and holds the others.
fn roots(explanation: &Explanation) -> Result<Vec<usize>, ReportError> {
    let count = explanation.nodes.len();
    if explanation.outputs.is_empty() {
        return Err(ReportError::NothingToExplain);
    }
    let mut below = BTreeSet::new();
    let mut waiting: Vec<usize> = Vec::new();
    for output in &explanation.outputs {
        let step =
            explanation.nodes.get(*output).ok_or(ReportError::MissingNode { index: *output, count })?;
        waiting.extend(&step.children);
    }
    while let Some(index) = waiting.pop() {
        if below.insert(index) {
            let step = explanation.nodes.get(index).ok_or(ReportError::MissingNode { index, count })?;
            waiting.extend(&step.children);
        }
    }
    let roots: Vec<usize> =
        explanation.outputs.iter().copied().filter(|output| !below.contains(output)).collect();
    // Only a circle of outputs, which no rulebook allows, would leave none.
    Ok(if roots.is_empty() { explanation.outputs.clone() } else { roots })
}

/// Links each part to the first value of the page that has its name.
fn linked(mut parts: Parts, shown: &[(usize, &Step)], language: Language) -> Parts {
    for row in &mut parts.rows {
        let named = || shown.iter().filter(|(_, step)| step.label.get(language) == row.label);
        let explained = named().find(|(_, step)| step.kind == "rule").or_else(|| named().next());
        row.anchor = explained.map(|(index, _)| anchor(*index));
    }
    parts
}

fn line(step: &Step, index: usize, language: Language) -> Line {
    let label = match step.label.get(language) {
        "" => &step.name,
        label => label,
    };
    let value = step.value.get(language).to_owned();
    Line { anchor: anchor(index), label: label.to_owned(), of: String::new(), value }
}

fn result(explanation: &Explanation, index: usize, language: Language) -> Option<ResultView> {
    let step = explanation.nodes.get(index)?;
    let due =
        step.due.iter().map(|due| (dates::day(&due.day, language), due.amount.get(language).to_owned()));
    Some(ResultView {
        line: line(step, index, language),
        plain: step.say.as_ref().map(|say| said(say, language)),
        due: due.collect(),
    })
}

/// Returns the facts of the subject itself; those of the rows below stay in the tree.
fn facts(explanation: &Explanation, shown: &[(usize, &Step)], language: Language) -> Vec<Fact> {
    let own = shown.iter().filter(|(_, step)| step.kind == "input" && step.id == explanation.id);
    let facts = own.map(|(index, step)| Fact {
        line: line(step, *index, language),
        origin: step.origin.as_ref().map_or_else(String::new, |origin| said(origin, language)),
    });
    facts.take(FACTS_MAX).collect()
}

/// Returns the decisions, each once with the values that it concerns.
fn choices(shown: &[(usize, &Step)], language: Language) -> Vec<(String, Vec<Line>)> {
    let mut choices: Vec<(String, Vec<Line>)> = Vec::new();
    for (index, step) in shown {
        let Some(choice) = step.choice.as_ref().map(|choice| said(choice, language)) else { continue };
        let line = line(step, *index, language);
        match choices.iter_mut().find(|(known, _)| *known == choice) {
            Some((_, lines)) if lines.iter().any(|known| known.label == line.label) => {}
            Some((_, lines)) => lines.push(line),
            None => choices.push((choice, vec![line])),
        }
    }
    choices
}
