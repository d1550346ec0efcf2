//! Traces: what was read, in which order, with which values, and where each comes from.

use std::collections::{BTreeMap, BTreeSet};

use exact::{Bound, Cents, Rational};

use super::allocate::Outcome;
use super::{Interpreter, Order, Spot, Stop};
use crate::book::{Aggregate, AggregateKind, Expr, Reference, Row, Share};
use crate::facts::Facts;
use crate::formula::Span;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::{AllocationId, EntityId, InputId, ParameterId, RuleId, TableId, Text, Value};

/// The index of a node in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// How a subject's values came about.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Every node once; a node stands after those it rests on.
    pub nodes: Vec<Node>,
    /// The outputs, in order.
    pub outputs: Vec<NodeId>,
}

/// One value and what it rests on.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub what: What,
    /// The id of the row it belongs to.
    pub id: String,
    /// The row it was read for; none for parameters.
    pub(crate) row: Option<Spot>,
    /// Whether that row belongs to another subject than the one that is traced.
    pub is_other: bool,
    /// The value.
    pub value: Value,
    /// What was read to compute it, in order, each once.
    pub children: Vec<NodeId>,
    /// What stands for stretches of the formula.
    pub fragments: Vec<(Span, Fragment)>,
    /// The sentence in plain words, filled in.
    pub say: Option<Text>,
    /// What the sentence shows.
    pub said: Vec<Reference>,
    /// How a rule's value is made up of others, for pictures.
    pub shape: Shape,
}

/// How a number is made up: its sums and products, with the values they had.
#[derive(Debug, Clone, Default)]
pub enum Shape {
    /// Neither a sum nor a product.
    #[default]
    Whole,
    /// The value of a reference.
    Read(Reference),
    /// Signed terms: `true` subtracts.
    Sum(Vec<Term>),
    /// Factors: `true` divides.
    Product(Vec<Term>),
}

/// A term of a sum or a factor of a product.
#[derive(Debug, Clone)]
pub struct Term {
    /// Whether it is subtracted, or divides.
    pub inverse: bool,
    /// Its value.
    pub value: Rational,
    /// Its stretch of the formula.
    pub span: Span,
    /// How it is made up itself.
    pub shape: Shape,
}

/// What stands for a stretch of a formula in a trace.
#[derive(Debug, Clone)]
pub enum Fragment {
    /// The value of a reference.
    Value(Reference, Value),
    /// The value of a table.
    Table(TableId, Value),
    /// The value of an aggregate.
    Aggregate(Value),
    /// The branch that a CASE took, another stretch of the same formula.
    Branch(Span),
}

/// What a node is.
#[expect(clippy::large_enum_variant, reason = "few of them exist at a time")]
#[derive(Debug, Clone)]
pub enum What {
    /// A rule.
    Rule(RuleId),
    /// A fact, and whether its default was used.
    Input(InputId, bool),
    /// A parameter.
    Parameter(ParameterId),
    /// A reading of a table.
    Table(TableId, Detail),
    /// An aggregate over a lower entity.
    Aggregate {
        /// What was computed.
        kind: AggregateKind,
        /// Over which entity.
        over: EntityId,
        /// How many counted.
        count: i64,
        /// All of them.
        members: Vec<MemberTrace>,
    },
    /// A share of an allocation.
    Share(Share),
    /// An allocation as a whole.
    Allocation(AllocationId, Vec<StepTrace>),
}

/// One row that counts in an aggregate.
#[derive(Debug, Clone)]
pub struct MemberTrace {
    /// Its id.
    pub id: String,
    /// Its number; none when it is only counted.
    pub number: Option<Rational>,
    /// Whether it belongs to another subject than the one that is traced.
    pub is_other: bool,
}

/// One step of an allocation in a trace.
#[derive(Debug, Clone)]
pub struct StepTrace {
    /// What was left before it.
    pub before: Cents,
    /// What was left after it.
    pub left: Cents,
    /// Whether dues were paid in proportion.
    pub short: bool,
    /// Who got what.
    pub given: Vec<GivenTrace>,
}

/// What one receiver got, in a trace.
#[derive(Debug, Clone)]
pub struct GivenTrace {
    /// The receiver's id.
    pub id: String,
    /// Whether it belongs to another subject than the one that is traced.
    pub is_other: bool,
    /// The amount.
    pub amount: Cents,
    /// The weight, or what was due.
    pub basis: Rational,
    /// The limit that held the share.
    pub bound: Bound,
    /// Whether a cent of the largest remainders is in it.
    pub remainder_cent: bool,
}

