//! What each scenario brings in total, and who gains and loses.

use std::collections::BTreeSet;

use exact::Rational;
use rulebook::book::Reference;
use rulebook::facts::Facts;
use rulebook::interpret::{EntityResults, Settlement, Values};
use rulebook::{EntityId, Language, Rulebook, Text, Type, Value, show, text};
use serde_json::{Value as Json, json};

use super::Blocks;
use super::rows::Columns;
use crate::failure::Exit;

/// What is compared: one output, or all that is paid.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    /// Its words.
    pub(crate) label: Text,
    /// The outputs that are added up.
    pub(crate) outputs: Vec<Reference>,
    kind: Type,
    percent: bool,
}

impl Measure {
    /// Chooses the first number that was asked for; else all that is paid; else the first amount or number.
    pub(crate) fn choose(blocks: &Blocks<'_>, columns: &Columns, asked: &[String]) -> Option<Self> {
        let book = blocks.base.book;
        let outputs = columns.entities.first().map(|first| first.outputs.as_slice()).unwrap_or_default();
        let numbers: Vec<Reference> = outputs
            .iter()
            .copied()
            .filter(|output| matches!(book.type_of(*output), Type::Number(_)))
            .collect();
        let pays = |output: &Reference| matches!(output, Reference::Rule(id) if book.rules.get(id.0).is_some_and(|rule| rule.pays));
        let is_amount =
            |output: &Reference| matches!(book.type_of(*output), Type::Number(unit) if book.is_amount(&unit));
        let asked = asked
            .iter()
            .find_map(|name| numbers.iter().copied().find(|output| book.name_of(*output) == *name));
        let paid: Vec<Reference> = numbers.iter().copied().filter(pays).collect();
        let chosen = match (asked, paid.first()) {
            (Some(output), _) => vec![output],
            (None, Some(first)) => {
                let kind = book.type_of(*first);
                paid.into_iter().filter(|output| book.type_of(*output) == kind).collect()
            }
            (None, None) => {
                let found = numbers.iter().copied().find(is_amount).or_else(|| numbers.first().copied());
                found.into_iter().collect()
            }
        };
        let first = *chosen.first()?;
        let label = if chosen.len() == 1 {
            book.label_of(first)
        } else {
            text!("Total à payer", "Total to be paid")
        };
        Some(Self { label, kind: book.type_of(first), percent: book.is_percent(first), outputs: chosen })
    }

    /// Prints a number of this measure.
    pub(crate) fn print(&self, book: &Rulebook, number: &Rational, language: Language) -> String {
        show::value(book, &self.kind, self.percent, &Value::Number(number.clone()), language)
    }

    /// Prints a difference, with its sign.
    pub(crate) fn print_gain(&self, book: &Rulebook, number: &Rational, language: Language) -> String {
        let shown = self.print(book, number, language);
        if number.is_positive() { format!("+{shown}") } else { shown }
    }
}

/// What one scenario brings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    pub(crate) block: usize,
    pub(crate) scenario: usize,
    /// Subjects settled.
    pub(crate) settled: usize,
    /// Subjects refused.
    pub(crate) refused: usize,
    /// The measure over all settled subjects.
    pub(crate) total: Rational,
    /// The difference to nothing changed, over the subjects settled both times.
    pub(crate) gain: Rational,
    /// Subjects that have more.
    pub(crate) winners: usize,
    /// Subjects that have less.
    pub(crate) losers: usize,
    /// Subjects that have the same.
    pub(crate) unchanged: usize,
    /// Subjects settled without the changes and refused with them.
    pub(crate) lost: usize,
    /// Subjects refused without the changes and settled with them.
    pub(crate) found: usize,
    /// Each subject settled both times: its row, before and after; outside the grid only.
    pub(crate) gains: Vec<(usize, Rational, Rational)>,
}

/// What all scenarios bring.
pub(crate) struct Tally {
    pub(crate) measure: Option<Measure>,
    subject: EntityId,
    /// The measure without changes, by row of the facts.
    base: Vec<Option<Rational>>,
    /// One for each scenario, in order.
    pub(crate) scenarios: Vec<Summary>,
    is_grid: Vec<bool>,
}

impl Tally {
    pub(crate) fn new(blocks: &Blocks<'_>, measure: Option<Measure>, facts: &Facts) -> Self {
        let subject = blocks.base.book.subject;
        Self {
            measure,
            subject,
            base: vec![None; facts.rows(subject).ids.len()],
            scenarios: Vec::new(),
            is_grid: blocks.list.iter().map(|block| block.is_grid).collect(),
        }
    }

