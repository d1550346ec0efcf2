//! Expressions, one form after another.

use std::cmp::Ordering;
use std::sync::Arc;

use exact::Rational;

use super::settle::bad_refusal;
use super::trace::{Shape, Term};
use super::{Interpreter, Spot, Stop};
use crate::book::{Aggregate, AggregateKind, DefaultValue, Expr, ExprKind, Reference};
use crate::model::Status;
use crate::period::days_between;
use crate::refusal::Reason;
use crate::{EntityId, InputId, ParameterId, Type, Value, text};

/// The largest size of a number, in bits: beyond any amount, and small enough to stay quick.
const NUMBER_BITS_MAX: u64 = 8192;

impl Interpreter<'_> {
    /// Evaluates an expression at a spot.
    pub(super) fn eval(&mut self, expr: &Expr, at: Spot) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Constant(value) => Ok(value.clone()),
            ExprKind::Read(reference) => {
                let value = self.read(*reference, at)?;
                self.substitute_value(&expr.span, &value, *reference);
                Ok(value)
            }
            ExprKind::Sum(parts) => self.sum(parts, at).map(Value::Number),
            ExprKind::Product(parts) => self.product(parts, at).map(Value::Number),
            ExprKind::Compare(comparison, a, b) => {
                let (a, b) = (self.eval(a, at)?, self.eval(b, at)?);
                Ok(Value::Bool(comparison.holds(order(&a, &b))))
            }
            ExprKind::Between { x, low, high, negated } => {
                let x = self.eval(x, at)?;
                let inside =
                    order(&self.eval(low, at)?, &x).is_le() && order(&x, &self.eval(high, at)?).is_le();
                Ok(Value::Bool(inside != *negated))
            }
            ExprKind::In { x, list, negated } => {
                let x = self.eval(x, at)?;
                for item in list {
                    if self.eval(item, at)? == x {
                        return Ok(Value::Bool(!negated));
                    }
                }
                Ok(Value::Bool(*negated))
            }
            ExprKind::All(list) => self.until(list, at, false).map(Value::Bool),
            ExprKind::Any(list) => self.until(list, at, true).map(Value::Bool),
            ExprKind::Not(x) => Ok(Value::Bool(!self.truth(x, at)?)),
            ExprKind::Case(branches, otherwise) => self.case(expr, branches, otherwise, at),
            ExprKind::Extreme { greatest, of } => self.extreme(*greatest, of, at),
            ExprKind::Abs(x) => Ok(Value::Number(self.number(x, at)?.abs())),
            ExprKind::Round(x, decimals, mode) => {
                Ok(Value::Number(self.number(x, at)?.round(*decimals, *mode)))
            }
            ExprKind::DaysBetween(a, b) => match (self.eval(a, at)?, self.eval(b, at)?) {
                (Value::Date(a), Value::Date(b)) => Ok(Value::Number(Rational::from(days_between(a, b)))),
                _ => Err(self.mistyped(at)),
            },
            ExprKind::YearFractionFrom(day) => match self.eval(day, at)? {
                Value::Date(day) => {
                    let (days, of) = self.plan.period.fraction_from(day);
                    Ok(Value::Number(Rational::ratio(days, of).unwrap_or_default()))
                }
                _ => Err(self.mistyped(at)),
            },
            ExprKind::Lookup(table, keys) => {
                let mut values = Vec::with_capacity(keys.len());
                for key in keys {
                    values.push(self.eval(key, at)?);
                }
                self.lookup(*table, &values, &expr.span, at)
            }
            ExprKind::Bracket(table, x) => {
                let x = self.number(x, at)?;
                self.bracket(*table, &x, &expr.span, at)
            }
            ExprKind::Interpolate(table, x) => {
                let x = self.number(x, at)?;
                self.interpolate(*table, &x, &expr.span, at)
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(expr, aggregate, at),
        }
    }

    /// Evaluates an expression and keeps how it is made up of sums and products; the value is that of [`Self::eval`].
    pub(super) fn eval_shaped(&mut self, expr: &Expr, at: Spot, shape: &mut Shape) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Read(reference) => {
                *shape = Shape::Read(*reference);
                self.eval(expr, at)
            }
            ExprKind::Sum(parts) => {
                let terms = self.terms(parts, at)?;
                let mut total = Rational::ZERO;
                for term in &terms {
                    if term.inverse {
                        total -= &term.value;
                    } else {
                        total += &term.value;
                    }
                    total = self.bounded(total, at)?;
                }
                *shape = Shape::Sum(terms);
                Ok(Value::Number(total))
            }
            ExprKind::Product(parts) => {
                let terms = self.terms(parts, at)?;
                let factors: Vec<(bool, Expr)> = terms
                    .iter()
                    .map(|term| {
                        let kind = ExprKind::Constant(Value::Number(term.value.clone()));
                        (term.inverse, Expr { kind, span: term.span.clone() })
                    })
                    .collect();
                *shape = Shape::Product(terms);
                self.product(&factors, at).map(Value::Number)
            }
            ExprKind::Case(branches, otherwise) => {
                for (when, then) in branches {
                    if self.truth(when, at)? {
                        self.substitute_branch(&expr.span, &then.span);
                        return self.eval_shaped(then, at, shape);
                    }
                }
                self.substitute_branch(&expr.span, &otherwise.span);
                self.eval_shaped(otherwise, at, shape)
            }
            _ => self.eval(expr, at),
        }
    }

    fn terms(&mut self, parts: &[(bool, Expr)], at: Spot) -> Result<Vec<Term>, Stop> {
        let mut terms = Vec::with_capacity(parts.len());
        for (inverse, part) in parts {
            let mut shape = Shape::Whole;
            match self.eval_shaped(part, at, &mut shape)? {
                Value::Number(value) => {
                    terms.push(Term { inverse: *inverse, value, span: part.span.clone(), shape });
                }
                _ => return Err(self.mistyped(at)),
            }
        }
        Ok(terms)
    }

    /// Reports what the checks before the run make impossible, without ever panicking.
    pub(super) fn mistyped(&self, at: Spot) -> Stop {
        let message = text!("erreur interne : type inattendu", "internal error: unexpected type");
        self.refuse(at, Reason::WrongType, "", message)
    }

    pub(super) fn number(&mut self, expr: &Expr, at: Spot) -> Result<Rational, Stop> {
        match self.eval(expr, at)? {
            Value::Number(number) => Ok(number),
            _ => Err(self.mistyped(at)),
        }
    }

    pub(super) fn truth(&mut self, expr: &Expr, at: Spot) -> Result<bool, Stop> {
        match self.eval(expr, at)? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(self.mistyped(at)),
        }
    }

    pub(super) fn bounded(&self, number: Rational, at: Spot) -> Result<Rational, Stop> {
        if number.small_parts().is_none() && number.bits() > NUMBER_BITS_MAX {
            let message = text!(
                "un nombre intermédiaire dépasse {NUMBER_BITS_MAX} bits",
                "a number on the way passes {NUMBER_BITS_MAX} bits"
            );
            return Err(self.refuse(at, Reason::NumberTooLarge, "", message));
        }
        Ok(number)
    }

    fn sum(&mut self, parts: &[(bool, Expr)], at: Spot) -> Result<Rational, Stop> {
        let mut total = Rational::ZERO;
        for (minus, part) in parts {
            let number = self.number(part, at)?;
            if *minus {
                total -= number;
            } else {
                total += number;
            }
            total = self.bounded(total, at)?;
        }
        Ok(total)
    }

    fn product(&mut self, parts: &[(bool, Expr)], at: Spot) -> Result<Rational, Stop> {
        let mut total = Rational::ONE;
        for (divides, part) in parts {
            let number = self.number(part, at)?;
            total = if *divides {
                total.checked_div(&number).ok_or_else(|| {
                    let message = text!("division par zéro", "division by zero");
                    self.refuse(at, Reason::DivisionByZero, &self.current_name(), message)
                })?
            } else {
                total * number
            };
            total = self.bounded(total, at)?;
        }
        Ok(total)
    }

    /// Evaluates from left to right until one is `stop`.
    fn until(&mut self, list: &[Expr], at: Spot, stop: bool) -> Result<bool, Stop> {
        for item in list {
            if self.truth(item, at)? == stop {
                return Ok(stop);
            }
        }
        Ok(!stop)
    }

    fn case(
        &mut self,
        whole: &Expr,
        branches: &[(Expr, Expr)],
        otherwise: &Expr,
        at: Spot,
    ) -> Result<Value, Stop> {
        for (when, then) in branches {
            if self.truth(when, at)? {
                self.substitute_branch(&whole.span, &then.span);
                return self.eval(then, at);
            }
        }
        self.substitute_branch(&whole.span, &otherwise.span);
        self.eval(otherwise, at)
    }

    fn extreme(&mut self, greatest: bool, of: &[Expr], at: Spot) -> Result<Value, Stop> {
        let mut best: Option<Value> = None;
        for item in of {
            let value = self.eval(item, at)?;
            let better = best.as_ref().is_none_or(|best| {
                let ordering = order(&value, best);
                if greatest { ordering.is_gt() } else { ordering.is_lt() }
            });
            if better {
                best = Some(value);
            }
        }
        best.ok_or_else(|| self.mistyped(at))
    }

    pub(super) fn input(&mut self, id: InputId, spot: Spot) -> Result<Value, Stop> {
        let book = self.plan.book;
        let input = &book.inputs[id.0];
        let row = self.order.row(spot);
        let given = self.facts.rows(spot.entity).cell(id, row);
        // A cell that could not be read is not an absent one: its default would be a guess.
        if given.is_none()
            && let Some(bad) = bad_refusal(self.facts, spot.entity, Some(row))
        {
            return Err(Arc::new(bad.clone()));
        }
        let value = given.clone().or_else(|| match &input.default {
            Some(DefaultValue::Plain(value)) => Some(value.clone()),
            Some(DefaultValue::StartOfPeriod) => Some(Value::Date(self.plan.period.first)),
            Some(DefaultValue::EndOfPeriod) => Some(Value::Date(self.plan.period.last)),
            None => None,
        });
        let name = &input.decl.named.name;
        let Some(value) = value else {
            let message = text!("le fait `{name}` manque", "the fact `{name}` is missing");
            return Err(self.refuse(spot, Reason::MissingFact, name, message));
        };
        if let (Value::Enum(index), Type::Enum(kind)) = (&value, &input.kind) {
            let known = &book.enums[kind.0].values[*index];
            if !known.validity.contains(self.plan.day) {
                let (word, day) = (&known.name, self.plan.day);
                let message = text!(
                    "`{name}` vaut `{word}`, qui n'existe pas au {day}",
                    "`{name}` is `{word}`, which does not exist on {day}"
                );
                return Err(self.refuse(spot, Reason::UnknownValue, name, message));
            }
        }
        self.note_input(id, spot, &value, given.is_none());
        Ok(value)
    }

    pub(super) fn parameter(&mut self, id: ParameterId, spot: Spot) -> Result<Value, Stop> {
        let name = &self.plan.book.parameters[id.0].named.name;
        let dated = self.plan.parameter(id);
        let status = dated.and_then(|dated| dated.provenance.status);
        let value = dated.and_then(|dated| dated.value.clone());
        let value = self.vouched(name, status, value, spot)?;
        self.note_parameter(id, &value);
        Ok(value)
    }

    /// Lets a value pass if it is known and, in official mode, vouched for.
    pub(super) fn vouched(
        &self,
        name: &str,
        status: Option<Status>,
        value: Option<Value>,
        spot: Spot,
    ) -> Result<Value, Stop> {
        let day = self.plan.period.last;
        let Some(value) = value else {
            let message = text!(
                "la valeur de `{name}` au {day} n'est pas connue",
                "the value of `{name}` on {day} is not known"
            );
            return Err(self.refuse(spot, Reason::Unknown, name, message));
        };
        if self.official && !status.is_some_and(Status::vouched) {
            let word = status.map(Status::label).unwrap_or_default();
            let message = crate::Text::new(
                format!("mode officiel : la valeur de `{name}` est « {} »", word.fr),
                format!("official mode: the value of `{name}` is \"{}\"", word.en),
            );
            return Err(self.refuse(spot, Reason::Official, name, message));
        }
        Ok(value)
    }

    fn aggregate(&mut self, whole: &Expr, aggregate: &Aggregate, at: Spot) -> Result<Value, Stop> {
        let book = self.plan.book;
        let mut total = Rational::ZERO;
        let mut count: i64 = 0;
        let mut best: Option<Rational> = None;
        let mut refused: Option<Stop> = None;
        let may_skip = self.may_skip_below(aggregate.over, at);
        self.enter();
        let result = (|| {
            for position in self.order.under(book, at, aggregate.over) {
                let spot = Spot { entity: aggregate.over, position };
                if self.is_skipped(spot) {
                    continue;
                }
                let number = match self.member(aggregate, spot) {
                    Ok(Member::LeftOut) => continue,
                    Ok(Member::Counted) => None,
                    Ok(Member::Number(number)) => Some(number),
                    // Those that may be left out are found in one walk, and not one for each.
                    Err(stop) if may_skip => {
                        self.refusals.push(stop.clone());
                        refused.get_or_insert(stop);
                        continue;
                    }
                    Err(stop) => return Err(stop),
                };
                count += 1;
                self.note_member(spot, number.as_ref());
                let Some(number) = number else { continue };
                match aggregate.kind {
                    AggregateKind::Sum | AggregateKind::Mean => total = self.bounded(&total + &number, at)?,
                    AggregateKind::Min | AggregateKind::Max => {
                        let better = best.as_ref().is_none_or(|best| {
                            if aggregate.kind == AggregateKind::Min { number < *best } else { number > *best }
                        });
                        if better {
                            best = Some(number);
                        }
                    }
                    AggregateKind::Count => {}
                }
            }
            if let Some(stop) = refused {
                return Err(stop);
            }
            let counted = Rational::from(count);
            match aggregate.kind {
                AggregateKind::Sum => Ok(total),
                AggregateKind::Count => Ok(counted),
                AggregateKind::Mean => total.checked_div(&counted).ok_or(()),
                AggregateKind::Min | AggregateKind::Max => best.ok_or(()),
            }
            .map_err(|()| {
                let over = &book.entities[aggregate.over.0].name;
                let message = text!(
                    "aucun `{over}` ne compte : il n'y a ni minimum, ni maximum, ni moyenne",
                    "no `{over}` counts: there is no least, greatest or mean"
                );
                self.refuse(at, Reason::EmptyAggregate, &self.current_name(), message)
            })
        })();
        let result = result.and_then(|number| self.bounded(number, at)).map(Value::Number);
        self.leave_aggregate(aggregate, whole, at, count, &result);
        result
    }

    /// Returns what one member counts for.
    fn member(&mut self, aggregate: &Aggregate, spot: Spot) -> Result<Member, Stop> {
        if let Some(filter) = &aggregate.filter
            && !self.truth(filter, spot)?
        {
            return Ok(Member::LeftOut);
        }
        match &aggregate.value {
            Some(expr) => self.number(expr, spot).map(Member::Number),
            None => Ok(Member::Counted),
        }
    }

    /// Returns whether refused rows of an entity, or those above them, may be left out below a spot.
    fn may_skip_below(&self, over: EntityId, at: Spot) -> bool {
        let entities = &self.plan.book.entities;
        std::iter::successors(Some(over), |entity| entities[entity.0].parent)
            .take_while(|entity| *entity != at.entity)
            .any(|entity| entities[entity.0].skip_refused)
    }

    /// Returns whether a row, or one above it inside the family, was left out.
    pub(super) fn is_skipped(&self, spot: Spot) -> bool {
        if self.skipped.is_empty() {
            return false;
        }
        let book = self.plan.book;
        let mut here = Some(spot);
        while let Some(spot) = here {
            if self.skipped.contains(&spot) {
                return true;
            }
            here = self.order.above(book, spot);
        }
        false
    }

    /// Returns what a sentence may show: the value of a reference, or nothing when it is refused.
    pub(super) fn quietly(&mut self, reference: Reference, spot: Spot) -> Option<Value> {
        // Sentences are filled when all is computed: what they name plays no part in the values.
        let recorder = self.recorder.take();
        let value = self.read(reference, spot).ok();
        self.recorder = recorder;
        value
    }
}

/// What one member counts for in an aggregate.
enum Member {
    /// The filter leaves it out.
    LeftOut,
    /// It is only counted.
    Counted,
    /// Its number.
    Number(Rational),
}

/// Compares two values of one type.
pub(super) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Enum(a), Value::Enum(b)) => a.cmp(b),
        // The checks before the run leave no other pair.
        _ => Ordering::Equal,
    }
}
