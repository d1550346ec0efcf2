//! Tables of the four kinds.

use exact::Rational;

use super::trace::Detail;
use super::{Interpreter, Spot, Stop};
use crate::book::Row;
use crate::check::table_rows::Cell;
use crate::formula::Span;
use crate::model::{Edge, TableKind};
use crate::plan::TableInForce;
use crate::refusal::Reason;
use crate::{TableId, Value, text};

impl Interpreter<'_> {
    pub(super) fn lookup(
        &mut self,
        id: TableId,
        keys: &[Value],
        span: &Span,
        at: Spot,
    ) -> Result<Value, Stop> {
        let plan = self.plan;
        let cells: Vec<Cell> = keys.iter().map(Cell::of).collect();
        let row = match plan.table(id) {
            TableInForce::Decision(rows) => rows.get(&cells).copied(),
            TableInForce::Ordered(_) => None,
            TableInForce::Unknown => return Err(self.unknown_table(id, at)),
        };
        let Some(row) = row else { return Err(self.nothing_there(id, at)) };
        let value = self.row_value(id, row, at)?;
        self.note_table(id, span, at, &value, Detail::Row { keys: keys.to_vec(), row: row.clone() });
        Ok(value)
    }

    pub(super) fn bracket(
        &mut self,
        id: TableId,
        x: &Rational,
        span: &Span,
        at: Spot,
    ) -> Result<Value, Stop> {
        let plan = self.plan;
        let TableInForce::Ordered(rows) = plan.table(id) else { return Err(self.unknown_table(id, at)) };
        if rows.is_empty() {
            return Err(self.nothing_there(id, at));
        }
        if plan.book.tables[id.0].kind == TableKind::Flat {
            let row = rows.iter().rev().find(|row| row.bound.as_ref().is_some_and(|bound| begins(bound, x)));
            let Some(row) = row else { return Err(self.below(id, x, at)) };
            let value = self.row_value(id, row, at)?;
            self.note_table(id, span, at, &value, Detail::Bracket { x: x.clone(), row: (*row).clone() });
            return Ok(value);
        }
        let mut total = Rational::ZERO;
        let mut slices = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let Some((_, bound)) = &row.bound else { continue };
            if x <= bound {
                break;
            }
            let next = rows.get(index + 1).and_then(|next| next.bound.as_ref()).map(|bound| &bound.1);
            let end = next.map_or_else(|| x.clone(), |next| next.clone().min(x.clone()));
            let inside = &end - bound;
            let Value::Number(rate) = self.row_value(id, row, at)? else { return Err(self.mistyped(at)) };
            total += &inside * &rate;
            slices.push((inside, rate, (*row).clone()));
        }
        let value = Value::Number(self.bounded(total, at)?);
        self.note_table(id, span, at, &value, Detail::Slices { x: x.clone(), slices });
        Ok(value)
    }

    pub(super) fn interpolate(
        &mut self,
        id: TableId,
        x: &Rational,
        span: &Span,
        at: Spot,
    ) -> Result<Value, Stop> {
        let plan = self.plan;
        let TableInForce::Ordered(rows) = plan.table(id) else { return Err(self.unknown_table(id, at)) };
        for pair in rows.windows(2) {
            let [from, to] = pair else { continue };
            let (Some((_, x0)), Some((_, x1))) = (&from.bound, &to.bound) else { continue };
            if x < x0 || x > x1 {
                continue;
            }
            // On a point only that point is read: its neighbour may be unknown.
            if let Some(point) =
                [(from, x0), (to, x1)].into_iter().find(|(_, bound)| *bound == x).map(|found| found.0)
            {
                let value = self.row_value(id, point, at)?;
                let detail = Detail::Line { x: x.clone(), from: (*point).clone(), to: (*point).clone() };
                self.note_table(id, span, at, &value, detail);
                return Ok(value);
            }
            let (Value::Number(y0), Value::Number(y1)) =
                (self.row_value(id, from, at)?, self.row_value(id, to, at)?)
            else {
                return Err(self.mistyped(at));
            };
            let slope = (&y1 - &y0).checked_div(&(x1 - x0)).unwrap_or_default();
            let value = Value::Number(self.bounded(&y0 + &(&slope * &(x - x0)), at)?);
            let detail = Detail::Line { x: x.clone(), from: (*from).clone(), to: (*to).clone() };
            self.note_table(id, span, at, &value, detail);
            return Ok(value);
        }
        Err(self.outside(id, x, rows, at))
    }

    fn row_value(&self, id: TableId, row: &Row, at: Spot) -> Result<Value, Stop> {
        let name = &self.plan.book.tables[id.0].named.name;
        self.vouched(name, row.dated.provenance.status, row.dated.value.clone(), at)
    }

    fn unknown_table(&self, id: TableId, at: Spot) -> Stop {
        let (name, day) = (&self.plan.book.tables[id.0].named.name, self.plan.period.last);
        let message =
            text!("la table `{name}` n'est pas connue au {day}", "the table `{name}` is not known on {day}");
        self.refuse(at, Reason::Unknown, name, message)
    }

    fn nothing_there(&self, id: TableId, at: Spot) -> Stop {
        let name = &self.plan.book.tables[id.0].named.name;
        let message = text!(
            "la table `{name}` n'a pas de ligne pour ce cas",
            "the table `{name}` has no row for this case"
        );
        self.refuse(at, Reason::NoValue, name, message)
    }

    fn below(&self, id: TableId, x: &Rational, at: Spot) -> Stop {
        let name = &self.plan.book.tables[id.0].named.name;
        let message = text!(
            "{x} est sous la première tranche de `{name}`",
            "{x} lies below the first bracket of `{name}`"
        );
        self.refuse(at, Reason::NoValue, name, message)
    }

    fn outside(&self, id: TableId, x: &Rational, rows: &[&Row], at: Spot) -> Stop {
        let name = &self.plan.book.tables[id.0].named.name;
        let bound = |row: Option<&&Row>| {
            row.and_then(|row| row.bound.as_ref()).map(|bound| bound.1.to_string()).unwrap_or_default()
        };
        let (low, high) = (bound(rows.first()), bound(rows.last()));
        let message = text!(
            "{x} est hors de la table `{name}`, qui va de {low} à {high}",
            "{x} lies outside the table `{name}`, which goes from {low} to {high}"
        );
        self.refuse(at, Reason::NoValue, name, message)
    }
}

/// Returns whether a bracket has begun at x.
fn begins(bound: &(Edge, Rational), x: &Rational) -> bool {
    match bound.0 {
        Edge::AtLeast => *x >= bound.1,
        Edge::Above => *x > bound.1,
    }
}
