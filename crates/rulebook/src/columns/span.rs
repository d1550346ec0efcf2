//! Between which numbers those of a column stand: what shows that a step fits, before it is done.

use super::whole::Whole;

/// The least and the greatest that numerators can be; neither is the smallest integer, which has no opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span<T> {
    pub(super) low: T,
    pub(super) high: T,
}

impl<T: Whole> Span<T> {
    /// Returns the span of one number.
    pub(super) fn one(number: T) -> Option<Self> {
        number.size()?;
        Some(Self { low: number, high: number })
    }

    /// Returns the span of numbers up to a size.
    pub(super) fn around(size: T) -> Self {
        Self { low: size.minus_self(), high: size }
    }

    /// Returns the span of some numbers.
    pub(super) fn of(numbers: &[T]) -> Option<Self> {
        let first = numbers.first().copied().unwrap_or(T::ZERO);
        // Four at a time, none of which waits for another.
        let (mut lows, mut highs) = ([first; 4], [first; 4]);
        let (fours, rest) = numbers.as_chunks::<4>();
        for four in fours {
            for ((low, high), number) in lows.iter_mut().zip(&mut highs).zip(four) {
                *low = (*low).min(*number);
                *high = (*high).max(*number);
            }
        }
        let low = lows.iter().chain(rest).copied().fold(first, T::min);
        let high = highs.iter().chain(rest).copied().fold(first, T::max);
        low.size()?;
        Some(Self { low, high })
    }

    /// Returns the greatest size.
    pub(super) fn size(self) -> T {
        self.low.minus_self().max(self.high)
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Returns the span of the lesser of two numbers.
    pub(super) fn least(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.min(other.high) }
    }

    /// Returns the span of the greater of two numbers.
    pub(super) fn greatest(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.max(other.high) }
    }

    pub(super) fn minus_self(self) -> Self {
        Self { low: self.high.minus_self(), high: self.low.minus_self() }
    }

    pub(super) fn absolute(self) -> Self {
        if self.low >= T::ZERO { self } else { Self { low: T::ZERO, high: self.size() } }
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let low = self.low.plus(other.low)?;
        low.size()?;
        Some(Self { low, high: self.high.plus(other.high)? })
    }

    /// Multiplies by a number that is not negative.
    pub(super) fn scaled(self, factor: T) -> Option<Self> {
        let low = self.low.times(factor)?;
        low.size()?;
        Some(Self { low, high: self.high.times(factor)? })
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        if self.low >= T::ZERO && other.low >= T::ZERO {
            return Some(Self { low: self.low.times(other.low)?, high: self.high.times(other.high)? });
        }
        let (a, b) = (self.low.times(other.low)?, self.low.times(other.high)?);
        let (c, d) = (self.high.times(other.low)?, self.high.times(other.high)?);
        let low = a.min(b).min(c).min(d);
        low.size()?;
        Some(Self { low, high: a.max(b).max(c).max(d) })
    }

    /// Divides by a positive number and rounds to a whole one, in any mode.
    pub(super) fn over(self, divisor: T) -> Self {
        if divisor == T::ONE {
            return self;
        }
        let (low, high) = (self.low.quotient(divisor).0, self.high.quotient(divisor).0);
        Self {
            low: if self.low < T::ZERO { low.add_fitting(T::ONE.minus_self()) } else { low },
            high: if self.high > T::ZERO { high.add_fitting(T::ONE) } else { high },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Two numbers of a span and the span, small and at the ends of the integers.
    fn within() -> impl Strategy<Value = (i64, Span<i64>)> {
        let number = prop_oneof![-20_i64..20, any::<i64>()].prop_map(|number| number.max(-i64::MAX));
        (number.clone(), number.clone(), number).prop_map(|(a, b, c)| {
            let span = Span::of(&[a, b, c]).expect("none is the smallest integer");
            (b, span)
        })
    }

    fn holds(span: Span<i64>, exact: i128) -> bool {
        i128::from(span.low) <= exact && exact <= i128::from(span.high) && span.low > i64::MIN
    }

    proptest! {
        #[test]
        fn a_result_is_in_the_span_that_was_foreseen((x, of_x) in within(), (y, of_y) in within(), factor in 1_i64..1000) {
            let (a, b) = (i128::from(x), i128::from(y));
            prop_assert!(of_x.plus(of_y).is_none_or(|span| holds(span, a + b)));
            prop_assert!(of_x.times(of_y).is_none_or(|span| holds(span, a * b)));
            prop_assert!(of_x.scaled(factor).is_none_or(|span| holds(span, a * i128::from(factor))));
            prop_assert!(holds(of_x.minus_self(), -a));
            prop_assert!(holds(of_x.absolute(), a.abs()));
            prop_assert!(holds(of_x.with(of_y), a) && holds(of_x.with(of_y), b));
            prop_assert!(holds(of_x.least(of_y), a.min(b)));
            prop_assert!(holds(of_x.greatest(of_y), a.max(b)));
            prop_assert!(holds(of_x.over(factor), a.div_euclid(i128::from(factor))));
            prop_assert!(holds(of_x.over(factor), -(-a).div_euclid(i128::from(factor))));
            prop_assert!(i128::from(of_x.size()) >= a.abs());
        }
    }
}