/// How a table gave its value.
#[derive(Debug, Clone)]
pub enum Detail {
    /// The row of a decision table.
    Row {
        /// The keys.
        keys: Vec<Value>,
        /// The row.
        row: Row,
    },
    /// The row of flat brackets.
    Bracket {
        /// What was looked up.
        x: Rational,
        /// The row.
        row: Row,
    },
    /// Slices of marginal brackets: how much, at which rate, from which row.
    Slices {
        /// What was looked up.
        x: Rational,
        /// The slices.
        slices: Vec<(Rational, Rational, Row)>,
    },
    /// The two points of a line.
    Line {
        /// What was looked up.
        x: Rational,
        /// The point before.
        from: Row,
        /// The point after.
        to: Row,
    },
}

/// What is being traced when a value is computed.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    nodes: Vec<Node>,
    stack: Vec<Frame>,
    known: BTreeMap<(Key, usize), NodeId>,
    /// The rules whose sentences are still to be filled.
    sentences: Vec<(NodeId, RuleId, Spot)>,
    /// The subject that is traced, or that holds the row that is; none when the row stands above the subjects.
    subject: Option<Spot>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Reference(Reference),
    Allocation(AllocationId),
}

#[derive(Debug, Default)]
struct Frame {
    children: Vec<NodeId>,
    /// The same, to find one quickly among those of many rows.
    known: BTreeSet<NodeId>,
    fragments: Vec<(Span, Fragment)>,
    members: Vec<MemberTrace>,
}

impl Recorder {
    fn child(&mut self, node: NodeId) {
        if let Some(frame) = self.stack.last_mut()
            && frame.known.insert(node)
        {
            frame.children.push(node);
        }
    }

    fn fragment(&mut self, span: &Span, fragment: Fragment) {
        if let Some(frame) = self.stack.last_mut() {
            frame.fragments.push((span.clone(), fragment));
        }
    }

    fn add(&mut self, node: Node, key: Option<(Key, usize)>) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(node);
        if let Some(key) = key {
            self.known.insert(key, id);
        }
        self.child(id);
        id
    }
}

