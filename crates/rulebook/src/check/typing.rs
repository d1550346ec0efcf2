//! Types and units of formulas: names are resolved, units composed, everything wrong is reported.

use exact::{RoundingMode, Unit};

use super::symbols::{Symbol, Symbols};
use crate::book::{Expr, ExprKind, Reference, Share};
use crate::diagnostic::{Code, Diagnostic};
use crate::formula::{Comparison, FaultKind, Span, Term, TermKind};
use crate::model::{EntityId, EnumId, FormulaText};
use crate::{Text, Type, Value, nearest::suggestion, text};

/// What is known of a term's type: a literal zero takes any unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    Zero,
    Is(Type),
}

impl Known {
    fn pure() -> Self {
        Self::Is(Type::Number(Unit::one()))
    }
}

/// A typed term; none when something in it was reported.
pub(super) type Typed = Option<(Expr, Known)>;

/// Types the terms of one formula.
pub(super) struct Typer<'a> {
    pub(super) symbols: &'a Symbols,
    pub(super) formula: &'a FormulaText,
    /// The entity that the formula belongs to.
    pub(super) own: EntityId,
    /// The entity that an aggregate walks through, inside one.
    pub(super) walking: Option<EntityId>,
    pub(super) findings: &'a mut Vec<Diagnostic>,
}

