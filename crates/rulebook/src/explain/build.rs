//! Turns a trace into an explanation.

use std::collections::BTreeSet;

use exact::{Bound, Cents, Rational, RoundingMode, Unit};

use super::fold::{Kept, keep, members_words};
use super::privacy::{self, Mask, Privacy, masks};
use super::{DueLine, Explanation, SourceLine, Step};
use crate::book::{AggregateKind, Reference, Row, Rulebook};
use crate::formula::Span;
use crate::interpret::{Detail, Fragment, GivenTrace, MemberTrace, Node, StepTrace, Trace, What};
use crate::model::{Edge, Provenance, Validity};
use crate::plan::Plan;
use crate::{EntityId, Language, RuleId, TableId, Text, Type, Value, show, text};

/// Turns the trace of one row into an explanation that masks no count.
pub fn explain(plan: &Plan<'_>, trace: &Trace, entity: EntityId, id: &str, official: bool) -> Explanation {
    explain_with(plan, trace, entity, id, official, &Privacy::default())
}

/// Turns the trace of one row into an explanation that masks small counts.
///
/// Rows of other subjects are left out, and rows too many to be read are put together, whatever the privacy.
pub fn explain_with(
    plan: &Plan<'_>,
    trace: &Trace,
    entity: EntityId,
    id: &str,
    official: bool,
    privacy: &Privacy,
) -> Explanation {
    let book = plan.book;
    let kept = keep(plan, trace, privacy);
    let masks = masks(plan, trace, privacy);
    let hushed = privacy::hushed(trace, &masks);
    let builder = Builder { plan, book, trace, privacy, kept: &kept, masks: &masks, hushed: &hushed };
    // What is left out leaves no gap: places are counted again.
    let mut places = vec![None; trace.nodes.len()];
    let shown = places.iter_mut().zip(&kept.children).filter(|(_, children)| children.is_some());
    for (count, (place, _)) in shown.enumerate() {
        *place = Some(count);
    }
    let place = |index: usize| places.get(index).copied().flatten();
    let shown = trace.nodes.iter().enumerate().filter(|(index, _)| place(*index).is_some());
    let nodes = shown.map(|(index, node)| {
        let mut step = builder.step(index, node);
        let children = kept.children.get(index).and_then(Option::as_ref);
        step.children = children.into_iter().flatten().filter_map(|child| place(*child)).collect();
        step
    });
    Explanation {
        rulebook: book.instrument.id.clone(),
        title: book.instrument.title.clone(),
        entity: book.entities[entity.0].label.clone(),
        id: id.to_owned(),
        period_first: plan.period.first.to_string(),
        period_last: plan.period.last.to_string(),
        official,
        nodes: nodes.collect(),
        outputs: trace.outputs.iter().filter_map(|node| place(node.0)).collect(),
    }
}

pub(super) struct Builder<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) book: &'a Rulebook,
    pub(super) trace: &'a Trace,
    privacy: &'a Privacy,
    kept: &'a Kept,
    /// How each node is printed.
    masks: &'a [Mask],
    /// Readings of tables that do not tell what was looked up.
    hushed: &'a BTreeSet<usize>,
}