impl Interpreter<'_> {
    pub(super) fn enter(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.stack.push(Frame::default());
        }
    }

    fn id_at(&self, spot: Spot) -> String {
        self.facts.rows(spot.entity).ids[self.order.row(spot)].clone()
    }

    /// Returns whether a row belongs to another subject than the one that is traced.
    fn is_other(&self, spot: Spot) -> bool {
        let Some(own) = self.recorder.as_ref().and_then(|recorder| recorder.subject) else { return false };
        let book = self.plan.book;
        match self.order.climb(book, spot, own.entity) {
            Some(subject) => subject != own,
            // Above the subjects, only what stands above this one is its own.
            None => self.order.climb(book, own, spot.entity).is_some_and(|above| above != spot),
        }
    }

    pub(super) fn leave_rule(&mut self, id: RuleId, spot: Spot, result: &Result<Value, Stop>, shape: Shape) {
        let Some(frame) = self.recorder.as_mut().and_then(|recorder| recorder.stack.pop()) else { return };
        let Ok(value) = result else { return };
        let node = Node {
            what: What::Rule(id),
            id: self.id_at(spot),
            row: Some(spot),
            is_other: self.is_other(spot),
            value: value.clone(),
            children: frame.children,
            fragments: frame.fragments,
            say: None,
            said: Vec::new(),
            shape,
        };
        let key = (Key::Reference(Reference::Rule(id)), spot.position);
        if let Some(recorder) = &mut self.recorder {
            let node = recorder.add(node, Some(key));
            recorder.sentences.push((node, id, spot));
        }
    }

    /// Returns the nodes with their sentences filled in, once every value is known.
    fn told(&mut self) -> Vec<Node> {
        let Some(Recorder { mut nodes, sentences, .. }) = self.recorder.take() else { return Vec::new() };
        for (node, rule, spot) in sentences {
            if let Some(node) = nodes.get_mut(node.0) {
                node.say = self.say(rule, spot);
                node.said = self.said(rule);
            }
        }
        nodes
    }

    fn say(&mut self, id: RuleId, spot: Spot) -> Option<Text> {
        let sentence = self.plan.rule(id)?.say.clone()?;
        self.sentence(&sentence, spot)
    }

    /// Returns what a rule's sentence shows.
    fn said(&self, id: RuleId) -> Vec<Reference> {
        let sentence = self.plan.rule(id).and_then(|version| version.say.as_ref());
        let pieces = sentence.into_iter().flat_map(|sentence| sentence.fr.iter().chain(&sentence.en));
        let shown = pieces.filter_map(|piece| match piece {
            crate::book::Piece::Value(reference) => Some(*reference),
            crate::book::Piece::Words(_) => None,
        });
        shown.collect()
    }

    /// Fills a sentence; nothing when one of its values is refused.
    pub(super) fn sentence(&mut self, sentence: &crate::book::Sentence, spot: Spot) -> Option<Text> {
        let mut fill = |pieces: &[crate::book::Piece], language: crate::Language| -> Option<String> {
            let mut words = String::new();
            for piece in pieces {
                match piece {
                    crate::book::Piece::Words(more) => words.push_str(more),
                    crate::book::Piece::Value(reference) => {
                        let value = self.quietly(*reference, spot)?;
                        words.push_str(&crate::show::reference(self.plan.book, *reference, &value, language));
                    }
                }
            }
            Some(words)
        };
        let fr = fill(&sentence.fr, crate::Language::French)?;
        let en = fill(&sentence.en, crate::Language::English)?;
        Some(Text { fr, en })
    }

    /// Adds a value that was computed before to what is being traced.
    pub(super) fn recall(&mut self, reference: Reference, spot: Spot) {
        if let Some(recorder) = &mut self.recorder
            && let Some(node) = recorder.known.get(&(Key::Reference(reference), spot.position)).copied()
        {
            recorder.child(node);
        }
    }

    /// Adds a value that rests on nothing further; `of` names the row when its id is shown.
    fn note_leaf(
        &mut self,
        what: What,
        key: Option<Key>,
        of: Option<Spot>,
        row: Option<Spot>,
        value: &Value,
    ) {
        let Some(recorder) = &self.recorder else { return };
        let key = key.map(|key| (key, of.map_or(0, |spot| spot.position)));
        let known = key.as_ref().and_then(|key| recorder.known.get(key).copied());
        let node = Node {
            what,
            id: of.map(|spot| self.id_at(spot)).unwrap_or_default(),
            row,
            is_other: row.is_some_and(|row| self.is_other(row)),
            value: value.clone(),
            children: Vec::new(),
            fragments: Vec::new(),
            say: None,
            said: Vec::new(),
            shape: Shape::Whole,
        };
        let Some(recorder) = &mut self.recorder else { return };
        match known {
            Some(node) => recorder.child(node),
            None => {
                recorder.add(node, key);
            }
        }
    }

    pub(super) fn note_input(&mut self, id: InputId, spot: Spot, value: &Value, by_default: bool) {
        let key = Key::Reference(Reference::Input(id));
        self.note_leaf(What::Input(id, by_default), Some(key), Some(spot), Some(spot), value);
    }

    pub(super) fn note_parameter(&mut self, id: ParameterId, value: &Value) {
        let key = Key::Reference(Reference::Parameter(id));
        self.note_leaf(What::Parameter(id), Some(key), None, None, value);
    }

    pub(super) fn note_table(&mut self, id: TableId, span: &Span, at: Spot, value: &Value, detail: Detail) {
        if self.recorder.is_some() {
            self.note_leaf(What::Table(id, detail), None, None, Some(at), value);
            if let Some(recorder) = &mut self.recorder {
                recorder.fragment(span, Fragment::Table(id, value.clone()));
            }
        }
    }

    pub(super) fn note_member(&mut self, spot: Spot, number: Option<&Rational>) {
        if self.recorder.is_none() {
            return;
        }
        let member =
            MemberTrace { id: self.id_at(spot), number: number.cloned(), is_other: self.is_other(spot) };
        if let Some(frame) = self.recorder.as_mut().and_then(|recorder| recorder.stack.last_mut()) {
            frame.members.push(member);
        }
    }

    pub(super) fn substitute_value(&mut self, span: &Span, value: &Value, reference: Reference) {
        if let Some(recorder) = &mut self.recorder {
            recorder.fragment(span, Fragment::Value(reference, value.clone()));
        }
    }

    pub(super) fn substitute_branch(&mut self, whole: &Span, taken: &Span) {
        if let Some(recorder) = &mut self.recorder {
            recorder.fragment(whole, Fragment::Branch(taken.clone()));
        }
    }

    pub(super) fn leave_aggregate(
        &mut self,
        aggregate: &Aggregate,
        whole: &Expr,
        at: Spot,
        count: i64,
        result: &Result<Value, Stop>,
    ) {
        let Some(frame) = self.recorder.as_mut().and_then(|recorder| recorder.stack.pop()) else { return };
        let Ok(value) = result else { return };
        let what =
            What::Aggregate { kind: aggregate.kind, over: aggregate.over, count, members: frame.members };
        let id = self.id_at(at);
        let node = Node {
            what,
            id,
            row: Some(at),
            is_other: self.is_other(at),
            value: value.clone(),
            children: frame.children,
            fragments: Vec::new(),
            say: None,
            said: Vec::new(),
            shape: Shape::Whole,
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.add(node, None);
            recorder.fragment(&whole.span, Fragment::Aggregate(value.clone()));
        }
    }

    pub(super) fn note_share(&mut self, share: Share, spot: Spot, owner: Spot, value: &Value) {
        let Some(recorder) = &self.recorder else { return };
        let key = (Key::Reference(Reference::Share(share)), spot.position);
        if let Some(node) = recorder.known.get(&key).copied() {
            if let Some(recorder) = &mut self.recorder {
                recorder.child(node);
            }
            return;
        }
        let pot = recorder.known.get(&(Key::Allocation(share.allocation), owner.position)).copied();
        let node = Node {
            what: What::Share(share),
            id: self.id_at(spot),
            row: Some(spot),
            is_other: self.is_other(spot),
            value: value.clone(),
            children: pot.into_iter().collect(),
            fragments: Vec::new(),
            say: None,
            said: Vec::new(),
            shape: Shape::Whole,
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.add(node, Some(key));
        }
    }

    pub(super) fn leave_allocation(
        &mut self,
        id: AllocationId,
        owner: Spot,
        result: &Result<std::sync::Arc<Outcome>, Stop>,
    ) {
        let Some(frame) = self.recorder.as_mut().and_then(|recorder| recorder.stack.pop()) else { return };
        let Ok(outcome) = result else { return };
        let receivers = &self.plan.book.allocations[id.0].steps;
        let steps = outcome.steps.iter().zip(receivers).map(|(step, declared)| StepTrace {
            before: step.before,
            left: step.left,
            short: step.short,
            given: step
                .given
                .iter()
                .map(|(position, given)| {
                    let receiver = Spot { entity: declared.to, position: *position };
                    GivenTrace {
                        id: self.id_at(receiver),
                        is_other: self.is_other(receiver),
                        amount: given.amount,
                        basis: given.basis.clone(),
                        bound: given.bound,
                        remainder_cent: given.remainder_cent,
                    }
                })
                .collect(),
        });
        let node = Node {
            what: What::Allocation(id, steps.collect()),
            id: self.id_at(owner),
            row: Some(owner),
            is_other: self.is_other(owner),
            value: Value::Number(outcome.total.to_rational()),
            children: frame.children,
            fragments: Vec::new(),
            say: None,
            said: Vec::new(),
            shape: Shape::Whole,
        };
        let Some(recorder) = &mut self.recorder else { return };
        // The allocation itself is reached through the shares that rest on it.
        let node_id = NodeId(recorder.nodes.len());
        recorder.nodes.push(node);
        recorder.known.insert((Key::Allocation(id), owner.position), node_id);
    }
}

