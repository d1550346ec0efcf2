//! A rulebook at a date: which version of everything is in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::book::{Allocation, Check, ExprKind, Reference, Row, RuleVersion, Rulebook, Share, Table};
use crate::check::graph::circles;
use crate::check::table_rows::{Cell, combinations, is_unknown, rows_in_force};
use crate::in_force::in_force;
use crate::model::{AllocationId, Dated, EntityId, InputId, ParameterId, RuleId, ScheduleVersion, TableId};
use crate::{Code, Diagnostic, Period, text};

/// A rulebook as it stands on the last day of a period.
///
/// A clone is cheap: it shares tables and rules.
#[derive(Debug, Clone)]
pub struct Plan<'b> {
    /// The rulebook.
    pub book: &'b Rulebook,
    /// The date that was asked for.
    pub at: Date,
    /// The day whose knowledge is used, when it is not today's.
    pub known_at: Option<Date>,
    /// The period that contains the date.
    pub period: Period,
    /// The day whose declarations hold: the last one of the period, unless the period was varied.
    pub(crate) day: Date,
    pub(crate) parameters: Vec<Option<&'b Dated>>,
    pub(crate) tables: Arc<[Arc<TableInForce<'b>>]>,
    pub(crate) rules: Arc<[Option<&'b RuleVersion>]>,
    /// Whether one formula reads all subjects together.
    pub(crate) over_all_subjects: bool,
}

/// The rows of a table in force, ready to be read.
#[derive(Debug)]
pub(crate) enum TableInForce<'b> {
    /// One row for each combination of keys.
    Decision(BTreeMap<Vec<Cell>, &'b Row>),
    /// Rows in the order of their bounds.
    Ordered(Vec<&'b Row>),
    /// Nobody knows the table on that day.
    Unknown,
}

impl<'b> Plan<'b> {
    /// Chooses every version in force at a date.
    ///
    /// # Errors
    /// A diagnostic when the contract does not exist in that period.
    pub fn new(book: &'b Rulebook, at: Date, known_at: Option<Date>) -> Result<Self, Box<Diagnostic>> {
        let id = &book.instrument.id;
        let Some(period) = Period::containing(at, book.instrument.period) else {
            return Err(Box::new(Diagnostic::error(
                Code::BEFORE_CONTRACT,
                None,
                text!("{at} est hors du calendrier", "{at} is outside the calendar"),
            )));
        };
        if let Some(begins) = book.begins.filter(|begins| period.last < *begins) {
            return Err(Box::new(
                Diagnostic::error(
                    Code::BEFORE_CONTRACT,
                    None,
                    text!(
                        "le contrat `{id}` commence le {begins} : rien à calculer au {at}",
                        "the contract `{id}` begins on {begins}: there is nothing to compute at {at}"
                    ),
                )
                .help(text!("choisir une date à partir du {begins}", "choose a date from {begins} on")),
            ));
        }
        let last_text =
            book.instrument.basis.iter().map(|basis| basis.validity.to).collect::<Option<Vec<Date>>>();
        if let Some(ends) =
            last_text.and_then(|ends| ends.into_iter().max()).filter(|ends| period.first > *ends)
        {
            return Err(Box::new(
                Diagnostic::error(
                    Code::BEFORE_CONTRACT,
                    None,
                    text!(
                        "le contrat `{id}` a fini le {ends} : rien à calculer au {at}",
                        "the contract `{id}` ended on {ends}: there is nothing to compute at {at}"
                    ),
                )
                .help(text!("choisir une date jusqu'au {ends}", "choose a date up to {ends}")),
            ));
        }
        let day = period.last;
        let mut plan = Self {
            book,
            at,
            known_at,
            period,
            day,
            parameters: book
                .parameters
                .iter()
                .map(|parameter| in_force(&parameter.values, |dated| dated.validity, day, known_at))
                .collect(),
            tables: book
                .tables
                .iter()
                .map(|table| Arc::new(table_in_force(book, table, day, known_at)))
                .collect(),
            rules: book
                .rules
                .iter()
                .map(|rule| {
                    in_force(&rule.versions, |version| version.validity, day, known_at)
                        .filter(|_| rule.validity.contains(day) && rule.validity.known_at(known_at))
                })
                .collect(),
            over_all_subjects: false,
        };
        plan.over_all_subjects = plan.reads_all_subjects();
        plan.without_circles()?;
        Ok(plan)
    }

    /// Finds rules in a circle among versions that `check` did not see together: of an earlier knowledge, or of days
    /// before the first change.
    fn without_circles(&self) -> Result<(), Box<Diagnostic>> {
        let mut findings = Vec::new();
        circles(self.book, self.period.last, self.known_at, &mut findings);
        findings.into_iter().next().map_or(Ok(()), |finding| Err(Box::new(finding)))
    }

    fn reads_all_subjects(&self) -> bool {
        let Some(programme) = self.book.entities[self.book.subject.0].parent else { return false };
        let aggregates = |expr: &crate::book::Expr| {
            let mut found = false;
            expr.walk(&mut |part| found |= matches!(part.kind, ExprKind::Aggregate(_)));
            found
        };
        let rules = self.book.rules.iter().zip(self.rules.iter());
        let mut rules = rules.filter(|(rule, _)| rule.of == programme).filter_map(|(_, version)| *version);
        rules.any(|version| aggregates(&version.formula))
            || self.allocations().any(|(_, allocation)| allocation.of == programme)
    }

    /// Returns whether an input is in force.
    pub fn has_input(&self, id: InputId) -> bool {
        self.book.inputs[id.0].decl.validity.contains(self.day)
    }

    /// Returns the value of a parameter in force.
    pub fn parameter(&self, id: ParameterId) -> Option<&'b Dated> {
        self.parameters[id.0]
    }

    /// Returns the same plan with another value of one parameter, of the unit that the rulebook declares.
    #[must_use]
    pub fn with_parameter(&self, id: ParameterId, dated: &'b Dated) -> Self {
        let mut varied = self.clone();
        if let Some(slot) = varied.parameters.get_mut(id.0) {
            *slot = Some(dated);
        }
        varied
    }

    /// Returns the same plan with tables of another one, which must be of the same shape: ids here and there.
    pub(crate) fn with_tables(&self, from: &Self, ids: &[(TableId, TableId)]) -> Self {
        let mut tables = self.tables.to_vec();
        for (here, there) in ids {
            if let (Some(slot), Some(table)) = (tables.get_mut(here.0), from.tables.get(there.0)) {
                *slot = table.clone();
            }
        }
        Self { tables: tables.into(), ..self.clone() }
    }

    /// Returns the same plan with the days of another period; what is in force stays.
    pub(crate) fn with_period(&self, period: Period) -> Self {
        Self { period, ..self.clone() }
    }

    /// Returns the version of a rule in force.
    pub fn rule(&self, id: RuleId) -> Option<&'b RuleVersion> {
        self.rules[id.0]
    }

    /// Returns the rows of a table in force.
    pub(crate) fn table(&self, id: TableId) -> &TableInForce<'b> {
        &self.tables[id.0]
    }

    /// Returns the checks in force.
    pub fn checks(&self) -> impl Iterator<Item = &'b Check> {
        let day = self.day;
        self.book.checks.iter().filter(move |check| check.validity.contains(day))
    }

    /// Returns the allocations in force.
    pub fn allocations(&self) -> impl Iterator<Item = (AllocationId, &'b Allocation)> {
        let day = self.day;
        let all = self.book.allocations.iter().enumerate();
        all.filter(move |(_, allocation)| allocation.validity.contains(day))
            .map(|(index, allocation)| (AllocationId(index), allocation))
    }

    /// Returns the outputs of an entity in the order of the files: rules, then allocation steps and totals.
    pub fn outputs(&self, entity: EntityId) -> Vec<Reference> {
        let rules = self
            .book
            .rules
            .iter()
            .enumerate()
            .filter(|(index, rule)| rule.output && rule.of == entity && self.rules[*index].is_some());
        let mut outputs: Vec<Reference> = rules.map(|(index, _)| Reference::Rule(RuleId(index))).collect();
        for (allocation, declared) in self.allocations() {
            let steps = declared.steps.iter().enumerate().filter(|(_, step)| step.to == entity);
            let steps: Vec<Option<usize>> = steps.map(|(index, _)| Some(index)).collect();
            if steps.is_empty() {
                continue;
            }
            let all = steps.into_iter().chain([None]);
            outputs.extend(all.map(|step| Reference::Share(Share { allocation, entity, step })));
        }
        outputs
    }

    /// Returns when the amounts of a paying rule are due.
    pub fn schedule(&self, rule: RuleId) -> Option<&'b ScheduleVersion> {
        let name = &self.book.rules[rule.0].named.name;
        let schedule = self.book.schedules.iter().find(|schedule| schedule.rule == *name)?;
        in_force(&schedule.versions, |version| version.validity, self.day, self.known_at)
    }
}

fn table_in_force<'b>(
    book: &'b Rulebook,
    table: &'b Table,
    day: Date,
    known_at: Option<Date>,
) -> TableInForce<'b> {
    if is_unknown(table, day, known_at) {
        return TableInForce::Unknown;
    }
    let rows = rows_in_force(table, day, known_at);
    // Without any row there is no such table: it begins later, or was published later.
    if rows.is_empty() {
        return TableInForce::Unknown;
    }
    if table.keys.is_empty() {
        return TableInForce::Ordered(rows);
    }
    let found = combinations(table, &rows, &book.enums, day).map(|(_, found)| found).unwrap_or_default();
    let first = found.into_iter().filter_map(|(key, rows)| Some((key, *rows.first()?)));
    TableInForce::Decision(first.collect())
}
