//! What changes bring, as the content of a page and as lines on a terminal.

use report::{Effect, Gain, GridAxis, GridPoint, RefusedLine, WhatIfGrid, WhatIfPage};
use rulebook::book::Reference;
use rulebook::change::{Axis, AxisValues, Operation};
use rulebook::facts::Facts;
use rulebook::{Language, Rulebook, Text, Value, show, text};

use super::rows::RefusedOnce;
use super::{Blocks, Measure, Summary, Tally};
use crate::{change_files, words};

/// The most refusals on a page.
const REFUSED_MAX: usize = 200;

/// Returns the content of a page.
pub(crate) fn page(blocks: &Blocks<'_>, tally: &Tally, facts: &Facts, refused: &[RefusedOnce]) -> WhatIfPage {
    let book = blocks.base.book;
    let subtitle = Text::in_both(|language| {
        format!("{} · {}", book.instrument.title.get(language), words::period(blocks.base, language))
    });
    let mut page = WhatIfPage {
        title: text!("Et si ?", "What if?"),
        subtitle,
        refused: refused.iter().take(REFUSED_MAX).map(|one| refused_line(blocks, one)).collect(),
        ..WhatIfPage::default()
    };
    if refused.len() > REFUSED_MAX {
        let more = refused.len() - REFUSED_MAX;
        page.refused.push(RefusedLine {
            id: "…".to_owned(),
            reason: text!(
                "et {more} autres : un fichier .csv les a tous",
                "and {more} more: a .csv file has them all"
            ),
        });
    }
    let (Some(measure), Some(base)) = (&tally.measure, tally.base()) else { return page };
    let printer = Printer { book, measure };
    page.measure = measure.label.clone();
    page.base = base.total.clone();
    page.base_printed = printer.number(&base.total);
    let ids = &facts.rows(book.subject).ids;
    for (index, block) in blocks.list.iter().enumerate().skip(1).filter(|(_, block)| !block.is_grid) {
        for summary in tally.of(index) {
            page.effects.push(printer.effect(block.title.clone(), summary, ids));
        }
    }
    if let (Some(grid), Some((index, block))) =
        (blocks.grid, blocks.list.iter().enumerate().find(|(_, block)| block.is_grid))
    {
        let mut points: Vec<GridPoint> =
            tally.of(index).map(|summary| printer.point(grid.places(summary.scenario), summary)).collect();
        points.sort_by(|one, other| one.places.cmp(&other.places));
        page.grid = Some(WhatIfGrid {
            title: block.title.clone(),
            axes: grid.axes.iter().map(|axis| grid_axis(book, axis)).collect(),
            points,
        });
    }
    page
}

/// Says of a refusal in which scenario it came, unless it comes without any change.
fn refused_line(blocks: &Blocks<'_>, one: &RefusedOnce) -> RefusedLine {
    let book = blocks.base.book;
    let refusal = &one.refusal;
    let entity = book.entities.get(refusal.entity.0).map_or("", |entity| entity.name.as_str());
    let id =
        if refusal.entity == book.subject { refusal.id.clone() } else { format!("{entity} {}", refusal.id) };
    let reason = match blocks.list.get(one.block).filter(|_| one.block > 0) {
        None => refusal.message.clone(),
        Some(block) => Text::new(
            format!("{} : {}", block.title.fr, refusal.message.fr),
            format!("{}: {}", block.title.en, refusal.message.en),
        ),
    };
    RefusedLine { id, reason }
}

struct Printer<'a> {
    book: &'a Rulebook,
    measure: &'a Measure,
}

