//! The flat program of a plan: one step after another, each fills one register.

use std::collections::{BTreeMap, HashMap};

use crate::book::{AggregateKind, Expr, ExprKind, Reference};
use crate::model::Rounding;
use crate::plan::Plan;
use crate::{Comparison, EntityId, InputId, ParameterId, RuleId, TableId, Value};

/// The index of a register.
pub(super) type Register = usize;

/// A program: steps in an order in which each reads only what stands before it.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// The registers of the outputs of each entity, in the order of the plan's outputs.
    pub(super) outputs: Vec<Vec<Register>>,
    /// The registers of the checks of each entity: each must be true.
    pub(super) checks: Vec<Vec<Register>>,
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    /// The entity whose rows the register covers.
    pub(super) level: EntityId,
    pub(super) op: Op,
    /// The registers that no later step reads, nor anybody after the last one.
    pub(super) frees: Vec<Register>,
}

/// What a step computes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Op {
    /// A value that is the same for all rows.
    Constant(Value),
    /// What is not in force: nobody has a value.
    Nothing,
    Parameter(ParameterId),
    Input(InputId),
    /// Signed terms: `true` subtracts.
    Sum(Vec<(bool, Register)>),
    /// Factors: `true` divides.
    Product(Vec<(bool, Register)>),
    Compare(Comparison, Register, Register),
    All(Vec<Register>),
    Any(Vec<Register>),
    Not(Register),
    Case(Vec<(Register, Register)>, Register),
    Extreme {
        greatest: bool,
        of: Vec<Register>,
    },
    Abs(Register),
    Round(Register, Rounding),
    DaysBetween(Register, Register),
    YearFractionFrom(Register),
    Lookup(TableId, Vec<Register>),
    Bracket(TableId, Register),
    Interpolate(TableId, Register),
    /// The value of the entity above, for each row below.
    Repeat(Register, EntityId),
    Aggregate {
        kind: AggregateKind,
        over: EntityId,
        value: Option<Register>,
        filter: Option<Register>,
    },
}

impl Op {
    /// Calls `visit` with each register that the step reads.
    pub(super) fn reads(&self, visit: &mut dyn FnMut(Register)) {
        match self {
            Self::Constant(_) | Self::Nothing | Self::Parameter(_) | Self::Input(_) => {}
            Self::Sum(parts) | Self::Product(parts) => parts.iter().for_each(|(_, part)| visit(*part)),
            Self::Compare(_, a, b) | Self::DaysBetween(a, b) => [a, b].into_iter().for_each(|x| visit(*x)),
            Self::All(list) | Self::Any(list) | Self::Extreme { of: list, .. } | Self::Lookup(_, list) => {
                list.iter().for_each(|x| visit(*x));
            }
            Self::Case(branches, otherwise) => {
                branches.iter().flat_map(|(when, then)| [when, then]).for_each(|x| visit(*x));
                visit(*otherwise);
            }
            Self::Not(x)
            | Self::Abs(x)
            | Self::Round(x, _)
            | Self::YearFractionFrom(x)
            | Self::Bracket(_, x)
            | Self::Interpolate(_, x)
            | Self::Repeat(x, _) => visit(*x),
            Self::Aggregate { value, filter, .. } => {
                value.iter().chain(filter).for_each(|x| visit(*x));
            }
        }
    }
}

/// Compiles a plan; none when it holds something that only the interpreter does.
///
/// The program reads parameters and tables when it runs: it serves every plan that differs in their values alone.
pub(super) fn compile(plan: &Plan<'_>) -> Option<Program> {
    // Allocations walk through receivers one by one: the interpreter does that.
    if plan.allocations().next().is_some() || plan.over_all_subjects {
        return None;
    }
    let book = plan.book;
    let mut compiler = Compiler {
        plan,
        program: Program {
            steps: Vec::new(),
            outputs: vec![Vec::new(); book.entities.len()],
            checks: vec![Vec::new(); book.entities.len()],
        },
        references: BTreeMap::new(),
        known: HashMap::new(),
    };
    for entity in (0..book.entities.len()).map(EntityId) {
        for output in plan.outputs(entity) {
            let register = compiler.read(output, entity)?;
            compiler.program.outputs[entity.0].push(register);
        }
    }
    for check in plan.checks() {
        let register = compiler.expr(&check.formula, check.of)?;
        compiler.program.checks[check.of.0].push(register);
    }
    let mut program = compiler.program;
    program.free_early();
    Some(program)
}

impl Program {
    /// Returns which registers read one of some parameters, directly or through others.
    pub(super) fn reached_by(&self, parameters: &[ParameterId]) -> Vec<bool> {
        let mut reached = vec![false; self.steps.len()];
        for (register, step) in self.steps.iter().enumerate() {
            let mut found = matches!(step.op, Op::Parameter(id) if parameters.contains(&id));
            step.op.reads(&mut |read| found |= reached[read]);
            reached[register] = found;
        }
        reached
    }

    /// Returns the register of an input at its own level, when something reads it.
    pub(super) fn input(&self, input: InputId) -> Option<Register> {
        self.steps.iter().position(|step| step.op == Op::Input(input))
    }

    /// Finds after which step each register is read no more: a chunk then lives in few buffers.
    fn free_early(&mut self) {
        let kept: Vec<Register> = self.outputs.iter().chain(&self.checks).flatten().copied().collect();
        let mut needed = vec![false; self.steps.len()];
        kept.into_iter().for_each(|register| needed[register] = true);
        for step in self.steps.iter_mut().rev() {
            let frees = &mut step.frees;
            step.op.reads(&mut |register| {
                if !std::mem::replace(&mut needed[register], true) {
                    frees.push(register);
                }
            });
        }
    }
}

