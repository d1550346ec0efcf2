//! The tree of an explanation as a list of lines, so that neither depth nor size can hurt a page.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rulebook::Language;
use rulebook::explain::{Explanation, PartLine, Step};

use crate::ReportError;
use crate::dates;
use crate::picture::{Picture, Piece, Tone, Waterfall, waterfall};
use crate::printed::{Around, percent};
use crate::sources::{Documents, SourceView};
use crate::words::{said, words};

/// The most levels that lie inside one another; what is deeper goes on further down the page.
const LEVELS_MAX: usize = 14;

/// The levels that are open when the page opens.
const LEVELS_OPEN: usize = 2;

/// The most lines that an inner value shows when the page opens.
const LINES_OPEN_MAX: usize = 30;

/// The most values on a page.
const VALUES_MAX: usize = 20_000;

/// One line of the tree.
#[derive(Debug)]
pub(crate) enum Item {
    /// A value that rests on others, which follow until its `End`.
    Branch { step: Box<StepView>, open: bool },
    /// A value that rests on nothing further.
    Leaf { step: Box<StepView> },
    /// A value that is explained elsewhere on the page.
    Link { line: Line },
    /// The end of a branch.
    End,
}

/// A label and a value, and where they are explained.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The anchor.
    pub(crate) anchor: String,
    /// The words.
    pub(crate) label: String,
    /// The row it belongs to, when it is not the one explained.
    pub(crate) of: String,
    /// The value as people read it.
    pub(crate) value: String,
}

/// What is shown of one value.
#[derive(Debug)]
pub(crate) struct StepView {
    /// Its label and value.
    pub(crate) line: Line,
    /// What kind of value it is, in words; empty for rules.
    pub(crate) kind: &'static str,
    /// The sentence in plain words, or the formula with its values where there is none.
    pub(crate) plain: Option<String>,
    /// More lines in plain words.
    pub(crate) details: Vec<String>,
    /// Where a fact comes from.
    pub(crate) origin: Option<String>,
    /// The documents.
    pub(crate) sources: Vec<SourceView>,
    /// When it is paid: day and amount.
    pub(crate) due: Vec<(String, String)>,
    /// How it is computed.
    pub(crate) calculation: Vec<CalculationLine>,
    /// What was decided.
    pub(crate) choice: Option<String>,
    /// How it is made up.
    pub(crate) parts: Option<Parts>,
    /// Whether what it rests on comes further down.
    pub(crate) further: bool,
}

/// One line about how a value is computed.
#[derive(Debug)]
pub(crate) struct CalculationLine {
    /// What it says.
    pub(crate) name: &'static str,
    /// The formula, the rounding or the name.
    pub(crate) content: String,
    /// Whether it is written as in files.
    pub(crate) is_code: bool,
}

/// How a value is made up: a picture and its table.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The picture.
    pub(crate) picture: Picture,
    /// The words of the whole.
    pub(crate) label: String,
    /// The whole as people read it.
    pub(crate) whole: String,
    /// The rows.
    pub(crate) rows: Vec<PartRow>,
    /// Whether each row is a share of the whole.
    pub(crate) has_shares: bool,
    /// Whether printed values miss the whole by their rounding.
    pub(crate) is_rounded: bool,
}

/// One row of the table of parts.
#[derive(Debug)]
pub(crate) struct PartRow {
    /// Its words.
    pub(crate) label: String,
    /// Its value as people read it.
    pub(crate) value: String,
    /// Its share of the whole; empty when there is none.
    pub(crate) share: String,
    /// Where it is explained, when a value of the page has its name.
    pub(crate) anchor: Option<String>,
}

/// A stretch of the tree: the first from the outputs, the others from values too deep to lie inside.
#[derive(Debug)]
pub(crate) struct Block {
    /// The value that goes on here; none for the first stretch.
    pub(crate) heading: Option<Line>,
    /// The lines.
    pub(crate) items: Vec<Item>,
}

/// A tree laid out, with what was met on the way.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The stretches.
    pub(crate) blocks: Vec<Block>,
    /// The documents.
    pub(crate) documents: Documents,
    /// The values that are shown, in the order of the page.
    pub(crate) shown: Vec<usize>,
    /// How many values did not fit.
    pub(crate) left_out: usize,
}

/// Returns the anchor of a value.
pub(crate) fn anchor(index: usize) -> String {
    format!("v{index}")
}

