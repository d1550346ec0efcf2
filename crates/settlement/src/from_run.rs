//! From the results of a run to its statements.

use exact::{Cents, Rational};
use jiff::civil::Date;
use rulebook::book::Reference;
use rulebook::facts::Facts;
use rulebook::interpret::{EntityResults, Settlement};
use rulebook::{Plan, RuleId, Type, Value};

use crate::{Statement, StatementError, StatementKey, StatementLine, StatementParts, instalments};

/// The statements of a run, and the subjects for whom none could be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafted {
    /// One for each subject that is settled.
    pub statements: Vec<Statement>,
    /// Who has none, and why.
    pub failed: Vec<Failed>,
}

/// A subject for whom no statement could be made; the others have theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The subject.
    pub subject: String,
    /// Why.
    pub error: StatementError,
}

/// Writes one statement for each settled row that has paying rules, in the order of the results.
///
/// The payer is the one of the rulebook, else the instrument itself: an agreement between members has no other.
/// A paying rule without a schedule is due on the last day of the period. Where a rule pays an entity below the
/// subject, its rows have statements too, named `entity/id`.
pub fn statements(plan: &Plan<'_>, facts: &Facts, settlement: &Settlement, run: &str) -> Drafted {
    let mut drafted = Drafted::default();
    for results in &settlement.entities {
        let paying = paying_rules(plan, results);
        if paying.is_empty() {
            continue;
        }
        let ids = &facts.rows(results.entity).ids;
        for index in 0..results.len() {
            let Some(id) = ids.get(results.facts_row(index)) else { continue };
            let subject = if results.entity == plan.book.subject {
                id.clone()
            } else {
                format!("{}/{id}", plan.book.entities[results.entity.0].name)
            };
            let value = |output| results.value(index, output);
            match statement(plan, &paying, &value, subject.clone(), run) {
                Ok(statement) => drafted.statements.push(statement),
                Err(error) => drafted.failed.push(Failed { subject, error }),
            }
        }
    }
    drafted
}

/// A paying rule, the column of its values, and when it is due.
struct Paying {
    rule: RuleId,
    column: usize,
    currency: String,
    /// Shares and due dates; nothing when a due date lies outside the calendar.
    parts: Option<Vec<(Rational, Date)>>,
}

fn paying_rules(plan: &Plan<'_>, results: &EntityResults) -> Vec<Paying> {
    let mut paying = Vec::new();
    for (column, output) in results.outputs.iter().enumerate() {
        let Reference::Rule(rule) = *output else { continue };
        let declared = &plan.book.rules[rule.0];
        if !declared.pays {
            continue;
        }
        let currency = match &declared.kind {
            Type::Number(unit) => unit.bases().map(|(base, _)| base).collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        paying.push(Paying { rule, column, currency, parts: parts(plan, rule) });
    }
    paying
}

fn parts(plan: &Plan<'_>, rule: RuleId) -> Option<Vec<(Rational, Date)>> {
    let Some(schedule) = plan.schedule(rule) else {
        return Some(vec![(Rational::ONE, plan.period.last)]);
    };
    let due = |part: &rulebook::model::Instalment| {
        let year = plan.period.first.year().checked_add(part.year)?;
        let due = Date::new(year, part.month, part.day).ok()?;
        Some((part.share.clone(), due))
    };
    schedule.parts.iter().map(due).collect()
}

fn statement(
    plan: &Plan<'_>,
    paying: &[Paying],
    value: &dyn Fn(usize) -> Option<Value>,
    subject: String,
    run: &str,
) -> Result<Statement, StatementError> {
    let book = plan.book;
    let mut lines = Vec::with_capacity(paying.len());
    let mut currency: Option<&str> = None;
    for pays in paying {
        let named = &book.rules[pays.rule.0].named;
        let rule = &named.name;
        match currency {
            Some(one) if one != pays.currency => {
                let (one, other) = (one.to_owned(), pays.currency.clone());
                return Err(StatementError::TwoCurrencies { one, other });
            }
            _ => currency = Some(&pays.currency),
        }
        let value = value(pays.column);
        let number = value.as_ref().and_then(Value::as_number);
        let amount = number.and_then(|number| Cents::from_rational(number).ok());
        let Some(amount) = amount else {
            let value = number.map_or_else(|| "?".to_owned(), ToString::to_string);
            return Err(StatementError::NotAnAmount { rule: rule.clone(), value });
        };
        let parts = pays.parts.as_ref().ok_or_else(|| StatementError::Schedule { rule: rule.clone() })?;
        lines.push(StatementLine {
            rule: rule.clone(),
            label: named.label(),
            amount,
            instalments: instalments(rule, amount, parts)?,
        });
    }
    Statement::new(StatementParts {
        key: StatementKey {
            instrument: book.instrument.id.clone(),
            subject,
            first: plan.period.first,
            last: plan.period.last,
        },
        payer: book.instrument.payer.clone().unwrap_or_else(|| book.instrument.id.clone()),
        currency: currency.unwrap_or_default().to_owned(),
        run: run.to_owned(),
        lines,
    })
}