impl Builder<'_> {
    fn step(&self, index: usize, node: &Node) -> Step {
        let mut step = Step {
            kind: "",
            name: String::new(),
            label: Text::default(),
            id: node.id.clone(),
            value: Text::default(),
            plain: String::new(),
            unit: String::new(),
            say: node.say.clone().filter(|_| !self.says_masked(node)),
            formula: None,
            with_values: None,
            rounding: None,
            details: Vec::new(),
            sources: Vec::new(),
            origin: None,
            choice: None,
            due: Vec::new(),
            parts: Vec::new(),
            children: Vec::new(),
        };
        match &node.what {
            What::Rule(id) => self.rule(&mut step, *id, node),
            What::Input(id, by_default) => {
                self.named(&mut step, "input", Reference::Input(*id), &node.value);
                let input = &self.book.inputs[id.0];
                step.origin = Some(if *by_default {
                    text!("valeur par défaut : aucun fait donné", "default: no fact was given")
                } else {
                    input.decl.origin.label()
                });
                step.choice.clone_from(&input.decl.named.choice);
            }
            What::Parameter(id) => {
                self.named(&mut step, "parameter", Reference::Parameter(*id), &node.value);
                step.choice.clone_from(&self.book.parameters[id.0].named.choice);
                if let Some(dated) = self.plan.parameter(*id) {
                    step.sources.extend(source_line(&dated.provenance, dated.validity));
                }
            }
            What::Table(id, detail) => {
                self.table(&mut step, *id, detail, &node.value);
                if self.hushed.contains(&index) {
                    step.details = vec![self.privacy.not_told()];
                }
            }
            What::Aggregate { kind, over, count, members } => {
                self.aggregate(&mut step, (*kind, *over, *count), members, index, node);
            }
            What::Share(share) => self.named(&mut step, "share", Reference::Share(*share), &node.value),
            What::Allocation(id, steps) => {
                let allocation = &self.book.allocations[id.0];
                step.kind = "allocation";
                step.name.clone_from(&allocation.named.name);
                step.label = allocation.named.label();
                let kind = Type::Number(allocation.unit.clone());
                self.value(&mut step, &kind, false, &node.value);
                step.choice.clone_from(&allocation.named.choice);
                step.formula = Some(allocation.total_text.text.clone());
                for (done, declared) in steps.iter().zip(&allocation.steps) {
                    step.details.extend(self.allocation_step(&declared.label, done, &allocation.unit));
                }
            }
        }
        self.mask(&mut step, index, node);
        step
    }

    /// Returns how a node is printed.
    fn mask_of(&self, index: usize) -> Mask {
        self.masks.get(index).copied().unwrap_or(Mask::None)
    }

    /// Puts words in the place of a value that is not shown.
    fn mask(&self, step: &mut Step, index: usize, node: &Node) {
        let mask = self.mask_of(index);
        if mask == Mask::None {
            return;
        }
        step.value = match &node.what {
            What::Rule(id) => {
                privacy::words(self.plan, self.privacy, Reference::Rule(*id), (mask, &node.value))
            }
            What::Input(id, _) => {
                privacy::words(self.plan, self.privacy, Reference::Input(*id), (mask, &node.value))
            }
            _ => Text::in_both(|language| self.privacy.small(language)),
        };
        step.plain = match node.value.as_number() {
            Some(number) if mask == Mask::Rounded => privacy::rounded(number).to_string(),
            _ => String::new(),
        };
    }

    /// Lists the masked values that a node reads.
    pub(super) fn masked_below<'t>(&'t self, node: &'t Node) -> impl Iterator<Item = (&'t Node, Mask)> {
        node.children.iter().filter_map(|child| {
            let mask = self.mask_of(child.0);
            self.trace.nodes.get(child.0).filter(|_| mask != Mask::None).map(|child| (child, mask))
        })
    }

    /// Returns the words of a value that a formula reads and that is not shown.
    fn masked_words(&self, node: &Node, reference: Reference) -> Option<Text> {
        let mut below = self.masked_below(node);
        let (child, mask) = below.find(|(child, _)| match (&child.what, reference) {
            (What::Rule(id), Reference::Rule(wanted)) => *id == wanted,
            (What::Input(id, _), Reference::Input(wanted)) => *id == wanted,
            _ => false,
        })?;
        Some(privacy::words(self.plan, self.privacy, reference, (mask, &child.value)))
    }

    /// Returns whether the sentence of a node would show what is not shown.
    fn says_masked(&self, node: &Node) -> bool {
        self.privacy.fewest.is_some()
            && node.said.iter().any(|said| {
                self.trace.nodes.iter().zip(self.masks).any(|(other, mask)| {
                    *mask != Mask::None
                        && match (&other.what, said) {
                            (What::Rule(id), Reference::Rule(wanted)) => id == wanted,
                            (What::Input(id, _), Reference::Input(wanted)) => id == wanted,
                            _ => false,
                        }
                })
            })
    }

    fn value(&self, step: &mut Step, kind: &Type, percent: bool, value: &Value) {
        step.value = show::in_both(self.book, kind, percent, value);
        step.plain = show::for_file(self.book, kind, value);
        if let Type::Number(unit) = kind
            && !unit.is_one()
        {
            step.unit = unit.to_string();
        }
    }

    fn named(&self, step: &mut Step, kind: &'static str, reference: Reference, value: &Value) {
        step.kind = kind;
        step.name = self.book.name_of(reference);
        step.label = self.book.label_of(reference);
        self.value(step, &self.book.type_of(reference), self.book.is_percent(reference), value);
    }

    fn rule(&self, step: &mut Step, id: RuleId, node: &Node) {
        self.named(step, "rule", Reference::Rule(id), &node.value);
        let rule = &self.book.rules[id.0];
        let Some(version) = self.plan.rule(id) else { return };
        let formula = &version.text.text;
        step.formula = Some(formula.split_whitespace().collect::<Vec<_>>().join(" "));
        let whole = 0..formula.len();
        step.with_values = Some(Text::in_both(|language| self.filled(formula, &whole, node, language)));
        step.choice.clone_from(&version.choice);
        step.sources.extend(source_line(&version.provenance, version.validity));
        step.rounding = rule.round.map(|round| rounding_words(round.decimals, round.mode));
        step.parts = self.parts(node, &rule.kind, rule.percent);
        if rule.pays {
            step.due = self.due(id, &rule.kind, &node.value);
        }
    }

    fn due(&self, id: RuleId, kind: &Type, value: &Value) -> Vec<DueLine> {
        let (Some(version), Some(amount)) = (self.plan.schedule(id), value.as_number()) else {
            return Vec::new();
        };
        let Ok(total) = Cents::from_rational(amount) else { return Vec::new() };
        let negative = total < Cents::ZERO;
        let Some(positive) = (if negative { total.checked_neg() } else { Some(total) }) else {
            return Vec::new();
        };
        let parts: Vec<exact::Part> = version
            .parts
            .iter()
            .map(|part| exact::Part { weight: part.share.clone(), ..exact::Part::default() })
            .collect();
        let Ok(split) = exact::split(positive, &parts) else { return Vec::new() };
        let lines = version.parts.iter().zip(split.shares).filter_map(|(part, share)| {
            let year = self.plan.period.first.year().checked_add(part.year)?;
            let day = jiff::civil::Date::new(year, part.month, part.day).ok()?;
            let amount = share.amount.to_rational();
            let amount = Value::Number(if negative { -amount } else { amount });
            Some(DueLine { day: day.to_string(), amount: show::in_both(self.book, kind, false, &amount) })
        });
        lines.collect()
    }

    fn table(&self, step: &mut Step, id: TableId, detail: &Detail, value: &Value) {
        let table = &self.book.tables[id.0];
        step.kind = "table";
        step.name.clone_from(&table.named.name);
        step.label = table.named.label();
        step.choice.clone_from(&table.named.choice);
        let kind = show::table_kind(self.book, id);
        self.value(step, &kind, table.percent, value);
        let mut rows: Vec<&Row> = Vec::new();
        match detail {
            Detail::Row { keys, row } => {
                step.details.push(Text::in_both(|language| {
                    let cells = keys.iter().zip(&table.keys).map(|(value, key)| {
                        let label = self.key_label(&key.name).get(language).to_owned();
                        format!("{label} : {}", show::value(self.book, &key.kind, false, value, language))
                    });
                    cells.collect::<Vec<_>>().join(" · ")
                }));
                rows.push(row);
            }
            Detail::Bracket { x, row } => {
                step.details
                    .extend(row.bound.as_ref().map(|bound| self.bracket_words(x, bound, &table.over)));
                rows.push(row);
            }
            Detail::Slices { slices, .. } => {
                for (inside, rate, row) in slices {
                    step.details.push(Text::in_both(|language| {
                        let inside = show::number(self.book, inside, &table.over, false, language);
                        let rate = show::value(
                            self.book,
                            &table.value,
                            table.percent,
                            &Value::Number(rate.clone()),
                            language,
                        );
                        let from = row.bound.as_ref().map_or_else(String::new, |bound| {
                            show::number(self.book, &bound.1, &table.over, false, language)
                        });
                        match language {
                            Language::French => format!("{inside} au-dessus de {from} × {rate}"),
                            Language::English => format!("{inside} above {from} × {rate}"),
                        }
                    }));
                    rows.push(row);
                }
            }
            Detail::Line { x, from, to } => {
                step.details.push(Text::in_both(|language| {
                    let at = |row: &Row| {
                        let bound = row.bound.as_ref().map_or(Rational::ZERO, |bound| bound.1.clone());
                        let value = row.dated.value.clone().unwrap_or(Value::Number(Rational::ZERO));
                        let value = show::value(self.book, &table.value, table.percent, &value, language);
                        format!("{} → {value}", show::number(self.book, &bound, &table.over, false, language))
                    };
                    let x = show::number(self.book, x, &table.over, false, language);
                    match language {
                        Language::French => format!("{x}, sur la droite entre {} et {}", at(from), at(to)),
                        Language::English => format!("{x}, on the line between {} and {}", at(from), at(to)),
                    }
                }));
                rows.extend([from, to]);
            }
        }
        for row in rows {
            if let Some(line) = source_line(&row.dated.provenance, row.dated.validity)
                && !step.sources.contains(&line)
            {
                step.sources.push(line);
            }
        }
    }

    fn key_label(&self, name: &str) -> Text {
        let inputs = self.book.inputs.iter().map(|input| &input.decl.named);
        let mut all = inputs.chain(self.book.rules.iter().map(|rule| &rule.named));
        all.find(|named| named.name == name)
            .map_or_else(|| Text::same(name.replace('_', " ")), crate::model::Named::label)
    }

    fn bracket_words(&self, x: &Rational, bound: &(Edge, Rational), over: &Unit) -> Text {
        Text::in_both(|language| {
            let x = show::number(self.book, x, over, false, language);
            let from = show::number(self.book, &bound.1, over, false, language);
            match (language, bound.0) {
                (Language::French, Edge::AtLeast) => format!("{x} : tranche à partir de {from}"),
                (Language::French, Edge::Above) => format!("{x} : tranche au-dessus de {from}"),
                (Language::English, Edge::AtLeast) => format!("{x}: bracket from {from}"),
                (Language::English, Edge::Above) => format!("{x}: bracket above {from}"),
            }
        })
    }

    fn aggregate(
        &self,
        step: &mut Step,
        (kind, over, count): (AggregateKind, EntityId, i64),
        members: &[MemberTrace],
        index: usize,
        node: &Node,
    ) {
        let entity = &self.book.entities[over.0].label;
        let (fr, en) = match kind {
            AggregateKind::Sum => ("somme", "sum"),
            AggregateKind::Count => ("nombre", "count"),
            AggregateKind::Min => ("minimum", "least"),
            AggregateKind::Max => ("maximum", "greatest"),
            AggregateKind::Mean => ("moyenne", "mean"),
        };
        step.kind = "aggregate";
        step.name.clone_from(&self.book.entities[over.0].name);
        step.label = Text::new(format!("{fr} ({})", entity.fr), format!("{en} ({})", entity.en));
        let value = node.value.as_number();
        step.value = Text::in_both(|language| value.map_or_else(String::new, |n| show::plain(n, language)));
        step.plain = value.map_or_else(String::new, ToString::to_string);
        let are_persons = self.privacy.persons.contains(&over);
        step.details.push(if are_persons && self.privacy.is_small(&Rational::from(count)) {
            Text::new(
                format!("{} au total", self.privacy.small(Language::French)),
                format!("{} in all", self.privacy.small(Language::English)),
            )
        } else {
            text!("{count} au total", "{count} in all")
        });
        let is_folded = self.kept.folded.contains(&index);
        let are_masked = self.masked_below(node).next().is_some();
        step.details.extend(members_words(members, entity, is_folded, are_masked, self.privacy));
    }

    fn allocation_step(&self, label: &Text, done: &StepTrace, unit: &Unit) -> Vec<Text> {
        let money =
            |cents: Cents, language| show::number(self.book, &cents.to_rational(), unit, false, language);
        let mut lines = vec![Text::in_both(|language| {
            let (before, left) = (money(done.before, language), money(done.left, language));
            let short = match (done.short, language) {
                (true, Language::French) => " (pas assez : payé en proportion)",
                (true, Language::English) => " (too short: paid in proportion)",
                (false, _) => "",
            };
            match language {
                Language::French => format!("{} : sur {before}, il reste {left}{short}", label.get(language)),
                Language::English => format!("{}: of {before}, {left} is left{short}", label.get(language)),
            }
        })];
        let (others, own): (Vec<&GivenTrace>, Vec<&GivenTrace>) =
            done.given.iter().partition(|given| given.is_other);
        for given in own {
            lines.push(Text::in_both(|language| {
                let amount = money(given.amount, language);
                let basis = show::plain(&given.basis, language);
                let bound = bound_words(given.bound).get(language).to_owned();
                let cent = match (given.remainder_cent, language) {
                    (true, Language::French) => ", centime restant",
                    (true, Language::English) => ", left-over cent",
                    (false, _) => "",
                };
                format!("   {} : {amount} ({basis}{bound}{cent})", given.id)
            }));
        }
        if !others.is_empty() {
            let count = others.len();
            let total: Rational = others.iter().map(|given| given.amount.to_rational()).sum();
            lines.push(Text::in_both(|language| {
                let amount = show::number(self.book, &total, unit, false, language);
                match language {
                    Language::French => format!("   aux autres ({count}) : {amount}"),
                    Language::English => format!("   to the others ({count}): {amount}"),
                }
            }));
        }
        lines
    }

    /// Writes a stretch of a formula with values in place of names, following the branches that were taken.
    fn filled(&self, formula: &str, range: &Span, node: &Node, language: Language) -> String {
        let mut out = String::new();
        let mut at = range.start;
        while at < range.end {
            // The widest stretch that begins here or next wins: a branch before what is inside it.
            // A branch is always shorter than its CASE, so this comes to an end.
            let next = node
                .fragments
                .iter()
                .filter(|(span, _)| span.start >= at && span.end <= range.end && !span.is_empty())
                .min_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
            let Some((span, fragment)) = next else { break };
            out.push_str(&readable(formula.get(at..span.start).unwrap_or_default(), language));
            out.push_str(&match fragment {
                Fragment::Value(reference, value) => match self.masked_words(node, *reference) {
                    Some(masked) => masked.get(language).to_owned(),
                    None => show::reference(self.book, *reference, value, language),
                },
                Fragment::Table(id, value) => show::table_value(self.book, *id, value, language),
                Fragment::Aggregate(value)
                    if self.masked_below(node).any(|(child, _)| {
                        matches!(child.what, What::Aggregate { .. }) && child.value == *value
                    }) =>
                {
                    self.privacy.small(language)
                }
                Fragment::Aggregate(value) => {
                    value.as_number().map_or_else(String::new, |number| show::plain(number, language))
                }
                Fragment::Branch(taken) => self.filled(formula, taken, node, language),
            });
            at = span.end;
        }
        out.push_str(&readable(formula.get(at..range.end).unwrap_or_default(), language));
        out.split_whitespace_keeping_narrow()
    }
}

