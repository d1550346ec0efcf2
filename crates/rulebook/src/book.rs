//! A checked rulebook: names are resolved, units agree, every version of every formula is typed.

use exact::{Rational, RoundingMode, Unit};
use jiff::civil::Date;

use crate::formula::{Comparison, Span};
use crate::model::{
    AllocationId, CaseDecl, Dated, Edge, EntityId, Enumeration, FormulaText, InputDecl, InputId, Instrument,
    Named, ParameterId, Provenance, Rounding, RuleId, ScheduleDecl, TableId, TableKind, UnitName, Validity,
};
use crate::{Source, Text, Type, Value};

/// A rulebook that was read and checked.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// The files it was read from.
    pub sources: Vec<Source>,
    /// The change files that were laid over them, in order; places count on from those of the files.
    pub changes: Vec<Source>,
    /// The head.
    pub instrument: Instrument,
    /// Declared units.
    pub units: Vec<UnitName>,
    /// Enumerations.
    pub enums: Vec<Enumeration>,
    /// Entities.
    pub entities: Vec<EntityInfo>,
    /// The entity that is settled.
    pub subject: EntityId,
    /// Inputs.
    pub inputs: Vec<Input>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Rules, in the order of the files.
    pub rules: Vec<Rule>,
    /// Checks of facts.
    pub checks: Vec<Check>,
    /// Allocations.
    pub allocations: Vec<Allocation>,
    /// Schedules of paying rules.
    pub schedules: Vec<ScheduleDecl>,
    /// Cases.
    pub cases: Vec<CaseDecl>,
    /// The first day of the contract, if a legal text gives one.
    pub begins: Option<Date>,
    /// Names of parameters and tables that are recorded but not used, on purpose.
    pub recorded_only: std::collections::BTreeSet<String>,
    /// Names of what is meant to be taken on the last day of a period, when it changes inside one.
    pub last_day: std::collections::BTreeSet<String>,
}

/// An entity with its place in the tree.
#[derive(Debug, Clone)]
pub struct EntityInfo {
    /// Its name.
    pub name: String,
    /// Its words for people.
    pub label: Text,
    /// The entity above.
    pub parent: Option<EntityId>,
    /// The unit of a count of it.
    pub unit: Unit,
    /// Whether a refused one is left out instead of refusing its subject.
    pub skip_refused: bool,
}

/// A checked input.
#[derive(Debug, Clone)]
pub struct Input {
    /// What was declared.
    pub decl: InputDecl,
    /// The entity.
    pub of: EntityId,
    /// The type.
    pub kind: Type,
    /// The default.
    pub default: Option<DefaultValue>,
    /// The smallest number allowed.
    pub min: Option<Rational>,
    /// The largest number allowed.
    pub max: Option<Rational>,
}

/// A default value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultValue {
    /// A plain value.
    Plain(Value),
    /// The first day of the period.
    StartOfPeriod,
    /// The last day of the period.
    EndOfPeriod,
}

/// A checked parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, label.
    pub named: Named,
    /// The type.
    pub kind: Type,
    /// Printed as a percentage.
    pub percent: bool,
    /// Its values, later ones last.
    pub values: Vec<Dated>,
}

/// A checked table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name, label.
    pub named: Named,
    /// Its kind.
    pub kind: TableKind,
    /// The keys of a decision table.
    pub keys: Vec<Key>,
    /// The unit of what it is looked up with.
    pub over: Unit,
    /// The type of its values.
    pub value: Type,
    /// Printed as a percentage.
    pub percent: bool,
    /// Its versions.
    pub versions: Vec<TableVersion>,
}

/// A key of a decision table.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// The whole numbers it may take, for a number.
    pub range: Option<(i64, i64)>,
}

/// One version of a table.
#[derive(Debug, Clone)]
pub struct TableVersion {
    /// Days in force.
    pub validity: Validity,
    /// Its rows; none when the whole version is unknown.
    pub rows: Vec<Row>,
    /// Whether nobody knows the version: who reads it is refused.
    pub unknown: bool,
    /// How many rows were declared; more than there are when some are faulty.
    pub declared_rows: usize,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The keys; none stands for any value.
    pub keys: Vec<Option<Value>>,
    /// The bound of a bracket, or the point of a line.
    pub bound: Option<(Edge, Rational)>,
    /// The value, its dates and source.
    pub dated: Dated,
    /// Its place in the files.
    pub place: crate::Place,
}

