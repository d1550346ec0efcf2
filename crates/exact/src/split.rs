//! One split of an amount into whole cents.
//!
//! The shares follow the weights like water filling vessels: every vessel is
//! as wide as its weight, starts at its floor and stops at its cap. The
//! waterfall over several steps, and who takes part, are the rulebook's.

use crate::money::Cents;
use crate::rational::Rational;
use crate::rounding::RoundingMode;

/// Holds what one taker brings to a split; amounts in units of the currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The caller's name for the taker; nothing here reads it.
    pub id: Option<String>,
    /// The weight, not negative.
    pub weight: Rational,
    /// The least that this split must give, rounded up to the cent.
    pub floor: Option<Rational>,
    /// The most that this split may give, rounded down to the cent.
    pub cap: Option<Rational>,
    /// What the taker has received before this split.
    pub already: Rational,
    /// The least that the taker must have in all after this split.
    pub guarantee: Option<Rational>,
}

/// Holds the result of a split: shares in the order of the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// One share for each part.
    pub shares: Vec<Share>,
    /// What nobody can take; not zero only if every weight is zero or capped.
    pub left: Cents,
    /// The amount for each unit of weight at the water level, before cents.
    ///
    /// Nothing when every positive weight is capped or there is none.
    pub rate: Option<Rational>,
}

/// Holds what one taker receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The amount in whole cents.
    pub amount: Cents,
    /// The amount before rounding to cents, in units of the currency.
    pub exact: Rational,
    /// The limit that holds the share away from its weight.
    pub bound: Bound,
    /// Whether the amount includes a cent of the largest remainders.
    pub remainder_cent: bool,
}

/// Names the limit that holds a share away from its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    /// The share follows the weight.
    None,
    /// The floor of the step lifts it.
    Floor,
    /// The cap holds it down.
    Cap,
    /// The guarantee over all steps lifts it, above the floor of the step.
    Guarantee,
}

/// Says why an amount cannot be split; `index` counts the parts from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The amount to split is negative.
    #[error("a negative amount cannot be split: {total}")]
    NegativeTotal {
        /// The amount.
        total: Cents,
    },
    /// A weight is negative.
    #[error("the weight {weight} is negative")]
    NegativeWeight {
        /// Whose.
        index: usize,
        /// The weight.
        weight: Rational,
    },
    /// A part must get more than it may get, in whole cents.
    #[error("the floor is above the cap by {excess}")]
    FloorAboveCap {
        /// Whose.
        index: usize,
        /// By how much.
        excess: Cents,
    },
    /// All floors and guarantees together need more than there is.
    #[error("the floors and guarantees need {missing} more than there is")]
    Infeasible {
        /// By how much.
        missing: Cents,
    },
    /// An amount does not fit an `i64` in cents.
    #[error("an amount is too large to be counted in cents")]
    TooLarge {
        /// Whose, when it is that of one part.
        index: Option<usize>,
    },
}

/// Splits an amount by weights within floors and caps, to the last cent.
///
/// Each share is `rate × weight` held between its floor and its cap, with the
/// largest rate that the amount allows: floors are paid by the shares above
/// their own, what exceeds a cap goes to the others. Cents go by largest
/// remainder among the shares between their bounds, ties by the order of
/// `parts`. What nobody can take is `left`.
pub fn split(total: Cents, parts: &[Part]) -> Result<Split, SplitError> {
    if total < Cents::ZERO {
        return Err(SplitError::NegativeTotal { total });
    }
    // Whole weights in the same proportions: sums of fractions are slow.
    let scale = common_denominator(parts);
    let mut takers = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        takers.push(Taker::of(index, part, &scale)?);
    }
    let floors: i128 = takers.iter().map(|taker| i128::from(taker.floor)).sum();
    let total = i128::from(total.get());
    if floors > total {
        return Err(match i64::try_from(floors - total) {
            Ok(missing) => SplitError::Infeasible { missing: Cents::new(missing) },
            Err(_) => SplitError::TooLarge { index: None },
        });
    }
    let level = water_level(total, floors, &takers);
    let mut given = 0;
    let mut shares: Vec<Held> = takers
        .iter()
        .map(|taker| taker.at(level.as_ref()))
        .inspect(|held| given += i128::from(held.cents))
        .collect();
    let left = if level.is_some() {
        hand_out_cents(total - given, &mut shares);
        0
    } else {
        total - given
    };
    let hundredth = Rational::ratio(1, 100).unwrap_or_default();
    Ok(Split {
        shares: shares.into_iter().map(|held| held.into_share(&hundredth)).collect(),
        // What is left is at most the total, which came as an `i64`.
        left: Cents::new(i64::try_from(left).map_err(|_| SplitError::TooLarge { index: None })?),
        rate: level.map(|level| level * scale * hundredth),
    })
}

/// Returns the least number that makes every weight whole.
fn common_denominator(parts: &[Part]) -> Rational {
    let mut common = Rational::ONE;
    for part in parts {
        let whole = &common * &part.weight;
        if !whole.is_integer() {
            common *= Rational::from(whole.denominator());
        }
    }
    common
}

