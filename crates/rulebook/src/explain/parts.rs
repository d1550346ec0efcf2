//! How a value is made up: the terms of the first sum on its way down.

use exact::{Rational, RoundingMode};

use super::PartLine;
use super::build::Builder;
use crate::book::Reference;
use crate::interpret::{Fragment, Node, Shape, Term, What};
use crate::{Text, Type, Value, show, text};

impl Builder<'_> {
    /// Finds how a value is made up: the terms of the first sum on its way down, in the unit of the whole.
    pub(super) fn parts(&self, node: &Node, kind: &Type, percent: bool) -> Vec<PartLine> {
        let Some(whole) = node.value.as_number() else { return Vec::new() };
        let mut terms = Vec::new();
        self.descend(node, &node.shape, &Rational::ONE, &mut terms, 0);
        if terms.len() < 2 {
            return Vec::new();
        }
        // Rounding may separate the terms from the whole: it is a part of its own.
        let rest = whole - &terms.iter().map(|term| term.1.clone()).sum::<Rational>();
        if !rest.is_zero() {
            terms.push((text!("arrondi", "rounding"), rest));
        }
        let lines = terms.into_iter().filter(|term| !term.1.is_zero()).map(|(label, number)| {
            let value = Value::Number(number.clone());
            PartLine {
                label,
                value: Text::in_both(|language| {
                    // Less than a cent is shown as it is: rounding it would show nothing at all.
                    let cents = number.round(2, RoundingMode::HalfEven);
                    let shown = Value::Number(if cents.is_zero() { number.clone() } else { cents });
                    show::value(self.book, kind, percent, &shown, language)
                }),
                plain: show::for_file(self.book, kind, &value),
                number,
            }
        });
        lines.collect()
    }

    fn descend(
        &self,
        node: &Node,
        shape: &Shape,
        scale: &Rational,
        out: &mut Vec<(Text, Rational)>,
        depth: usize,
    ) {
        // What is made of a masked value is not taken apart: a part would be the value.
        if depth > 20 || self.masked_below(node).next().is_some() {
            return;
        }
        match shape {
            Shape::Whole => {}
            Shape::Read(reference) => {
                if let Some(below) = self.child(node, *reference) {
                    self.descend(below, &below.shape, scale, out, depth + 1);
                }
            }
            Shape::Sum(terms) if terms.len() > 1 => {
                for term in terms {
                    let value = scale * &term.value;
                    out.push((self.term_label(node, term), if term.inverse { -value } else { value }));
                }
            }
            Shape::Sum(terms) | Shape::Product(terms) => {
                // The first factor that is made up of terms is taken apart; the others scale it.
                for (index, term) in terms.iter().enumerate().filter(|(_, term)| !term.inverse) {
                    let mut others = scale.clone();
                    for (other, factor) in terms.iter().enumerate().filter(|(other, _)| *other != index) {
                        let _ = other;
                        others = if factor.inverse {
                            others.checked_div(&factor.value).unwrap_or_default()
                        } else {
                            &others * &factor.value
                        };
                    }
                    let before = out.len();
                    self.descend(node, &term.shape, &others, out, depth + 1);
                    if out.len() > before + 1 {
                        return;
                    }
                    out.truncate(before);
                }
            }
        }
    }

    fn child(&self, node: &Node, reference: Reference) -> Option<&Node> {
        let Reference::Rule(wanted) = reference else { return None };
        let mut below = node.children.iter().filter_map(|child| self.trace.nodes.get(child.0));
        below.find(|child| matches!(child.what, What::Rule(id) if id == wanted))
    }

    fn term_label(&self, node: &Node, term: &Term) -> Text {
        if let Shape::Read(reference) = &term.shape {
            return self.book.label_of(*reference);
        }
        let What::Rule(id) = node.what else { return Text::default() };
        let Some(version) = self.plan.rule(id) else { return Text::default() };
        // A product is named by the first rule, table or fact in it that has a label.
        let named = node.fragments.iter().find_map(|(span, fragment)| {
            let inside = span.start >= term.span.start && span.end <= term.span.end;
            match fragment {
                Fragment::Value(reference, _) if inside => Some(self.book.label_of(*reference)),
                Fragment::Table(table, _) if inside => Some(self.book.tables[table.0].named.label()),
                _ => None,
            }
        });
        named.unwrap_or_else(|| Text::same(version.text.text.get(term.span.clone()).unwrap_or_default()))
    }
}