/// Lays out the tree under some values.
pub(crate) fn lay_out(
    explanation: &Explanation,
    roots: &[usize],
    pictured: &BTreeSet<usize>,
    language: Language,
) -> Result<Tree, ReportError> {
    let mut layout = Layout {
        explanation,
        pictured,
        language,
        homes: homes(explanation, roots),
        placed: BTreeSet::new(),
        waiting: VecDeque::new(),
        tree: Tree { blocks: Vec::new(), documents: Documents::default(), shown: Vec::new(), left_out: 0 },
    };
    let mut items = Vec::new();
    for root in roots {
        layout.walk(*root, None, &mut items)?;
    }
    layout.tree.blocks.push(Block { heading: None, items });
    while let Some(index) = layout.waiting.pop_front() {
        let mut items = Vec::new();
        let heading = Some(layout.line(index)?);
        layout.children_of(index, &mut items)?;
        layout.tree.blocks.push(Block { heading, items });
    }
    Ok(layout.tree)
}

/// Finds where each value stands: as near to the results as it is used, so that nothing that matters to a
/// result hides under one of its conditions.
fn homes(explanation: &Explanation, roots: &[usize]) -> BTreeMap<usize, Option<usize>> {
    let mut homes: BTreeMap<usize, Option<usize>> = roots.iter().map(|root| (*root, None)).collect();
    let mut waiting: VecDeque<usize> = roots.iter().copied().collect();
    while let Some(index) = waiting.pop_front() {
        let children = explanation.nodes.get(index).map_or(&[][..], |step| &step.children);
        for child in children {
            if !homes.contains_key(child) {
                homes.insert(*child, Some(index));
                waiting.push_back(*child);
            }
        }
    }
    homes
}

struct Layout<'a> {
    explanation: &'a Explanation,
    /// Values whose picture stands elsewhere on the page.
    pictured: &'a BTreeSet<usize>,
    language: Language,
    /// The value under which each value stands; none for roots.
    homes: BTreeMap<usize, Option<usize>>,
    /// Values that have their place.
    placed: BTreeSet<usize>,
    /// Values whose children come in a stretch of their own.
    waiting: VecDeque<usize>,
    tree: Tree,
}

impl<'a> Layout<'a> {
    fn step(&self, index: usize) -> Result<&'a Step, ReportError> {
        let count = self.explanation.nodes.len();
        self.explanation.nodes.get(index).ok_or(ReportError::MissingNode { index, count })
    }

    fn line(&self, index: usize) -> Result<Line, ReportError> {
        let step = self.step(index)?;
        let of = if step.id == self.explanation.id { String::new() } else { step.id.clone() };
        let label = match step.label.get(self.language) {
            "" => &step.name,
            label => label,
        };
        let value = step.value.get(self.language).to_owned();
        Ok(Line { anchor: anchor(index), label: label.to_owned(), of, value })
    }

    /// Places a value and all below it, without recursion.
    fn walk(&mut self, root: usize, above: Option<usize>, items: &mut Vec<Item>) -> Result<(), ReportError> {
        let mut open = Vec::new();
        self.enter(root, above, &mut open, items)?;
        while let Some((above, children)) = open.last_mut() {
            let above = Some(*above);
            match children.next() {
                Some(child) => self.enter(*child, above, &mut open, items)?,
                None => {
                    open.pop();
                    items.push(Item::End);
                }
            }
        }
        Ok(())
    }

    fn children_of(&mut self, index: usize, items: &mut Vec<Item>) -> Result<(), ReportError> {
        for child in &self.step(index)?.children {
            self.walk(*child, Some(index), items)?;
        }
        Ok(())
    }

    fn enter(
        &mut self,
        index: usize,
        above: Option<usize>,
        open: &mut Vec<(usize, std::slice::Iter<'a, usize>)>,
        items: &mut Vec<Item>,
    ) -> Result<(), ReportError> {
        let step = self.step(index)?;
        if self.placed.contains(&index) || self.homes.get(&index) != Some(&above) {
            items.push(Item::Link { line: self.line(index)? });
            return Ok(());
        }
        if self.tree.shown.len() >= VALUES_MAX {
            self.tree.left_out += 1;
            return Ok(());
        }
        let deep = open.len() >= LEVELS_MAX && !step.children.is_empty();
        self.placed.insert(index);
        self.tree.shown.push(index);
        let mut view = Box::new(self.view(index)?);
        self.tree.documents.note(&step.sources, &view.line.anchor, &view.line.label);
        if deep {
            // The value stands here; what it rests on comes in a stretch of its own.
            view.further = true;
            items.push(Item::Leaf { step: view });
            self.waiting.push_back(index);
        } else if step.children.is_empty() {
            items.push(Item::Leaf { step: view });
        } else {
            let short = open.is_empty() || step.children.len() <= LINES_OPEN_MAX;
            items.push(Item::Branch { step: view, open: short && open.len() < LEVELS_OPEN });
            open.push((index, step.children.iter()));
        }
        Ok(())
    }

    fn view(&self, index: usize) -> Result<StepView, ReportError> {
        let step = self.step(index)?;
        let (language, words) = (self.language, words(self.language));
        let line = self.line(index)?;
        let filled = step
            .with_values
            .as_ref()
            .map(|filled| filled.get(language))
            .filter(|filled| *filled != line.value);
        let say = step.say.as_ref().map(|say| said(say, language));
        // Without a sentence the formula with its values takes its place.
        let with_values = if say.is_some() { filled } else { None };
        let calculation = calculation(step, with_values, language);
        let due =
            step.due.iter().map(|due| (dates::day(&due.day, language), due.amount.get(language).to_owned()));
        let pictured = self.pictured.contains(&index);
        Ok(StepView {
            kind: match step.kind {
                "input" => words.kind_input,
                "parameter" => words.kind_parameter,
                "table" => words.kind_table,
                "aggregate" => words.kind_aggregate,
                "share" => words.kind_share,
                "allocation" => words.kind_allocation,
                _ => "",
            },
            plain: say.or_else(|| filled.map(|filled| format!("= {filled}"))),
            details: step.details.iter().map(|detail| said(detail, language)).collect(),
            origin: step.origin.as_ref().map(|origin| said(origin, language)),
            sources: step.sources.iter().map(|source| SourceView::of(source, language)).collect(),
            due: due.collect(),
            calculation,
            choice: step.choice.as_ref().map(|choice| said(choice, language)),
            parts: if pictured { None } else { parts(step, &format!("parts-{}", line.anchor), language) },
            further: false,
            line,
        })
    }
}