    /// Adds what came out of a scenario.
    pub(crate) fn add(
        &mut self,
        block: usize,
        scenario: usize,
        settlement: &Settlement,
        excluded: &[String],
    ) {
        let refused: BTreeSet<(&str, u64)> = settlement
            .refused
            .iter()
            .filter(|refusal| refusal.entity == self.subject && !excluded.contains(&refusal.id))
            // Rows without an id are told apart by their lines.
            .map(|refusal| {
                let line = refusal.place.as_ref().filter(|_| refusal.id.is_empty());
                (refusal.id.as_str(), line.map_or(0, |place| place.1))
            })
            .collect();
        let mut summary = Summary { block, scenario, refused: refused.len(), ..Summary::default() };
        let keeps_gains = self.is_grid.get(block) == Some(&false);
        let results = settlement.subject().filter(|results| results.entity == self.subject);
        let mut before_count = self.base.iter().flatten().count();
        if let Some(results) = results {
            summary.settled = results.len();
            for (row, after) in self.measured(results) {
                summary.total += &after;
                let Some(slot) = self.base.get_mut(row) else { continue };
                if block == 0 {
                    *slot = Some(after);
                    continue;
                }
                let Some(before) = slot else {
                    summary.found += 1;
                    continue;
                };
                before_count = before_count.saturating_sub(1);
                match after.cmp(before) {
                    std::cmp::Ordering::Greater => summary.winners += 1,
                    std::cmp::Ordering::Less => summary.losers += 1,
                    std::cmp::Ordering::Equal => summary.unchanged += 1,
                }
                summary.gain += &(&after - &*before);
                if keeps_gains {
                    summary.gains.push((row, before.clone(), after));
                }
            }
        }
        summary.lost = if block == 0 { 0 } else { before_count };
        self.scenarios.push(summary);
    }

    /// Returns the measure of each settled row of the facts; nothing when the results lack one of its outputs.
    fn measured(&self, results: &EntityResults) -> Vec<(usize, Rational)> {
        let outputs = self.measure.as_ref().map(|measure| measure.outputs.as_slice()).unwrap_or_default();
        let place = |wanted: &Reference| results.outputs.iter().position(|output| output == wanted);
        let places: Vec<usize> = outputs.iter().map(place).collect::<Option<_>>().unwrap_or_default();
        let mut measured = Vec::new();
        for block in results.blocks().iter().filter(|_| !places.is_empty()) {
            let columns: Vec<&Values> = places.iter().filter_map(|place| block.columns.get(*place)).collect();
            for (index, row) in block.rows.iter().enumerate() {
                let mut sum = Rational::ZERO;
                for values in &columns {
                    if let Some(Value::Number(number)) = values.value(index) {
                        sum += &number;
                    }
                }
                measured.push((row, sum));
            }
        }
        measured
    }

    /// Returns the summary without changes.
    pub(crate) fn base(&self) -> Option<&Summary> {
        self.scenarios.first()
    }

    /// Returns the summaries of a block.
    pub(crate) fn of(&self, block: usize) -> impl Iterator<Item = &Summary> {
        self.scenarios.iter().filter(move |summary| summary.block == block)
    }

    /// Returns how the command ends.
    pub(crate) fn exit(&self) -> Exit {
        let settled = self.scenarios.iter().any(|summary| summary.settled > 0);
        let refused = self.scenarios.iter().any(|summary| summary.refused > 0);
        match (settled, refused) {
            (_, false) => Exit::Done,
            (true, true) => Exit::SomeRefused,
            (false, true) => Exit::AllRefused,
        }
    }

    /// Returns what each scenario brings; numbers are texts, so that none is rounded on the way.
    pub(crate) fn json(&self, blocks: &Blocks<'_>) -> Json {
        let book = blocks.base.book;
        let paths = blocks.paths();
        let one = |summary: &Summary| {
            let mut fields = serde_json::Map::new();
            for (path, value) in paths.iter().zip(blocks.coordinates(summary.block, summary.scenario)) {
                fields.insert((*path).to_owned(), value.into());
            }
            let name = blocks.list.get(summary.block).map_or("", |block| block.name);
            fields.insert("change".to_owned(), name.into());
            fields.insert("settled".to_owned(), summary.settled.into());
            fields.insert("refused".to_owned(), summary.refused.into());
            if let Some(measure) = &self.measure {
                let names: Vec<String> = measure.outputs.iter().map(|output| book.name_of(*output)).collect();
                let number =
                    |number: &Rational| show::for_file(book, &measure.kind, &Value::Number(number.clone()));
                fields.insert("measure".to_owned(), json!(names));
                fields.insert("total".to_owned(), number(&summary.total).into());
                fields.insert("gain".to_owned(), number(&summary.gain).into());
                fields.insert("winners".to_owned(), summary.winners.into());
                fields.insert("losers".to_owned(), summary.losers.into());
                fields.insert("unchanged".to_owned(), summary.unchanged.into());
                fields.insert("refused_by_the_change".to_owned(), summary.lost.into());
            }
            Json::Object(fields)
        };
        self.scenarios.iter().map(one).collect()
    }
}
