//! The differences of all subjects put together.

use exact::Rational;
use rulebook::Text;
use rulebook::compare::{CauseKind, Difference, Outcome};

/// All subjects together.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// What all had before.
    pub(super) before: Rational,
    /// What all have after.
    pub(super) after: Rational,
    /// The causes, the largest first; they and the subjects that come and go add up to the difference.
    pub(super) causes: Vec<TotalCause>,
    /// How many were compared.
    pub(super) compared: usize,
    /// How many of them gain, lose, and keep what they had.
    pub(super) gain: usize,
    pub(super) lose: usize,
    pub(super) same: usize,
    /// Those that only the later run has, and what they bring.
    pub(super) new: (usize, Rational),
    /// Those that only the earlier run has, and what they take away, below zero.
    pub(super) left: (usize, Rational),
    /// Those that a run refused, and what that makes.
    pub(super) refused: (usize, Rational),
}

/// A cause over all subjects.
#[derive(Debug)]
pub(super) struct TotalCause {
    pub(super) kind: CauseKind,
    pub(super) title: Text,
    pub(super) amount: Rational,
    /// How many subjects it touches.
    pub(super) subjects: usize,
}

impl Totals {
    /// Adds up what was found.
    pub(super) fn of(found: &[(&str, Outcome)]) -> Self {
        let mut totals = Self::default();
        for (_, outcome) in found {
            match outcome {
                Outcome::Compared(difference) => totals.add(difference),
                Outcome::New(amount) => {
                    totals.new.0 += 1;
                    totals.new.1 += amount;
                    totals.after += amount;
                }
                Outcome::Left(amount) => {
                    totals.left.0 += 1;
                    totals.left.1 -= amount;
                    totals.before += amount;
                }
                Outcome::Refused { before, after, .. } => {
                    totals.refused.0 += 1;
                    if let Some(amount) = before {
                        totals.refused.1 -= amount;
                        totals.before += amount;
                    }
                    if let Some(amount) = after {
                        totals.refused.1 += amount;
                        totals.after += amount;
                    }
                }
                Outcome::Unknown => {}
            }
        }
        totals.causes.sort_by(|a, b| {
            (b.amount.abs(), a.kind, &a.title.fr).cmp(&(a.amount.abs(), b.kind, &b.title.fr))
        });
        totals
    }

    fn add(&mut self, difference: &Difference) {
        self.compared += 1;
        self.before += &difference.before;
        self.after += &difference.after;
        let whole = difference.difference();
        if whole.is_zero() {
            self.same += 1;
        } else if whole.is_negative() {
            self.lose += 1;
        } else {
            self.gain += 1;
        }
        for cause in &difference.causes {
            let known =
                self.causes.iter_mut().find(|known| known.kind == cause.kind && known.title == cause.title);
            match known {
                Some(known) => {
                    known.amount += &cause.amount;
                    known.subjects += 1;
                }
                None => self.causes.push(TotalCause {
                    kind: cause.kind,
                    title: cause.title.clone(),
                    amount: cause.amount.clone(),
                    subjects: 1,
                }),
            }
        }
    }

    /// Returns what there is to explain.
    pub(super) fn difference(&self) -> Rational {
        &self.after - &self.before
    }
}