/// Parses and types a formula that must be of a type; all faults go to `findings`.
pub(super) fn compile(
    formula: &FormulaText,
    own: EntityId,
    wanted: Option<&Type>,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<(Expr, Known)> {
    let term = match crate::formula::parse(&formula.text) {
        Ok(term) => term,
        Err(fault) => {
            let code = match fault.kind {
                FaultKind::Syntax => Code::FORMULA_SYNTAX,
                FaultKind::TooLarge => Code::FORMULA_TOO_LARGE,
                FaultKind::NotInTheLanguage => Code::NOT_IN_THE_LANGUAGE,
            };
            findings.push(Diagnostic::error(code, formula.part(fault.span), fault.message).help(fault.help));
            return None;
        }
    };
    let mut typer = Typer { symbols, formula, own, walking: None, findings };
    let (expr, known) = typer.term(&term, wanted)?;
    if let Some(wanted) = wanted
        && !agrees(&known, wanted)
    {
        let (is, must) = (typer.describe(&known), symbols.describe(wanted));
        let code = match (&known, wanted) {
            (Known::Is(Type::Number(_)), Type::Number(_)) => Code::UNIT_MISMATCH,
            _ => Code::TYPE_MISMATCH,
        };
        typer.findings.push(
            Diagnostic::error(
                code,
                formula.part(0..formula.text.len()),
                Text::new(
                    format!("la formule donne {}, il faut {}", is.fr, must.fr),
                    format!("the formula gives {}, and {} is wanted", is.en, must.en),
                ),
            )
            .help(unit_help(&known, wanted)),
        );
        return None;
    }
    Some((expr, known))
}

fn agrees(known: &Known, wanted: &Type) -> bool {
    match known {
        Known::Zero => matches!(wanted, Type::Number(_)),
        Known::Is(kind) => kind == wanted,
    }
}

fn unit_help(known: &Known, wanted: &Type) -> Option<Text> {
    let (Known::Is(Type::Number(is)), Type::Number(must)) = (known, wanted) else { return None };
    let rate = must.per(is)?;
    Some(text!(
        "il manque peut-être un facteur en {rate}, ou l'unité déclarée n'est pas la bonne",
        "a factor in {rate} may be missing, or the declared unit is not the right one"
    ))
}

/// Stands for a formula that could not be typed: it names what the text names, so that the other checks go on.
pub(super) fn sketch(formula: &FormulaText, symbols: &Symbols) -> Expr {
    let span = 0..formula.text.len();
    let words = formula.text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let read = |reference| ExprKind::Read(reference);
    let named = words.filter_map(|word| symbols.names.get(word)).filter_map(|symbol| {
        Some(match symbol {
            Symbol::Input(id, _, _) => read(Reference::Input(*id)),
            Symbol::Parameter(id, _) => read(Reference::Parameter(*id)),
            Symbol::Rule(id, _, _) => read(Reference::Rule(*id)),
            Symbol::Step(share, _) => read(Reference::Share(*share)),
            Symbol::Table(id) => ExprKind::Lookup(*id, Vec::new()),
            Symbol::Total(allocation, entities, _) => read(Reference::Share(Share {
                allocation: *allocation,
                entity: *entities.first()?,
                step: None,
            })),
        })
    });
    let named = named.map(|kind| Expr { kind, span: span.clone() }).collect();
    Expr { kind: ExprKind::All(named), span }
}

impl Typer<'_> {
    pub(super) fn report(&mut self, code: Code, span: &Span, message: Text, help: Option<Text>) {
        let place = self.formula.part(span.clone());
        self.findings.push(Diagnostic::error(code, place, message).help(help));
    }

    fn describe(&self, known: &Known) -> Text {
        match known {
            Known::Zero => text!("zéro", "zero"),
            Known::Is(kind) => self.symbols.describe(kind),
        }
    }

    /// Types a term; `wanted` is a hint for texts and for branches.
    pub(super) fn term(&mut self, term: &Term, wanted: Option<&Type>) -> Typed {
        let span = term.span.clone();
        let at = |kind: ExprKind| Expr { kind, span: span.clone() };
        match &term.kind {
            TermKind::Number(number) => {
                let known = if number.is_zero() { Known::Zero } else { Known::pure() };
                Some((at(ExprKind::Constant(Value::Number(number.clone()))), known))
            }
            TermKind::Bool(truth) => {
                Some((at(ExprKind::Constant(Value::Bool(*truth))), Known::Is(Type::Bool)))
            }
            TermKind::Words(words) => self.words(words, &span, wanted),
            TermKind::Name { prefix, name } => {
                let (reference, kind) = self.name(prefix.as_deref(), name, &span)?;
                Some((at(ExprKind::Read(reference)), Known::Is(kind)))
            }
            TermKind::Sum(parts) => self.sum(parts, &span, wanted),
            TermKind::Product(parts) => self.product(parts, &span),
            TermKind::Compare(comparison, a, b) => {
                let (a, b) = self.comparable(*comparison, a, b)?;
                Some((at(ExprKind::Compare(*comparison, Box::new(a), Box::new(b))), Known::Is(Type::Bool)))
            }
            TermKind::Between { x, low, high, negated } => {
                let (x, mut bounds) = self.compared(Comparison::LessOrEqual, x, &[&**low, &**high])?;
                let (high, low) = (bounds.pop()?, bounds.pop()?);
                let kind = ExprKind::Between {
                    x: Box::new(x),
                    low: Box::new(low),
                    high: Box::new(high),
                    negated: *negated,
                };
                Some((at(kind), Known::Is(Type::Bool)))
            }
            TermKind::In { x, list, negated } => {
                let items: Vec<&Term> = list.iter().collect();
                let (x, list) = self.compared(Comparison::Equal, x, &items)?;
                let kind = ExprKind::In { x: Box::new(x), list, negated: *negated };
                Some((at(kind), Known::Is(Type::Bool)))
            }
            TermKind::All(list) => {
                self.booleans(list).map(|list| (at(ExprKind::All(list)), Known::Is(Type::Bool)))
            }
            TermKind::Any(list) => {
                self.booleans(list).map(|list| (at(ExprKind::Any(list)), Known::Is(Type::Bool)))
            }
            TermKind::Not(inner) => {
                self.boolean(inner).map(|inner| (at(ExprKind::Not(Box::new(inner))), Known::Is(Type::Bool)))
            }
            TermKind::Case(branches, otherwise) => self.case(branches, otherwise, &span, wanted),
            TermKind::Call { name, arguments, filter } => {
                self.call(name, arguments, filter.as_deref(), &span, wanted)
            }
        }
    }

    fn words(&mut self, words: &str, span: &Span, wanted: Option<&Type>) -> Typed {
        let Some(Type::Enum(id)) = wanted else {
            self.report(
                Code::TYPE_MISMATCH,
                span,
                text!(
                    "le texte '{words}' n'a rien à quoi se comparer ici",
                    "the text '{words}' has nothing to be compared with here"
                ),
                Some(text!(
                    "un texte est la valeur d'une énumération : niveau = 'haut'",
                    "a text is a value of an enumeration: niveau = 'haut'"
                )),
            );
            return None;
        };
        let index = self.enum_value(*id, words, span)?;
        let kind = ExprKind::Constant(Value::Enum(index));
        Some((Expr { kind, span: span.clone() }, Known::Is(Type::Enum(*id))))
    }

    fn enum_value(&mut self, id: EnumId, words: &str, span: &Span) -> Option<usize> {
        let enumeration = &self.symbols.enums[id.0];
        let found = enumeration.values.iter().position(|value| value.name == words);
        if found.is_none() {
            let name = &enumeration.name;
            let names: Vec<&str> = enumeration.values.iter().map(|value| value.name.as_str()).collect();
            let message =
                text!("'{words}' n'est pas une valeur de `{name}`", "'{words}' is not a value of `{name}`");
            self.report(Code::UNKNOWN_NAME, span, message, suggestion(words, names));
        }
        found
    }

    /// Resolves a name, and checks that it may be read from where the formula stands.
    pub(super) fn name(
        &mut self,
        prefix: Option<&str>,
        name: &str,
        span: &Span,
    ) -> Option<(Reference, Type)> {
        let Some(symbol) = self.symbols.names.get(name).cloned() else {
            if !self.symbols.broken.contains(name) {
                self.unknown_name(prefix, name, span);
            }
            return None;
        };
        let asked = match prefix {
            None => None,
            Some(prefix) => {
                let entity = self.symbols.entity(prefix);
                if entity.is_none() {
                    let names: Vec<&str> = self.symbols.entities.iter().map(|e| e.name.as_str()).collect();
                    let message = text!("`{prefix}` n'est pas une entité", "`{prefix}` is not an entity");
                    self.report(Code::UNKNOWN_NAME, span, message, suggestion(prefix, names));
                }
                Some(entity?)
            }
        };
        let (reference, entity, kind) = match symbol {
            Symbol::Input(id, of, kind) => (Reference::Input(id), Some(of), kind),
            Symbol::Rule(id, of, kind) => (Reference::Rule(id), Some(of), kind),
            Symbol::Parameter(id, kind) => (Reference::Parameter(id), None, kind),
            Symbol::Step(share, kind) => (Reference::Share(share), Some(share.entity), kind),
            Symbol::Total(allocation, entities, kind) => {
                let here = asked.unwrap_or(self.own);
                let entity = if entities.contains(&here) { here } else { *entities.first()? };
                (Reference::Share(Share { allocation, entity, step: None }), Some(entity), kind)
            }
            Symbol::Table(_) => {
                self.report(
                    Code::TYPE_MISMATCH,
                    span,
                    text!("`{name}` est une table", "`{name}` is a table"),
                    Some(text!(
                        "une table se lit avec lookup, bracket ou interpolate",
                        "a table is read with lookup, bracket or interpolate"
                    )),
                );
                return None;
            }
        };
        let Some(entity) = entity else {
            return match asked {
                None => Some((reference, kind)),
                Some(_) => {
                    let message = text!(
                        "`{name}` est un paramètre : il n'appartient à aucune entité",
                        "`{name}` is a parameter: it belongs to no entity"
                    );
                    self.report(
                        Code::WRONG_ENTITY,
                        span,
                        message,
                        Some(text!("écrire `{name}`", "write `{name}`")),
                    );
                    None
                }
            };
        };
        self.in_reach(name, asked, entity, span).then_some((reference, kind))
    }

    fn unknown_name(&mut self, prefix: Option<&str>, name: &str, span: &Span) {
        let names: Vec<&str> = self.symbols.names.keys().map(String::as_str).collect();
        let help = if prefix.is_none() && self.symbols.entity(name).is_some() {
            Some(text!(
                "`{name}` est une entité : écrire count({name}), ou {name}.valeur",
                "`{name}` is an entity: write count({name}), or {name}.value"
            ))
        } else {
            suggestion(name, names)
        };
        self.report(
            Code::UNKNOWN_NAME,
            span,
            text!("`{name}` n'existe pas", "`{name}` does not exist"),
            help,
        );
    }

    /// Reports a value that belongs to an entity out of reach.
    fn in_reach(&mut self, name: &str, asked: Option<EntityId>, entity: EntityId, span: &Span) -> bool {
        let of = self.symbols.entity_name(entity).to_owned();
        if let Some(asked) = asked
            && asked != entity
        {
            let message = text!("`{name}` est une valeur de `{of}`", "`{name}` is a value of `{of}`");
            self.report(
                Code::WRONG_ENTITY,
                span,
                message,
                Some(text!("écrire `{of}.{name}`", "write `{of}.{name}`")),
            );
            return false;
        }
        let here = self.walking.unwrap_or(self.own);
        if asked.is_none() && entity != self.own {
            let help = if self.symbols.is_under(entity, self.own) {
                text!(
                    "écrire sum({of}.{name}), ou un autre agrégat",
                    "write sum({of}.{name}), or another aggregate"
                )
            } else {
                text!("écrire `{of}.{name}`", "write `{of}.{name}`")
            };
            let message = text!("`{name}` est une valeur de `{of}`", "`{name}` is a value of `{of}`");
            self.report(Code::WRONG_ENTITY, span, message, Some(help));
            return false;
        }
        if !self.symbols.is_under(here, entity) {
            let message =
                text!("il y a plusieurs `{of}` ici : lequel ?", "there are several `{of}` here: which one?");
            self.report(
                Code::WRONG_ENTITY,
                span,
                message,
                Some(text!(
                    "écrire sum({of}.{name}), ou un autre agrégat",
                    "write sum({of}.{name}), or another aggregate"
                )),
            );
            return false;
        }
        true
    }

    /// Finds the one type of several terms that must agree.
    pub(super) fn same(&mut self, typed: &[(&Span, &Known)], what: &Text, span: &Span) -> Option<Known> {
        let mut found: Option<(usize, &Type)> = None;
        for (index, (_, known)) in typed.iter().enumerate() {
            let Known::Is(kind) = known else { continue };
            match found {
                None => found = Some((index, kind)),
                Some((_, first)) if first == kind => {}
                Some((first, other)) => {
                    let numbers = matches!((other, kind), (Type::Number(_), Type::Number(_)));
                    let (code, fr, en) = if numbers {
                        (Code::UNIT_MISMATCH, "des unités différentes", "different units")
                    } else {
                        (Code::TYPE_MISMATCH, "des types différents", "different types")
                    };
                    let (left, right) = (self.symbols.describe(other), self.symbols.describe(kind));
                    let help = Self::rate_help(other, kind);
                    let mut finding = Diagnostic::error(
                        code,
                        self.formula.part(span.clone()),
                        Text::new(format!("{} ont {fr}", what.fr), format!("{} have {en}", what.en)),
                    )
                    .help(help);
                    for (index, words) in [(first, left), (index, right)] {
                        let place = self.formula.part(typed[index].0.clone());
                        finding = finding.label(place, words);
                    }
                    self.findings.push(finding);
                    return None;
                }
            }
        }
        let kind = found.map(|(_, kind)| kind.clone());
        if let Some(kind) = &kind
            && !matches!(kind, Type::Number(_))
            && typed.iter().any(|(_, known)| **known == Known::Zero)
        {
            let words = self.symbols.describe(kind);
            self.report(
                Code::TYPE_MISMATCH,
                span,
                Text::new(format!("un nombre et {}", words.fr), format!("a number and {}", words.en)),
                None,
            );
            return None;
        }
        Some(kind.map_or(Known::Zero, Known::Is))
    }

    fn rate_help(a: &Type, b: &Type) -> Option<Text> {
        let (Type::Number(a), Type::Number(b)) = (a, b) else { return None };
        let rate = a.per(b)?;
        if b.is_one() || a.is_one() {
            return Some(text!(
                "un chiffre du contrat est un paramètre avec son unité, jamais un nombre nu dans la formule",
                "a figure of the contract is a parameter with its unit, never a bare number in the formula"
            ));
        }
        Some(text!(
            "pour passer de {b} à {a} il faut un taux en {rate}",
            "to go from {b} to {a} takes a rate in {rate}"
        ))
    }

    fn numeric(&mut self, expr: &Expr, known: &Known) -> bool {
        let fine = matches!(known, Known::Zero | Known::Is(Type::Number(_)));
        if !fine {
            let is = self.describe(known);
            let message = Text::new(
                format!("il faut un nombre ici, pas {}", is.fr),
                format!("a number is wanted here, not {}", is.en),
            );
            self.report(Code::TYPE_MISMATCH, &expr.span, message, None);
        }
        fine
    }

    fn sum(&mut self, parts: &[(bool, Term)], span: &Span, wanted: Option<&Type>) -> Typed {
        let typed: Vec<Typed> = parts.iter().map(|part| self.term(&part.1, wanted)).collect();
        let typed: Vec<(Expr, Known)> = typed.into_iter().collect::<Option<_>>()?;
        let numeric: Vec<bool> = typed.iter().map(|(expr, known)| self.numeric(expr, known)).collect();
        if numeric.contains(&false) {
            return None;
        }
        let what = text!("les termes de la somme", "the terms of the sum");
        let known = self.same(&spans(&typed), &what, span)?;
        let parts = parts.iter().zip(typed).map(|((minus, _), (expr, _))| (*minus, expr)).collect();
        Some((Expr { kind: ExprKind::Sum(parts), span: span.clone() }, known))
    }

    fn product(&mut self, parts: &[(bool, Term)], span: &Span) -> Typed {
        let typed: Vec<Typed> = parts.iter().map(|part| self.term(&part.1, None)).collect();
        let typed: Vec<(Expr, Known)> = typed.into_iter().collect::<Option<_>>()?;
        let mut unit = Unit::one();
        let mut factors = Vec::new();
        for ((divides, _), (expr, known)) in parts.iter().zip(typed) {
            if !self.numeric(&expr, &known) {
                return None;
            }
            if let Known::Is(Type::Number(factor)) = &known {
                unit = self.compose(&unit, factor, *divides, &expr.span)?;
            }
            factors.push((*divides, expr));
        }
        Some((Expr { kind: ExprKind::Product(factors), span: span.clone() }, Known::Is(Type::Number(unit))))
    }

    /// Multiplies or divides units; reports one that grows too large or holds money twice.
    pub(super) fn compose(&mut self, unit: &Unit, factor: &Unit, divides: bool, span: &Span) -> Option<Unit> {
        let Some(next) = (if divides { unit.per(factor) } else { unit.times(factor) }) else {
            self.report(
                Code::BAD_UNIT,
                span,
                text!("l'unité devient trop grande", "the unit grows too large"),
                None,
            );
            return None;
        };
        if self.symbols.money_degree(&next) > 1 {
            self.report(
                Code::MONEY_TWICE,
                span,
                text!(
                    "de la monnaie est multipliée par de la monnaie ({unit} et {factor})",
                    "money is multiplied by money ({unit} and {factor})"
                ),
                Some(text!(
                    "un des deux devrait être un nombre ou un taux ; pour un rapport de montants, l'écrire entre parenthèses : a * (b / c)",
                    "one of them should be a number or a rate; write a ratio of amounts in brackets: a * (b / c)"
                )),
            );
            return None;
        }
        Some(next)
    }

    fn comparable(&mut self, comparison: Comparison, a: &Term, b: &Term) -> Option<(Expr, Expr)> {
        let (a, mut others) = self.compared(comparison, a, &[b])?;
        Some((a, others.pop()?))
    }

    /// Types a term that is compared with several others. It is typed once: nested comparisons would double the work
    /// at each level.
    fn compared(&mut self, comparison: Comparison, x: &Term, others: &[&Term]) -> Option<(Expr, Vec<Expr>)> {
        // A text has a type only beside a value of its enumeration.
        let is_words = |term: &Term| matches!(term.kind, TermKind::Words(_));
        let mut typed: Vec<Option<Typed>> = vec![None; others.len()];
        let known_x = if is_words(x) {
            let first = others.iter().position(|other| !is_words(other)).unwrap_or(0);
            let other = self.term(others.get(first)?, None);
            let hint = hint(&other.as_ref()?.1);
            if let Some(slot) = typed.get_mut(first) {
                *slot = Some(other);
            }
            self.term(x, hint.as_ref())?
        } else {
            self.term(x, None)?
        };
        let hint = hint(&known_x.1);
        let typed: Vec<Typed> = others
            .iter()
            .zip(typed)
            .map(|(other, done)| done.unwrap_or_else(|| self.term(other, hint.as_ref())))
            .collect();
        let mut fine = true;
        let mut found = Vec::with_capacity(others.len());
        for (other, typed) in others.iter().zip(typed) {
            let Some(typed) = typed else {
                fine = false;
                continue;
            };
            fine &= self.agree(comparison, x, &known_x, other, &typed);
            found.push(typed.0);
        }
        fine.then_some((known_x.0, found))
    }

    /// Reports two sides of a comparison that do not go together.
    fn agree(
        &mut self,
        comparison: Comparison,
        a: &Term,
        left: &(Expr, Known),
        b: &Term,
        right: &(Expr, Known),
    ) -> bool {
        let span = a.span.start.min(b.span.start)..a.span.end.max(b.span.end);
        let what = text!("les deux côtés de la comparaison", "the two sides of the comparison");
        let sides = [(&left.0.span, &left.1), (&right.0.span, &right.1)];
        let Some(known) = self.same(&sides, &what, &span) else { return false };
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if ordered && matches!(known, Known::Is(Type::Bool | Type::Enum(_))) {
            let message = text!("ces valeurs n'ont pas d'ordre", "these values have no order");
            self.report(
                Code::TYPE_MISMATCH,
                &span,
                message,
                Some(text!("comparer avec = ou <>", "compare with = or <>")),
            );
            return false;
        }
        true
    }

    pub(super) fn boolean(&mut self, term: &Term) -> Option<Expr> {
        let (expr, known) = self.term(term, Some(&Type::Bool))?;
        if known != Known::Is(Type::Bool) {
            let is = self.describe(&known);
            let message = Text::new(
                format!("il faut une condition ici, pas {}", is.fr),
                format!("a condition is wanted here, not {}", is.en),
            );
            self.report(Code::TYPE_MISMATCH, &expr.span, message, None);
            return None;
        }
        Some(expr)
    }

    fn booleans(&mut self, list: &[Term]) -> Option<Vec<Expr>> {
        let typed: Vec<Option<Expr>> = list.iter().map(|item| self.boolean(item)).collect();
        typed.into_iter().collect()
    }

    fn case(
        &mut self,
        branches: &[(Term, Term)],
        otherwise: &Term,
        span: &Span,
        wanted: Option<&Type>,
    ) -> Typed {
        let conditions: Vec<Option<Expr>> = branches.iter().map(|(when, _)| self.boolean(when)).collect();
        let results: Vec<Typed> = branches
            .iter()
            .map(|branch| &branch.1)
            .chain([otherwise])
            .map(|result| self.term(result, wanted))
            .collect();
        let conditions: Vec<Expr> = conditions.into_iter().collect::<Option<_>>()?;
        let results: Vec<(Expr, Known)> = results.into_iter().collect::<Option<_>>()?;
        let known =
            self.same(&spans(&results), &text!("les résultats du CASE", "the results of the CASE"), span)?;
        let mut results: Vec<Expr> = results.into_iter().map(|result| result.0).collect();
        let otherwise = results.pop()?;
        let branches = conditions.into_iter().zip(results).collect();
        Some((Expr { kind: ExprKind::Case(branches, Box::new(otherwise)), span: span.clone() }, known))
    }

    /// Types a term that must be a number, and returns it with its type.
    pub(super) fn number(&mut self, term: &Term) -> Typed {
        let (expr, known) = self.term(term, None)?;
        self.numeric(&expr, &known).then_some((expr, known))
    }

    /// Types a term that must be of one type.
    pub(super) fn exactly(&mut self, term: &Term, wanted: &Type) -> Option<Expr> {
        let (expr, known) = self.term(term, Some(wanted))?;
        if !agrees(&known, wanted) {
            let (is, must) = (self.describe(&known), self.symbols.describe(wanted));
            let numbers = matches!((&known, wanted), (Known::Is(Type::Number(_)), Type::Number(_)));
            let code = if numbers { Code::UNIT_MISMATCH } else { Code::TYPE_MISMATCH };
            let message = Text::new(
                format!("il faut {} ici, pas {}", must.fr, is.fr),
                format!("{} is wanted here, not {}", must.en, is.en),
            );
            self.report(code, &expr.span, message, unit_help(&known, wanted));
            return None;
        }
        Some(expr)
    }

    pub(super) fn rounded(
        &mut self,
        x: &Term,
        decimals: Option<&Term>,
        mode: RoundingMode,
        span: &Span,
    ) -> Typed {
        let (expr, known) = self.number(x)?;
        let places = match decimals.map(|term| &term.kind) {
            None => Some(0),
            Some(TermKind::Number(number)) => {
                number.to_i64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 30)
            }
            Some(_) => None,
        };
        let Some(places) = places else {
            let message = text!(
                "le nombre de décimales s'écrit en chiffres, de 0 à 30",
                "the number of decimals is written in digits, from 0 to 30"
            );
            self.report(Code::BAD_ARGUMENTS, span, message, None);
            return None;
        };
        Some((Expr { kind: ExprKind::Round(Box::new(expr), places, mode), span: span.clone() }, known))
    }
}

/// Returns where each typed term stands, with what is known of its type.
pub(super) fn spans(typed: &[(Expr, Known)]) -> Vec<(&Span, &Known)> {
    typed.iter().map(|(expr, known)| (&expr.span, known)).collect()
}

fn hint(known: &Known) -> Option<Type> {
    match known {
        Known::Zero => None,
        Known::Is(kind) => Some(kind.clone()),
    }
}