struct Compiler<'a> {
    plan: &'a Plan<'a>,
    program: Program,
    references: BTreeMap<(Reference, EntityId), Register>,
    /// What is computed already: the same formula is not computed twice.
    known: HashMap<(EntityId, Op), Register>,
}

impl Compiler<'_> {
    fn push(&mut self, level: EntityId, op: Op) -> Register {
        if let Some(known) = self.known.get(&(level, op.clone())) {
            return *known;
        }
        let register = self.program.steps.len();
        self.known.insert((level, op.clone()), register);
        self.program.steps.push(Step { level, op, frees: Vec::new() });
        register
    }

    /// Reads a name at a level, repeating what stands above it.
    fn read(&mut self, reference: Reference, level: EntityId) -> Option<Register> {
        let own = self.plan.book.entity_of(reference).unwrap_or(level);
        if let Some(register) = self.references.get(&(reference, level)) {
            return Some(*register);
        }
        let register = if own == level {
            match reference {
                Reference::Input(id) => self.push(level, Op::Input(id)),
                Reference::Parameter(id) => self.push(level, Op::Parameter(id)),
                Reference::Rule(id) => self.rule(id, level)?,
                Reference::Share(_) => return None,
            }
        } else {
            let above = self.read(reference, own)?;
            self.push(level, Op::Repeat(above, own))
        };
        self.references.insert((reference, level), register);
        Some(register)
    }

    fn rule(&mut self, id: RuleId, level: EntityId) -> Option<Register> {
        let Some(version) = self.plan.rule(id) else { return Some(self.push(level, Op::Nothing)) };
        let register = self.expr(&version.formula, level)?;
        Some(match self.plan.book.rules[id.0].round {
            Some(round) => self.push(level, Op::Round(register, round)),
            None => register,
        })
    }

    fn list(&mut self, list: &[Expr], level: EntityId) -> Option<Vec<Register>> {
        list.iter().map(|item| self.expr(item, level)).collect()
    }

    fn signed(&mut self, list: &[(bool, Expr)], level: EntityId) -> Option<Vec<(bool, Register)>> {
        list.iter().map(|(sign, item)| Some((*sign, self.expr(item, level)?))).collect()
    }

    fn expr(&mut self, expr: &Expr, level: EntityId) -> Option<Register> {
        let op = match &expr.kind {
            ExprKind::Constant(value) => Op::Constant(value.clone()),
            ExprKind::Read(reference) => return self.read(*reference, level),
            ExprKind::Sum(parts) => Op::Sum(self.signed(parts, level)?),
            ExprKind::Product(parts) => Op::Product(self.signed(parts, level)?),
            ExprKind::Compare(comparison, a, b) => {
                Op::Compare(*comparison, self.expr(a, level)?, self.expr(b, level)?)
            }
            ExprKind::Between { x, low, high, negated } => {
                let (x, low, high) = (self.expr(x, level)?, self.expr(low, level)?, self.expr(high, level)?);
                let above = self.push(level, Op::Compare(Comparison::GreaterOrEqual, x, low));
                let below = self.push(level, Op::Compare(Comparison::LessOrEqual, x, high));
                return Some(self.negated(Op::All(vec![above, below]), *negated, level));
            }
            ExprKind::In { x, list, negated } => {
                let x = self.expr(x, level)?;
                let items = self.list(list, level)?;
                let equal =
                    items.into_iter().map(|item| self.push(level, Op::Compare(Comparison::Equal, x, item)));
                let equal = equal.collect();
                return Some(self.negated(Op::Any(equal), *negated, level));
            }
            ExprKind::All(list) => Op::All(self.list(list, level)?),
            ExprKind::Any(list) => Op::Any(self.list(list, level)?),
            ExprKind::Not(x) => Op::Not(self.expr(x, level)?),
            ExprKind::Case(branches, otherwise) => {
                let branches = branches
                    .iter()
                    .map(|(when, then)| Some((self.expr(when, level)?, self.expr(then, level)?)))
                    .collect::<Option<_>>()?;
                Op::Case(branches, self.expr(otherwise, level)?)
            }
            ExprKind::Extreme { greatest, of } => {
                Op::Extreme { greatest: *greatest, of: self.list(of, level)? }
            }
            ExprKind::Abs(x) => Op::Abs(self.expr(x, level)?),
            ExprKind::Round(x, decimals, mode) => {
                let x = self.expr(x, level)?;
                Op::Round(x, Rounding { decimals: *decimals, mode: *mode })
            }
            ExprKind::DaysBetween(a, b) => Op::DaysBetween(self.expr(a, level)?, self.expr(b, level)?),
            ExprKind::YearFractionFrom(day) => Op::YearFractionFrom(self.expr(day, level)?),
            ExprKind::Lookup(table, keys) => Op::Lookup(*table, self.list(keys, level)?),
            ExprKind::Bracket(table, x) => Op::Bracket(*table, self.expr(x, level)?),
            ExprKind::Interpolate(table, x) => Op::Interpolate(*table, self.expr(x, level)?),
            ExprKind::Aggregate(aggregate) => {
                let value = match &aggregate.value {
                    Some(value) => Some(self.expr(value, aggregate.over)?),
                    None => None,
                };
                let filter = match &aggregate.filter {
                    Some(filter) => Some(self.expr(filter, aggregate.over)?),
                    None => None,
                };
                Op::Aggregate { kind: aggregate.kind, over: aggregate.over, value, filter }
            }
        };
        Some(self.push(level, op))
    }

    fn negated(&mut self, op: Op, negated: bool, level: EntityId) -> Register {
        let register = self.push(level, op);
        if negated { self.push(level, Op::Not(register)) } else { register }
    }
}