/// Folds white space of a formula without touching the narrow spaces inside numbers.
trait Folded {
    fn split_whitespace_keeping_narrow(&self) -> String;
}

impl Folded for String {
    fn split_whitespace_keeping_narrow(&self) -> String {
        self.split([' ', '\n', '\t', '\r']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// Writes operators as people do.
fn readable(words: &str, language: Language) -> String {
    let (and, or, not) = match language {
        Language::French => ("et", "ou", "non"),
        Language::English => ("and", "or", "not"),
    };
    words
        .replace(">=", "≥")
        .replace("<=", "≤")
        .replace("<>", "≠")
        .replace('*', "×")
        .replace(" AND ", &format!(" {and} "))
        .replace(" OR ", &format!(" {or} "))
        .replace("NOT ", &format!("{not} "))
        .replace("least(", "min(")
        .replace("greatest(", "max(")
}

fn bound_words(bound: Bound) -> Text {
    match bound {
        Bound::None => Text::default(),
        Bound::Floor => text!(", au minimum", ", at the floor"),
        Bound::Cap => text!(", au plafond", ", at the cap"),
        Bound::Guarantee => text!(", à la garantie", ", at the guarantee"),
    }
}

fn rounding_words(decimals: u32, mode: RoundingMode) -> Text {
    if (decimals, mode) == (2, RoundingMode::HalfAwayFromZero) {
        return text!("arrondi au centime", "rounded to the cent");
    }
    let (fr, en) = match mode {
        RoundingMode::HalfAwayFromZero => ("arrondi au plus proche", "rounded to the nearest"),
        RoundingMode::HalfEven => {
            ("arrondi au plus proche (au pair)", "rounded to the nearest (half to even)")
        }
        RoundingMode::HalfUp => ("arrondi au plus proche (vers le haut)", "rounded to the nearest (half up)"),
        RoundingMode::HalfDown => {
            ("arrondi au plus proche (vers le bas)", "rounded to the nearest (half down)")
        }
        RoundingMode::Truncate => ("tronqué", "truncated"),
        RoundingMode::Floor => ("arrondi par défaut", "rounded down"),
        RoundingMode::Ceiling => ("arrondi par excès", "rounded up"),
        RoundingMode::AwayFromZero => ("arrondi en s'éloignant de zéro", "rounded away from zero"),
    };
    text!("{fr}, {decimals} décimale(s)", "{en}, {decimals} decimal(s)")
}

fn source_line(provenance: &Provenance, validity: Validity) -> Option<SourceLine> {
    Some(SourceLine {
        words: provenance.line()?,
        status: provenance.status,
        from: validity.from.map(|day| day.to_string()),
        to: validity.to.map(|day| day.to_string()),
    })
}