/// What to trace: one row of one entity.
#[derive(Debug, Clone, Copy)]
pub struct TraceOf<'a> {
    /// The entity.
    pub entity: EntityId,
    /// The id of the row.
    pub id: &'a str,
    /// The outputs to trace; all of the entity's when empty.
    pub outputs: &'a [Reference],
}

/// Traces one subject, or one row below it.
///
/// # Errors
/// The refusal of the row, or none when no row has the id.
pub fn trace(
    plan: &Plan<'_>,
    facts: &Facts,
    of: TraceOf<'_>,
    official: bool,
    excluded: &[String],
) -> Result<Trace, Option<Box<Refusal>>> {
    let order = Order::new(plan.book, facts);
    let position = (0..order.len(of.entity))
        .find(|position| {
            let row = order.row(Spot { entity: of.entity, position: *position });
            facts.rows(of.entity).ids[row] == of.id
        })
        .ok_or(None)?;
    let spot = Spot { entity: of.entity, position };
    let mut interpreter = Interpreter::new(plan, facts, &order, official);
    let root = super::settle::prepare(&mut interpreter, spot, excluded)
        .map_err(|stop| Some(Box::new((*stop).clone())))?;
    interpreter.turn_to(root);
    let subject = order.climb(plan.book, spot, plan.book.subject);
    interpreter.recorder = Some(Recorder { subject, ..Recorder::default() });
    let outputs = if of.outputs.is_empty() { plan.outputs(of.entity) } else { of.outputs.to_vec() };
    let mut found = Vec::new();
    for output in outputs {
        interpreter.enter();
        let result = interpreter.read(output, spot);
        let frame = interpreter.recorder.as_mut().and_then(|recorder| recorder.stack.pop());
        result.map_err(|stop| Some(Box::new((*stop).clone())))?;
        found.extend(frame.and_then(|frame| frame.children.last().copied()));
    }
    Ok(Trace { nodes: interpreter.told(), outputs: found })
}