impl Printer<'_> {
    fn number(&self, number: &exact::Rational) -> Text {
        Text::in_both(|language| self.measure.print(self.book, number, language))
    }

    fn gain(&self, number: &exact::Rational) -> Text {
        Text::in_both(|language| self.measure.print_gain(self.book, number, language))
    }

    fn effect(&self, title: Text, summary: &Summary, ids: &[String]) -> Effect {
        let gains = summary.gains.iter().map(|(row, before, after)| {
            let gain = after - before;
            Gain {
                id: ids.get(*row).cloned().unwrap_or_default(),
                before_printed: self.number(before),
                after_printed: self.number(after),
                gain_printed: self.gain(&gain),
                gain,
            }
        });
        Effect {
            title,
            total_printed: self.number(&summary.total),
            gain: summary.gain.clone(),
            gain_printed: self.gain(&summary.gain),
            lost: summary.lost,
            found: summary.found,
            gains: gains.collect(),
        }
    }

    fn point(&self, places: Vec<usize>, summary: &Summary) -> GridPoint {
        GridPoint {
            places,
            total: summary.total.clone(),
            total_printed: self.number(&summary.total),
            gain_printed: self.gain(&summary.gain),
            winners: summary.winners,
            losers: summary.losers,
            refused: summary.refused,
        }
    }
}

/// Returns the words and the values of a path.
fn grid_axis(book: &Rulebook, axis: &Axis) -> GridAxis {
    let words = |reference: Reference, value: &Value| {
        Text::in_both(|language| show::reference(book, reference, value, language))
    };
    let (label, values): (Text, Vec<(Text, Option<exact::Rational>)>) = match &axis.values {
        AxisValues::Parameter(id, dated) => {
            let reference = Reference::Parameter(*id);
            let one = |value: &Value| (words(reference, value), value.as_number().cloned());
            (
                book.label_of(reference),
                dated.iter().filter_map(|dated| dated.value.as_ref()).map(one).collect(),
            )
        }
        AxisValues::Fact(changes) => {
            let one = |change: &rulebook::change::FactChange| {
                let number = match &change.operation {
                    Operation::Set(value) => value.as_number().cloned(),
                    Operation::Add(number) | Operation::Multiply(number) => Some(number.clone()),
                };
                (change_files::of_fact(book, change), number)
            };
            let label = changes.first().map(|change| book.label_of(Reference::Input(change.input)));
            (label.unwrap_or_default(), changes.iter().map(one).collect())
        }
    };
    let numbers = values.iter().map(|(_, number)| number.clone()).collect();
    GridAxis { label, values: values.into_iter().map(|(words, _)| words).collect(), numbers }
}

/// Returns a line for each block: what it brings, and to how many.
pub(crate) fn lines(blocks: &Blocks<'_>, tally: &Tally, language: Language) -> Vec<String> {
    let book = blocks.base.book;
    let mut lines = Vec::new();
    for (index, block) in blocks.list.iter().enumerate() {
        let title = block.title.get(language);
        let summaries: Vec<&Summary> = tally.of(index).collect();
        let refused = summaries.iter().map(|summary| summary.refused).max().unwrap_or(0);
        let refused = match (refused, language) {
            (0, _) => String::new(),
            (1, Language::French) => " ; 1 refusé".to_owned(),
            (_, Language::French) => format!(" ; {refused} refusés"),
            (_, Language::English) => format!("; {refused} refused"),
        };
        let what = match (&tally.measure, summaries.as_slice()) {
            (None, _) | (_, []) => continue,
            (Some(measure), [only]) if index == 0 => measure.print(book, &only.total, language),
            (Some(measure), [only]) if !block.is_grid => {
                let [total, gain] = [
                    measure.print(book, &only.total, language),
                    measure.print_gain(book, &only.gain, language),
                ];
                let Summary { winners, losers, .. } = only;
                match language {
                    Language::French => {
                        format!("{total} ({gain} ; plus pour {winners}, moins pour {losers})")
                    }
                    Language::English => format!("{total} ({gain}; more for {winners}, less for {losers})"),
                }
            }
            (Some(measure), [first, rest @ ..]) => {
                let mut extremes = [&first.total, &first.total];
                for summary in rest {
                    extremes = [extremes[0].min(&summary.total), extremes[1].max(&summary.total)];
                }
                let [least, most] = extremes.map(|number| measure.print(book, number, language));
                let count = summaries.len();
                match language {
                    Language::French => format!("{count} scénarios, de {least} à {most}"),
                    Language::English => format!("{count} scenarios, {least} to {most}"),
                }
            }
        };
        lines.push(match language {
            Language::French => format!("  {title} : {what}{refused}\n"),
            Language::English => format!("  {title}: {what}{refused}\n"),
        });
    }
    lines
}