/// A part with its limits in whole cents.
struct Taker {
    /// The weight, made whole by the scale common to all.
    weight: Rational,
    floor: i64,
    /// Nothing also when the cap is beyond any amount that can be split.
    cap: Option<i64>,
    guaranteed: bool,
}

impl Taker {
    fn of(index: usize, part: &Part, scale: &Rational) -> Result<Taker, SplitError> {
        if part.weight.is_negative() {
            return Err(SplitError::NegativeWeight { index, weight: part.weight.clone() });
        }
        let too_large = SplitError::TooLarge { index: Some(index) };
        let step_floor = part.floor.clone().unwrap_or_default().max(Rational::ZERO);
        let still_due = part.guarantee.as_ref().map(|total| total - &part.already);
        let guaranteed = still_due.as_ref().is_some_and(|due| *due > step_floor);
        let floor = still_due.unwrap_or_default().max(step_floor);
        let (floor, _) = floor.scaled(2, RoundingMode::Ceiling);
        let cap = part.cap.as_ref().map(|cap| cap.scaled(2, RoundingMode::Floor).0);
        if let Some(cap) = &cap
            && floor > *cap
        {
            let excess = (floor - cap).to_i64().ok_or(too_large)?;
            return Err(SplitError::FloorAboveCap { index, excess: Cents::new(excess) });
        }
        Ok(Taker {
            weight: &part.weight * scale,
            floor: floor.to_i64().ok_or(too_large)?,
            cap: cap.and_then(|cap| cap.to_i64()),
            guaranteed,
        })
    }

    /// What the taker holds at a level; no level means without limit.
    fn at(&self, level: Option<&Rational>) -> Held {
        let lifted = if self.guaranteed { Bound::Guarantee } else { Bound::Floor };
        let wanted = match level {
            _ if self.weight.is_zero() => Rational::ZERO,
            Some(level) => level * &self.weight,
            None => {
                // Without limit every positive weight is at its cap.
                let cents = self.cap.unwrap_or(self.floor);
                return Held::fixed(cents, Bound::Cap);
            }
        };
        if wanted < Rational::from(self.floor) {
            return Held::fixed(self.floor, lifted);
        }
        match self.cap {
            Some(cap) if wanted > Rational::from(cap) => Held::fixed(cap, Bound::Cap),
            _ => Held::following(wanted),
        }
    }
}

/// A share in cents while the last cents are being handed out.
struct Held {
    cents: i64,
    exact: Rational,
    bound: Bound,
    remainder_cent: bool,
}

impl Held {
    fn fixed(cents: i64, bound: Bound) -> Held {
        Held { cents, exact: Rational::from(cents), bound, remainder_cent: false }
    }

    fn following(exact: Rational) -> Held {
        Held {
            // A share is at most the total, which came as an `i64`.
            cents: exact.floor().to_i64().unwrap_or(i64::MAX),
            exact,
            bound: Bound::None,
            remainder_cent: false,
        }
    }

    fn into_share(self, hundredth: &Rational) -> Share {
        Share {
            amount: Cents::new(self.cents),
            exact: self.exact * hundredth,
            bound: self.bound,
            remainder_cent: self.remainder_cent,
        }
    }
}

/// Finds the largest level at which the shares take no more than the total.
///
/// Cents for each unit of weight. Nothing when the shares never reach the
/// total: no weight, or all of them capped.
fn water_level(total: i128, floors: i128, takers: &[Taker]) -> Option<Rational> {
    // At a level, a share starts to follow its weight or stops at its cap.
    let mut turns: Vec<(Rational, bool, &Taker)> = Vec::with_capacity(takers.len());
    for taker in takers.iter().filter(|taker| !taker.weight.is_zero()) {
        let start = Rational::from(taker.floor).checked_div(&taker.weight)?;
        turns.push((start, true, taker));
        if let Some(cap) = taker.cap {
            let stop = Rational::from(cap).checked_div(&taker.weight)?;
            turns.push((stop, false, taker));
        }
    }
    turns.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    let total = Rational::from(total);
    // Between two turns the shares take `fixed + level * weight`.
    let mut fixed = Rational::from(floors);
    let mut weight = Rational::ZERO;
    for (level, starts, taker) in &turns {
        if &fixed + level * &weight > total {
            break;
        }
        if *starts {
            fixed -= Rational::from(taker.floor);
            weight += &taker.weight;
        } else {
            fixed += Rational::from(taker.cap.unwrap_or(taker.floor));
            weight -= &taker.weight;
        }
    }
    (total - fixed).checked_div(&weight)
}

/// Gives one cent each to the largest remainders, ties in order.
fn hand_out_cents(cents: i128, shares: &mut [Held]) {
    let Ok(count) = usize::try_from(cents) else {
        return;
    };
    let mut takers: Vec<(Rational, &mut Held)> = shares
        .iter_mut()
        .filter(|held| held.bound == Bound::None)
        .map(|held| (&held.exact - Rational::from(held.cents), held))
        .collect();
    // The sort is stable, so that ties keep the order of the parts.
    takers.sort_by(|left, right| right.0.cmp(&left.0));
    for (_, held) in takers.into_iter().take(count) {
        held.cents = held.cents.saturating_add(1);
        held.remainder_cent = true;
    }
}

#[cfg(test)]
mod tests;