/// A checked rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, label.
    pub named: Named,
    /// The entity.
    pub of: EntityId,
    /// The type.
    pub kind: Type,
    /// Printed as a percentage.
    pub percent: bool,
    /// Its versions.
    pub versions: Vec<RuleVersion>,
    /// Its rounding.
    pub round: Option<Rounding>,
    /// Whether it is shown among the results.
    pub output: bool,
    /// Whether it is money to pay.
    pub pays: bool,
    /// Days on which it exists.
    pub validity: Validity,
}

/// One version of a rule.
#[derive(Debug, Clone)]
pub struct RuleVersion {
    /// Days in force.
    pub validity: Validity,
    /// The formula as written.
    pub text: FormulaText,
    /// The formula.
    pub formula: Expr,
    /// The sentence in plain words.
    pub say: Option<Sentence>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What was decided.
    pub choice: Option<Text>,
}

/// A checked check of facts.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its name.
    pub named: Named,
    /// The entity.
    pub of: EntityId,
    /// The formula.
    pub formula: Expr,
    /// What to say when it is broken.
    pub message: Sentence,
    /// Days in force.
    pub validity: Validity,
}

/// A checked allocation.
#[derive(Debug, Clone)]
pub struct Allocation {
    /// Its name, label.
    pub named: Named,
    /// The owner of the pot.
    pub of: EntityId,
    /// The currency.
    pub unit: Unit,
    /// The pot.
    pub total: Expr,
    /// The pot as written.
    pub total_text: FormulaText,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Days in force.
    pub validity: Validity,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Allocation {
    /// Returns its formulas: that of the pot, then those of the steps.
    pub(crate) fn formulas(&self) -> Vec<&Expr> {
        let mut all = vec![&self.total];
        for step in &self.steps {
            match &step.kind {
                StepKind::Due(due) => all.push(due),
                StepKind::Weight { weight, amount, cap, floor, guarantee } => {
                    all.push(weight);
                    all.extend([amount, cap, floor, guarantee].into_iter().flatten());
                }
                StepKind::Rest => {}
            }
        }
        all
    }
}

/// One step of an allocation.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its words for people.
    pub label: Text,
    /// The entity that receives.
    pub to: EntityId,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[expect(clippy::large_enum_variant, reason = "few of them exist at a time")]
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Pays what is due.
    Due(Expr),
    /// Splits by weight.
    Weight {
        /// The weights.
        weight: Expr,
        /// How much is split.
        amount: Option<Expr>,
        /// The largest share.
        cap: Option<Expr>,
        /// The smallest share.
        floor: Option<Expr>,
        /// What a receiver must have in all after the step.
        guarantee: Option<Expr>,
    },
    /// Takes what is left.
    Rest,
}

/// A sentence with places for values.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The pieces in French.
    pub fr: Vec<Piece>,
    /// The pieces in English.
    pub en: Vec<Piece>,
}

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// A value.
    Value(Reference),
}

/// Something that a formula reads by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// A fact.
    Input(InputId),
    /// A parameter.
    Parameter(ParameterId),
    /// A rule.
    Rule(RuleId),
    /// What an allocation gave to an entity.
    Share(Share),
}

/// What an allocation gave to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Share {
    /// The allocation.
    pub allocation: AllocationId,
    /// The entity that receives.
    pub entity: EntityId,
    /// The step; the total of all steps when absent.
    pub step: Option<usize>,
}

/// A typed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Its form.
    pub kind: ExprKind,
    /// The stretch of the formula it was read from.
    pub span: Span,
}

