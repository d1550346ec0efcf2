//! Types of functions, table look-ups and aggregates.

use exact::{RoundingMode, Unit};

use super::symbols::{Symbol, TableShape};
use super::typing::{Known, Typed, Typer, spans};
use crate::book::{Aggregate, AggregateKind, Expr, ExprKind};
use crate::diagnostic::Code;
use crate::formula::{Span, Term, TermKind};
use crate::model::{EntityId, TableId, TableKind};
use crate::{Type, nearest::suggestion, text};

const FUNCTIONS: [&str; 18] = [
    "least",
    "greatest",
    "abs",
    "round",
    "trunc",
    "floor",
    "ceil",
    "lookup",
    "bracket",
    "interpolate",
    "days_between",
    "year_fraction_from",
    "sum",
    "count",
    "min",
    "max",
    "avg",
    "case",
];

impl Typer<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &[Term],
        filter: Option<&Term>,
        span: &Span,
        wanted: Option<&Type>,
    ) -> Typed {
        let at = |kind: ExprKind| Expr { kind, span: span.clone() };
        let aggregate = match name {
            "sum" => Some(AggregateKind::Sum),
            "count" => Some(AggregateKind::Count),
            "min" => Some(AggregateKind::Min),
            "max" => Some(AggregateKind::Max),
            "avg" => Some(AggregateKind::Mean),
            _ => None,
        };
        if let Some(kind) = aggregate {
            return self.aggregate(kind, arguments, filter, span);
        }
        if filter.is_some() {
            let message = text!(
                "FILTER ne va qu'avec sum, count, min, max, avg",
                "FILTER goes only with sum, count, min, max, avg"
            );
            self.report(Code::BAD_ARGUMENTS, span, message, None);
            return None;
        }
        match (name, arguments) {
            ("least" | "greatest", [_, ..]) => self.extreme(name == "greatest", arguments, span, wanted),
            ("abs", [x]) => {
                let (expr, known) = self.number(x)?;
                Some((at(ExprKind::Abs(Box::new(expr))), known))
            }
            ("round", [x]) => self.rounded(x, None, RoundingMode::HalfAwayFromZero, span),
            ("round", [x, n]) => self.rounded(x, Some(n), RoundingMode::HalfAwayFromZero, span),
            ("trunc", [x]) => self.rounded(x, None, RoundingMode::Truncate, span),
            ("trunc", [x, n]) => self.rounded(x, Some(n), RoundingMode::Truncate, span),
            ("floor", [x]) => self.rounded(x, None, RoundingMode::Floor, span),
            ("ceil", [x]) => self.rounded(x, None, RoundingMode::Ceiling, span),
            ("days_between", [a, b]) => {
                let (a, b) = (self.exactly(a, &Type::Date), self.exactly(b, &Type::Date));
                let kind = ExprKind::DaysBetween(Box::new(a?), Box::new(b?));
                Some((at(kind), Known::Is(Type::Number(Unit::one()))))
            }
            ("year_fraction_from", [day]) => {
                let day = self.exactly(day, &Type::Date)?;
                Some((at(ExprKind::YearFractionFrom(Box::new(day))), Known::Is(Type::Number(Unit::one()))))
            }
            ("lookup", [table, keys @ ..]) => self.lookup(table, keys, span),
            ("bracket", [table, x]) => self.along(table, x, &[TableKind::Flat, TableKind::Marginal], span),
            ("interpolate", [table, x]) => self.along(table, x, &[TableKind::Linear], span),
            _ => {
                self.unknown_function(name, arguments.len(), span);
                None
            }
        }
    }

    fn unknown_function(&mut self, name: &str, count: usize, span: &Span) {
        if FUNCTIONS.contains(&name) {
            let message =
                text!("`{name}` n'a pas {count} argument(s)", "`{name}` does not take {count} argument(s)");
            let help = text!("voir la page de référence, section 9", "see the reference page, section 9");
            self.report(Code::BAD_ARGUMENTS, span, message, Some(help));
        } else {
            let message = text!("la fonction `{name}` n'existe pas", "the function `{name}` does not exist");
            let help = match name {
                "if" | "iif" => {
                    Some(text!("écrire CASE WHEN … THEN … ELSE … END", "write CASE WHEN … THEN … ELSE … END"))
                }
                "coalesce" | "nullif" | "ifnull" => Some(text!(
                    "il n'y a pas de NULL : donner un défaut au fait",
                    "there is no NULL: give the fact a default"
                )),
                _ => suggestion(name, FUNCTIONS),
            };
            self.report(Code::UNKNOWN_NAME, span, message, help);
        }
    }

    fn extreme(&mut self, greatest: bool, arguments: &[Term], span: &Span, wanted: Option<&Type>) -> Typed {
        let typed: Vec<Typed> = arguments.iter().map(|argument| self.term(argument, wanted)).collect();
        let typed: Vec<(Expr, Known)> = typed.into_iter().collect::<Option<_>>()?;
        let known = self.same(&spans(&typed), &text!("les arguments", "the arguments"), span)?;
        if matches!(known, Known::Is(Type::Bool | Type::Enum(_))) {
            self.report(
                Code::TYPE_MISMATCH,
                span,
                text!("ces valeurs n'ont pas d'ordre", "these values have no order"),
                None,
            );
            return None;
        }
        let of = typed.into_iter().map(|item| item.0).collect();
        Some((Expr { kind: ExprKind::Extreme { greatest, of }, span: span.clone() }, known))
    }

    fn table(&mut self, term: &Term) -> Option<(TableId, TableShape)> {
        let name = match &term.kind {
            TermKind::Name { prefix: None, name } => name.as_str(),
            _ => "",
        };
        if let Some(Symbol::Table(id)) = self.symbols.names.get(name) {
            return self.symbols.tables.get(id.0).map(|shape| (*id, shape.clone()));
        }
        let tables: Vec<&str> = self
            .symbols
            .names
            .iter()
            .filter(|(_, symbol)| matches!(symbol, Symbol::Table(_)))
            .map(|(name, _)| name.as_str())
            .collect();
        let message = text!("il faut le nom d'une table ici", "the name of a table is wanted here");
        self.report(Code::UNKNOWN_NAME, &term.span, message, suggestion(name, tables));
        None
    }

    fn lookup(&mut self, table: &Term, keys: &[Term], span: &Span) -> Typed {
        let (id, shape) = self.table(table)?;
        if shape.kind != TableKind::Decision {
            return self.wrong_reader(table, shape.kind);
        }
        if keys.len() != shape.keys.len() {
            let (wanted, found) = (shape.keys.len(), keys.len());
            let names: Vec<&str> = shape.keys.iter().map(|key| key.name.as_str()).collect();
            let list = names.join(", ");
            let message = text!(
                "la table a {wanted} clés ({list}), pas {found}",
                "the table has {wanted} keys ({list}), not {found}"
            );
            self.report(Code::BAD_ARGUMENTS, span, message, None);
            return None;
        }
        let typed: Vec<Option<Expr>> =
            keys.iter().zip(&shape.keys).map(|(term, key)| self.exactly(term, &key.kind)).collect();
        let keys: Vec<Expr> = typed.into_iter().collect::<Option<_>>()?;
        Some((Expr { kind: ExprKind::Lookup(id, keys), span: span.clone() }, Known::Is(shape.value)))
    }

    fn wrong_reader(&mut self, table: &Term, kind: TableKind) -> Typed {
        let reader = match kind {
            TableKind::Decision => "lookup(table, …)",
            TableKind::Flat | TableKind::Marginal => "bracket(table, x)",
            TableKind::Linear => "interpolate(table, x)",
        };
        let message = text!("cette table se lit avec {reader}", "this table is read with {reader}");
        self.report(Code::BAD_ARGUMENTS, &table.span, message, None);
        None
    }

    fn along(&mut self, table: &Term, x: &Term, kinds: &[TableKind], span: &Span) -> Typed {
        let (id, shape) = self.table(table)?;
        if !kinds.contains(&shape.kind) {
            return self.wrong_reader(table, shape.kind);
        }
        let x = Box::new(self.exactly(x, &Type::Number(shape.over.clone()))?);
        let value = match (&shape.value, shape.kind) {
            (Type::Number(unit), TableKind::Marginal) => {
                Type::Number(self.compose(unit, &shape.over, false, span)?)
            }
            (other, _) => other.clone(),
        };
        let kind = if shape.kind == TableKind::Linear {
            ExprKind::Interpolate(id, x)
        } else {
            ExprKind::Bracket(id, x)
        };
        Some((Expr { kind, span: span.clone() }, Known::Is(value)))
    }

    fn aggregate(
        &mut self,
        kind: AggregateKind,
        arguments: &[Term],
        filter: Option<&Term>,
        span: &Span,
    ) -> Typed {
        let [argument] = arguments else {
            let message = text!("un agrégat a un argument", "an aggregate takes one argument");
            self.report(Code::BAD_AGGREGATE, span, message, None);
            return None;
        };
        if self.walking.is_some() {
            let message =
                text!("un agrégat ne va pas dans un autre", "an aggregate cannot stand inside another");
            let help = text!(
                "écrire une règle de l'entité du dessous, et l'agréger",
                "write a rule of the entity below, and aggregate it"
            );
            self.report(Code::BAD_AGGREGATE, span, message, Some(help));
            return None;
        }
        let (over, counted) = self.walked(kind, argument, filter, span)?;
        self.walking = Some(over);
        let value = if counted { Some(None) } else { self.number(argument).map(Some) };
        let filter = filter.map(|filter| self.boolean(filter));
        self.walking = None;
        let value = value?;
        let filter = match filter {
            Some(filter) => Some(Box::new(filter?)),
            None => None,
        };
        let known = match kind {
            AggregateKind::Count => Known::Is(Type::Number(self.symbols.entities[over.0].unit.clone())),
            _ => value.as_ref().map_or(Known::Zero, |(_, known)| known.clone()),
        };
        let value = value.map(|(expr, _)| Box::new(expr));
        let aggregate = Aggregate { kind, over, value, filter };
        Some((Expr { kind: ExprKind::Aggregate(aggregate), span: span.clone() }, known))
    }

    /// Finds the entity that an aggregate walks through, and whether it counts that entity itself.
    fn walked(
        &mut self,
        kind: AggregateKind,
        argument: &Term,
        filter: Option<&Term>,
        span: &Span,
    ) -> Option<(EntityId, bool)> {
        // count(patient): the entity itself.
        let counted = match &argument.kind {
            TermKind::Name { prefix: None, name } if kind == AggregateKind::Count => {
                self.symbols.entity(name)
            }
            _ => None,
        };
        let mut named: Vec<EntityId> = counted.into_iter().collect();
        self.prefixes(argument, &mut named);
        if let Some(filter) = filter {
            self.prefixes(filter, &mut named);
        }
        let over = named
            .into_iter()
            .filter(|entity| *entity != self.own && self.symbols.is_under(*entity, self.own))
            .max_by_key(|entity| self.symbols.depth(*entity));
        let Some(over) = over else {
            let own = self.symbols.entity_name(self.own).to_owned();
            let message = text!(
                "l'agrégat ne nomme aucune entité sous `{own}`",
                "the aggregate names no entity below `{own}`"
            );
            let help =
                text!("écrire par exemple sum(patient.montant)", "write for instance sum(patient.montant)");
            self.report(Code::BAD_AGGREGATE, span, message, Some(help));
            return None;
        };
        if let Some(counted) = counted.filter(|counted| *counted != over) {
            let (named, lower) =
                (self.symbols.entity_name(counted).to_owned(), self.symbols.entity_name(over).to_owned());
            let message = text!(
                "compter les `{named}` en regardant chaque `{lower}` compterait les `{lower}`",
                "counting `{named}` while looking at each `{lower}` would count the `{lower}`"
            );
            let help = text!(
                "écrire une règle de `{named}` qui agrège les `{lower}`, et compter sur elle",
                "write a rule of `{named}` that aggregates the `{lower}`, and count with it"
            );
            self.report(Code::BAD_AGGREGATE, span, message, Some(help));
            return None;
        }
        Some((over, counted.is_some()))
    }

    /// Collects the entities named before a point.
    fn prefixes(&self, term: &Term, found: &mut Vec<EntityId>) {
        let mut below: Vec<&Term> = vec![term];
        while let Some(term) = below.pop() {
            match &term.kind {
                TermKind::Name { prefix: Some(prefix), .. } => found.extend(self.symbols.entity(prefix)),
                TermKind::Name { .. } | TermKind::Number(_) | TermKind::Words(_) | TermKind::Bool(_) => {}
                TermKind::Sum(parts) | TermKind::Product(parts) => {
                    below.extend(parts.iter().map(|part| &part.1));
                }
                TermKind::Compare(_, a, b) => below.extend([&**a, &**b]),
                TermKind::Between { x, low, high, .. } => below.extend([&**x, &**low, &**high]),
                TermKind::In { x, list, .. } => {
                    below.push(x);
                    below.extend(list);
                }
                TermKind::All(list) | TermKind::Any(list) => below.extend(list),
                TermKind::Not(x) => below.push(x),
                TermKind::Case(branches, otherwise) => {
                    below.extend(branches.iter().flat_map(|(when, then)| [when, then]));
                    below.push(otherwise);
                }
                TermKind::Call { arguments, filter, .. } => {
                    below.extend(arguments);
                    below.extend(filter.iter().map(|filter| &**filter));
                }
            }
        }
    }
}