fn calculation(step: &Step, with_values: Option<&str>, language: Language) -> Vec<CalculationLine> {
    let words = words(language);
    let line = |name, content: &str, is_code| CalculationLine { name, content: content.to_owned(), is_code };
    let mut lines = Vec::new();
    lines.extend(with_values.map(|filled| line(words.with_values, filled, false)));
    lines.extend(step.formula.as_ref().map(|formula| line(words.as_written, formula, true)));
    lines.extend(step.rounding.as_ref().map(|rounding| line(words.rounding, rounding.get(language), false)));
    if !lines.is_empty() {
        lines.push(line(words.rule_name, &step.name, true));
    }
    lines
}

/// Returns how a value is made up, when at least two parts make it.
pub(crate) fn parts(step: &Step, id: &str, language: Language) -> Option<Parts> {
    if step.parts.len() < 2 {
        return None;
    }
    let printed = step.value.get(language);
    let around = Around::of(printed, language);
    let whole: exact::Rational = step.parts.iter().map(|part| &part.number).sum();
    let pieces: Vec<Piece> = step.parts.iter().map(|part| piece(part, &around, language)).collect();
    let has_shares = whole.is_positive() && pieces.iter().all(|piece| piece.tone != Tone::Minus);
    let rows = pieces.iter().map(|piece| PartRow {
        label: piece.label.clone(),
        value: piece.printed.clone(),
        share: match piece.tone {
            Tone::Rounding => String::new(),
            _ if !has_shares => String::new(),
            _ => percent(&piece.number, &whole, language).unwrap_or_default(),
        },
        anchor: None,
    });
    let rows = rows.collect();
    let round = |number: &exact::Rational| number.round(2, exact::RoundingMode::HalfEven);
    let is_rounded = pieces.iter().map(|piece| round(&piece.number)).sum::<exact::Rational>()
        != round(&whole)
        || pieces.iter().any(|piece| piece.tone == Tone::Rounding);
    let label = step.label.get(language);
    let picture = waterfall(&Waterfall { id: id.to_owned(), label, printed, pieces: &pieces, language });
    Some(Parts { picture, label: label.to_owned(), whole: printed.to_owned(), rows, has_shares, is_rounded })
}

fn piece(part: &PartLine, around: &Around, language: Language) -> Piece {
    // A part that would read as zero, such as a rounding, is shown with the decimals it has.
    let vanishes = part.number.round(2, exact::RoundingMode::HalfEven).is_zero() && !part.number.is_zero();
    Piece {
        label: part.label.get(language).to_owned(),
        printed: if vanishes {
            around.print(&part.number, language)
        } else {
            part.value.get(language).to_owned()
        },
        tone: if is_rounding(part) {
            Tone::Rounding
        } else if part.number.is_negative() {
            Tone::Minus
        } else {
            Tone::Plus
        },
        number: part.number.clone(),
    }
}

/// Tells the part that rounding makes from the others, by the words that explanations give it.
fn is_rounding(part: &PartLine) -> bool {
    part.label.fr == "arrondi" && part.label.en == "rounding"
}