/// The forms of a typed expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A literal.
    Constant(Value),
    /// A value read by name.
    Read(Reference),
    /// Signed terms: `true` subtracts.
    Sum(Vec<(bool, Expr)>),
    /// Factors: `true` divides.
    Product(Vec<(bool, Expr)>),
    /// A comparison.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `x BETWEEN low AND high`.
    Between {
        /// What is compared.
        x: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound.
        high: Box<Expr>,
        /// With NOT.
        negated: bool,
    },
    /// `x IN (…)`.
    In {
        /// What is searched.
        x: Box<Expr>,
        /// Where.
        list: Vec<Expr>,
        /// With NOT.
        negated: bool,
    },
    /// AND.
    All(Vec<Expr>),
    /// OR.
    Any(Vec<Expr>),
    /// NOT.
    Not(Box<Expr>),
    /// CASE.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    /// The least or the greatest of several.
    Extreme {
        /// Whether it is the greatest.
        greatest: bool,
        /// The values.
        of: Vec<Expr>,
    },
    /// The absolute value.
    Abs(Box<Expr>),
    /// A rounding.
    Round(Box<Expr>, u32, RoundingMode),
    /// Days from a to b.
    DaysBetween(Box<Expr>, Box<Expr>),
    /// The share of the period from a day on.
    YearFractionFrom(Box<Expr>),
    /// The row of a decision table.
    Lookup(TableId, Vec<Expr>),
    /// A bracket table.
    Bracket(TableId, Box<Expr>),
    /// A linear table.
    Interpolate(TableId, Box<Expr>),
    /// An aggregate over a lower entity.
    Aggregate(Aggregate),
}

/// An aggregate over a lower entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What is computed.
    pub kind: AggregateKind,
    /// The entity that is walked through.
    pub over: EntityId,
    /// The value of each; absent for a count.
    pub value: Option<Box<Expr>>,
    /// Which ones count.
    pub filter: Option<Box<Expr>>,
}

/// The kinds of aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    /// The sum; zero over nothing.
    Sum,
    /// The number; zero over nothing.
    Count,
    /// The least; refuses over nothing.
    Min,
    /// The greatest; refuses over nothing.
    Max,
    /// The mean; refuses over nothing.
    Mean,
}

impl Expr {
    /// Returns how deep the expression is nested; a value alone is one level.
    pub fn depth(&self) -> usize {
        let mut deepest = 0;
        self.each_part(&mut |part| deepest = deepest.max(part.depth()));
        deepest + 1
    }

    /// Calls `visit` with every reference, table and aggregate in the expression.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        self.each_part(&mut |part| part.walk(visit));
    }

    /// Calls `visit` with every expression right below.
    fn each_part(&self, visit: &mut dyn FnMut(&Expr)) {
        let mut all = |list: &[&Expr]| list.iter().for_each(|inner| visit(inner));
        match &self.kind {
            ExprKind::Constant(_) | ExprKind::Read(_) => {}
            ExprKind::Sum(parts) | ExprKind::Product(parts) => {
                parts.iter().for_each(|part| all(&[&part.1]));
            }
            ExprKind::Compare(_, a, b) | ExprKind::DaysBetween(a, b) => all(&[a, b]),
            ExprKind::Between { x, low, high, .. } => all(&[x, low, high]),
            ExprKind::In { x, list, .. } => {
                all(&[x]);
                list.iter().for_each(|item| all(&[item]));
            }
            ExprKind::All(list) | ExprKind::Any(list) | ExprKind::Lookup(_, list) => {
                list.iter().for_each(|item| all(&[item]));
            }
            ExprKind::Extreme { of, .. } => of.iter().for_each(|item| all(&[item])),
            ExprKind::Not(x)
            | ExprKind::Abs(x)
            | ExprKind::Round(x, _, _)
            | ExprKind::YearFractionFrom(x)
            | ExprKind::Bracket(_, x)
            | ExprKind::Interpolate(_, x) => all(&[x]),
            ExprKind::Case(branches, otherwise) => {
                branches.iter().for_each(|(when, then)| all(&[when, then]));
                all(&[otherwise]);
            }
            ExprKind::Aggregate(aggregate) => {
                aggregate.value.iter().chain(&aggregate.filter).for_each(|inner| all(&[inner]));
            }
        }
    }
}

impl Rulebook {
    /// Returns every file that a place may point into: the rulebook's, then those of its changes.
    pub fn all_sources(&self) -> Vec<Source> {
        self.sources.iter().chain(&self.changes).cloned().collect()
    }

    /// Returns the entity of a name.
    pub fn entity(&self, name: &str) -> Option<EntityId> {
        self.entities.iter().position(|entity| entity.name == name).map(EntityId)
    }

    /// Returns the rule of a name.
    pub fn rule(&self, name: &str) -> Option<RuleId> {
        self.rules.iter().position(|rule| rule.named.name == name).map(RuleId)
    }

