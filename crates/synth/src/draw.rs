//! Random numbers from a seed: whole numbers only, so that every platform and version draws the same.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// One in fixed point, where means and probabilities are millionths.
pub(crate) const MILLION: i64 = 1_000_000;

/// What a stream of random numbers is for; each has its own, so that one more draw in one changes no other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    /// Communes, professionals, hospitals.
    Territory,
    /// Who a patient is.
    Person,
    /// What happens to a patient.
    Care,
    /// What is spoilt.
    Dirt,
}

impl Stream {
    fn number(self) -> u64 {
        match self {
            Self::Territory => 1,
            Self::Person => 2,
            Self::Care => 3,
            Self::Dirt => 4,
        }
    }
}

/// A source of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// Begins the stream of one subject, such as a patient.
    pub(crate) fn new(seed: u64, stream: Stream, subject: u64) -> Self {
        let mut key = [0_u8; 32];
        let words = seed.to_le_bytes().into_iter().chain(stream.number().to_le_bytes());
        for (place, byte) in key.iter_mut().zip(words.chain(subject.to_le_bytes())) {
            *place = byte;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Draws any number.
    pub(crate) fn any(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Draws from 0 to `count - 1`; 0 when there is nothing to draw from.
    pub(crate) fn below(&mut self, count: i64) -> i64 {
        let product = u128::from(self.0.next_u64()) * u128::from(count.max(1).unsigned_abs());
        i64::try_from(product >> 64).unwrap_or(0)
    }

    /// Draws an index of a list.
    pub(crate) fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.below(i64::try_from(count).unwrap_or(i64::MAX))).unwrap_or(0)
    }

    /// Draws from `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.below((last - first).max(0) + 1)
    }

    /// Draws yes with a probability in millionths.
    pub(crate) fn chance(&mut self, millionths: i64) -> bool {
        millionths > 0 && self.below(MILLION) < millionths
    }

    /// Draws yes with a probability in thousandths.
    pub(crate) fn per_mille(&mut self, thousandths: i64) -> bool {
        thousandths > 0 && self.below(1000) < thousandths
    }

    /// Draws an index in proportion to weights.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = i64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// Draws how many events happen, when this many (in millionths) are expected: a Poisson count.
    pub(crate) fn count(&mut self, mean: i64) -> i64 {
        // The exponential of a larger mean would lose digits: the sum of two counts is a count.
        const MEAN_MAX: i64 = 16 * MILLION;
        let mut left = mean;
        let mut total = 0;
        while left > 0 {
            total += self.small_count(left.min(MEAN_MAX));
            left -= MEAN_MAX;
        }
        total
    }

    fn small_count(&mut self, mean: i64) -> i64 {
        let mean = mean.unsigned_abs();
        let drawn = self.0.next_u64() >> 1;
        let mut probability = exponential_of_minus(mean);
        let mut reached = probability;
        let mut count = 0_u64;
        while drawn >= reached && probability > 0 {
            count += 1;
            let next = u128::from(probability) * u128::from(mean) / (u128::from(count) * 1_000_000);
            probability = u64::try_from(next).unwrap_or(0);
            reached = reached.saturating_add(probability);
        }
        i64::try_from(count).unwrap_or(0)
    }

    /// Draws from a distribution given by values at equal steps of probability, straight lines between them.
    pub(crate) fn along(&mut self, values: &[i64]) -> i64 {
        let steps = i64::try_from(values.len()).unwrap_or(1) - 1;
        let at = self.below((steps * MILLION).max(1));
        let (step, rest) = (usize::try_from(at / MILLION).unwrap_or(0), at % MILLION);
        match (values.get(step), values.get(step + 1)) {
            (Some(low), Some(high)) => low + (high - low) * rest / MILLION,
            (Some(only), None) => *only,
            _ => 0,
        }
    }
}

/// Returns exp(-mean) in units of 2^-63, for a mean in millionths.
fn exponential_of_minus(mean: u64) -> u64 {
    // exp(-1 / 1 000 000) in units of 2^-63, raised to the power of the mean by squaring.
    const ONE: u128 = 1 << 63;
    const STEP: u128 = ONE - (ONE / 1_000_000) + (ONE / 2_000_000_000_000);
    let (mut result, mut square, mut power) = (ONE, STEP, mean);
    while power > 0 {
        if power & 1 == 1 {
            result = (result * square) >> 63;
        }
        square = (square * square) >> 63;
        power >>= 1;
    }
    u64::try_from(result).unwrap_or(u64::MAX >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_on_every_platform() {
        let mut draw = Draw::new(7, Stream::Care, 42);
        let drawn: Vec<i64> = (0..6).map(|_| draw.below(1000)).collect();
        // Written down once: another version of a dependency must not change it.
        assert_eq!(drawn, DRAWN);
        assert_ne!(Draw::new(7, Stream::Person, 42).any(), Draw::new(7, Stream::Care, 42).any());
    }

    const DRAWN: [i64; 6] = [299, 380, 509, 566, 207, 263];

    #[test]
    fn counts_have_the_mean_and_the_variance_that_are_asked() {
        for mean in [100_i64, 50_000, 400_000, 3_400_000, 40_000_000] {
            let mut draw = Draw::new(1, Stream::Care, mean.unsigned_abs());
            let size = 20_000;
            let counts: Vec<i64> = (0..size).map(|_| draw.count(mean)).collect();
            let sum: i64 = counts.iter().sum();
            let squares: i64 = counts.iter().map(|count| count * count).sum();
            // Four standard errors of the mean, and a tenth of the variance.
            let error_squared = (sum - mean * size / MILLION).pow(2);
            assert!(error_squared <= 16 * (mean * size / MILLION) + 16, "{mean}: {sum}");
            let variance = (squares - sum * sum / size) * MILLION / size;
            assert!((variance - mean).abs() <= mean / 10 + 200, "{mean}: {variance}");
        }
    }

    #[test]
    fn chances_and_distributions_keep_to_their_bounds() {
        let mut draw = Draw::new(1, Stream::Care, 1);
        let yes = (0..100_000).filter(|_| draw.per_mille(300)).count();
        assert!((29_000..31_000).contains(&yes), "{yes}");
        for _ in 0..1000 {
            assert!((10..=500).contains(&draw.along(&[10, 20, 100, 500])));
            assert!((-3..=3).contains(&draw.between(-3, 3)));
            assert_eq!(draw.weighted([0, 5, 0].into_iter()), 1);
        }
        assert_eq!(draw.along(&[4]), 4);
    }
}