    /// Returns what a name means for an entity: a rule, or a share of an allocation.
    pub fn result(&self, entity: EntityId, name: &str) -> Option<Reference> {
        if let Some(id) = self.rule(name) {
            return (self.rules[id.0].of == entity).then_some(Reference::Rule(id));
        }
        self.allocations.iter().enumerate().find_map(|(index, allocation)| {
            let short = name.strip_prefix(allocation.named.name.as_str())?.strip_prefix('_')?;
            let step = allocation.steps.iter().position(|step| step.to == entity && step.name == short);
            let receives = allocation.steps.iter().any(|step| step.to == entity);
            let allocation = AllocationId(index);
            match step {
                Some(step) => Some(Reference::Share(Share { allocation, entity, step: Some(step) })),
                None if short == "total" && receives => {
                    Some(Reference::Share(Share { allocation, entity, step: None }))
                }
                None => None,
            }
        })
    }

    /// Returns whether `below` is `above` or lies under it.
    pub fn is_under(&self, below: EntityId, above: EntityId) -> bool {
        let mut here = Some(below);
        while let Some(entity) = here {
            if entity == above {
                return true;
            }
            here = self.entities[entity.0].parent;
        }
        false
    }

    /// Returns whether a base unit is a currency.
    pub fn is_money(&self, base: &str) -> bool {
        is_money(&self.units, base)
    }

    /// Returns whether values of a unit are amounts of one currency.
    pub fn is_amount(&self, unit: &Unit) -> bool {
        let mut bases = unit.bases();
        matches!((bases.next(), bases.next()), (Some((base, 1)), None) if self.is_money(base))
    }

    /// Returns the entity whose value a reference is; none for a parameter.
    pub fn entity_of(&self, reference: Reference) -> Option<EntityId> {
        match reference {
            Reference::Input(id) => Some(self.inputs[id.0].of),
            Reference::Rule(id) => Some(self.rules[id.0].of),
            Reference::Share(share) => Some(share.entity),
            Reference::Parameter(_) => None,
        }
    }

    /// Returns the type of what a reference reads.
    pub fn type_of(&self, reference: Reference) -> Type {
        match reference {
            Reference::Input(id) => self.inputs[id.0].kind.clone(),
            Reference::Parameter(id) => self.parameters[id.0].kind.clone(),
            Reference::Rule(id) => self.rules[id.0].kind.clone(),
            Reference::Share(share) => Type::Number(self.allocations[share.allocation.0].unit.clone()),
        }
    }

    /// Returns the name of what a reference reads.
    pub fn name_of(&self, reference: Reference) -> String {
        match reference {
            Reference::Input(id) => self.inputs[id.0].decl.named.name.clone(),
            Reference::Parameter(id) => self.parameters[id.0].named.name.clone(),
            Reference::Rule(id) => self.rules[id.0].named.name.clone(),
            Reference::Share(share) => {
                let allocation = &self.allocations[share.allocation.0];
                let step = share.step.map_or("total", |step| allocation.steps[step].name.as_str());
                format!("{}_{step}", allocation.named.name)
            }
        }
    }

    /// Returns the words for people of what a reference reads.
    pub fn label_of(&self, reference: Reference) -> Text {
        match reference {
            Reference::Input(id) => self.inputs[id.0].decl.named.label(),
            Reference::Parameter(id) => self.parameters[id.0].named.label(),
            Reference::Rule(id) => self.rules[id.0].named.label(),
            Reference::Share(share) => {
                let allocation = &self.allocations[share.allocation.0];
                match share.step {
                    Some(step) => allocation.steps[step].label.clone(),
                    None => allocation.named.label(),
                }
            }
        }
    }

    /// Returns whether a reference is printed as a percentage.
    pub fn is_percent(&self, reference: Reference) -> bool {
        match reference {
            Reference::Input(id) => self.inputs[id.0].decl.declared.percent,
            Reference::Parameter(id) => self.parameters[id.0].percent,
            Reference::Rule(id) => self.rules[id.0].percent,
            Reference::Share(_) => false,
        }
    }
}

/// Returns whether a base unit is a currency, given the declared units.
pub(crate) fn is_money(units: &[UnitName], base: &str) -> bool {
    base == "EUR" || units.iter().any(|unit| unit.money && unit.name == base)
}
